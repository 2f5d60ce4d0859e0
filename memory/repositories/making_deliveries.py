"""Makes a delivery in the transaction that causes it: once per occasion, and only where a channel could carry it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain import jobs
from memory.domain.channels import PUSHING
from memory.domain.deliveries import DELIVERIES, DeliveryState, PushKind, Subject
from memory.domain.ids import BrandId, ChannelId, MemberId, TenantId
from memory.domain.workspace import Scope
from memory.models.channels import ChannelSettingRow
from memory.models.deliveries import DeliveryRow
from memory.standing import standing
from memory.tenancy import ScopedSession, reach_of

_ANSWERS = standing(
    select(ChannelSettingRow.id).where(
        ChannelSettingRow.tenant_id == bindparam("tenant"),
        ChannelSettingRow.active,
        ChannelSettingRow.id == bindparam("channel"),
    )
)
_MAKE = standing(insert(DeliveryRow).on_conflict_do_nothing().returning(DeliveryRow.id))
VALID = timedelta(hours=36)  # over a night and the morning after it


async def make_delivery(
    session: AsyncSession,
    kind: PushKind,
    *,
    tenant: TenantId,
    brand: BrandId,
    occasion: str,
    subject: Subject,
    now: datetime,
    valid_until: datetime | None = None,
    look_at: datetime | None = None,
    only: ChannelId | None = None,
    urgent: bool = False,
    member: MemberId | None = None,
) -> bool:
    """Whether it is new. The job that carries it out comes with it, if and when the transaction commits."""
    if await session.scalar(select(ChannelSettingRow.id).where(carries(tenant, brand)).limit(1)) is None:
        return False
    place = {"tenant_id": tenant, "brand_id": brand, "only_channel_id": only, "member_id": member, "urgent": urgent}
    times = {"look_at": look_at or now, "valid_until": valid_until or now + VALID, "made_at": now}
    if await session.scalar(_MAKE, place | _new(kind, occasion, subject) | times) is None:
        return False
    reach_of(session).announce(DELIVERIES, "")
    queued = reach_of(session).jobs
    if jobs.deliver() not in queued:
        queued.append(jobs.deliver())
    return True


async def make_answer(
    session: ScopedSession,
    *,
    scope: Scope,
    brand: BrandId,
    channel: ChannelId,
    occasion: str,
    subject: Subject,
    now: datetime,
    valid_until: datetime,
) -> None:
    """Owe one in a chat. Its channel need not be able to speak first; whoever holds it says it without being told."""
    if await session.scalar(_ANSWERS, {"tenant": scope.tenant, "channel": channel}) is None:
        return
    place = {
        "tenant_id": scope.tenant, "brand_id": brand, "only_channel_id": channel, "member_id": scope.member,
        "urgent": True,
    }  # fmt: skip
    times = {"look_at": now, "valid_until": valid_until, "made_at": now}
    await session.post(_MAKE, place | _new(PushKind.REPLY, occasion, subject) | times)


def _new(kind: PushKind, occasion: str, subject: Subject) -> dict[str, object]:
    return {
        "kind": kind.value, "occasion": occasion, "subject": dict(subject), "state": DeliveryState.WAITING.value,
        "attempts": 0,
    }  # fmt: skip


def carries(tenant: TenantId, brand: BrandId) -> ColumnElement[bool]:
    """Channels that may carry a brand's pushes."""
    serves = ChannelSettingRow.serves_id
    return (
        (ChannelSettingRow.tenant_id == tenant)
        & ChannelSettingRow.active
        & ChannelSettingRow.kind.in_([kind.value for kind in PUSHING])
        & or_(serves.is_(None), serves == brand)
    )
