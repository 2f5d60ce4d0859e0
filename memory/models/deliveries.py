"""Tables of what is pushed: deliveries, each occasion once, and the ledger of their tries."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.deliveries import DeliveryState, PushKind
from memory.models.base import Base, BrandRow, JsonObject, RowId

_TRY_STATES = [state for state in DeliveryState if state not in (DeliveryState.WAITING, DeliveryState.DROPPED)]


def _one_of(column: str, values: Iterable[DeliveryState | PushKind]) -> str:
    return f"{column} in ({', '.join(repr(value.value) for value in values)})"


class DeliveryRow(BrandRow, Base):
    """One thing to push. `only_channel_id`: for a test of one channel; `subject` holds what it tells."""

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("tenant_id", "occasion"),
        CheckConstraint(_one_of("state", list(DeliveryState)), name="state"),
        CheckConstraint(_one_of("kind", list(PushKind)), name="kind"),
        Index("ix_delivery_due", "look_at", "id", postgresql_where=text("state = 'waiting'")),
        Index("ix_delivery_trouble", "brand_id", "made_at", postgresql_where=text("state in ('refused', 'unknown')")),
    )

    id: Mapped[RowId]
    kind: Mapped[str]
    occasion: Mapped[str]
    subject: Mapped[JsonObject]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    only_channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel_setting.id"))
    urgent: Mapped[bool]
    state: Mapped[str]
    attempts: Mapped[int]
    look_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    made_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    reason_key: Mapped[str | None]
    reason_facts: Mapped[JsonObject | None]


class DeliveryTryRow(BrandRow, Base):
    """One try over one channel, written before the call. `claims` is the fencing token; two times are the machine's.

    `parcel`: tries of one message share it. `is_over`: that channel is not asked again, whether it refused or the end
    is unknown.
    """

    __tablename__ = "delivery_try"
    __table_args__ = (
        UniqueConstraint("delivery_id", "attempt"),
        CheckConstraint(_one_of("state", _TRY_STATES), name="state"),
        Index(
            "uq_delivery_try_open",
            "delivery_id",
            unique=True,
            postgresql_where=text("state in ('claimed', 'delivered', 'unknown')"),
        ),
        Index("ix_delivery_try_unsettled", "lease_until", postgresql_where=text("state in ('claimed', 'unknown')")),
        Index("ix_delivery_try_called", "channel_id", "called_at"),
    )

    id: Mapped[RowId]
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel_setting.id"))
    parcel: Mapped[str]
    attempt: Mapped[int]
    claims: Mapped[int]
    state: Mapped[str]
    is_over: Mapped[bool] = mapped_column(server_default=text("false"))
    claimed_at: Mapped[datetime]
    called_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    lease_until: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    settled_at: Mapped[datetime | None]
    outside_id: Mapped[str | None]
    reason_key: Mapped[str | None]
    reason_facts: Mapped[JsonObject | None]


class CardPlaceRow(BrandRow, Base):
    """A chat outside in which the full texts of a presentation stand. `closed_at`: everything on it was decided."""

    __tablename__ = "card_place"
    __table_args__ = (
        UniqueConstraint("presentation_id", "channel_id", "chat"),
        Index("ix_card_place_open", "batch_id", postgresql_where=text("closed_at is null")),
    )

    id: Mapped[RowId]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel_setting.id"))
    chat: Mapped[str]
    is_group: Mapped[bool]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"))
    shown_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
