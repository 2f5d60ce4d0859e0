"""What a claim asks about besides its own rows: costs, first messages, the brand's shop, whom nobody may write to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.collaborations import CardFacts, Terms, number_in_link, promised
from memory.domain.first_messages import FirstContact
from memory.domain.ids import BrandId, TenantId
from memory.domain.money import Money, RateTable, worth
from memory.domain.outreach import StepState
from memory.models.creators import CreatorRow, SuppressionRow
from memory.models.outreach import CoolDownPassRow, DraftRow, DraftVersionRow, SendRow, StepRow
from memory.models.shop import ProductRow
from memory.models.shop_links import ShopLinkRow
from memory.models.workspace import BrandRecord
from memory.repositories.applications import read_under_way
from memory.repositories.collaborations import read_live, read_plans
from memory.repositories.first_messages import read_all_contacts, read_passes
from memory.repositories.knowledge import read_rates
from memory.repositories.shop_links import to_link

_GOING = (StepState.SENDING, StepState.UNKNOWN)  # of two that only wait, the first one claimed goes


@dataclass(frozen=True, slots=True)
class Costs:
    """What a draft offers, in minor units of the brand's currency; None: nothing, or nobody knows."""

    fee: int | None = None
    sample: int | None = None


@dataclass(frozen=True, slots=True)
class FirstMessage:
    """Another first message to the same person, and the passes this step may use: open ones, or its own."""

    contact: FirstContact | None = None
    passes: tuple[CoolDownPassRow, ...] = ()

    @property
    def has_pass(self) -> bool:
        """Whether a lead let it through."""
        return bool(self.passes)


async def read_costs(session: AsyncSession, versions: Sequence[DraftVersionRow], *, brand: BrandId) -> dict[int, Costs]:
    """What each draft's fee and sample are worth by today's table."""
    offering = [version for version in versions if version.fee_minor is not None or version.free_sample]
    costs = {version.draft_id: Costs() for version in versions}
    if not offering:
        return costs
    currency = (await session.scalars(select(BrandRecord.currency).where(BrandRecord.id == brand))).one()
    rates = await read_rates(session)
    prices = {
        row.id: Money(row.price_minor, row.price_currency)
        for row in await session.execute(
            select(DraftRow.id, ProductRow.price_minor, ProductRow.price_currency)
            .join(ProductRow, ProductRow.id == DraftRow.product_id)
            .where(
                DraftRow.id.in_([version.draft_id for version in offering]),
                ProductRow.price_minor.is_not(None),
            )
        )
    }
    for version in offering:
        costs[version.draft_id] = _costs(version, prices.get(version.draft_id), currency, rates)
    return costs


def _costs(version: DraftVersionRow, price: Money | None, currency: str, rates: RateTable) -> Costs:
    fee = Money(version.fee_minor, version.fee_currency or "") if version.fee_minor is not None else None
    return Costs(
        fee=worth(fee, currency=currency, rates=rates),
        sample=worth(price, currency=currency, rates=rates) if version.free_sample else None,
    )


async def read_first_messages(
    session: AsyncSession, steps: Sequence[tuple[StepRow, CreatorRow]]
) -> dict[int, FirstMessage]:
    """By step: who wrote first, for steps that are first messages themselves. The brand's row is held."""
    found = {step.id: FirstMessage() for step, _ in steps}
    firsts = [(step, (creator.platform, creator.handle_key)) for step, creator in steps if step.first_message]
    if not firsts:
        return found
    brand, keys = BrandId(firsts[0][0].brand_id), {key for _, key in firsts}
    passes = await read_passes(session, keys, brand=brand)
    claims: dict[int, set[object]] = {step.id: set() for step, _ in firsts}
    tried = [step.id for step, _ in firsts if step.attempts]
    if tried and passes:
        rows = await session.execute(select(SendRow.step_id, SendRow.claimed_at).where(SendRow.step_id.in_(tried)))
        for row in rows:
            claims[row.step_id].add(row.claimed_at)
    contacts = await read_all_contacts(session, keys, brand=brand, open_states=_GOING)
    for step, key in firsts:
        usable = [row for of, row in passes if of == key and (row.used_at is None or row.used_at in claims[step.id])]
        # A text taken up by hand is looked at again: its own step, and no other, is on its way already.
        others = [contact for contact in contacts.get(key, ()) if contact.draft != step.draft_id]
        found[step.id] = FirstMessage(others[-1] if others else None, tuple(usable))
    return found


@dataclass(frozen=True, slots=True)
class ShopAccess:
    """Whether the brand's shop is connected; `revoked`: it is not, since the seller took the permission back."""

    connected: bool
    revoked: bool


async def read_shop_access(session: AsyncSession, *, brand: BrandId) -> ShopAccess:
    """How the brand's shop stands, and stands until this transaction ends."""
    row = await session.scalar(select(ShopLinkRow).where(ShopLinkRow.brand_id == brand).with_for_update(read=True))
    link = to_link(row) if row is not None else None
    connected = link is not None and link.connected
    return ShopAccess(connected, not connected and link is not None and link.revoked_at is not None)


async def read_suppressed(session: AsyncSession, creators: Sequence[CreatorRow], *, tenant: TenantId) -> set[int]:
    """Those of creators whom the tenant, or nobody, may write to."""
    rows = await session.execute(
        select(SuppressionRow.platform, SuppressionRow.handle_key).where(
            or_(SuppressionRow.tenant_id.is_(None), SuppressionRow.tenant_id == tenant),
            SuppressionRow.handle_key.in_({creator.handle_key for creator in creators}),
        )
    )
    keys = {(row.platform, row.handle_key) for row in rows}
    return {creator.id for creator in creators if (creator.platform, creator.handle_key) in keys}


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What an offer and the cards of a draft are held against."""

    terms: Terms | None = None
    cards: CardFacts = field(default_factory=CardFacts)


async def read_shop_facts(
    session: AsyncSession, drafts: Sequence[DraftRow], carrying: Collection[int], *, brand: BrandId, now: datetime
) -> dict[int, ShopFacts]:
    """By draft: what its creator really gets for its product, and what cards of those `carrying` some would show."""
    about = [draft for draft in drafts if draft.product_id is not None]
    if not about:
        return {}
    live = await read_live(session, CreatorRow.id.in_({draft.creator_id for draft in about}), brand=brand)
    plans = await read_plans(session, brand=brand)
    if not (live or plans or carrying):
        return {}
    rows = await session.execute(
        select(DraftRow.id, DraftRow.creator_id, CreatorRow.handle, ProductRow.link)
        .join(CreatorRow, CreatorRow.id == DraftRow.creator_id)
        .join(ProductRow, ProductRow.id == DraftRow.product_id)
        .where(DraftRow.id.in_([draft.id for draft in about]), ProductRow.tenant_id == DraftRow.tenant_id)
    )
    creators = {draft.creator_id for draft in about if draft.id in carrying}
    applied = await read_under_way(session, creators, brand=brand) if creators else {}
    found: dict[int, ShopFacts] = {}
    for row in rows:
        number = number_in_link(row.link)
        terms = promised(live, plans, handle=row.handle, product=number, now=now) if number else None
        found[row.id] = ShopFacts(terms, CardFacts(number, applied.get(row.creator_id, frozenset())))
    return found
