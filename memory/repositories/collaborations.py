"""Target collaborations of shops, as last read."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.collaborations import Collaboration, CollaborationStatus, Invited, OpenPlan, Rated, remembered
from memory.domain.ids import BrandId, CreatorId
from memory.domain.shops import ShopLink
from memory.models.collaborations import CollaborationCreatorRow, CollaborationRow, OpenPlanRow
from memory.models.creators import CreatorRow
from memory.models.shop_links import ShopLinkRow
from memory.tenancy import ScopedSession

_LIVE = CollaborationStatus.LIVE.value


class CollaborationRepository:
    """Satisfies `memory.domain.collaborations.CollaborationStore`; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def keep(self, link: ShopLink, found: Sequence[Collaboration], *, creators: Mapping[str, CreatorId]) -> None:
        """See `CollaborationStore.keep`."""
        for one in sorted(found, key=lambda each: each.id):
            named = {"link_id": link.id, "shop": link.shop, "number": one.id}
            # A list that is read and a deed that has just made it meet here: the later one waits for the other's row.
            new = await self._session.scalar(
                insert(CollaborationRow)
                .values(tenant_id=link.tenant, brand_id=link.brand, **named, **self._read(remembered(one, None)))
                .on_conflict_do_nothing(index_elements=list(named))
                .returning(CollaborationRow.id)
            )
            row = await self._session.scalar(
                select(CollaborationRow).filter_by(**named).with_for_update().execution_options(populate_existing=True)
            )
            if row is None:
                continue  # the link is being taken away
            if new is None:
                for name, value in self._read(remembered(one, to_collaboration(row, ()))).items():
                    setattr(row, name, value)
                await self._session.flush()
            await self._invite(row, one, creators)

    def _read(self, known: Collaboration) -> dict[str, object]:
        return {
            "name": known.name, "status": known.status.value, "ends_at": known.ends_at,
            "gives_sample": known.gives_sample, "unreviewed": known.unreviewed,
            "products": [_from_rated(rated) for rated in known.products], "read_at": self._now,
        }  # fmt: skip

    async def _invite(self, row: CollaborationRow, one: Collaboration, creators: Mapping[str, CreatorId]) -> None:
        guests = {
            creators[each.handle.lower()]: each for each in one.creators if each.handle.lower() in creators
        }  # fmt: skip
        await self._session.execute(
            delete(CollaborationCreatorRow).where(
                CollaborationCreatorRow.collaboration_id == row.id,
                CollaborationCreatorRow.creator_id.not_in(list(guests)),
            ),
            execution_options={"synchronize_session": False},
        )
        if guests:
            given = [
                {
                    "collaboration_id": row.id, "creator_id": creator, "tenant_id": row.tenant_id,
                    "brand_id": row.brand_id, "number": guest.creator, "leaving": guest.leaving,
                }
                for creator, guest in sorted(guests.items())
            ]  # fmt: skip
            invited = insert(CollaborationCreatorRow)
            await self._session.execute(
                invited.on_conflict_do_update(
                    index_elements=["collaboration_id", "creator_id"],
                    set_={"number": invited.excluded.number, "leaving": invited.excluded.leaving},
                ),
                given,
            )

    async def end_unread(self, link: ShopLink, *, since: datetime) -> None:
        """See `CollaborationStore.end_unread`."""
        await self._session.execute(
            update(CollaborationRow)
            .where(
                CollaborationRow.link_id == link.id, CollaborationRow.shop == link.shop,
                CollaborationRow.read_at < since,
            )
            .values(status=CollaborationStatus.ENDED.value),
            execution_options={"synchronize_session": False},
        )  # fmt: skip

    async def all(self, *, limit: int) -> list[Collaboration]:
        """See `CollaborationStore.all`."""
        order = (CollaborationRow.status != _LIVE, CollaborationRow.ends_at, CollaborationRow.id)
        rows = list(await self._session.scalars(_worked_with().order_by(*order).limit(limit)))
        return await _whole(self._session, rows)

    async def by_number(self, number: str) -> Collaboration | None:
        """See `CollaborationStore.by_number`."""
        rows = list(await self._session.scalars(_worked_with().where(CollaborationRow.number == number)))
        return next(iter(await _whole(self._session, rows)), None)

    async def of(self, creators: Sequence[CreatorId], *, brand: BrandId) -> list[Collaboration]:
        """See `CollaborationStore.of`."""
        return await read_live(self._session, CreatorRow.id.in_(creators), brand=brand)

    async def keep_plans(self, link: ShopLink, found: Sequence[OpenPlan]) -> None:
        """See `CollaborationStore.keep_plans`."""
        if not found:
            return
        given = {
            one.product: {
                "tenant_id": link.tenant, "brand_id": link.brand, "link_id": link.id, "shop": link.shop,
                "product": one.product, "title": one.title, "rate_bp": one.rate_bp, "ending": one.ending,
                "read_at": self._now,
            }
            for one in sorted(found, key=lambda each: each.product)
        }  # fmt: skip
        new = insert(OpenPlanRow)
        await self._session.execute(
            new.on_conflict_do_update(
                index_elements=["link_id", "shop", "product"],
                set_={name: new.excluded[name] for name in ("title", "rate_bp", "ending", "read_at")},
            ),
            list(given.values()),
        )

    async def end_unread_plans(self, link: ShopLink, *, since: datetime) -> None:
        """See `CollaborationStore.end_unread_plans`."""
        await self._session.execute(
            delete(OpenPlanRow).where(
                OpenPlanRow.link_id == link.id, OpenPlanRow.shop == link.shop, OpenPlanRow.read_at < since
            ),
            execution_options={"synchronize_session": False},
        )

    async def plans(self, *, brand: BrandId) -> list[OpenPlan]:
        """See `CollaborationStore.plans`."""
        return await read_plans(self._session, brand=brand)


