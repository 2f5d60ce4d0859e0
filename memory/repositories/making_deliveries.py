"""Makes a delivery in the transaction that causes it: once per occasion, and only where a channel could carry it."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, bindparam, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain import jobs
from memory.domain.channels import PUSHING
from memory.domain.deliveries import DELIVERIES, DeliveryState, PushKind, Subject
from memory.domain.ids import BrandId, ChannelId, MemberId, TenantId
from memory.models.channels import ChannelSettingRow
from memory.models.deliveries import DeliveryRow
from memory.standing import standing
from memory.tenancy import reach_of

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
    if kind is PushKind.REPLY:  # its one channel, which need not be able to speak first
        able = await session.scalar(_ANSWERS, {"tenant": tenant, "channel": only or 0})
    else:
        able = await session.scalar(select(ChannelSettingRow.id).where(carries(tenant, brand)).limit(1))
    if able is None:
        return False
    made = await session.scalar(
        _MAKE,
        [
            {
                "tenant_id": tenant,
                "brand_id": brand,
                "kind": kind.value,
                "occasion": occasion,
                "subject": dict(subject),
                "member_id": member,
                "only_channel_id": only,
                "urgent": urgent,
                "state": DeliveryState.WAITING.value,
                "attempts": 0,
                "look_at": look_at or now,
                "valid_until": valid_until or now + VALID,
                "made_at": now,
            }
        ],
    )
    if made is None:
        return False
    if kind is PushKind.REPLY:
        return True  # whoever holds the channel says it, without being told
    reach_of(session).announce(DELIVERIES, "")
    queued = reach_of(session).jobs
    if jobs.deliver() not in queued:
        queued.append(jobs.deliver())
    return True


def carries(tenant: TenantId, brand: BrandId) -> ColumnElement[bool]:
    """Channels that may carry a brand's pushes."""
    serves = ChannelSettingRow.serves_id
    return (
        (ChannelSettingRow.tenant_id == tenant)
        & ChannelSettingRow.active
        & ChannelSettingRow.kind.in_([kind.value for kind in PUSHING])
        & or_(serves.is_(None), serves == brand)
    )
