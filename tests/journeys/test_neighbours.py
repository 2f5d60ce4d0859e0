"""Tenants do not meet, nor do brands: every tool, called by every role with all it could know of its neighbours."""

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
import pytest
from pydantic import JsonValue

from agent.cards.creators import row
from agent.cards.shown import Presenter
from agent.catalogue import build_catalogue
from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedded import EmbeddedIndex
from memory.creator_index.vector_index import VectorIndex
from memory.database import Database
from memory.domain.cards import ShortlistCard
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author, Fence
from memory.domain.clock import SystemClock
from memory.domain.errors import NotAllowed
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.workspace import Role
from prompts.render import texts
from tests.support.creator_index import WordEmbedder
from tests.support.database import TestServer, fresh_url, opened
from tests.support.houses import House, Ledger, three_houses
from tools.catalogue import Call, Catalogue, Outcome
from tools.contract import TurnContext
from tools.shortlists.tool import ShortlistExported
from tools.tracking.results import TrackingExported

Given = dict[str, JsonValue]
_TURNS = count(1)
SAID = "以后都只看便宜的"


@dataclass(frozen=True)
class Case:
    """Calls of one tool: `own`, one's own; `changes`, of a role, else `refused` so; `reach`, of a neighbour's."""

    reach: Callable[[House], list[Given]]
    own: Callable[[House], Given] | None = None
    changes: Callable[[House], Given] | None = None
    needs: Role = Role.OPERATOR
    refused: str = "needs_role"