async def read_plans(session: AsyncSession, *, brand: BrandId) -> list[OpenPlan]:
    """Products of a brand's open plan, of the shop that is worked with."""
    rows = await session.scalars(
        select(OpenPlanRow)
        .join(ShopLinkRow, ShopLinkRow.id == OpenPlanRow.link_id)
        .where(OpenPlanRow.brand_id == brand, ShopLinkRow.active, ShopLinkRow.shop == OpenPlanRow.shop)
        .order_by(OpenPlanRow.title, OpenPlanRow.product)
    )
    return [OpenPlan(row.product, row.title, row.rate_bp, row.ending) for row in rows]


async def read_live(
    session: AsyncSession, who: ColumnElement[bool], *, brand: BrandId
) -> list[Collaboration]:  # fmt: skip
    """Every live one of a brand in which one of these people is, under whichever row they are known."""
    keys = select(CreatorRow.handle_key).where(who)
    same = select(CreatorRow.id).where(CreatorRow.handle_key.in_(keys))
    invited = select(CollaborationCreatorRow.collaboration_id).where(CollaborationCreatorRow.creator_id.in_(same))
    rows = await session.scalars(
        _worked_with()
        .where(CollaborationRow.brand_id == brand, CollaborationRow.status == _LIVE, CollaborationRow.id.in_(invited))
        .order_by(CollaborationRow.id)
    )
    return await _whole(session, list(rows))


def _worked_with() -> Select[CollaborationRow]:
    """Of shops that are connected and chosen."""
    return (
        select(CollaborationRow)
        .join(ShopLinkRow, ShopLinkRow.id == CollaborationRow.link_id)
        .where(ShopLinkRow.active, ShopLinkRow.shop == CollaborationRow.shop)
        .execution_options(populate_existing=True)
    )


async def _whole(session: AsyncSession, rows: Sequence[CollaborationRow]) -> list[Collaboration]:
    guests: dict[int, list[Invited]] = {row.id: [] for row in rows}
    if rows:
        found = await session.execute(
            select(
                CollaborationCreatorRow.collaboration_id, CollaborationCreatorRow.number,
                CollaborationCreatorRow.leaving, CreatorRow.handle,
            )
            .join(CreatorRow, CreatorRow.id == CollaborationCreatorRow.creator_id)
            .where(CollaborationCreatorRow.collaboration_id.in_(list(guests)))
            .order_by(CollaborationCreatorRow.creator_id)
        )  # fmt: skip
        for each in found:
            guests[each.collaboration_id].append(Invited(each.number, each.handle, each.leaving))
    return [to_collaboration(row, guests[row.id]) for row in rows]


def to_collaboration(row: CollaborationRow, guests: Sequence[Invited]) -> Collaboration:
    """A row as a noun."""
    return Collaboration(
        id=row.number,
        name=row.name,
        status=CollaborationStatus(row.status),
        ends_at=row.ends_at,
        gives_sample=row.gives_sample,
        unreviewed=row.unreviewed,
        products=tuple(_to_rated(each) for each in row.products),
        creators=tuple(guests),
    )


def _from_rated(rated: Rated) -> dict[str, Any]:
    since = rated.holds_from.isoformat() if rated.holds_from is not None else None
    return {
        "product": rated.product, "title": rated.title, "rate_bp": rated.rate_bp, "holds_from": since,
        "former_bp": rated.former_bp, "leaving": rated.leaving,
    }  # fmt: skip


def _to_rated(kept: Mapping[str, Any]) -> Rated:
    since = datetime.fromisoformat(kept["holds_from"]) if kept["holds_from"] else None
    return Rated(kept["product"], kept["title"], kept["rate_bp"], since, kept["former_bp"], kept["leaving"])
