"""A demo's past is written once, approved and sent long ago; a real workspace is given none."""

from datetime import datetime, timedelta

import pytest

from memory.database import Database
from memory.domain.creator import CreatorFacts, Stage
from memory.domain.errors import Conflict
from memory.domain.funnel import Counts, Group, Grouping
from memory.domain.funnel_stores import Sent
from memory.domain.money import Money
from memory.domain.outreach import DraftStatus, Intent, Purpose
from memory.domain.past import PastMessage, PastSample, PastTalk
from memory.domain.performance import Filters
from memory.domain.sample import SampleStatus
from memory.domain.workspace import WorkspaceKind
from tests.support.database import make_workspace

DAY = timedelta(days=1)


def talk(now: datetime) -> PastTalk:
    at = now - 20 * DAY
    ours = PastMessage("past/1/0", at, "Hi Mia", "en", Purpose.INVITE, "嗨 Mia", "invite.warm.", 1_500)
    theirs = PastMessage("past/1/1", at + DAY, "Count me in", "en", intent=Intent.INTERESTED)
    offer = PastMessage(
        "past/1/2", at + 2 * DAY, "Where to?", "en", Purpose.SAMPLE_OFFER, "寄到哪里？", "sample_offer.warm."
    )
    sample = PastSample(SampleStatus.DELIVERED, Money(3_000), at + 3 * DAY, at + 4 * DAY, at + 5 * DAY)
    return PastTalk("mia", "", Stage.DELIVERED, (ours, theirs, offer), sample)


async def test_a_demo_brands_past_is_written_once_and_nothing_of_it_waits(database: Database) -> None:
    office = await make_workspace(database, kind=WorkspaceKind.DEMO)
    lead = office.lead()
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        facts = CreatorFacts("mia", name="Mia", market="US", zone="America/New_York")
        await unit.creators.upsert([facts], source="playground", as_of=unit.now)
        told, now = talk(unit.now), unit.now
    for count in (1, 0):
        async with database.unit(lead) as unit:
            wrote = await unit.past.write([told], brand=lead.brand, by=lead.member, approver=lead.member)
            assert wrote == count
    async with database.unit(lead) as unit:
        creator = (await unit.creators.by_handles(["mia"]))["mia"].id
        (sample,) = await unit.samples.find()
        drafts = await unit.drafts.newest_sent([creator])
        groups = await unit.funnel.counts(
            Sent(since=now - 30 * DAY, until=now, filters=Filters()), by=Grouping.TEMPLATE
        )
        thread = await unit.creator_messages.thread(creator)
        waiting = await unit.creator_messages.find()
        relation = (await unit.relations.of([creator]))[creator]
        assert await unit.drafts.unanswered() == [creator]  # the offer, which nobody answered
    assert (drafts[creator].status, drafts[creator].version.content.text) == (DraftStatus.SENT, "Where to?")
    assert groups == [
        Group(Counts(1, 1, 1), "invite.warm", built_in=True),
        Group(Counts(1), "sample_offer.warm", built_in=True),
    ]
    assert [(who, text) for who, text, _ in thread] == [
        ("us", "Hi Mia"), ("creator", "Count me in"), ("us", "Where to?"),
    ]  # fmt: skip
    assert (sample.status, waiting, relation.stage, relation.samples_received) == (
        SampleStatus.OVERDUE, [], Stage.DELIVERED, 1,
    )  # fmt: skip


async def test_a_real_workspace_is_given_no_past(database: Database) -> None:
    lead = (await make_workspace(database, kind=WorkspaceKind.REAL)).lead()
    assert lead.brand is not None
    async with database.unit(lead) as unit:
        with pytest.raises(Conflict, match="real_for_life"):
            await unit.past.write([talk(unit.now)], brand=lead.brand, by=lead.member, approver=lead.member)
