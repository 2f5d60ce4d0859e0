from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from agent.jobs.upkeep import Upkeep
from agent.outreach.answers import AnswerDesk, collect
from agent.outreach.planning import next_due
from connectors.ports.platforms import Answer
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.account_stores import NewBrand
from memory.domain.chat import Reply
from memory.domain.ids import BrandId, ConversationId, CreatorMessageId, MemberId, TenantId
from memory.domain.outreach import CreatorMessage, DraftStatus, Gist, Intent, Purpose
from memory.domain.workspace import Lang, Role, Scope
from prompts.render import texts


@dataclass
class FakeSource:
    """Answers in a list; the cursor is how many were read."""

    written: list[Answer] = field(default_factory=list)
    name: str = "fake"

    async def answers(self, *, after: str | None, now: datetime) -> tuple[Sequence[Answer], str | None]:
        return self.written[int(after or 0) :], str(len(self.written))

    async def next_due(self) -> datetime | None:
        return None


@dataclass
class FakeCursors:
    positions: dict[str, str] = field(default_factory=dict)

    async def read(self, source: str) -> str | None:
        return self.positions.get(source)

    async def write(self, source: str, position: str) -> None:
        self.positions[source] = position


def read(text: str, *, now: date) -> Gist:
    return Gist(Intent.OPT_OUT if "stop" in text else Intent.INTERESTED, 90, quotes=(text,), dates=(now,))


def notice(lang: Lang, messages: Sequence[CreatorMessage], *, now: datetime) -> Reply:
    return Reply(text=f"{lang}: " + ", ".join(message.handle for message in messages))


def desk_of(shop: SellingOffice) -> AnswerDesk:
    async def scope_of(tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
        known = {scope.member: scope for scope in (shop.operator, shop.anna)}
        return known.get(member)

    return AnswerDesk(shop.database, shop.database, read, scope_of, notice)


def answer(handle: str, text: str, number: int = 1) -> Answer:
    return Answer(f"a{number}", "tiktok", handle, text, datetime.now(UTC))


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    office = await open_office(database)
    await office.move_to_hour(12)
    return office


async def sent_from_a_talk(shop: SellingOffice, count: int) -> ConversationId:
    async with shop.database.unit(shop.operator) as unit:
        talk = await unit.conversations.start(connector="web", chat="direct", now=unit.now)
    creators = await shop.creators(count)
    batch = await shop.draft(creators, conversation=talk.id)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=range(1, count + 1))
    await shop.dispatch()
    return talk.id


async def test_an_answer_belongs_to_the_brand_it_was_written_to_whoever_wrote_last(shop: SellingOffice) -> None:
    await sent_from_a_talk(shop, 1)
    tenant = shop.lead.tenant
    async with shop.database.across_tenants("another brand, and somebody else's") as work:
        other = (await work.accounts.make_brand(tenant, NewBrand("Other", "Other", "US", "Asia/Shanghai"))).id
        stranger = await work.accounts.make_tenant("Stranger")
        theirs = (await work.accounts.make_brand(stranger, NewBrand("Theirs", "Theirs", "US", "Asia/Shanghai"))).id
    source = FakeSource(
        [
            replace(answer("creator00000", "to the other brand", 1), brand=other),
            replace(answer("creator00000", "to ours", 2), brand=shop.brand),
            replace(answer("creator00000", "to nobody of ours", 3), brand=theirs),
        ]
    )
    await collect(desk_of(shop), source, FakeCursors(), tenant=tenant)
    stored = {}
    for brand in (other, shop.brand):
        async with shop.database.unit(Scope(tenant, brand, shop.owner.member, Role.LEAD)) as unit:
            stored[brand] = [message.text for message in await unit.creator_messages.find()]
    assert stored == {other: ["to the other brand"], shop.brand: ["to ours", "to nobody of ours"]}


