"""Two brands, groups and 1:1 chats, every role: what a chat is told comes from its binding alone, no row is foreign."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from itertools import product

import psycopg
import pytest

from agent.settings import Settings
from evals.emulators.wecom.bot.hub import Kind
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.corp import User
from memory.domain.creator import IndexEntry
from memory.domain.ids import ChannelId, MemberId
from memory.domain.workspace import Role, Scope, WorkspaceKind
from tests.support.database import TestServer, opened
from tests.support.group_talk import GroupTalk, Seat, group_talk
from tests.support.houses import House, Ledger, three_houses

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BOT, THEIR_BOT = "AIBOT1", "AIBOT2"
BOTS = {BOT: "达人助手", THEIR_BOT: "桦树助手"}
LOOPBACK = re.compile(r"127\.0\.0\.\d|localhost|\[::1\]|0\.0\.0\.0")
SAYING = ("aibot/aibot_respond_msg", "aibot/aibot_send_msg", "aibot/aibot_respond_welcome_msg")
CARDS = (*SAYING, "aibot/aibot_respond_update_msg")
FORGED = "forged"


class NoIndex:
    """Creators are indexed later, by the product itself."""

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """Leave it to the product."""


@dataclass
class Neighbourhood:
    """Two brands of an agency on one bot; another tenant on its own. Seats by house, role and kind of chat."""

    talk: GroupTalk
    houses: list[House]
    seats: dict[tuple[int, Role, str], Seat]

    def shown(self, chat: str) -> list[str]:
        """Everything the bot says in a chat, its cards as each member has them, and what it said on the way there."""
        whole = [text for one in self.talk.emulator.platform.chats.of(chat) for text in written(one)]
        return whole + self.talk.frames(chat)

    async def presses(self, seat: Seat, *, task: str, key: str) -> None:
        """A click that no card of theirs could have made."""
        before = len(self.talk.emulator.platform.records.of(CARDS[-1]))
        event = {"card_type": "button_interaction", "event_key": key, "task_id": task}
        self.talk.emulator.hub.event(Kind.CARD, event, bot_id=seat.bot_id, chat=seat.chat, userid=seat.user)
        heard = self.talk.said(seat)
        await self.talk.until(
            lambda: (
                len(self.talk.emulator.platform.records.of(CARDS[-1])) > before
                or len(self.talk.said(seat)) > len(heard)
            )
        )


def written(message: Message) -> list[str]:
    """What a message of a bot says."""
    if message.sender not in BOTS:
        return []
    return [message.content, message.filename, str(message.card or ""), *map(str, message.cards.values())]


@pytest.fixture
async def neighbourhood(empty_settings: Settings) -> AsyncIterator[Neighbourhood]:
    async with opened(str(empty_settings.database_url)) as database:
        houses = await three_houses(database, NoIndex(), kind=WorkspaceKind.REAL)
    async with group_talk(empty_settings) as talk:
        channels: dict[str, ChannelId] = {}
        for bot, house in ((BOT, houses[0]), (THEIR_BOT, houses[2])):
            await talk.daren.workshop.index(house.lead.tenant)
            channels[bot] = await talk.bot(owner_of(talk, house), bot, name=BOTS[bot])
        seats: dict[tuple[int, Role, str], Seat] = {}
        for (number, house), role, kind in product(enumerate(houses), Role, ("group", "single")):
            if number == 2 and role is not Role.LEAD:
                continue
            bot = THEIR_BOT if number == 2 else BOT
            seat = Seat(bot, f"u{number}-{role}-{kind}", f"G{number}-{role}" if kind == "group" else "")
            await talk.seat(channels[bot], seat, house.scopes[role])
            seats[number, role, kind] = seat
        yield Neighbourhood(talk, houses, seats)


def owner_of(talk: GroupTalk, house: House) -> Scope:
    """The lead of all brands of a tenant."""
    tenant = house.lead.tenant
    ((owner,),) = talk.rows(f"select id from member where tenant_id = {tenant} and role = 'lead' and works_for is null")
    return Scope(tenant, None, MemberId(int(str(owner))), Role.LEAD)


def asked_of(us: House, sister: House, stranger: House) -> list[str]:
    """What a member types: about their own things, and about the others' by every name they could know."""
    return [
        "找猫咪达人",
        f"给 @{us.handles[1]} 写邀约，佣金12%",
        f"{sister.brand.name}有谁回我们了",
        f"列出{stranger.brand.name}的草稿",
        "导出名单",
        f"批准 {sister.batch} 1",
        f"批准 {us.batch} 1",
    ]