CASES: dict[str, Case] = {
    "search_creators": Case(
        own=lambda us: {"topic": "cats"},
        reach=lambda them: [
            {"topic": f"{them.word} {them.tenant_word}", "limit": 200},
            {"topic": f"@{them.handles[0]}"},
            {"tags": [f"tag{them.brand.id}"]},
            {"owner": them.brand.name, "scope": "ours"},
            {"scope": "ours", "stages": ["contacted"], "exclude_handles": [them.handles[1]]},
        ],
    ),
    "similar_creators": Case(
        own=lambda us: {"handle": us.handles[0]},
        reach=lambda them: [{"handle": them.handles[0]}, {"rank": 3}],
    ),
    "show_creator": Case(
        own=lambda us: {"handle": us.handles[0]},
        reach=lambda them: [{"handle": them.handles[0]}, {"rank": 3}],
    ),
    "save_shortlist": Case(
        changes=lambda us: {"name": f"again {us.word}"},
        reach=lambda them: [{"name": them.shortlist}, {"name": "others", "ranks": [3]}],
    ),
    "open_shortlist": Case(
        own=lambda us: {"name": us.shortlist}, reach=lambda them: [{"name": them.shortlist}, {"name": "private"}]
    ),
    "list_shortlists": Case(own=lambda us: {}, reach=lambda them: [{}]),
    "export_shortlist": Case(
        own=lambda us: {"name": us.shortlist, "format": "csv"},
        reach=lambda them: [{"name": them.shortlist, "format": "csv"}, {"ranks": [3], "format": "csv"}],
    ),
    "share_text": Case(own=lambda us: {}, reach=lambda them: [{}, {"ranks": [3]}]),
    "draft_messages": Case(
        changes=lambda us: {"purpose": "invite", "handles": [us.handles[0]], "product": us.product},
        reach=lambda them: [
            {"purpose": "invite", "handles": [them.handles[0]], "product": them.product},
            {"purpose": "invite", "product": them.product},
            {"purpose": "reply", "handles": [them.handles[0]]},
            {"purpose": "follow_up", "segment": "no_reply"},
            {"purpose": "invite", "ranks": [3]},
        ],
    ),
    "revise_drafts": Case(
        changes=lambda us: {"batch": us.batch, "numbers": [1], "commission_rate": 0.12},
        reach=lambda them: [
            {"batch": them.batch, "numbers": [1], "commission_rate": 0.5},
            {"batch": them.batch, "instruction": "shorter"},
        ],
    ),
    "list_drafts": Case(
        own=lambda us: {"batch": us.batch},
        reach=lambda them: [{"batch": them.batch}, {}, {"status": "open"}],
    ),
    "list_replies": Case(
        own=lambda us: {"status": "all"},
        reach=lambda them: [{"status": "all", "handles": [them.handles[0]]}, {"status": "all"}],
    ),
    "crm_update": Case(
        changes=lambda us: {"handles": [us.handles[1]], "note": us.word},
        reach=lambda them: [
            {"handles": [them.handles[0]], "stage": "agreed", "note": "taken over"},
            {"handles": [them.handles[0]], "blocked": True},
            {"ranks": [1], "owner": f"t{them.lead.tenant}-owner"},
            {"ranks": [3], "add_tags": ["mine"]},
        ],
    ),
    "products": Case(
        own=lambda us: {"action": "list"},
        changes=lambda us: {"action": "change", "name": us.product, "selling_points": [us.word]},
        reach=lambda them: [
            {"action": "change", "name": them.product, "commission_ceiling": 0.9},
            {"action": "add", "name": them.product, "selling_points": ["ours now"]},
            {"action": "list"},
        ],
    ),
    "schedule_follow_up": Case(
        reach=lambda them: [
            {"handles": [them.handles[0]]},
            {"handles": [them.handles[1]], "condition": "not_posted", "rounds": 2},
            {"segment": "no_reply"},
            {"segment": "no_content", "condition": "not_posted"},
            {"ranks": [3]},
        ],
    ),
    "list_follow_ups": Case(reach=lambda them: [{}, {"handles": [them.handles[0]]}, {"segment": "no_reply"}]),
    "cancel_follow_ups": Case(
        reach=lambda them: [{}, {"handles": [them.handles[0]]}, {"segment": "no_reply"}, {"ranks": [3]}]
    ),
    "campaigns": Case(
        changes=lambda us: {
            "action": "plan",
            "name": us.word,
            "handles": [us.handles[1]],
            "product": us.product,
            "rounds": 2,
        },
        reach=lambda them: [
            {"action": "list"},
            {"action": "show"},
            {"action": "plan", "name": "taken over", "handles": [them.handles[0]]},
            {"action": "plan", "name": "taken over", "product": them.product},
            {"action": "plan", "name": "taken over", "ranks": [3]},
        ],
    ),
    "collaborations": Case(
        reach=lambda them: [
            {"action": "list"},
            {"action": "invite", "handles": [them.handles[0]], "commission_rate": 0.2, "ends_on": "2099-01-01"},
            {
                "action": "invite",
                "ranks": [3],
                "product": them.product,
                "commission_rate": 0.2,
                "ends_on": "2099-01-01",
            },
            {"action": "change", "commission_rate": 0.5},
            {"action": "remove", "collaboration": them.word},
            {"action": "link", "collaboration": them.word},
        ],
    ),
    "sample_requests": Case(
        reach=lambda them: [
            {"action": "list"},
            {"action": "approve", "handles": [them.handles[0]]},
            {"action": "reject", "ranks": [3]},
            {"action": "approve"},
        ],
    ),
    "samples": Case(
        changes=lambda us: {
            "action": "record",
            "handles": [us.handles[1]],
            "status": "asked",
            "tracking_number": us.word,
        },
        reach=lambda them: [
            {"action": "list"},
            {"action": "list", "handles": [them.handles[1]]},
            {"action": "record", "handles": [them.handles[0]], "status": "asked", "tracking_number": "taken"},
            {"action": "record", "segment": "no_content", "status": "posted"},
        ],
    ),
    "templates": Case(
        own=lambda us: {"action": "show", "name": us.template},
        changes=lambda us: {"action": "save", "name": f"again {us.word}", "batch": us.batch, "number": 1},
        reach=lambda them: [
            {"action": "list"},
            {"action": "show", "name": them.template},
            {"action": "save", "name": "taken over", "batch": them.batch, "number": 1},
            {"action": "rename", "name": them.template, "new_name": "taken over"},
            {"action": "retire", "name": them.template},
        ],
    ),
    "preferences": Case(
        own=lambda us: {"action": "list"},
        reach=lambda them: [
            {"action": "forget", "text": f"only {them.word[:6]}"},
            {"action": "forget", "text": "2"},
            {"action": "set", "text": SAID},
        ],
    ),
    "tracking": Case(
        changes=lambda us: {"action": "links", "handles": [us.handles[1]], "product": us.product},
        reach=lambda them: [
            {"action": "list"},
            {"action": "list", "handles": [them.handles[1]]},
            {"action": "links", "handles": [them.handles[1]], "product": them.product},
            {"action": "codes", "handles": [them.handles[1]], "code": "TAKEN1"},
            {"action": "export", "format": "csv"},
        ],
    ),
    "report_links": Case(
        changes=lambda us: {"action": "make", "period": "last_month"},
        needs=Role.LEAD,
        refused="report_link_needs_lead",
        reach=lambda them: [{"action": "list"}, {"action": "make", "period": "last_7_days"}],
    ),
    "performance": Case(
        own=lambda us: {},
        reach=lambda them: [
            {},
            {"brand": them.brand.name},
            {"handle": them.handles[0]},
            {"product": them.product},
            {"subject": "funnel"},
            {"subject": "samples"},
        ],
    ),
    "digest": Case(
        own=lambda us: {"full": True},
        reach=lambda them: [{"full": True}, {"period": "last_week"}, {"when": True}],
    ),
    "subscribe_digest": Case(
        reach=lambda them: [{"at": "09:00", "timezone": "Asia/Shanghai"}, {"days": ["mon"]}, {"enabled": False}]
    ),
    "quota_status": Case(own=lambda us: {"who": True}, reach=lambda them: [{}, {"who": True}]),
    # These two read nothing but their arguments.
    "translate": Case(reach=lambda them: [{"text": them.batch}]),
    "check_compliance": Case(reach=lambda them: [{"text": f"{them.batch} {them.handles[0]}", "market": "US"}]),
}
UNMARKED = frozenset({"quota_status", "performance", "digest", "report_links"})  # show their brand by name