async def test_an_answer_is_stored_once_and_told_once_where_it_was_asked_for(shop: SellingOffice) -> None:
    talk = await sent_from_a_talk(shop, 2)
    source, cursors = FakeSource([answer("creator00000", "love it")]), FakeCursors()
    first = await collect(desk_of(shop), source, cursors, tenant=shop.owner.tenant)
    again = await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    assert (len(first.stored), first.told, len(again.stored), again.repeats, again.told) == (1, 1, 0, 1, 0)
    async with shop.database.unit(shop.operator) as unit:
        lines = await unit.conversations.transcript(talk)
        (message,) = await unit.creator_messages.find(status="unread")
        thread = await unit.creator_messages.thread(message.creator)
    assert [line.reply.text for line in lines] == ["zh: creator00000"]
    assert (message.text, message.draft_number, message.gist.intent) == ("love it", 1, Intent.INTERESTED)
    assert [who for who, _, _ in thread] in (["us", "creator"], ["creator", "us"])


async def test_who_has_not_answered_and_what_each_got_last_are_told_of_everybody(shop: SellingOffice) -> None:
    await sent_from_a_talk(shop, 3)
    await collect(
        desk_of(shop), FakeSource([answer("creator00001", "love it")]), FakeCursors(), tenant=shop.owner.tenant
    )
    async with shop.database.unit(shop.operator) as unit:
        found = await unit.creators.by_handles([f"creator{number:05}" for number in range(4)])
        ids = {handle: creator.id for handle, creator in found.items()}
        silent = [ids["creator00000"], ids["creator00002"]]
        assert await unit.drafts.unanswered() == silent
        newest = await unit.drafts.newest_sent([*ids.values()])
        assert {creator: (draft.number, draft.status) for creator, draft in newest.items()} == {
            ids[f"creator{number:05}"]: (number + 1, DraftStatus.SENT) for number in range(3)
        }


async def test_an_answer_is_to_what_went_before_it_was_written(shop: SellingOffice) -> None:
    first = await sent_from_a_talk(shop, 1)
    written_at = await shop.now()
    async with shop.database.unit(shop.operator) as unit:
        (creator,) = (await unit.creators.by_handles(["creator00000"])).values()
    await shop.move_clock(timedelta(hours=1))
    thanks = await shop.draft([creator.id], purpose=Purpose.THANKS)
    await shop.decide(await shop.show(thanks, shop.anna), shop.anna, approve=[1])
    await shop.dispatch()
    source = FakeSource([replace(answer("creator00000", "love it"), written_at=written_at)])
    await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    async with shop.database.unit(shop.operator) as unit:
        (message,) = await unit.creator_messages.find()
    assert (message.conversation, len(shop.messenger.received)) == (first, 2)


async def test_who_opted_out_while_nothing_ran_is_not_written_to_first(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(2))
    answers = FakeSource([answer("creator00000", "Please stop messaging me.")])

    async def owner(tenant: TenantId) -> Scope | None:
        return shop.owner if tenant == shop.owner.tenant else None

    upkeep = Upkeep(
        units=shop.database,
        services=shop.database,
        outreach=shop.database,
        cards=shop.database,
        cursors=lambda scope: FakeCursors(),
        scope_of_tenant=owner,
        messengers=shop.messengers,
        sources=(answers,),
        scope_of=desk_of(shop).scope_of,
        texts=texts(),
    )
    await upkeep.dispatch()
    assert [ticket.handle for ticket in shop.messenger.received] == ["creator00001"]


async def test_any_answer_stops_what_was_still_planned(shop: SellingOffice) -> None:
    await sent_from_a_talk(shop, 1)
    async with shop.database.unit(shop.operator) as unit:
        (creator,) = (await unit.creators.by_handles(["creator00000"])).values()
    await shop.move_to_hour(22)
    follow = await shop.draft([creator.id], purpose=Purpose.FOLLOW_UP)
    await shop.decide(await shop.show(follow, shop.anna), shop.anna, approve=[1])
    source = FakeSource([answer("@Creator00000", "tell me more")])
    await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    (draft,) = await shop.read(follow)
    assert (draft.status, draft.reason and draft.reason.key) == (DraftStatus.STOPPED, "replied")
    await shop.move_to_hour(12)
    assert (await shop.dispatch()).claimed == 0