async def converse(here: Neighbourhood, place: tuple[int, Role, str]) -> None:
    """One person asks everything, then presses buttons that were never theirs."""
    number, _, _ = place
    seat, us = here.seats[place], here.houses[number]
    sister, stranger = here.houses[1 - number if number < 2 else 0], here.houses[0 if number == 2 else 2]
    for text in asked_of(us, sister, stranger):
        await here.talk.ask(seat, text)
    for presentation in _presentations(here.talk, sister, stranger):
        await here.presses(seat, task=f"{sister.batch}-{presentation}-{FORGED}", key="approve:1-3")
    await here.presses(seat, task=FORGED, key="import:1")


def _presentations(talk: GroupTalk, *houses: House) -> list[int]:
    """Of what others were shown, one a house."""
    brands = ",".join(str(house.brand.id) for house in houses)
    rows = talk.rows(f"select min(id) from presentation where brand_id in ({brands}) group by brand_id")
    return [int(str(first)) for (first,) in rows]


async def test_no_chat_shows_a_row_of_another_brand_or_tenant_a_local_link_or_a_refused_card(
    neighbourhood: Neighbourhood, postgres: TestServer, empty_settings: Settings
) -> None:
    here = neighbourhood
    await strangers(here)
    await asyncio.gather(*(converse(here, place) for place in here.seats))
    foreign: dict[str, list[str]] = {}
    for (number, role, kind), seat in here.seats.items():
        us = here.houses[number]
        words = [word for other in here.houses if other is not us for word in us.secrets_from(other)]
        foreign[f"{us.brand.name} {role} {kind}"] = [
            text for text in here.shown(seat.chat) if any(word in text for word in words)
        ]
    assert {where: texts for where, texts in foreign.items() if texts} == {}
    everywhere = {where: here.shown(seat.chat) for where, seat in here.seats.items()}
    assert [text for texts in everywhere.values() for text in texts if LOOPBACK.search(text)] == []
    # Each of them saw what is theirs: the silence about the others is no silence.
    for (number, role, kind), texts in everywhere.items():
        assert any(here.houses[number].word in text for text in texts), (number, role, kind)
    refused = [call for call in here.talk.emulator.platform.records.calls
               if call.endpoint in CARDS and call.errcode and FORGED not in str(call.body)]  # fmt: skip
    assert refused == []
    everything = postgres.url(str(empty_settings.database_url).rsplit("/", 1)[1].split("?")[0], user="postgres")
    with psycopg.connect(everything, autocommit=True) as line:
        assert Ledger(line).crossings() == []
        assert line.execute(_DECIDED_ELSEWHERE).fetchone() == (0,)
        decided = line.execute(_DECIDERS).fetchall()
    assert {role for (role,) in decided} <= {"approver", "lead"}


_DECIDED_ELSEWHERE = (
    "select count(*) from decision d join member m on m.id = d.member_id join draft f on f.id = d.draft_id"
    " where m.tenant_id <> f.tenant_id or m.works_for is distinct from f.brand_id"
)
_DECIDERS = "select distinct m.role from decision d join member m on m.id = d.member_id"


async def strangers(here: Neighbourhood) -> None:
    """Who is not bound, and who is bound elsewhere, gets a code or how to bind, and no row."""
    corp = here.talk.emulator.platform.corp
    corp.users["stranger"] = User("stranger", "stranger")
    group = here.seats[0, Role.LEAD, "group"]
    corp.groups[group.group].members.append("stranger")
    theirs = here.seats[2, Role.LEAD, "single"]  # a lead of another tenant, in our group and alone with our bot
    corp.groups[group.group].members.append(theirs.user)
    words = [word for house in here.houses for word in (house.word, house.tenant_word)]
    for user in ("stranger", theirs.user):
        for seat in (Seat(BOT, user), Seat(BOT, user, group.group)):
            before = len(here.talk.said(seat))
            for text in asked_of(here.houses[2], here.houses[0], here.houses[1])[: 1 if seat.group else 4]:
                await here.talk.ask(seat, text)
            told = here.talk.said(seat)[before:]
            assert [one.content for one in told if "绑定" not in one.content] == []
            assert [one.content for one in told if any(word in one.content for word in words)] == []
    assert here.talk.rows("select count(*) from turn where connector = 'wecom_bot'") == [(0,)]
