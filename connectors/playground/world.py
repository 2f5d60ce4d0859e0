"""The playground world's rows: the only module that reaches schema `playground`; talk.py and people/ decide.

Hidden traits stay here. The login must own the database; the product's own roles get no grant on the schema.
"""

import asyncio
import hashlib
import random
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import cast

import psycopg
from psycopg.rows import TupleRow
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from connectors.playground.copying import copies_of
from connectors.playground.people.creators import Person, population
from connectors.playground.people.history import PastMessage, Sample
from connectors.playground.people.traits import Traits
from connectors.playground.selling import Sold
from connectors.playground.settings import PlaygroundSettings
from connectors.playground.statement import Received, Statement, Written
from connectors.playground.talk import Past, answer_to
from connectors.playground.translate import from_json
from connectors.ports.platforms import Answer, Receipt
from memory.domain.creator import CreatorFacts
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId
from memory.domain.outreach import Intent, SendTicket

PLATFORM = "tiktok"
_BATCH = 500
_MAKING, _SPEAKING = 7_302_001, 7_302_002  # advisory locks of this schema
_AFTER = (
    "alter table playground.creator add primary key (number)",
    "create unique index on playground.creator (handle)",
    "alter table playground.trait add primary key (number)",
    "alter table playground.order_line add primary key (id)",
    "create index on playground.order_line (product) where product is not null",
)
Connection = psycopg.AsyncConnection[TupleRow]


@dataclass(frozen=True, slots=True)
class Birth:
    """What a world was made from, and when."""

    seed: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Met:
    """A creator, and what a brand and they had to do with each other. `engaged`: with some brand of ours, at least."""

    number: int
    facts: CreatorFacts
    messages: tuple[PastMessage, ...]
    sample: Sample | None
    engaged: bool