@dataclass(frozen=True)
class Street:
    """Three houses on one database."""

    url: str
    houses: list[House]
    index: EmbeddedIndex
    ledger: Ledger

    def looking_out(self) -> list[tuple[House, list[House]]]:
        """Who reaches for whom: a brand for its sister and for another tenant, and that tenant for the brand."""
        brand, sister, foreign = self.houses
        return [(brand, [sister, foreign]), (foreign, [brand])]


@pytest.fixture(scope="module")
def street(postgres: TestServer) -> Iterator[Street]:
    with fresh_url(postgres) as url, tempfile.TemporaryDirectory() as folder:
        words = WordEmbedder()
        engine = EdgeEngine.create(Path(folder) / "shard", dimension=words.dimension)
        index = EmbeddedIndex(VectorIndex(engine), words)
        houses = asyncio.run(_build(url, index))
        everything = postgres.url(url.split("/")[3].split("?")[0], user="postgres")
        with psycopg.connect(everything, autocommit=True) as line:
            yield Street(url, houses, index, Ledger(line))
        engine.close()


async def _build(url: str, index: EmbeddedIndex) -> list[House]:
    async with opened(url) as database:
        return await three_houses(database, index)


def catalogue_of(database: Database, index: EmbeddedIndex) -> Catalogue:
    """Every tool, as an installation without a model has them."""
    return build_catalogue(database, index, (), None, SystemClock(), address="https://daren.example")