async def test_an_opt_out_silences_every_brand_at_once(shop: SellingOffice) -> None:
    await sent_from_a_talk(shop, 1)
    source = FakeSource([answer("creator00000", "please stop")])
    await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    async with shop.database.unit(shop.operator) as unit:
        (creator,) = (await unit.creators.by_handles(["creator00000"])).values()
        relation = (await unit.relations.of([creator.id]))[creator.id]
    assert relation.opted_out_at is not None
    again = await shop.draft([creator.id])
    result = await shop.decide(await shop.show(again, shop.anna), shop.anna, approve=[1])
    assert [refusal.reason.key for refusal in result.refused] == ["opted_out"]


async def test_a_reply_is_suggested_sent_once_and_marks_the_message_answered(shop: SellingOffice) -> None:
    await sent_from_a_talk(shop, 1)
    source = FakeSource([answer("creator00000", "how much?")])
    await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    async with shop.database.unit(shop.operator) as unit:
        (message,) = await unit.creator_messages.find()
    one, two = [await shop.draft([message.creator], purpose=Purpose.REPLY, answers=message.id) for _ in range(2)]
    async with shop.database.unit(shop.operator) as unit:
        (listed,) = await unit.creator_messages.find()
    assert listed.suggested is not None
    assert listed.suggested.batch == two.id
    assert (await shop.decide(await shop.show(one, shop.anna), shop.anna, approve=[1])).approved == (1,)
    twice = await shop.decide(await shop.show(two, shop.ben), shop.ben, approve=[1])
    assert [refusal.reason.key for refusal in twice.refused] == ["occasion_used"]
    assert (await shop.dispatch()).sent == 1
    async with shop.database.unit(shop.operator) as unit:
        assert await unit.creator_messages.find() == []
        (answered,) = await unit.creator_messages.find(status="all")
    assert answered.answered


async def test_a_stopped_answer_may_be_written_anew(shop: SellingOffice) -> None:
    await sent_from_a_talk(shop, 1)
    source = FakeSource([answer("creator00000", "how much?")])
    await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    async with shop.database.unit(shop.operator) as unit:
        (message,) = await unit.creator_messages.find()
    one = await shop.draft([message.creator], purpose=Purpose.REPLY, answers=message.id)
    await shop.decide(await shop.show(one, shop.anna), shop.anna, approve=[1])
    await shop.decide(await shop.show(one, shop.ben), shop.ben, reject=[1])
    two = await shop.draft([message.creator], purpose=Purpose.REPLY, answers=message.id)
    assert (await shop.decide(await shop.show(two, shop.anna), shop.anna, approve=[1])).approved == (1,)
    assert (await shop.dispatch()).sent == 1


async def test_a_stranger_is_not_kept(shop: SellingOffice) -> None:
    source = FakeSource([answer("nobody", "hello")])
    report = await collect(desk_of(shop), source, FakeCursors(), tenant=shop.owner.tenant)
    assert (report.strangers, report.stored) == (1, [])


async def test_the_next_moment_is_the_earliest_planned_message(shop: SellingOffice) -> None:
    await shop.move_to_hour(22)
    await shop.approved(await shop.creators(1))
    await shop.approved(await shop.creators(1, zone="Asia/Tokyo"))
    async with shop.database.unit(shop.operator) as unit:
        found = await next_due(unit)
        now = unit.now
    assert found is not None
    assert timedelta(0) < found - now < timedelta(hours=12)
    await shop.move_clock(found - now)
    assert (await shop.dispatch()).sent >= 1


async def test_pages_of_messages_follow_each_other_both_ways_and_begin_anew_without_their_last(
    shop: SellingOffice,
) -> None:
    [creator] = await shop.creators(1)
    for _ in range(5):
        await shop.answer(creator)  # in one transaction's moment each; ids decide between equal times
    async with shop.database.unit(shop.operator) as unit:
        find = unit.creator_messages.find
        whole = [message.id for message in await find(status="all")]
        for newest_first in (False, True):
            paged, after = [], None
            while some := await find(status="all", limit=2, after=after, newest_first=newest_first):
                paged += [message.id for message in some]
                after = paged[-1]
            assert paged == (whole[::-1] if newest_first else whole)
        assert len(await find(status="all", after=CreatorMessageId(999))) == 5
        await unit.creator_messages.keep_translation(whole[0], "听起来不错")
        kept = await unit.creator_messages.by_id(whole[0])
    assert kept is not None
    assert kept.translation == "听起来不错"