class World:
    """One playground world in one database. Any number of processes may open it at once."""

    def __init__(self, pool: AsyncConnectionPool[Connection]) -> None:
        self._pool = pool
        self._handles: frozenset[str] = frozenset()
        self._revision: str | None = None
        self._seed = 0
        self._fields: dict[tuple[str | None, str], Sequence[Met]] = {}

    @classmethod
    async def open(cls, dsn: str) -> "World":
        """Open the world of a database, made or not. Raises Unavailable when the database does not answer."""
        pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            dsn, min_size=0, max_size=4, open=False, timeout=10, check=AsyncConnectionPool.check_connection
        )
        async with AsyncExitStack() as unless_open:
            await pool.open()
            unless_open.push_async_callback(pool.close)
            world = cls(pool)
            await world.refresh()
            unless_open.pop_all()
        return world

    async def close(self) -> None:
        """Let go of the database."""
        await self._pool.close()

    async def make(
        self, *, creators: int, seed: int, now: datetime, progress: Callable[[int, int], None] | None = None
    ) -> bool:
        """Make the world, replacing another one, in one transaction. False: this very world exists already.

        `progress` hears (creators done, creators wanted). About a second per thousand creators.
        """
        async with self._transaction() as connection:
            await connection.execute("select pg_advisory_xact_lock(%s)", (_MAKING,))
            if await self._stored(connection) == (creators, seed):
                return False
            ddl = Path(__file__).with_name("schema.sql").read_text("utf-8")
            await connection.execute(ddl)  # our own file, no outside text in it
            done = 0
            everybody = population(creators=creators, seed=seed, now=now)
            while people := await asyncio.to_thread(lambda: list(islice(everybody, _BATCH))):
                await _copy(connection, people)
                done += len(people)
                if progress:
                    progress(done, creators)
            for statement in _AFTER:
                await connection.execute(statement)
            revision = hashlib.sha256(f"{creators}/{seed}/{now.isoformat()}".encode()).hexdigest()
            await connection.execute(
                "insert into playground.world values (%s, %s, %s, %s)", (creators, seed, now, revision)
            )
        await self.refresh()
        return True

    async def refresh(self) -> None:
        """Learn who lives here if that changed; every other method does it too."""
        async with self._transaction() as connection:
            await self._learn(connection)

    def has(self, platform: str, handle: str) -> bool:
        """Whether the world made this creator, as far as was last learnt."""
        return platform == PLATFORM and handle.lower() in self._handles

    async def creators(self, *, after: int, limit: int) -> Sequence[tuple[int, CreatorFacts]]:
        """Creators with a number above `after`, in order."""
        async with self._transaction() as connection:
            if not await self._learn(connection):
                return []
            rows = await connection.execute(
                "select number, facts from playground.creator where number > %s order by number limit %s",
                (after, limit),
            )
            return [(number, from_json(facts)) for number, facts in await rows.fetchall()]

    async def sold(self, products: Sequence[str]) -> Sequence[Sold]:
        """What creators sold of some products, each line with the post that sold it, in the order of creators."""
        async with self._transaction() as connection:
            if not await self._learn(connection):
                return []
            rows = await connection.execute(
                "select o.id, o.number, facts->>'handle', (facts->'commission_bp'->>'low')::int, o.placed_at,"
                " o.product, price_minor, o.quantity, currency, coalesce(r.quantity, 0), p.posted_at, p.kind, p.views"
                " from playground.order_line o join playground.creator using (number)"
                " join playground.post p on p.number = o.number and p.product = o.product"
                " left join playground.refund r on r.order_line = o.id where o.product = any(%s)"
                " order by o.number, o.placed_at, o.id",
                (list(products),),
            )
            return [Sold(*row) for row in await rows.fetchall()]

    async def met(self, *, brand: str, market: str, categories: Sequence[str]) -> Sequence[Met]:
        """Creators of a brand's own field, in order, with what was between both of them in the world's half year.

        Read once of each world: it does not change.
        """
        async with self._transaction() as connection:
            if not await self._learn(connection):
                return []
            own = (self._revision, brand)
            if own in self._fields:
                return self._fields[own]
            rows = await connection.execute(
                "with talk as (select number,"
                " json_agg(json_build_array(ours, kind, extract(epoch from at)) order by at) as said"
                " from playground.message where brand = %s group by number)"
                " select c.number, c.facts, talk.said, c.number in (select number from playground.message),"
                " s.product, s.asked_at, s.shipped_at, s.delivered_at, s.posted_at"
                " from playground.creator c left join talk using (number)"
                " left join playground.sample s on s.number = c.number and talk.number is not null"
                " where c.facts->>'market' = %s and c.facts::jsonb->'categories' ?| %s order by c.number",
                (brand, market, list(categories)),
            )
            found = [_met(row) for row in await rows.fetchall()]
            self._fields[own] = found
            return found

    async def born(self) -> Birth:
        """From which seed the world was made, and when. Raises Unavailable when there is none."""
        async with self._transaction() as connection:
            if not await self._learn(connection):
                raise Unavailable("playground_down")
            row = await (await connection.execute("select seed, made_at from playground.world")).fetchone()
            return Birth(*cast("tuple[int, datetime]", row))

    async def accept(self, ticket: SendTicket, *, settings: PlaygroundSettings, now: datetime) -> Receipt:
        """Take a message in, once per key, and plan its creator's answer. Raises as `Messenger.send` says."""
        async with self._transaction() as connection:
            number = await self._number_of(connection, ticket)
            # One speaker at a time: the limit and a creator's past are counted before they change.
            await connection.execute("select pg_advisory_xact_lock(%s)", (_SPEAKING,))
            earlier = await self._receipt(connection, ticket.idempotency_key)
            if earlier is not None:
                return earlier
            facts, traits = await self._creator(connection, number)
            if traits.closed < settings.closed_bp:
                raise Refused("playground_closed", handle=ticket.handle)
            await _within_limit(connection, settings, now)
            luck = self._luck(ticket.idempotency_key, now)
            if luck("down") < settings.down_bp:
                raise Unavailable("playground_down")
            if luck("lost request") < settings.lost_request_bp:
                raise Unclear("playground_no_answer")
            row = await (
                await connection.execute(
                    "insert into playground.accepted (key, brand, number, text, accepted_at)"
                    " values (%s, %s, %s, %s, %s) returning id",
                    (ticket.idempotency_key, ticket.brand, number, ticket.text, now),
                )
            ).fetchone()
            accepted = cast("tuple[int]", row)[0]
            await self._plan_answer(connection, ticket, accepted, number, facts, traits, now)
            try:
                await connection.commit()
            except psycopg.OperationalError as exc:
                raise Unclear("playground_no_answer") from exc
        if luck("lost answer") < settings.lost_answer_bp:
            raise Unclear("playground_no_answer")
        return Receipt(f"pg-{accepted}", now)

    async def was_accepted(self, key: str) -> bool:
        """Whether a message with this key is here."""
        async with self._transaction() as connection:
            return await self._learn(connection) and await self._receipt(connection, key) is not None

    async def answers(self, *, after: int, now: datetime) -> Sequence[tuple[int, Answer]]:
        """Answers numbered above `after`; those due by `now` get their numbers here, in the order they were written."""
        async with self._transaction() as connection:
            if not await self._learn(connection):
                return []
            # Numbers are given under a lock, so that a cursor never passes one that is committed later.
            await connection.execute("select pg_advisory_xact_lock(%s)", (_SPEAKING,))
            due = await connection.execute(
                "select id from playground.answer where seq is null and due_at <= %s order by due_at, id", (now,)
            )
            ids = [row[0] for row in await due.fetchall()]
            async with connection.cursor() as cursor:
                await cursor.executemany(
                    "update playground.answer set seq = nextval('playground.answer_seq') where id = %s",
                    [(i,) for i in ids],
                )
            rows = await connection.execute(
                "select seq, id, handle, text, due_at, brand from playground.answer"
                " join playground.creator using (number) where seq > %s order by seq",
                (after,),
            )
            return [
                (seq, Answer(f"pg-answer-{own}", PLATFORM, handle, text, due_at, BrandId(brand)))
                for seq, own, handle, text, due_at, brand in await rows.fetchall()
            ]

    async def next_due(self) -> datetime | None:
        """When the next answer will be written."""
        async with self._transaction() as connection:
            if not await self._learn(connection):
                return None
            rows = await connection.execute("select min(due_at) from playground.answer where seq is null")
            row = await rows.fetchone()
            return row[0] if row else None

    async def statement(self) -> Statement:
        """Everything it accepted and every answer it planned; hidden traits are not in it."""
        async with self._transaction() as connection:
            if not await self._learn(connection):
                return Statement()
            received = await connection.execute(
                "select key, brand, handle, text, accepted_at from playground.accepted"
                " join playground.creator using (number) order by id"
            )
            written = await connection.execute(
                "select 'pg-answer-' || a.id, m.key, a.brand, c.handle, a.intent, a.text, a.due_at, a.seq is not null"
                " from playground.answer a join playground.accepted m on m.id = a.accepted"
                " join playground.creator c on c.number = a.number order by a.id"
            )
            return Statement(
                tuple(Received(*row) for row in await received.fetchall()),
                tuple(Written(*row) for row in await written.fetchall()),
            )

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Connection]:
        try:
            async with self._pool.connection() as connection:
                yield connection
        except (psycopg.OperationalError, PoolTimeout) as exc:
            raise Unavailable("playground_down") from exc

    async def _stored(self, connection: Connection) -> tuple[int, int] | None:
        if not await _made(connection):
            return None
        row = await (await connection.execute("select creators, seed from playground.world")).fetchone()
        return (row[0], row[1]) if row else None

    async def _learn(self, connection: Connection) -> bool:
        """Read the handles if the world is another than the one known. False: there is none."""
        if not await _made(connection):
            self._handles, self._revision = frozenset(), None
            return False
        row = await (await connection.execute("select revision, seed from playground.world")).fetchone()
        if row and row[0] != self._revision:
            found = await connection.execute("select handle from playground.creator")
            self._handles = frozenset(handle for (handle,) in await found.fetchall())
            self._revision, self._seed = row
        return True

    async def _number_of(self, connection: Connection, ticket: SendTicket) -> int:
        if not await self._learn(connection) or ticket.platform != PLATFORM:
            raise Refused("no_channel", handle=ticket.handle)
        rows = await connection.execute(
            "select number from playground.creator where handle = %s", (ticket.handle.lower(),)
        )
        row = await rows.fetchone()
        if row is None:
            raise Refused("no_channel", handle=ticket.handle)
        return cast("int", row[0])

    async def _receipt(self, connection: Connection, key: str) -> Receipt | None:
        rows = await connection.execute("select id, accepted_at from playground.accepted where key = %s", (key,))
        row = await rows.fetchone()
        return Receipt(f"pg-{row[0]}", row[1]) if row else None

    async def _creator(self, connection: Connection, number: int) -> tuple[CreatorFacts, Traits]:
        rows = await connection.execute(
            "select facts, t.* from playground.creator join playground.trait t using (number) where number = %s",
            (number,),
        )
        facts, _, *traits = cast("TupleRow", await rows.fetchone())
        return from_json(facts), Traits(*traits)

    async def _plan_answer(
        self,
        connection: Connection,
        ticket: SendTicket,
        accepted: int,
        number: int,
        facts: CreatorFacts,
        traits: Traits,
        now: datetime,
    ) -> None:
        rows = await connection.execute(
            "select a.intent from playground.accepted m"
            " left join playground.answer a on a.accepted = m.id and a.due_at <= %s"
            " where m.brand = %s and m.number = %s and m.id < %s order by m.id",
            (now, ticket.brand, number, accepted),
        )
        said = [Intent(intent) if intent else None for (intent,) in await rows.fetchall()]
        silent = next((place for place, intent in enumerate(reversed(said)) if intent), len(said))
        past = Past(silent, next((intent for intent in reversed(said) if intent), None))
        draw = random.Random(f"{self._seed}/{ticket.idempotency_key}")  # noqa: S311  # a game, not a secret
        planned = answer_to(ticket.text, facts=facts, traits=traits, past=past, draw=draw, now=now)
        if planned is not None:
            await connection.execute(
                "insert into playground.answer (accepted, brand, number, intent, text, due_at)"
                " values (%s, %s, %s, %s, %s, %s)",
                (accepted, ticket.brand, number, planned.intent.value, planned.text, planned.due_at),
            )

    def _luck(self, key: str, now: datetime) -> Callable[[str], int]:
        """Draws of 0-9,999 for one attempt: the same attempt meets the same luck, a later one another."""
        return lambda what: random.Random(f"{self._seed}/{key}/{now.isoformat()}/{what}").randrange(10_000)  # noqa: S311  # a game


async def _made(connection: Connection) -> bool:
    row = await (await connection.execute("select to_regclass('playground.world') is not null")).fetchone()
    return bool(row and row[0])


async def _within_limit(connection: Connection, settings: PlaygroundSettings, now: datetime) -> None:
    rows = await connection.execute(
        "select count(*) from playground.accepted where accepted_at > %s", (now - timedelta(minutes=1),)
    )
    if cast("TupleRow", await rows.fetchone())[0] >= settings.per_minute:
        raise Unavailable("playground_throttled", retry_after_seconds=60)


async def _copy(connection: Connection, people: Sequence[Person]) -> None:
    async with connection.cursor() as cursor:
        for statement, text in copies_of(people):
            async with cursor.copy(statement) as copy:
                await copy.write(text)


def _met(row: TupleRow) -> Met:
    number, facts, said, engaged, product, *times = row
    messages = tuple(PastMessage("", ours, kind, datetime.fromtimestamp(at, UTC)) for ours, kind, at in said or ())
    return Met(number, from_json(facts), messages, Sample(product, *times) if product is not None else None, engaged)
