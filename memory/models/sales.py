"""Tables of sales: order lines with what belongs to them, posts with their counters, and what days add up to.

Whatever is told of a line (refunds, commissions) is also summed up in its row, so that a day adds up from lines alone.
"""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.sales import Payee, Rule, Settlement
from memory.models.base import Base, BrandRow, RowId


def _one_of(column: str, values: type[Rule] | type[Payee] | type[Settlement]) -> str:
    return f"{column} in ({', '.join(repr(value.value) for value in values)})"


class OrderLineRow(BrandRow, Base):
    """One SKU of one order of a brand's shop; money in minor units of `currency`. `day`: of the shop's reporting zone.

    `told`: a commission that may be counted is known. `final`: every commission is settled for good. `fee_minor` None:
    the platform's fee is not known. `agreed_minor`: the commission by the agreed rate, where nothing is told of one.
    """

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("brand_id", "order_no", "sku"),
        CheckConstraint(_one_of("rule", Rule), name="rule"),
        Index(None, "brand_id", "placed_at"),
        Index(None, "creator_id", "brand_id", "placed_at"),
        Index(None, "product_id", postgresql_where=text("product_id is not null")),
        Index(None, "brand_id", "code", postgresql_where=text("code <> ''")),
    )

    id: Mapped[RowId]
    order_no: Mapped[str]
    sku: Mapped[str]
    placed_at: Mapped[datetime]
    day: Mapped[date]
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("creator.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    content: Mapped[str]
    content_kind: Mapped[str | None]
    collaboration: Mapped[str | None]
    collaboration_id: Mapped[str]
    code: Mapped[str]
    link: Mapped[str]
    rule: Mapped[str | None]
    price_minor: Mapped[int]
    quantity: Mapped[int]
    currency: Mapped[str]
    delivered_at: Mapped[datetime | None]
    gross_minor: Mapped[int]
    refunded_minor: Mapped[int]
    commission_minor: Mapped[int]
    provisional_minor: Mapped[int]
    told: Mapped[bool]
    final: Mapped[bool]
    fee_minor: Mapped[int | None]
    agreed_minor: Mapped[int | None]
    source: Mapped[str]
    as_of: Mapped[datetime]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class RefundRow(BrandRow, Base):
    """What came back of a line, in the line's currency."""

    __tablename__ = "refund"

    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    amount_minor: Mapped[int]
    quantity: Mapped[int]
    refunded_at: Mapped[datetime | None]
    source: Mapped[str]
    as_of: Mapped[datetime]


class CommissionRow(BrandRow, Base):
    """What a line owes one payee, in the line's currency."""

    __tablename__ = "commission_line"
    __table_args__ = (
        CheckConstraint(_one_of("payee", Payee), name="payee"),
        CheckConstraint(_one_of("settlement", Settlement), name="settlement"),
        CheckConstraint("(tap_rate_bp is null) = (creator_share_bp is null)", name="split"),
    )

    line_id: Mapped[int] = mapped_column(ForeignKey("order_line.id", ondelete="CASCADE"), primary_key=True)
    payee: Mapped[str] = mapped_column(primary_key=True)
    settlement: Mapped[str]
    rate_bp: Mapped[int | None]
    base_minor: Mapped[int | None]
    estimated_minor: Mapped[int | None]
    actual_minor: Mapped[int | None]
    tap_rate_bp: Mapped[int | None]
    creator_share_bp: Mapped[int | None]
    source: Mapped[str]
    as_of: Mapped[datetime]


class ContentPostRow(BrandRow, Base):
    """A creator's post under the platform's id."""

    __tablename__ = "content_post"
    __table_args__ = (UniqueConstraint("brand_id", "content"), Index(None, "creator_id"))

    id: Mapped[RowId]
    content: Mapped[str]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    kind: Mapped[str]
    posted_at: Mapped[datetime]
    link: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[datetime]


class ContentDayRow(BrandRow, Base):
    """What a post gathered on one reporting day; None: not told."""

    __tablename__ = "content_day"
    __table_args__ = (Index(None, "brand_id", "day"),)

    post_id: Mapped[int] = mapped_column(ForeignKey("content_post.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    views: Mapped[int | None]
    likes: Mapped[int | None]
    comments: Mapped[int | None]
    shares: Mapped[int | None]
    clicks: Mapped[int | None]
    orders: Mapped[int | None]


class RollupDayRow(BrandRow, Base):
    """What the lines of one reporting day and key add up to. Of a key, 0 and "" stand for nobody and nothing."""

    __tablename__ = "rollup_day"
    __table_args__ = (
        UniqueConstraint(
            "brand_id",
            "day",
            "creator_id",
            "product_id",
            "campaign_id",
            "content",
            "currency",
            "rule",
            name="uq_rollup",
        ),
        Index(None, "brand_id", "creator_id", "day"),
    )

    id: Mapped[RowId]
    day: Mapped[date]
    creator_id: Mapped[int]
    product_id: Mapped[int]
    campaign_id: Mapped[int]
    content: Mapped[str]
    currency: Mapped[str]
    rule: Mapped[str]
    orders: Mapped[int]
    units: Mapped[int]
    gross: Mapped[int]
    gross_final: Mapped[int]
    refunded: Mapped[int]
    commission: Mapped[int]
    provisional: Mapped[int]
    commission_untold: Mapped[int]
    fees: Mapped[int]
    fees_unknown: Mapped[int]
    agreed: Mapped[int]
    agreed_lines: Mapped[int]


class AgreedRateRow(BrandRow, Base):
    """A commission rate and since when it is agreed. `creator_id` null: with anybody; `product_id` null: for all.

    `exact`: the platform told when it begins. `collaboration`: the platform's id of what says so, "" if somebody.
    """

    __tablename__ = "agreed_rate"
    __table_args__ = (
        UniqueConstraint(
            "brand_id", "creator_id", "product_id", "since", name="uq_agreed_rate", postgresql_nulls_not_distinct=True
        ),
        CheckConstraint("rate_bp between 1 and 10000", name="rate"),
        Index(None, "creator_id", postgresql_where=text("creator_id is not null")),
    )

    id: Mapped[RowId]
    creator_id: Mapped[int | None] = mapped_column(ForeignKey("creator.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    rate_bp: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime | None]
    exact: Mapped[bool]
    collaboration: Mapped[str]
    source: Mapped[str]
    as_of: Mapped[datetime]


class SalesSourceRow(BrandRow, Base):
    """What one source told of one kind for a brand: the days it covers, how many rows, and when it last spoke."""

    __tablename__ = "sales_source"
    __table_args__ = (UniqueConstraint("brand_id", "source", "kind"),)

    id: Mapped[RowId]
    source: Mapped[str]
    kind: Mapped[str]
    as_of: Mapped[datetime]
    first_day: Mapped[date]
    last_day: Mapped[date]
    rows: Mapped[int]
