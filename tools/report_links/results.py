"""What the tool of read-only links brings back."""

from dataclasses import dataclass

from memory.domain.report_links import ReportLinkSheet, ReportWish


@dataclass(frozen=True, slots=True)
class ReportLinkAsked:
    """A link that a lead's confirmation makes: exactly what it would show, of which brand."""

    code: str
    brand: str
    wish: ReportWish


@dataclass(frozen=True, slots=True)
class ReportLinksListed:
    """Links, newest first. `zone`: whose clock their times are read by."""

    sheets: tuple[ReportLinkSheet, ...]
    zone: str
