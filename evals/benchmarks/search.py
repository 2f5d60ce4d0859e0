"""The whole search tool against the bare engine and exact arithmetic, interleaved in one run over made-up creators.

*Tool*: `search_creators` on a real database through the keeper, with preferences, counts, ranking, reasons and the
kept shortlist. *Engine*: the same question asked of the embedded engine in this process: the subject embedded, the
exact counts, the candidates. *Exact*: mask and dot product in numpy, which also says what should have been found.
"""

import shutil
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median, quantiles

import numpy as np
from numpy.typing import NDArray
from pydantic import JsonValue

from evals.scorers.scorecard import Line, Scorecard
from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.keeper import wire
from memory.creator_index.keeper.index import KeeperIndex
from memory.creator_index.keeper.loading import Loaders
from memory.creator_index.vector_index import VectorIndex
from memory.database import Database
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.chat_stores import Fence
from memory.domain.creator import Bounds, CreatorFacts, CreatorQuery, IndexEntry, Shortlist
from memory.domain.ids import ConversationId, CreatorId, TenantId, TurnId
from memory.domain.markets import MARKETS
from memory.domain.money import MoneySpan, Span
from memory.domain.stores import CreatorIndex, Unit, Units
from memory.domain.workspace import Role, Scope, WorkspaceKind
from tools.contract import TurnContext
from tools.creator_search.gloss import in_english
from tools.creator_search.tool import search_creators

TOPICS = ("宠物用品", "美妆", "厨房小工具", "露营", "瑜伽垫", "婴儿用品", "手机壳", "咖啡", "护肤", "吉他")
_SUBJECTS = tuple(in_english(topic) for topic in TOPICS)
_WORDS = ("daily", "honest reviews", "for beginners", "on a budget", "with my family", "tips", "hauls", "every week")
_POOL = 40  # what the tool looks at for a list of twenty
_CHUNK = 2_000
MOST_TIMES_ENGINE = 3.0
MOST_P95_MILLISECONDS = 60.0
LEAST_RECALL = 0.95


@dataclass(frozen=True, slots=True)
class World:
    """Where the tool runs: a migrated workspace, an empty index that rebuilds, one member's conversation."""

    units: Units
    index: CreatorIndex
    scope: Scope
    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class _Unfenced:
    """The tool outside a turn: nobody else owns it."""

    units: Units

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[Unit]:  # noqa: ARG002  # the port's signature
        return self.units.unit(scope)


@dataclass(frozen=True, slots=True)
class _Exact:
    """Everything in arrays, for the answer that is right by construction."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]
    markets: NDArray[np.str_]
    followers: NDArray[np.int64]
    gmv: NDArray[np.int64]

    def search(self, vector: Sequence[float], *, market: str, low: int, high: int, gmv: int) -> list[int]:
        """The best of those that match, exactly."""
        mask = (self.markets == market) & (self.followers >= low) & (self.followers <= high) & (self.gmv >= gmv)
        rows = np.flatnonzero(mask)
        scores = self.vectors[rows] @ np.asarray(vector, dtype=np.float32)
        return [int(self.ids[rows[place]]) for place in np.argsort(-scores)[:_POOL]]


def made_up(number: int, *, now: datetime) -> CreatorFacts:
    """One deterministic creator: heavy-tailed followers and sales, a third without known sales."""
    dice = np.random.default_rng(number)
    followers = int(1_000 * 10 ** float(dice.gamma(1.6, 0.55)))
    sells = dice.random() < 0.67
    gmv = int(followers * float(dice.lognormal(1.0, 1.2)))
    subject = _SUBJECTS[number % len(_SUBJECTS)]
    extra = " ".join(str(word) for word in dice.choice(_WORDS, 2, replace=False))
    return CreatorFacts(
        handle=f"made.up.{number}",
        name=f"Made Up {number}",
        bio=f"{subject} {extra}, number {number}",
        market=str(dice.choice(list(MARKETS))),
        languages=("en",),
        followers=Span.exactly(followers),
        gmv_30d=MoneySpan(gmv, gmv, "USD") if sells else None,
        engagement_bp=Span.exactly(int(dice.integers(50, 1_200))),
        fulfilment_bp=Span.exactly(int(dice.integers(3_000, 10_000))) if dice.random() < 0.5 else None,
        last_active_at=now - timedelta(days=int(dice.integers(0, 120))),
    )


async def run(creators: int = 100_000, *, rounds: int = 100) -> Scorecard:
    """Make a workspace of its own, fill it, and measure. 100,000 creators take some ten minutes to load."""
    with _temporary_home() as home:
        async with Database.open(home=home) as database:
            await database.migrate()
            scope = await _member(database)
            async with database.unit(scope) as unit:
                thread = await unit.conversations.start(connector="bench", chat="direct", now=unit.now)
            index = KeeperIndex(home)
            try:
                world = World(database, index, scope, thread.id)
                return await measure(world, creators=creators, folder=home, rounds=rounds)
            finally:
                await index.stop()


@contextmanager
def _temporary_home() -> Iterator[Path]:
    """A home that leaves nothing behind: as root its database lies elsewhere, and a file in the home says where."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder)
        yield home
        pointer = home / "postgres.path"
        if pointer.exists():
            shutil.rmtree(pointer.read_text("utf-8").strip(), ignore_errors=True)


