"""What people call the groups of a report."""

from collections.abc import Collection

from sqlalchemy import select

from memory.domain.performance import GroupBy, Key
from memory.models.campaigns import CampaignRow
from memory.models.creators import CreatorRow
from memory.models.shop import ProductRow
from memory.models.workspace import BrandRecord
from memory.tenancy import ScopedSession

_NAMED = {
    GroupBy.CREATOR: (CreatorRow.id, CreatorRow.handle),
    GroupBy.PRODUCT: (ProductRow.id, ProductRow.name),
    GroupBy.CAMPAIGN: (CampaignRow.id, CampaignRow.name),
    GroupBy.BRAND: (BrandRecord.id, BrandRecord.name),
}
_AT_ONCE = 10_000


async def labels(session: ScopedSession, group: GroupBy, keys: Collection[object]) -> dict[object, Key]:
    """Keys with their names; 0 and "" stand for nobody and nothing."""
    found: dict[object, Key] = {}
    if group in _NAMED:
        own, name = _NAMED[group]
        wanted = sorted(key for key in keys if isinstance(key, int) and key)
        for start in range(0, len(wanted), _AT_ONCE):
            rows = await session.execute(select(own, name).where(own.in_(wanted[start : start + _AT_ONCE])))
            found |= {key: Key(str(key), label) for key, label in rows}
        return {key: found.get(key, Key(str(key or ""), "")) for key in keys}
    return {key: Key(str(key), str(key)) for key in keys}
