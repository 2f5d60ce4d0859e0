"""Samples that creators ask for on a platform, as one of a shop's lists: each carries a sample of ours on with it."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from agent.shops.invited import known_creators
from agent.shops.sources import Piece
from connectors.ports.samples import SamplePlatform
from connectors.ports.shops import LinkedShop
from memory.domain.applications import NOT_RECEIVED, STANDS, Application, carried_on
from memory.domain.collaborations import number_in_shop
from memory.domain.creator import Creator
from memory.domain.ids import MemberId, ProductId, SampleId
from memory.domain.sample import Sample
from memory.domain.shops import ShopLink
from memory.domain.stores import Unit
from tools.samples.keeping import snapshot

# No member's own act: an undo of theirs does not touch it.
SYNCED: Final = "sample.synced"


@dataclass(frozen=True, slots=True)
class SampleReading:
    """Satisfies `agent.shops.sources.Reading`. `name`: the provenance written on creators met for the first time."""

    platform: SamplePlatform
    name: str

    async def pieces(self, at: LinkedShop, *, after: str) -> AsyncIterator[Piece]:
        """See `Reading.pieces`."""
        async for page in self.platform.applications(at, after=after):
            yield self._piece(page.found, page.position)

    async def over(self, unit: Unit, link: ShopLink, *, since: datetime) -> None:
        """See `Reading.over`: the platform lists ended ones too, so nothing ends by not being shown."""
        del unit, link, since

    def _piece(self, found: Sequence[Application], position: str) -> Piece:
        async def keep(unit: Unit, link: ShopLink) -> None:
            await keep_applications(unit, link, found, name=self.name)

        return Piece(keep, len(found), position)


async def keep_applications(
    unit: Unit, link: ShopLink, found: Sequence[Application], *, name: str, by: MemberId | None = None
) -> None:  # fmt: skip
    """Write applications down, each with its sample. `by`: who approved them here."""
    ids = await known_creators(unit, [one.handle for one in found], name=name)
    creators = await unit.creators.by_ids(list(ids.values()))
    known = await unit.applications.known(link, [one.id for one in found])
    products = {number: product.id for product in await unit.products.all() if (number := number_in_shop(product))}
    samples = await unit.samples.lock(sorted(set(ids.values())), brand=link.brand)
    taken = {one.sample for one in known.values()}
    for one in sorted(found, key=lambda each: each.id):
        creator = creators.get(ids[one.handle.lower()]) if one.handle.lower() in ids else None
        if creator is None:
            continue  # erased for good
        before = known.get(one.id)
        own = [sample for sample in samples if sample.creator == creator.id]
        present = _present(own, before.sample if before else None, one, products, taken)
        kept = await _carry_on(unit, link, one, creator, present, products.get(one.product), by=by)
        taken.add(kept)
        await unit.applications.keep(link, one, creator=creator.id, sample=kept)


def _present(
    own: Sequence[Sample],
    linked: SampleId | None,
    one: Application,
    products: Mapping[str, ProductId],
    taken: set[SampleId | None],
) -> Sample | None:
    """The sample an application is: its own, else one somebody wrote down that is on its way and nobody else's."""
    if linked is not None:
        return next((sample for sample in own if sample.id == linked), None)
    product = products.get(one.product)
    fitting = [
        sample for sample in own
        if sample.id not in taken and sample.status in NOT_RECEIVED and sample.product in (None, product)
    ]  # fmt: skip
    return fitting[-1] if fitting else None


async def _carry_on(
    unit: Unit,
    link: ShopLink,
    one: Application,
    creator: Creator,
    present: Sample | None,
    product: ProductId | None,
    *,
    by: MemberId | None,
) -> SampleId | None:
    """Bring the sample to where the application stands; one that ended before anything was received is forgotten."""
    if one.status not in STANDS:
        if present is not None and present.status in NOT_RECEIVED:
            await unit.samples.remove(present)
            after = {"application": one.id, "status": one.status.value}
            await unit.audit.record(SYNCED, subject=f"sample:{present.id}", before=snapshot(present), after=after)
            return None
        return present.id if present is not None else None
    sample = present or await unit.samples.begin(creator.id, brand=link.brand)
    carried = carried_on(sample, one, market=creator.facts.market, by=by, now=unit.now)
    carried = replace(carried, product=carried.product or product)
    if carried != present:
        await unit.samples.save(carried)
        before = snapshot(present) if present is not None else None
        await unit.audit.record(SYNCED, subject=f"sample:{carried.id}", before=before, after=snapshot(carried))
    return sample.id
