"""Samples that creators ask for on a platform, as last read."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.applications import UNDER_WAY, Application, ApplicationStatus, KnownApplication
from memory.domain.ids import BrandId, CreatorId, SampleId
from memory.domain.shops import ShopLink
from memory.models.collaborations import SampleApplicationRow
from memory.models.creators import CreatorRow
from memory.models.shop_links import ShopLinkRow
from memory.tenancy import ScopedSession


class ApplicationRepository:
    """Satisfies `memory.domain.applications.ApplicationStore`; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def known(self, link: ShopLink, numbers: Sequence[str]) -> dict[str, KnownApplication]:
        """See `ApplicationStore.known`."""
        found = await self._all(
            _rows().where(SampleApplicationRow.link_id == link.id, SampleApplicationRow.number.in_(numbers))
        )
        return {one.application.id: one for one in found}

    async def keep(
        self, link: ShopLink, application: Application, *, creator: CreatorId, sample: SampleId | None
    ) -> None:  # fmt: skip
        """See `ApplicationStore.keep`."""
        given = {
            "creator_id": creator, "sample_id": sample, "status": application.status.value,
            "product": application.product, "title": application.title, "tracking": application.tracking,
            "review_by": application.review_by, "read_at": self._now,
        }  # fmt: skip
        await self._session.execute(
            insert(SampleApplicationRow)
            .values(
                tenant_id=link.tenant, brand_id=link.brand, link_id=link.id, shop=link.shop, number=application.id,
                **given,
            )
            .on_conflict_do_update(index_elements=["link_id", "shop", "number"], set_=given)
        )  # fmt: skip

    async def waiting(self, creators: Sequence[CreatorId] | None = None) -> list[KnownApplication]:
        """See `ApplicationStore.waiting`."""
        wanted = (
            _rows()
            .where(SampleApplicationRow.status == ApplicationStatus.PENDING.value)
            .order_by(SampleApplicationRow.review_by.asc().nulls_last(), SampleApplicationRow.id)
        )
        if creators is not None:
            wanted = wanted.where(SampleApplicationRow.creator_id.in_(creators))
        return await self._all(wanted)

    async def under_way(self, creators: Sequence[CreatorId]) -> list[KnownApplication]:
        """See `ApplicationStore.under_way`."""
        return await self._all(
            _rows()
            .where(
                SampleApplicationRow.creator_id.in_(creators),
                SampleApplicationRow.status.in_([status.value for status in UNDER_WAY]),
            )
            .order_by(SampleApplicationRow.id.desc())
        )

    async def _all(self, wanted: Select[SampleApplicationRow]) -> list[KnownApplication]:
        rows = list(await self._session.scalars(wanted))
        ids = {row.creator_id for row in rows}
        named = await self._session.execute(select(CreatorRow.id, CreatorRow.handle).where(CreatorRow.id.in_(ids)))
        handles = {row.id: row.handle for row in named}
        return [
            KnownApplication(
                Application(
                    row.number, ApplicationStatus(row.status), handles[row.creator_id], row.product, row.title,
                    row.tracking, row.review_by,
                ),
                CreatorId(row.creator_id),
                SampleId(row.sample_id) if row.sample_id is not None else None,
            )
            for row in rows
        ]  # fmt: skip


async def read_under_way(
    session: AsyncSession, creators: Collection[int], *, brand: BrandId
) -> dict[int, frozenset[str]]:  # fmt: skip
    """By creator: the numbers of a brand's applications that have not ended, of the shop that is worked with."""
    rows = await session.execute(
        select(SampleApplicationRow.creator_id, SampleApplicationRow.number)
        .join(ShopLinkRow, ShopLinkRow.id == SampleApplicationRow.link_id)
        .where(
            SampleApplicationRow.brand_id == brand, SampleApplicationRow.creator_id.in_(creators),
            SampleApplicationRow.status.in_([status.value for status in UNDER_WAY]),
            ShopLinkRow.active, ShopLinkRow.shop == SampleApplicationRow.shop,
        )
    )  # fmt: skip
    found: dict[int, set[str]] = {}
    for row in rows:
        found.setdefault(row.creator_id, set()).add(row.number)
    return {creator: frozenset(numbers) for creator, numbers in found.items()}


def _rows() -> Select[SampleApplicationRow]:
    """Of shops that are connected and chosen."""
    return (
        select(SampleApplicationRow)
        .join(ShopLinkRow, ShopLinkRow.id == SampleApplicationRow.link_id)
        .where(ShopLinkRow.active, ShopLinkRow.shop == SampleApplicationRow.shop)
        .execution_options(populate_existing=True)
    )