async def _member(database: Database) -> Scope:
    async with database.across_tenants("search benchmark") as unit:
        await unit.accounts.make_workspace(WorkspaceKind.DEMO, name="Benchmark")
        tenant = await unit.accounts.make_tenant("Benchmark")
        brand = await unit.accounts.make_brand(tenant, NewBrand("Benchmark", "Benchmark", "US", "Asia/Shanghai"))
        member = await unit.accounts.make_member(tenant, NewMember("bench", "Bench", Role.LEAD, brand.id))
        return Scope(tenant, brand.id, member.id, Role.LEAD)


async def measure(world: World, *, creators: int, folder: Path, rounds: int = 100) -> Scorecard:
    """Fill the world, then ask `rounds` questions three ways in turn."""
    await _load(world, creators)
    encoder = Usem3Embedder()
    engine, exact = await _bare(world, encoder, folder)
    # The tool's own keeper gets the very same creators.
    await _rebuild(world)
    tool = search_creators(_Unfenced(world.units), world.index)
    took: dict[str, list[float]] = {"tool": [], "engine": [], "exact": []}
    recalls: list[float] = []
    for number in range(rounds + 3):
        arguments, query, subject = _question(number)
        began = time.perf_counter()
        found = await tool.run(tool.arguments.model_validate(arguments), _turn(world))
        after_tool = time.perf_counter()
        hits = await _ask_engine(engine, encoder, query, world.scope.tenant)
        after_engine = time.perf_counter()
        bounds = query.bounds
        right = exact.search(
            encoder.encode([subject])[0],
            market=query.markets[0],
            low=bounds["followers"].low or 0,
            high=bounds["followers"].high or 0,
            gmv=bounds["gmv_30d"].low or 0,
        )
        after_exact = time.perf_counter()
        if number < 3 or not isinstance(found, Shortlist):
            continue  # the first few pay for loading
        for name, seconds in (
            ("tool", after_tool - began),
            ("engine", after_engine - after_tool),
            ("exact", after_exact - after_engine),
        ):
            took[name].append(seconds * 1_000)
        if right:
            recalls.append(len({*hits} & {*right}) / len(right))
    return _scored(took, recalls, creators)


def _scored(took: dict[str, list[float]], recalls: Sequence[float], creators: int) -> Scorecard:
    middle = {name: median(values) for name, values in took.items()}
    tail = {name: quantiles(values, n=20)[-1] for name, values in took.items()}
    times = middle["tool"] / middle["engine"]
    recall = sum(recalls) / len(recalls) if recalls else 0.0
    return Scorecard(
        "search",
        (
            Line("creators", f"{creators}", "", ok=True),
            Line("exact, p50", f"{middle['exact']:.1f} ms", "", ok=True),
            Line("engine, p50 / p95", f"{middle['engine']:.1f} / {tail['engine']:.1f} ms", "", ok=True),
            Line("tool, p50", f"{middle['tool']:.1f} ms", "", ok=True),
            Line("tool, p95", f"{tail['tool']:.1f} ms", "≤ 60 ms", tail["tool"] <= MOST_P95_MILLISECONDS),
            Line("tool / engine, p50", f"{times:.2f}", "≤ 3.0", times <= MOST_TIMES_ENGINE),
            Line(f"recall@{_POOL} of the engine", f"{recall:.3f}", f"≥ {LEAST_RECALL}", recall >= LEAST_RECALL),
        ),
    )


