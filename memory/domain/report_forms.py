"""What the page of figures hands in about read-only links to them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.domain.ids import ReportLinkId


class _Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class MakeReportLink(_Form):
    """Make one; a lead of their own right only. `period` rolls, or `first` and `last` (YYYY-MM-DD); days as typed."""

    kind: Literal["make_report_link"] = "make_report_link"
    period: str = Field(default="", max_length=20)
    first: str = Field(default="", max_length=20)
    last: str = Field(default="", max_length=20)
    parts: tuple[str, ...] = ()
    days: str = Field(default="", max_length=20)


class RevokeReportLink(_Form):
    """Take one back at once: it shows nothing any more."""

    kind: Literal["revoke_report_link"] = "revoke_report_link"
    link: ReportLinkId
