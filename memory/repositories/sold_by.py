"""Whose a sale is: creators, products and campaigns of a brand found, and made where nobody knew them yet."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select

from memory.domain.creator import CreatorFacts
from memory.domain.ids import BrandId, CampaignId, CreatorId, ProductId
from memory.domain.links import code_key
from memory.domain.sale_books import Touch, campaign_of
from memory.domain.sales import WINDOW, OrderLine, Rule
from memory.domain.workspace import Scope
from memory.models.creators import CreatorRow
from memory.models.links import LinkClickRow, PromoCodeRow, TrackingLinkRow
from memory.models.outreach import BatchRow, DraftRow, StepRow
from memory.models.sales import ContentPostRow
from memory.models.shop import ProductRow
from memory.repositories.creators import CreatorRepository
from memory.repositories.sale_rows import Whose
from memory.tenancy import ScopedSession

PLATFORM = "tiktok"


@dataclass(slots=True)
class Found:
    """What the lines of one upsert belong to. Creators by handle (lower case) and by post, products by what is told."""

    creators: dict[str, int] = field(default_factory=dict)
    posts: dict[str, int] = field(default_factory=dict)
    products: dict[str, int] = field(default_factory=dict)
    names: dict[str, int] = field(default_factory=dict)
    touches: dict[int, list[Touch]] = field(default_factory=dict)
    codes: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    links: dict[str, tuple[int, int | None]] = field(default_factory=dict)
    clicks: dict[str, list[datetime]] = field(default_factory=dict)

    def whose(self, line: OrderLine, *, product: int | None, creator: int | None) -> Whose:
        """The creator, product and campaign of a line; those it had stay where nothing else is told."""
        named = self.creators.get(line.handle.lower(), creator)
        posted = self.posts.get(line.content) if line.content else None
        owner = posted or named
        rule, campaign = None, None
        if owner is not None:
            rule = Rule.CONTENT if line.content else Rule.CREATOR
        elif line.code and (marked := self.codes.get(code_key(line.code))):
            rule, (owner, campaign) = Rule.CODE, marked
        elif self._clicked(line):
            rule, (owner, campaign) = Rule.LINK, self.links[line.link]
        goods = self.products.get(line.product) or self.names.get(line.product_name.casefold()) or product
        touched = self.touches.get(owner or 0, [])
        campaign = campaign or campaign_of(touched, line.placed_at, ProductId(goods) if goods else None)
        return Whose(CreatorId(owner) if owner else None, ProductId(goods) if goods else None, campaign, rule)

    def _clicked(self, line: OrderLine) -> bool:
        """Whether the link a customer came by was last followed within the window before they ordered."""
        before = [at for at in self.clicks.get(line.link, ()) if at <= line.placed_at]
        return bool(before) and line.placed_at - max(before) <= WINDOW


class SoldBy:
    """Finds what sales belong to, inside the caller's transaction."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def find(
        self, lines: Sequence[OrderLine], *, brand: BrandId, market: str, source: str, as_of: datetime
    ) -> Found:
        """What lines belong to. Creators and products nobody knew are made."""
        found = Found()
        found.creators = await self.creators((line.handle for line in lines), market=market, source=source, as_of=as_of)
        contents = sorted({line.content for line in lines if line.content})
        if contents:
            posts = await self._session.execute(
                select(ContentPostRow.content, ContentPostRow.creator_id).where(
                    ContentPostRow.brand_id == brand, ContentPostRow.content.in_(contents)
                )
            )
            found.posts = {row.content: row.creator_id for row in posts}
        goods = {(line.product, line.product_name) for line in lines if line.product or line.product_name}
        found.products, found.names = await self.products(goods, brand=brand)
        await self._marked(lines, found, brand=brand)
        marked = {creator for creator, _ in (*found.codes.values(), *found.links.values())}
        owners = {*found.creators.values(), *found.posts.values(), *marked}
        found.touches = await self._touches(owners, brand=brand)
        return found

    async def _marked(self, lines: Sequence[OrderLine], found: Found, *, brand: BrandId) -> None:
        """Whose the promo codes and tracking links of lines are, and when the links were followed."""
        codes = sorted({code_key(line.code) for line in lines if line.code})
        if codes:
            rows = await self._session.execute(
                select(PromoCodeRow.key, PromoCodeRow.creator_id, PromoCodeRow.campaign_id).where(
                    PromoCodeRow.brand_id == brand, PromoCodeRow.key.in_(codes)
                )
            )
            found.codes = {row.key: (row.creator_id, row.campaign_id) for row in rows}
        links = sorted({line.link for line in lines if line.link})
        if not links:
            return
        clicks = await self._session.execute(
            select(TrackingLinkRow.code, TrackingLinkRow.creator_id, TrackingLinkRow.campaign_id, LinkClickRow.at)
            .join(LinkClickRow, LinkClickRow.link_id == TrackingLinkRow.id)
            .where(TrackingLinkRow.brand_id == brand, TrackingLinkRow.code.in_(links))
        )
        for row in clicks:
            found.links[row.code] = (row.creator_id, row.campaign_id)
            found.clicks.setdefault(row.code, []).append(row.at)

    async def creators(self, handles: Iterable[str], *, market: str, source: str, as_of: datetime) -> dict[str, int]:
        """Ids by handle in lower case; one who was erased for good has none."""
        wanted = sorted({handle.lower() for handle in handles if handle})
        repository = CreatorRepository(self._session, self._scope, self._now)
        known = await repository.by_handles(wanted)
        missing = [CreatorFacts(handle=handle, market=market) for handle in wanted if handle not in known]
        if missing:
            await repository.upsert(missing, source=source, as_of=as_of)
            known |= await repository.by_handles([facts.handle for facts in missing])
        return {handle: creator.id for handle, creator in known.items()}

    async def products(self, goods: set[tuple[str, str]], *, brand: BrandId) -> tuple[dict[str, int], dict[str, int]]:
        """Ids by the platform's id, and by name in lower case: ours of that id, link or name, else new ones."""
        rows = list(await self._session.scalars(select(ProductRow).where(ProductRow.brand_id == brand)))
        by_outside = {row.outside_id: row for row in rows if row.outside_id}
        by_name = {row.name.casefold(): row for row in rows}
        for outside, name in sorted(goods):
            row = by_outside.get(outside) if outside else by_name.get(name.casefold())
            if row is not None:
                continue
            row = next((one for one in rows if outside and not one.outside_id and outside in (one.link or "")), None)
            same = by_name.get(name.casefold())
            if row is None and same is not None and not same.outside_id:
                row = same
            if row is None:
                row = ProductRow(
                    brand_id=brand, name=name or outside, selling_points=[], made_at=self._now, changed_at=self._now
                )
                self._session.add(row)
                rows.append(row)
                by_name.setdefault(row.name.casefold(), row)
            if outside:
                row.outside_id, row.changed_at = outside, self._now
                by_outside[outside] = row
        await self._session.flush()
        return (
            {outside: row.id for outside, row in by_outside.items()},
            {name: row.id for name, row in by_name.items()},
        )

    async def _touches(self, creators: set[int], *, brand: BrandId) -> dict[int, list[Touch]]:
        """When which campaigns first wrote to creators."""
        touches: dict[int, list[Touch]] = defaultdict(list)
        if not creators:
            return touches
        first = func.min(StepRow.sent_at)
        rows = await self._session.execute(
            select(StepRow.creator_id, BatchRow.campaign_id, BatchRow.product_id, first)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .where(
                StepRow.brand_id == brand,
                StepRow.creator_id.in_(sorted(creators)),
                StepRow.sent_at.is_not(None),
                BatchRow.campaign_id.is_not(None),
            )
            .group_by(StepRow.creator_id, BatchRow.campaign_id, BatchRow.product_id)
        )
        for creator, campaign, product, at in rows:
            if campaign is not None and at is not None:
                touches[creator].append(Touch(CampaignId(campaign), at, ProductId(product) if product else None))
        return touches

    async def called(
        self, creators: Iterable[int], products: Iterable[int]
    ) -> tuple[dict[int, str], dict[int, tuple[str, str]]]:
        """Handles of creators, and the platform's id ("": none) with the name of products."""
        handles = await self._session.execute(
            select(CreatorRow.id, CreatorRow.handle).where(
                CreatorRow.id.in_(sorted(set(creators))), CreatorRow.platform == PLATFORM
            )
        )
        goods = await self._session.execute(
            select(ProductRow.id, ProductRow.outside_id, ProductRow.name).where(
                ProductRow.id.in_(sorted(set(products)))
            )
        )
        return {row.id: row.handle for row in handles}, {row.id: (row.outside_id or "", row.name) for row in goods}