async def _load(world: World, creators: int) -> None:
    for start in range(0, creators, _CHUNK):
        async with world.units.unit(world.scope) as unit:
            facts = [made_up(n, now=unit.now) for n in range(start, min(creators, start + _CHUNK))]
            await unit.creators.upsert(facts, source="benchmark", as_of=unit.now)


async def rows(world: World) -> AsyncIterator[Sequence[IndexEntry]]:
    """Every creator of the world, in id order."""
    after = CreatorId(0)
    while True:
        async with world.units.unit(world.scope) as unit:
            entries = await unit.creators.to_index(after=after, limit=_CHUNK)
        if not entries:
            return
        yield entries
        after = entries[-1].id


async def _rebuild(world: World) -> None:
    """Through the index's own rebuild where it has one: it leaves an optimised graph, as `daren reindex` does."""
    rebuild = getattr(world.index, "rebuild", None)
    if rebuild is not None:
        await rebuild(lambda: rows(world))
        return
    async for entries in rows(world):
        await world.index.upsert(entries)


async def _bare(world: World, encoder: Usem3Embedder, folder: Path) -> tuple[VectorIndex, _Exact]:
    engine = EdgeEngine.create(folder / uuid.uuid4().hex, dimension=encoder.dimension)
    index = VectorIndex(engine)
    entries: list[IndexEntry] = []
    vectors: list[NDArray[np.float32]] = []
    loaders = Loaders()
    async for some in rows(world):
        made = [wire.unpack_vector(text) for text in await loaders.pack(some)]
        await index.upsert(some, made)
        entries += some
        vectors.append(np.asarray(made, dtype=np.float32))
    await loaders.close()
    engine.optimize()
    unknown = Span.exactly(-1)
    return index, _Exact(
        ids=np.array([entry.id for entry in entries]),
        vectors=np.concatenate(vectors),
        markets=np.array([entry.market or "" for entry in entries]),
        followers=np.array([entry.numbers.get("followers", unknown).low for entry in entries]),
        gmv=np.array([entry.numbers.get("gmv_30d", unknown).low for entry in entries]),
    )


def _question(number: int) -> tuple[dict[str, JsonValue], CreatorQuery, str]:
    place = number % len(TOPICS)
    market = list(MARKETS)[number % len(MARKETS)]
    low = 2_000 * (1 + number % 5)
    arguments: dict[str, JsonValue] = {
        "topic": TOPICS[place],
        "markets": [market],
        "followers": {"min": low, "max": low * 50},
        "gmv_30d": {"min": 20, "currency": "USD"},
        "limit": 20,
    }
    query = CreatorQuery(
        topic=_SUBJECTS[place],
        markets=(market,),
        bounds={"followers": Bounds(low, low * 50), "gmv_30d": Bounds(low=2_000)},
    )
    return arguments, query, _SUBJECTS[place]


async def _ask_engine(
    index: VectorIndex, encoder: Usem3Embedder, query: CreatorQuery, tenant: TenantId
) -> list[CreatorId]:
    """What the tool asks of the index, asked without the tool: counts, subject, candidates."""
    unknown = [replace(query.without(field), unknown=(field,), strict=False) for field in query.bounds]
    await index.count([query, replace(query, strict=False), *unknown], tenant=tenant)
    [vector] = encoder.encode([query.topic])
    return [hit.id for hit in await index.search(query, vector=vector, tenant=tenant, limit=_POOL)]


def _turn(world: World) -> TurnContext:
    return TurnContext(
        scope=world.scope,
        conversation=world.conversation,
        fence=Fence(TurnId(1), 1),
        lang="zh",
        occasion=f"benchmark:{uuid.uuid4().hex}",
    )
