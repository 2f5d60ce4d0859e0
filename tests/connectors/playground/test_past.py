"""The demo's past: told alike each time, in order, in creators' daytime, and as what was sold and posted says."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from connectors.playground.agency import HOME, PETS, DemoBrand
from connectors.playground.lately import lately
from connectors.playground.past import OLD_ENOUGH, PlaygroundPast
from connectors.playground.people.creators import Person, population
from connectors.playground.selling import Sold, content_id, page_of, sales
from connectors.playground.world import Birth, Met
from memory.domain.creator import Stage
from memory.domain.outreach import Purpose
from memory.domain.past import PastTalk
from memory.domain.sample import SampleStatus
from memory.domain.zones import home_zone

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)
SEED = 7


@dataclass(frozen=True)
class SmallWorld:
    """What a world of these people tells."""

    people: Sequence[Person]

    async def born(self) -> Birth:
        return Birth(SEED, NOW)

    async def met(self, *, brand: str, market: str, categories: Sequence[str]) -> Sequence[Met]:
        return [
            Met(
                one.number, one.facts, tuple(said for said in one.history.messages if said.brand == brand),
                next((sample for sample in one.history.samples if one.history.messages[0].brand == brand), None),
                bool(one.history.messages),
            )
            for one in self.people
            if one.facts.market == market and set(one.facts.categories) & set(categories)
        ]  # fmt: skip

    async def sold(self, products: Sequence[str]) -> Sequence[Sold]:
        return [
            Sold(
                one.number * 1_000 + place, one.number, one.facts.handle,
                one.facts.commission_bp.low if one.facts.commission_bp else None, order.placed_at, order.product or "",
                order.price, order.quantity, "USD", order.refunded, post.posted_at, post.kind, post.views,
            )
            for one in self.people
            for place, order in enumerate(one.history.orders)
            if order.product in products
            for post in (next(post for post in one.history.posts if post.product == order.product),)
        ]  # fmt: skip


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return list(population(creators=2_000, seed=SEED, now=NOW))


@pytest.fixture
def past(people: list[Person]) -> PlaygroundPast:
    return PlaygroundPast(SmallWorld(people), PETS)  # type: ignore[arg-type]  # only what it tells is asked


@pytest.fixture
async def talks(past: PlaygroundPast) -> Sequence[PastTalk]:
    return await past.talks()


async def test_the_same_world_tells_the_same_past(past: PlaygroundPast, talks: Sequence[PastTalk]) -> None:
    assert await past.talks() == talks
    assert len(talks) > 20


async def test_messages_follow_each_other_in_the_creators_daytime(
    people: list[Person], talks: Sequence[PastTalk]
) -> None:
    facts = {one.facts.handle: one.facts for one in people}
    for talk in talks:
        own = facts[talk.handle]
        zone = home_zone(own.zone, own.market).zone
        assert all(one.at < other.at for one, other in pairwise(talk.messages))
        assert talk.messages[0].purpose is Purpose.INVITE
        assert talk.messages[-1].at < NOW
        for said in talk.messages:
            if said.purpose is not None:
                assert 9 <= said.at.astimezone(zone).hour < 20
                assert said.text_zh


async def test_a_sample_came_after_the_word_and_before_its_post(talks: Sequence[PastTalk]) -> None:
    samples = [(talk, talk.sample) for talk in talks if talk.sample is not None]
    assert {sample.status for _, sample in samples} >= {SampleStatus.DELIVERED, SampleStatus.POSTED}
    for talk, sample in samples:
        way = [sample.approved_at, sample.shipped_at, sample.delivered_at, sample.posted_at]
        known = [at for at in way if at is not None]
        assert known == sorted(known)
        assert known[-1] <= NOW
        assert (sample.status is SampleStatus.POSTED) == (talk.stage in (Stage.POSTED, Stage.SELLING))


async def test_nobody_wrote_first_to_a_creator_twice_within_the_cool_down_but_to_small_ones(
    people: list[Person], talks: Sequence[PastTalk]
) -> None:
    facts = {one.facts.handle: one.facts for one in people}
    lately_met = [facts[talk.handle] for talk in talks if talk.messages[0].at > NOW - OLD_ENOUGH + timedelta(days=2)]
    assert len(lately_met) > 3
    assert all(own.gmv_30d is None or own.gmv_30d.high < 100_000 for own in lately_met)


async def test_what_was_posted_lately_is_what_is_sold(people: list[Person]) -> None:
    past = PlaygroundPast(SmallWorld(people), HOME)  # type: ignore[arg-type]  # only what it tells is asked
    sold = await past.sold_lately()
    links = {talk.handle: talk.sample.content_link for talk in await past.talks() if talk.sample}
    assert sold
    assert len({one.id for one in sold}) == len(sold)
    for one in sold:
        assert one.posted_at <= one.placed_at <= NOW
        assert links[one.handle] == page_of(one.handle, content_id(one.number, one.posted_at))


def test_who_sells_much_or_elsewhere_was_not_written_to_lately(people: list[Person]) -> None:
    for one in people:
        found = lately(one.number, one.facts, PETS, seed=SEED, now=NOW)
        if found is not None:
            assert one.facts.market == PETS.market
            assert "pets" in one.facts.categories


@pytest.mark.parametrize("days", [90, 180])
@pytest.mark.parametrize("brand", [PETS, HOME], ids=lambda brand: brand.code)
async def test_what_samples_brought_in_is_some_times_what_they_cost(
    people: list[Person], brand: DemoBrand, days: int
) -> None:
    """As the figures reckon it, platform fees aside: those sent in a period, and what they sold since."""
    world = SmallWorld(people)
    past = PlaygroundPast(world, brand)  # type: ignore[arg-type]  # only what it tells is asked
    goods = {product.code: product for product in brand.products}
    left: Counter[tuple[str, str]] = Counter()
    lines = [*await world.sold(list(goods)), *await past.sold_lately()]
    for sale in sales(lines, ceilings={code: one.commission_ceiling_bp for code, one in goods.items()}, now=NOW):
        (owed,) = sale.commissions
        back = sum(refund.amount.minor for refund in sale.refunds)
        paid = owed.actual or owed.estimated
        left[sale.line.handle, goods[sale.line.product].name] += (
            sale.line.gross.minor - back - (paid.minor if paid and back < sale.line.gross.minor else 0)
        )
    sent = [
        (left[talk.handle, talk.product], talk.sample.cost.minor)
        for talk in await past.talks()
        if talk.sample is not None and talk.sample.shipped_at and talk.sample.shipped_at > NOW - timedelta(days=days)
    ]
    cost = sum(each for _, each in sent)
    roi = (sum(earned for earned, _ in sent) - cost) / cost
    assert -0.6 < roi < 9
