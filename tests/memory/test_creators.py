"""Creators as sources tell of them, as brands see them, and as the index is fed."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from memory.database import Database
from memory.domain.creator import CreatorFacts, Reason, Stage
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import CreatorId, ShortlistId
from memory.domain.money import MoneySpan, Span
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.stores import Change
from memory.domain.workspace import Scope
from tests.support.database import Office, make_workspace

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
ANA = CreatorFacts(
    handle="@Ana.Pets",
    name="Ana",
    bio="Dogs 🐶 and cats",
    market="US",
    languages=("en", "es"),
    categories=("pets",),
    captions=("Leash day",),
    hashtags=("dogs",),
    followers=Span(12_000, 15_000),
    gmv_30d=MoneySpan(500_000, 900_000, "GBP"),
    engagement_bp=Span.exactly(420),
    email="ana@example.com",
    last_active_at=MONDAY,
)


async def _upsert(
    database: Database, scope: Scope, *facts: CreatorFacts, source: str = "file", as_of: datetime = MONDAY
) -> list[Change]:
    async with database.unit(scope) as unit:
        return await unit.creators.upsert(facts, source=source, as_of=as_of)


async def _id_of(database: Database, scope: Scope, handle: str) -> CreatorId:
    async with database.unit(scope) as unit:
        return (await unit.creators.by_handles([handle]))[handle.lower()].id


async def test_facts_come_back_as_they_were_given(database: Database, office: Office) -> None:
    assert await _upsert(database, office.operator(), ANA) == [Change.ADDED]
    async with database.unit(office.operator()) as unit:
        (found,) = (await unit.creators.by_handles(["ANA.PETS", "nobody"])).values()
        assert found.facts == replace(ANA, handle="Ana.Pets")
        assert (found.source.name, found.source.as_of, found.tenant) == ("file", MONDAY, office.tenant)
        assert await unit.creators.by_ids([found.id, CreatorId(404)]) == {found.id: found}
        assert await unit.creators.count() == 1


async def test_what_a_newer_source_leaves_out_stays(database: Database, office: Office) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA)
    newer = CreatorFacts(handle="ana.pets", followers=Span.exactly(16_000))
    assert await _upsert(database, scope, newer, source="shop", as_of=TUESDAY) == [Change.CHANGED]
    async with database.unit(scope) as unit:
        found = (await unit.creators.by_handles(["ana.pets"]))["ana.pets"]
    assert found.facts == replace(ANA, handle="ana.pets", followers=Span.exactly(16_000))
    assert (found.source.name, found.source.as_of) == ("shop", TUESDAY)


async def test_an_older_source_fills_gaps_and_overrules_nothing(database: Database, office: Office) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA, as_of=TUESDAY)
    older = CreatorFacts(handle="ana.pets", bio="Old words", zone="America/Denver")
    assert await _upsert(database, scope, older, source="archive", as_of=MONDAY) == [Change.CHANGED]
    async with database.unit(scope) as unit:
        found = (await unit.creators.by_handles(["ana.pets"]))["ana.pets"]
    assert (found.facts.bio, found.facts.zone, found.source.name) == (ANA.bio, "America/Denver", "file")


async def test_the_same_file_again_changes_nothing_and_a_handle_twice_is_one_creator(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    twice = CreatorFacts(handle="ANA.PETS", market="CA")
    assert await _upsert(database, scope, ANA, twice) == [Change.ADDED, Change.CHANGED]
    assert await _upsert(database, scope, replace(ANA, market="CA", handle="ANA.PETS")) == [Change.SAME]
    async with database.unit(scope) as unit:
        assert await unit.creators.count() == 1
    with pytest.raises(BadRequest, match="empty_handle"):
        await _upsert(database, scope, CreatorFacts(handle=" @ "))


async def test_each_source_is_remembered_with_what_it_said(database: Database, office: Office) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA)
    await _upsert(database, scope, CreatorFacts(handle="ana.pets", bio="Cats"), source="shop", as_of=TUESDAY)
    await _upsert(database, scope, CreatorFacts(handle="ana.pets", bio="Birds"), source="shop", as_of=MONDAY)
    with psycopg.connect(database.url) as connection:
        connection.execute("set role daren_service")
        found = connection.execute(
            "select source, said->>'bio', first_as_of, as_of from creator_source order by source"
        ).fetchall()
    assert found == [("file", ANA.bio, MONDAY, MONDAY), ("shop", "Cats", TUESDAY, TUESDAY)]


async def test_imports_at_once_do_not_deadlock_or_double(database: Database, office: Office) -> None:
    facts = [CreatorFacts(handle=f"maker{number}", bio="a") for number in range(300)]
    orders = (facts, facts[::-1], facts[100:] + facts[:100])
    await asyncio.gather(
        *(_upsert(database, office.operator(), *some, source=f"file {n}") for n, some in enumerate(orders))
    )
    async with database.unit(office.operator()) as unit:
        assert await unit.creators.count() == 300


async def test_ten_thousand_creators_take_seconds(database: Database, office: Office) -> None:
    facts = [replace(ANA, handle=f"maker{number}", email=f"maker{number}@example.com") for number in range(10_000)]
    began = time.process_time()
    assert await _upsert(database, office.operator(), *facts) == [Change.ADDED] * 10_000
    assert time.process_time() - began < 15


async def test_the_index_is_told_of_what_changed_until_it_has_it(database: Database, office: Office) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA, CreatorFacts(handle="bea", gmv_30d=MoneySpan(1, 2, "XXX")))
    async with database.unit(scope) as unit:
        entries = await unit.creators.stale(limit=10)
        rates = await unit.knowledge.rates()
        low, high = (rates.convert(minor, source="GBP", target="USD") for minor in (500_000, 900_000))
        assert entries[0].numbers == {
            "followers": Span(12_000, 15_000),
            "gmv_30d": Span(low, high),
            "engagement_bp": Span.exactly(420),
        }
        assert entries[0].text == "Dogs 🐶 and cats\nLeash day"
        assert (entries[1].numbers, entries[1].has_email) == ({}, False)
        await unit.creators.mark_indexed([entry.id for entry in entries], at=unit.now)
    async with database.unit(scope) as unit:
        assert await unit.creators.stale(limit=10) == []
    await _upsert(database, scope, CreatorFacts(handle="bea", bio="new"), as_of=TUESDAY)
    async with database.unit(scope) as unit:
        assert [entry.handle for entry in await unit.creators.stale(limit=10)] == ["bea"]
        walk = await unit.creators.to_index(after=CreatorId(0), limit=1)
        assert [entry.handle for entry in walk] == ["Ana.Pets"]
        assert [entry.handle for entry in await unit.creators.to_index(after=walk[0].id, limit=9)] == ["bea"]
    async with database.across_tenants("look") as service:
        assert await service.sweeps.tenants_to_index() == [office.tenant]


async def test_after_a_rebuild_only_what_changed_meanwhile_is_still_to_index(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA, CreatorFacts(handle="bea"))
    async with database.unit(scope) as unit:
        rebuilt_from = unit.now
    await _upsert(database, scope, CreatorFacts(handle="bea", bio="new"), as_of=TUESDAY)
    async with database.unit(scope) as unit:
        await unit.creators.mark_indexed(None, at=rebuilt_from)
        assert [entry.handle for entry in await unit.creators.stale(limit=10)] == ["bea"]


async def test_a_creator_written_while_the_index_reads_is_told_of_again(database: Database, office: Office) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA)
    async with database.unit(scope) as writer:
        await writer.creators.upsert([CreatorFacts(handle="ana.pets", bio="x")], source="file", as_of=TUESDAY)
        async with database.unit(scope) as reader:
            # Not committed: nobody may believe the old words are the newest.
            assert await reader.creators.stale(limit=10) == []
    async with database.unit(scope) as reader:
        assert [entry.text.split("\n")[0] for entry in await reader.creators.stale(limit=10)] == ["x"]


async def test_tenants_have_their_own_creator_of_one_handle(database: Database, office: Office) -> None:
    rival = await make_workspace(database, name="Rival")
    await _upsert(database, office.operator(), ANA)
    await _upsert(database, rival.operator(), replace(ANA, bio="Rival words"))
    assert await _id_of(database, office.operator(), "ana.pets") != await _id_of(database, rival.operator(), "ana.pets")


async def test_a_relation_is_changed_counted_and_audited(database: Database, office: Office) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA, CreatorFacts(handle="bea"))
    ana, bea = [await _id_of(database, scope, handle) for handle in ("ana.pets", "bea")]
    async with database.unit(scope) as unit:
        assert await unit.relations.update([ana, bea], stage="contacted", add_tags=["vip", "us"], note="met") == 2
        assert await unit.relations.update([ana, CreatorId(404)], remove_tags=["us"], owner=scope.member) == 1
        assert await unit.relations.update([ana], stage="contacted") == 0
        relation = (await unit.relations.of([ana]))[ana]
        assert (relation.stage, relation.tags, relation.notes) == (Stage.CONTACTED, ("vip",), ("met",))
        login = next(member.login for member in await unit.people.members() if member.id == scope.member)
        assert await unit.relations.ids_with(stages=["contacted"], tags=["vip"], owner=login.upper()) == [ana]
        assert await unit.relations.ids_with() == [ana, bea]
        assert await unit.relations.update([bea], blocked=True) == 1
        assert await unit.relations.hidden() == [bea]
        with pytest.raises(BadRequest, match="unknown_stage"):
            await unit.relations.update([ana], stage="married")
    async with database.unit(office.operator(1)) as unit:
        assert await unit.relations.of([ana, bea]) == {}
        assert await unit.relations.hidden() == []
    async with database.unit(office.owner) as unit:
        with pytest.raises(BadRequest, match="choose_a_brand"):
            await unit.relations.update([ana], stage="new")
        assert await unit.relations.hidden() == [bea]


async def test_a_creator_of_another_brand_alone_and_a_suppressed_one_are_hidden(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA, CreatorFacts(handle="bea"))
    ana, bea = [await _id_of(database, scope, handle) for handle in ("ana.pets", "bea")]
    with psycopg.connect(database.url) as connection:
        connection.execute("set role daren_service")
        connection.execute("update creator set exclusive_to = %s where id = %s", [office.brands[1].id, ana])
        connection.execute(
            "insert into suppression (tenant_id, platform, handle_key, reason, at)"
            " values (%s, 'tiktok', 'bea', 'asked', now())",
            [office.tenant],
        )
    async with database.unit(scope) as unit:
        assert await unit.relations.hidden() == [ana, bea]
    async with database.unit(office.operator(1)) as unit:
        assert await unit.relations.hidden() == [bea]


async def test_a_shortlist_keeps_its_order_its_reasons_and_its_place_in_the_conversation(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    await _upsert(database, scope, ANA, CreatorFacts(handle="bea"))
    ana, bea = [await _id_of(database, scope, handle) for handle in ("ana.pets", "bea")]
    async with database.unit(scope) as unit:
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
        assert await unit.shortlists.current(thread.id) is None
        reason = Reason("gmv_high", {"gmv": 900_000})
        items = [NewShortlistItem(bea, (reason,)), NewShortlistItem(ana, (), possible=True)]
        first = await unit.shortlists.add(thread.id, items, total=31, criteria={"topic": "pets"}, name=" Dog  people ")
        await unit.relations.update([ana], stage="contacted")
        kept = await unit.shortlists.current(thread.id)
        assert kept is not None
        assert [(item.rank, item.creator.id, item.reasons, item.possible) for item in kept.items] == [
            (1, bea, (reason,), False),
            (2, ana, (), True),
        ]
        assert kept.items[1].relation is not None
        assert (kept.total, kept.criteria, kept.name) == (31, {"topic": "pets"}, "Dog  people")
        second = await unit.shortlists.add(thread.id, [], total=0, criteria={})
        current = await unit.shortlists.current(thread.id)
        assert current is not None
        assert current.id == second
        await unit.shortlists.open(thread.id, first)
        assert await unit.shortlists.by_name("dog people") == await unit.shortlists.current(thread.id)
        assert [each.id for each in await unit.shortlists.named()] == [first]
        with pytest.raises(NotFound):
            await unit.shortlists.open(thread.id, ShortlistId(404))
    async with database.unit(office.operator(1)) as unit:
        assert await unit.shortlists.by_id(first) is None
