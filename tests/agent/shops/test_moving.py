"""Creators who are in another target collaboration for the product: both shown, and whoever decides says which way."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.cards.collaborations import proposed
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.invitations import Collaboration, Guest, Line
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.cards import ChoiceCard, ReportCard
from memory.domain.collaborations import OpenPlan
from memory.domain.ids import CreatorId
from memory.domain.proposals import UNDER_WAY, DeedState, Way
from prompts.render import texts
from tests.support.heard_shop import heard_shop
from tests.support.inviting import Inviting
from tools.collaborations.results import OpenPlanList

RESOLVE = "collaborations/resolve"


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Inviting]:
    async with heard_shop(await open_office(database)) as shop:
        yield await Inviting.at(shop)


async def in_another(at: Inviting, *handles: str) -> Collaboration:
    """They are in a live one at 12 %, which has been read."""
    platform = at.shop.emulator.platform
    own, now = platform.partner.seller.shops[0], platform.clock.now
    old = Collaboration(platform.name(), own, "Summer", "", now + 30 * 86_400, now, now, {}, False, False)
    old.lines = {at.number: Line(at.number, 1_200, now, 1_200)}
    people = {one.username: one for one in platform.people.values()}
    old.guests = {people[handle].open_id: Guest(people[handle]) for handle in handles}
    platform.invitations.add(old)
    await at.read()
    return old


def guests(at: Inviting) -> dict[str, list[str]]:
    """Who is in which, by name without its code."""
    platform = at.shop.emulator.platform
    found = platform.invitations.of(platform.partner.seller.shops[0])
    return {one.name.split(" T")[0]: sorted(each.creator.username for each in one.guests.values()) for one in found}


async def test_both_sides_are_shown_and_a_bare_yes_decides_nothing(at: Inviting) -> None:
    old = await in_another(at, at.handles[0])
    asked = await at.invite(*at.handles[:2])
    code = asked.proposal.code
    card, choices = proposed(asked, "zh", texts()).cards
    assert isinstance(card, ReportCard)
    assert isinstance(choices, ChoiceCard)
    rows = [row for row in card.rows if row[0] in ("已在别的合作里", "可选做法")]
    until = datetime.fromisoformat(f"{asked.proposal.content['clashes'][0]['ends_at']}")  # type: ignore[index,call-overload]  # JSON-shaped
    there = until.astimezone(ZoneInfo(asked.zone))  # its day, which is not always that of UTC
    assert rows[0][1].startswith(
        f"@{at.handles[0]} · Summer（{old.id}）：现在佣金 12%，样品不送，到 {there:%Y-%m-%d %H:%M}"
    )
    assert rows[0][1].endswith("→ 这次佣金 20%，样品送")
    assert [row[1][:2] for row in rows[1:]] == ["1：", "2："]
    assert choices.choices == (f"批准 {code} 的 1", f"批准 {code} 的 2", f"拒绝 {code}")
    for line in (f"批准 {code}", f"批准 {code}", f"批准 {code} 的 1,2"):
        said = await at.line(at.office.lead, line)
    assert said.text.startswith(f"{code} 里有人已经在别的定向合作里，请选一种")
    assert (await at.one(code)).state is DeedState.OPEN


@pytest.mark.parametrize(("number", "way"), [(1, Way.LEAVE), (2, Way.MOVE)])
async def test_the_way_that_was_chosen_is_taken(at: Inviting, number: int, way: Way) -> None:
    await in_another(at, at.handles[0])
    code = (await at.invite(*at.handles[:2])).proposal.code
    for _ in range(2):
        await at.line(at.office.lead, f"批准 {code} 的 {number}")
    await at.carried_out()
    done = await at.one(code)
    assert (done.state, done.way) == (DeedState.DONE, way)
    first, second = sorted(at.handles[:2])
    stay = {"Summer": [at.handles[0]], "Cat tree": [at.handles[1]]}
    assert guests(at) == (stay if way is Way.LEAVE else {"Summer": [], "Cat tree": [first, second]})


async def test_where_nobody_else_is_left_a_yes_moves_them(at: Inviting) -> None:
    await in_another(at, at.handles[0])
    asked = await at.invite(at.handles[0])
    assert asked.proposal.ways == (Way.MOVE,)
    for _ in range(2):
        await at.say(at.office.lead, asked.proposal.code)
    await at.carried_out()
    assert guests(at) == {"Summer": [], "Cat tree": [at.handles[0]]}


@pytest.mark.parametrize(
    ("lost", "endpoint"), [(FaultKind.DROP_AFTER, RESOLVE), (FaultKind.DROP_BEFORE, "collaborations/create")]
)
async def test_a_lost_answer_moves_and_invites_nobody_twice(at: Inviting, lost: FaultKind, endpoint: str) -> None:
    await in_another(at, at.handles[0])
    code = (await at.invite(*at.handles[:2])).proposal.code
    for _ in range(2):
        await at.line(at.office.lead, f"批准 {code} 的 2")
    at.lose(lost, endpoint)
    await at.carried_out()
    assert (await at.one(code)).state is DeedState.UNKNOWN
    await at.carried_out(later=UNDER_WAY)
    await at.carried_out()
    assert (await at.one(code)).state is DeedState.DONE
    assert guests(at) == {"Summer": [], "Cat tree": sorted(at.handles[:2])}


async def test_other_terms_than_were_shown_move_nobody(at: Inviting) -> None:
    old = await in_another(at, at.handles[0])
    code = (await at.invite(at.handles[0])).proposal.code
    for _ in range(2):
        await at.say(at.office.lead, code)
    old.lines[at.number].rate = old.lines[at.number].former = 3_000
    await at.carried_out()
    assert guests(at) == {"Summer": [at.handles[0]]}
    assert (await at.told())[-1].startswith(f"{code} 新建定向合作：没做成：批准之后 @{at.handles[0]} 原来的合作改过了")


async def test_who_left_is_named_and_what_waits_with_them_cannot_be_approved(at: Inviting) -> None:
    code = (await at.invite(*at.handles[:2])).proposal.code
    people = at.shop.emulator.platform.people
    [gone] = [key for key, one in people.items() if one.username == at.handles[0]]
    del people[gone]  # the shop has known them by their id for weeks
    asked = await at.invite(*at.handles[:2])
    assert [(out.handle, out.reason.key) for out in asked.left_out] == [(at.handles[0], "collab_gone_now")]
    await at.carried_out()  # looks at what waits as well
    said = await at.say(at.office.lead, code)
    assert said.text == f"{code} 不能批准：@{at.handles[0]} 已经不在 TikTok Shop 上了。拒绝它，去掉他们再提一次。"
    assert (await at.one(code)).state is DeedState.OPEN


async def test_the_open_plan_is_read_and_shown_and_target_beats_it(at: Inviting) -> None:
    own = at.shop.emulator.platform.partner.seller.shops[0]
    own.open_rates = dict.fromkeys(list(own.products)[:2], 1_000)
    await at.read()
    found = await at.ask(action="open")
    assert isinstance(found, OpenPlanList)
    titles = sorted((own.products[number], number) for number in own.open_rates)
    assert found.found == tuple(OpenPlan(number, title, 1_000) for title, number in titles)
    async with at.office.database.unit(at.office.operator) as unit:
        creators = await unit.creators.by_handles(at.handles[:2])
        [product] = await unit.products.all()
    ids = [CreatorId(creators[handle].id) for handle in at.handles[:2]]
    await in_another(at, at.handles[0])
    batch = await at.office.draft(ids, offer=at.offer(1_200), product=product.id)
    done = await at.office.decide(await at.office.show(batch, at.office.anna), at.office.anna, approve=[1, 2])
    assert [(one.number, one.reason.key, dict(one.reason.facts)) for one in done.refused] == [
        (2, "offer_open_rate_differs", {"offer": "12%", "live": "10%"})
    ]
    del own.open_rates[at.number]
    await at.shop.emulator.platform.clock.advance(timedelta(hours=1).total_seconds())
    await at.read()
    assert (await at.office.decide(await at.office.show(batch, at.office.anna), at.office.anna, approve=[2])).approved
