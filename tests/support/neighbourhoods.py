"""Two brands of an agency at one address, another tenant at its own: who asks there for what, and what none may see."""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import psycopg

from agent.settings import Settings
from evals.emulators.wecom.core.chats import Message
from memory.domain.creator import IndexEntry
from memory.domain.ids import MemberId
from memory.domain.workspace import Role, Scope, WorkspaceKind
from tests.support.database import TestServer, opened
from tests.support.houses import House, Ledger, three_houses
from tests.support.talks import Seat, Talk

LOOPBACK = re.compile(r"127\.0\.0\.\d|localhost|\[::1\]|0\.0\.0\.0")
FORGED = "forged"
_DECIDED_ELSEWHERE = (
    "select count(*) from decision d join member m on m.id = d.member_id join draft f on f.id = d.draft_id"
    " where m.tenant_id <> f.tenant_id or m.works_for is distinct from f.brand_id"
)
_DECIDERS = "select distinct m.role from decision d join member m on m.id = d.member_id"


class NoIndex:
    """Creators are indexed later, by the product itself."""

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """Leave it to the product."""


@dataclass(frozen=True)
class Place:
    """A role in the house of that number, in one kind of chat; whether to ask, whether to press what is not theirs."""

    house: int
    role: Role
    kind: str = "single"
    asks: bool = True
    presses: bool = True


T = TypeVar("T", bound=Talk)


@dataclass
class Neighbourhood(Generic[T]):
    """Three houses, and where their people sit."""

    talk: T
    houses: list[House]
    seats: dict[Place, Seat]

    def shown(self, seat: Seat) -> list[str]:
        """Everything they are told, cards as each member has them, and what was said on the way there."""
        whole = [text for one in self.talk.said(seat) for text in _written(one)]
        return whole + self.talk.frames(seat)

    def others(self, place: Place) -> tuple[House, House]:
        """The sister of theirs, and the stranger; to the third house both are strangers."""
        number = place.house
        return self.houses[1 - number if number < 2 else 0], self.houses[0 if number == 2 else 2]

    async def all_converse(self, houses: Collection[int] = (0, 1, 2)) -> None:
        """Everybody of these houses asks everything, side by side."""
        await asyncio.gather(*(self._converse(place) for place in self.seats if place.house in houses))

    async def all_press(self, keys: Mapping[Place, tuple[str, str]]) -> None:
        """Who presses at all presses buttons of cards that others have: the task, and the key, of each."""
        await asyncio.gather(*(self._press_all(place, keys) for place in self.seats if place.presses))

    async def _press_all(self, place: Place, keys: Mapping[Place, tuple[str, str]]) -> None:
        for owner, (task, key) in keys.items():
            if (owner.house, owner.role) != (place.house, place.role):
                await self.talk.presses(self.seats[place], task=task, key=key)

    async def _converse(self, place: Place) -> None:
        """One person asks everything, or for what is theirs alone; then presses buttons that were never theirs."""
        seat, us = self.seats[place], self.houses[place.house]
        sister, stranger = self.others(place)
        for text in asked_of(us, sister, stranger)[0 if place.asks else -1 :]:
            await self.talk.ask(seat, text)
        if not place.presses:
            return
        for presentation in self._presentations(sister, stranger):
            await self.talk.presses(seat, task=f"{sister.batch}-{presentation}-{FORGED}", key="approve:1-3")
        await self.talk.presses(seat, task=FORGED, key="import:1")

    def _presentations(self, *houses: House) -> list[int]:
        """Of what others were shown, one a house."""
        brands = ",".join(str(house.brand.id) for house in houses)
        rows = self.talk.rows(f"select min(id) from presentation where brand_id in ({brands}) group by brand_id")
        return [int(str(first)) for (first,) in rows]

    async def strangers_learn_nothing(self, seats: Iterable[Seat]) -> None:
        """Who is not bound, or is bound elsewhere, gets a code or how to bind, and no row."""
        words = [word for house in self.houses for word in (house.word, house.tenant_word)]
        for seat in seats:
            before = len(self.talk.said(seat))
            for text in asked_of(self.houses[2], self.houses[0], self.houses[1])[: 1 if seat.group else None]:
                await self.talk.ask(seat, text)
            told = self.talk.said(seat)[before:]
            assert [one.content for one in told if "绑定" not in one.content] == []
            assert [one.content for one in told if any(word in one.content for word in words)] == []
        assert self.talk.rows("select count(*) from turn") == [(0,)]

    def require_separate(self) -> None:
        """No row of another brand or tenant, no address of ours; and what is theirs was told them."""
        foreign: dict[Place, list[str]] = {}
        everywhere = {place: self.shown(seat) for place, seat in self.seats.items()}
        for place, texts in everywhere.items():
            us = self.houses[place.house]
            words = [word for other in self.houses if other is not us for word in us.secrets_from(other)]
            foreign[place] = [text for text in texts if any(word in text for word in words)]
        assert {place: texts for place, texts in foreign.items() if texts} == {}
        assert [text for texts in everywhere.values() for text in texts if LOOPBACK.search(text)] == []
        # The silence about the others is no silence.
        for place, texts in everywhere.items():
            assert any(self.houses[place.house].word in text for text in texts), place

    def refused(self, endpoints: Sequence[str]) -> list[object]:
        """What the platform did not take of what was said there, forgeries aside."""
        calls = self.talk.emulator.platform.records.calls
        return [call for call in calls if call.endpoint in endpoints and call.errcode and FORGED not in str(call.body)]


async def built(settings: Settings) -> list[House]:
    """Three houses in an empty workspace."""
    async with opened(str(settings.database_url)) as database:
        return await three_houses(database, NoIndex(), kind=WorkspaceKind.REAL)


def owner_of(talk: Talk, house: House) -> Scope:
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


def require_own_decisions(postgres: TestServer, settings: Settings) -> None:
    """Nobody decided what is another's, and nobody but who may decide did."""
    everything = postgres.url(str(settings.database_url).rsplit("/", 1)[1].split("?")[0], user="postgres")
    with psycopg.connect(everything, autocommit=True) as line:
        assert Ledger(line).crossings() == []
        assert line.execute(_DECIDED_ELSEWHERE).fetchone() == (0,)
        decided = line.execute(_DECIDERS).fetchall()
    assert {role for (role,) in decided} <= {"approver", "lead"}


def _written(message: Message) -> list[str]:
    return [message.content, message.filename, str(message.card or ""), *map(str, message.cards.values())]
