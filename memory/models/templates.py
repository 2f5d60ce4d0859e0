"""Tables of a brand's message templates; which draft is made from which version is in `outreach.py`."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.outreach import Purpose
from memory.models.base import Base, BrandRow, RowId

_PURPOSES = ", ".join(repr(purpose.value) for purpose in Purpose)


class TemplateRow(BrandRow, Base):
    """A template; `current` is the number of the version in force."""

    __tablename__ = "message_template"
    __table_args__ = (
        CheckConstraint(f"purpose in ({_PURPOSES})", name="purpose"),
        UniqueConstraint("brand_id", "key"),
    )

    id: Mapped[RowId]
    name: Mapped[str]
    key: Mapped[str]
    purpose: Mapped[str]
    current: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]


class TemplateVersionRow(BrandRow, Base):
    """What a template said at one time; never changed, because sends refer to it."""

    __tablename__ = "message_template_version"
    __table_args__ = (UniqueConstraint("template_id", "number"),)

    id: Mapped[RowId]
    template_id: Mapped[int] = mapped_column(ForeignKey("message_template.id", ondelete="CASCADE"))
    number: Mapped[int]
    text: Mapped[str]
    text_zh: Mapped[str]
    language: Mapped[str]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    commission_bp: Mapped[int | None]
    fee_minor: Mapped[int | None]
    fee_currency: Mapped[str | None]
    free_sample: Mapped[bool]
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