async def test_every_tool_has_a_case(street: Street) -> None:
    async with opened(street.url) as database:
        assert set(CASES) == set(catalogue_of(database, street.index).names())


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("tool", CASES)
async def test_no_tool_brings_a_neighbours_row_to_any_role(street: Street, tool: str, role: Role) -> None:
    case = CASES[tool]
    async with opened(street.url) as database:
        catalogue = catalogue_of(database, street.index)
        for us, neighbours in street.looking_out():
            turn = await begun(database, us, role)
            if case.own is not None:
                assert_ours(await called(catalogue, tool, case.own(us), turn), us)
            if case.changes is not None:
                outcome = await called(catalogue, tool, case.changes(us), turn)
                if role.covers(case.needs):
                    assert_ours(outcome, us)
                else:
                    assert_refused(outcome, case)
            for them in neighbours:
                await assert_no_reach(street, catalogue, tool, turn, us, them)
    assert street.ledger.crossings() == []


async def begun(database: Database, house: House, role: Role) -> TurnContext:
    """A turn of a member, in a conversation with a shortlist of their first creator alone."""
    scope = house.scopes[role]
    async with database.unit(scope) as unit:
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
        first = (await unit.creators.by_handles(house.handles[:1]))[house.handles[0]]
        items = [NewShortlistItem(first.id, (), possible=False)]
        kept = await unit.shortlists.add(thread.id, items, total=1, criteria={})
        shown = Reply(text=SAID, cards=(ShortlistCard(shortlist=kept, total=1, items=(row(first, rank=1),)),))
        await unit.conversations.say(thread.id, author=Author.DAREN, reply=shown, now=unit.now)
        turn, _ = await unit.turns.add(
            thread.id, text=SAID, connector="webchat", outside_id=f"street-{next(_TURNS)}", now=unit.now
        )
    async with database.unit(scope) as unit:
        attempt = await unit.turns.begin(turn)
        assert attempt is not None
    return TurnContext(scope, thread.id, Fence(turn, attempt.attempt), "zh", f"turn:{turn}", said=(SAID,))


async def called(catalogue: Catalogue, tool: str, given: Given, turn: TurnContext) -> Outcome:
    """One call, each an occasion of its own."""
    (outcome,) = await catalogue.run_all([Call(tool, given)], turn, first=next(_TURNS))
    return outcome


def told(outcome: Outcome) -> str:
    """Everything a call brings: the result, a file's content, words and cards, and what a planner sees."""
    made = (
        outcome.result.file.content.decode() if isinstance(outcome.result, ShortlistExported | TrackingExported) else ""
    )
    return f"{outcome.result!r} {made} {Presenter(texts()).show(outcome, 'zh')!r}"


def assert_ours(outcome: Outcome, us: House) -> None:
    assert outcome.ok, outcome.error
    mark = us.brand.name if outcome.call.name in UNMARKED else us.word
    if outcome.call.name in {"search_creators", "similar_creators", "export_shortlist", "share_text"}:
        mark = us.tenant_word
    assert mark in told(outcome)


def assert_refused(outcome: Outcome, case: Case) -> None:
    assert isinstance(outcome.error, NotAllowed)
    said = Presenter(texts()).show(outcome, "zh").text
    facts = {"role": case.needs} if case.refused == "needs_role" else outcome.error.facts
    assert said == texts().say(case.refused, "zh", **facts)
    assert said != texts().say("unexpected", "zh")


async def assert_no_reach(
    street: Street, catalogue: Catalogue, tool: str, turn: TurnContext, us: House, them: House
) -> None:
    """No call tells anything of the other house, and all of its rows stay as they were."""
    before = street.ledger.rows_of(them, seen_by=us)
    for given in CASES[tool].reach(them):
        outcome = await called(catalogue, tool, given, turn)
        assert outcome.error is None or outcome.error.text_key != "tool_broke", given
        leaked = [word for word in us.secrets_from(them) if word in told(outcome).replace(str(given.get("topic")), "")]
        assert leaked == [], given
    after = street.ledger.rows_of(them, seen_by=us)
    assert {table for table in before if before[table] != after[table]} == set()
