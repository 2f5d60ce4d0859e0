"""Target collaborations put before a lead: shown whole, decided once, carried out at most once, told where asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from agent.cards.collaborations import listed, proposed
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.cards import ChoiceCard, ReportCard
from memory.domain.collaborations import Collaboration, CollaborationStatus
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.proposals import UNDER_WAY, DeedState
from memory.domain.workspace import Role
from prompts.render import texts
from tests.support.heard_shop import heard_shop
from tests.support.inviting import Inviting
from tools.collaborations.results import CollaborationList, Proposed


@pytest.fixture
async def at(database: Database) -> AsyncIterator[Inviting]:
    async with heard_shop(await open_office(database)) as shop:
        yield await Inviting.at(shop)


async def test_it_is_shown_whole_waits_for_a_lead_and_is_made_once(at: Inviting) -> None:
    asked = await at.invite()
    piece = proposed(asked, "zh", texts())
    card, choices = piece.cards
    assert isinstance(card, ReportCard)
    assert isinstance(choices, ChoiceCard)
    shown = {row[0]: row[1] for row in card.rows}
    assert shown["邀请达人"] == " ".join(f"@{handle}" for handle in at.handles[:3])
    assert (shown["佣金"], shown["产品"], shown["样品"]) == ("20%", f"Cat tree（{at.number}）", "送，每份申请都要人审")
    code = asked.proposal.code
    assert choices.choices == (f"批准 {code}", f"拒绝 {code}")
    assert (await at.say(at.office.anna, code)).text.startswith("这一步要负责人批准")
    assert (await at.say(at.office.operator, code)).text == texts().say("decide_not_allowed", "zh", role="operator")
    first = await at.say(at.office.lead, code)  # has not seen it: is shown it
    assert first.cards[0] == card
    assert (await at.one(code)).state is DeedState.OPEN
    await at.say(at.office.lead, code)
    assert (await at.say(at.office.lead, code)).text == f"{code} 已经决定过了，不能再改。"
    assert at.there() == []
    for _ in range(3):
        await at.carried_out()
    done = await at.one(code)
    assert (done.state, at.there()) == (DeedState.DONE, [done.name])
    assert await at.told() == [f"{code} 新建定向合作：做好了：{done.outcome}"]
    found = await at.ask(action="list")
    assert isinstance(found, CollaborationList)
    assert [one.id for one in found.found] == [done.outcome]  # read at once
    rows = listed(found, "zh", texts()).cards[0]
    assert isinstance(rows, ReportCard)
    assert rows.rows[0][1:5] == ("进行中", "Cat tree 20%", "送", "3")


async def test_a_rejection_ends_it_until_it_is_being_done(at: Inviting) -> None:
    code = await at.approved()
    assert (await at.say(at.office.anna, code, reject=True)).text == f"{code} 新建定向合作：已拒绝，什么都没做"
    await at.carried_out()
    assert (at.there(), (await at.one(code)).state) == ([], DeedState.REJECTED)


@pytest.mark.parametrize("line", ["停", "停 {code}", "撤回 {code}"])
async def test_a_stop_comes_before_whatever_is_not_being_done_yet(at: Inviting, line: str) -> None:
    code = await at.approved()
    who = at.office.lead if "撤" in line else at.office.viewer
    said = await at.line(who, line.format(code=code))
    assert code in said.text
    await at.carried_out()
    assert (at.there(), (await at.one(code)).state) == ([], DeedState.REJECTED)
    assert (await at.line(at.office.viewer, f"停 {code}")).text.startswith(f"{code} 没有可停的")


async def test_a_lost_answer_is_looked_for_and_never_repeated_blindly(at: Inviting) -> None:
    code = await at.approved()
    at.lose()
    await at.carried_out()
    assert (await at.one(code)).state is DeedState.UNKNOWN
    await at.carried_out()
    assert ((await at.one(code)).state, len(at.there())) == (DeedState.DONE, 1)
    lost = await at.approved(at.handles[3])
    at.lose(FaultKind.DROP_BEFORE)
    await at.carried_out()
    for _ in range(2):
        await at.carried_out()
        assert (await at.one(lost)).state is DeedState.UNKNOWN  # it may still come
    await at.carried_out(later=UNDER_WAY)
    await at.carried_out()
    assert ((await at.one(lost)).state, len(at.there())) == (DeedState.DONE, 2)


async def test_a_process_that_went_away_while_doing_it_leaves_it_to_be_looked_for(at: Inviting) -> None:
    code = await at.approved()
    async with at.office.database.unit(at.office.lead) as unit:
        locked = await unit.proposals.by_code(code, lock=True)
        assert locked is not None
        await unit.proposals.begin(locked)
    await at.deeds.run()  # its lease holds
    assert (await at.one(code)).state is DeedState.DOING
    await at.carried_out(later=UNDER_WAY)
    await at.carried_out()
    assert ((await at.one(code)).state, len(at.there())) == (DeedState.DONE, 1)


async def test_who_has_one_since_the_approval_is_not_invited_a_second_time(at: Inviting) -> None:
    two = [await at.approved(at.handles[2]) for _ in range(2)]
    for _ in range(2):
        await at.carried_out()
    one, other = [await at.one(code) for code in two]
    assert (one.state, other.state) == (DeedState.DONE, DeedState.FAILED)
    assert (await at.told())[-1].startswith(f"{other.code} 新建定向合作：没做成：批准之后情况变了，什么都没建")


async def test_whoever_may_decide_no_more_has_decided_nothing(at: Inviting) -> None:
    code = await at.approved()
    await at.office.set_role(at.office.lead.member, Role.APPROVER)
    await at.carried_out()
    done = await at.one(code)
    assert (at.there(), done.state) == ([], DeedState.FAILED)
    assert done.reason is not None
    assert done.reason.key == "collab_decider_role"


async def test_one_is_changed_linked_to_and_removed_each_by_a_word(at: Inviting) -> None:
    code = await at.approved(*at.handles[:2])
    await at.carried_out()
    own = at.shop.emulator.platform.partner.seller.shops[0]
    kept = next(iter(at.shop.emulator.platform.invitations.of(own)))
    for wish, state in (
        ({"action": "change", "commission_rate": 0.25}, DeedState.FAILED),  # it has no e-mail address of the seller
        ({"action": "change", "commission_rate": 0.25, "drop_handles": [at.handles[0]]}, DeedState.DONE),
        ({"action": "link"}, DeedState.DONE),
        ({"action": "remove", "collaboration": (await at.one(code)).outcome}, DeedState.DONE),
    ):
        asked = await at.ask(**wish)
        assert isinstance(asked, Proposed)
        for _ in range(2):
            await at.say(at.office.lead, asked.proposal.code)
        await at.carried_out()
        assert (await at.one(asked.proposal.code)).state is state, wish
        kept.contact = {"email": "seller@example.com"}
    assert [guest.creator.username for guest in kept.guests.values()] == [at.handles[1]]
    assert kept.lines[at.number].rate == 2_500
    assert kept.cancelled_at is not None
    assert any("https://affiliate.example/" in said for said in await at.told())


async def test_what_is_missing_or_out_of_bounds_is_said(at: Inviting) -> None:
    day = ((await at.office.now()) + timedelta(days=9)).date()
    whole = {"action": "invite", "handles": at.handles[:1], "commission_rate": 0.2, "ends_on": day}
    for spoilt, key in (
        ({"commission_rate": None}, "collab_needs_rate"),
        ({"ends_on": None}, "collab_needs_end"),
        ({"commission_rate": 0.85}, "collab_rate_bounds"),
        ({"ends_on": day - timedelta(days=30)}, "collab_end_past"),
        ({"action": "change"}, "collab_none"),
    ):
        with pytest.raises(BadRequest, match=key):
            await at.ask(**(whole | spoilt))
    async with at.office.database.unit(at.office.operator) as unit:
        [product] = await unit.products.all()
        await unit.products.save(product, {"link": "https://acme.example/cat-tree"}, brand=at.office.brand)
    with pytest.raises(BadRequest, match="collab_product_unlinked"):
        await at.ask(**whole)
    at.asking.talk = replace(at.asking.talk, who=replace(at.office.operator, role=Role.VIEWER))
    with pytest.raises(NotAllowed):
        await at.ask(**whole)


async def test_a_list_and_a_deed_that_write_the_same_down_at_once_wait_for_each_other(at: Inviting) -> None:
    link, database = await at.shop.state(), at.office.database
    ends = await at.office.now() + timedelta(days=60)
    read = Collaboration("c1", "Autumn", CollaborationStatus.LIVE, ends, True, False, (), ())

    async def keep(one: Collaboration) -> None:
        async with database.unit(at.office.lead) as unit:
            await unit.collaborations.keep(link, [one], creators={})

    async with database.unit(at.office.lead) as unit:
        await unit.collaborations.keep(link, [read], creators={})
        later = asyncio.create_task(keep(replace(read, name="Winter")))
        ours = "join pg_stat_activity using (pid) where datname = current_database()"
        while not at.shop.row(f"select 1 from pg_locks {ours} and not granted"):
            await at.shop.state()
    await later
    async with database.unit(at.office.lead) as unit:
        assert [one.name for one in await unit.collaborations.all(limit=9)] == ["Winter"]
