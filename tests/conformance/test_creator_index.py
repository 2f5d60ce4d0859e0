"""One contract, every engine: the embedded one, the client's local mode, the keeper, and a server if there is one."""

import os
import uuid
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from qdrant_client import AsyncQdrantClient

from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedded import EmbeddedIndex
from memory.creator_index.keeper.index import KeeperIndex, Patience
from memory.creator_index.server import ServerEngine, ServerIndex, open_server_index
from memory.creator_index.vector_index import VectorIndex
from memory.domain.creator import Bounds, CreatorQuery, Hit, IndexEntry, Sort
from memory.domain.errors import NotFound
from memory.domain.ids import CreatorId, TenantId
from memory.domain.money import Span
from memory.domain.stores import CreatorIndex
from tests.support.creator_index import NOW, OURS, THEIRS, WordEmbedder, entry, satisfies

Open = Callable[[Path], AbstractAsyncContextManager[CreatorIndex]]
SERVER_URL = os.environ.get("DAREN_TEST_QDRANT_URL")


@asynccontextmanager
async def edge(folder: Path) -> AsyncIterator[CreatorIndex]:
    embedder = WordEmbedder()
    engine = EdgeEngine.create(folder / uuid.uuid4().hex, dimension=embedder.dimension)
    yield EmbeddedIndex(VectorIndex(engine), embedder)
    engine.close()


@asynccontextmanager
async def local(folder: Path) -> AsyncIterator[CreatorIndex]:
    client = AsyncQdrantClient(location=":memory:")
    index = ServerIndex(EmbeddedIndex(VectorIndex(ServerEngine(client)), WordEmbedder()), client)
    with warnings.catch_warnings():
        # The local mode has no payload indexes and says so at each one.
        warnings.filterwarnings("ignore", message="Payload indexes have no effect")
        await index.prepare()
    yield index
    await index.aclose()


@asynccontextmanager
async def keeper(folder: Path) -> AsyncIterator[CreatorIndex]:
    index = KeeperIndex(folder / uuid.uuid4().hex, WordEmbedder(), patience=Patience(linger=1))
    yield index
    await index.stop()


@asynccontextmanager
async def server(folder: Path) -> AsyncIterator[CreatorIndex]:
    index = await open_server_index(url=str(SERVER_URL), api_key=None, embedder=WordEmbedder())
    await index.rebuild(nothing)
    yield index
    await index.aclose()


ENGINES: list[Open] = [edge, local, keeper, *([server] if SERVER_URL else [])]
if not SERVER_URL:
    print("creator index: no server is tested, DAREN_TEST_QDRANT_URL is not set")  # noqa: T201  # said, not silent


@pytest.fixture(params=ENGINES, ids=lambda one: one.__name__)
async def index(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[CreatorIndex]:
    """An empty index of each engine."""
    opened: Open = request.param
    async with opened(tmp_path) as one:
        yield one


async def emptied(index: CreatorIndex) -> None:
    """Forget everything. The client's local mode loses points of an ordered query after a delete: swap it whole."""
    if isinstance(index, ServerIndex):
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Payload indexes have no effect")
            await index.rebuild(nothing)
    else:
        await index.delete([CreatorId(number) for number in range(1, 13)])


async def nothing() -> AsyncIterator[list[IndexEntry]]:
    """No rows."""
    yield []


def ids(hits: object) -> list[int]:
    assert isinstance(hits, list | tuple)
    return [hit.id for hit in hits if isinstance(hit, Hit)]


async def test_the_nearest_in_meaning_comes_first_and_relevance_is_a_cosine(index: CreatorIndex) -> None:
    await index.upsert([entry(1, "makeup daily"), entry(2, "cats and dogs"), entry(3, "cats only")])
    hits = await index.search(CreatorQuery(topic="cats only"), tenant=OURS, limit=2)
    assert ids(hits) == [3, 2]
    assert hits[0].relevance == pytest.approx(1.0, abs=1e-5)
    assert hits[0].score > hits[1].score


async def test_a_name_brings_its_creator_first_whatever_the_topic(index: CreatorIndex) -> None:
    await index.upsert(
        [
            entry(1, "cats", handle="glowrecipe.fan"),
            entry(2, "cats", hashtags=("GlowRecipe",)),
            entry(3, "makeup serum"),
        ]
    )
    query = CreatorQuery(topic="makeup serum", names=("#glowrecipe",))
    assert ids(await index.search(query, tenant=OURS, limit=3))[0] == 2
    named = await index.search(CreatorQuery(names=("Glow Recipe",)), tenant=OURS, limit=3)
    assert set(ids(named)) == {1, 2}


@pytest.mark.parametrize("ascending", [False, True])
async def test_sorting_is_exact_over_all_matches_with_the_unknown_last(index: CreatorIndex, ascending: bool) -> None:
    known = [entry(n, numbers={"followers": Span.exactly((n * 37) % 101)}) for n in range(1, 41)]
    await index.upsert([*known, entry(90), entry(91)])
    query = CreatorQuery(sort=Sort.FOLLOWERS, ascending=ascending)
    pages = [await index.search(query, tenant=OURS, limit=15, offset=start) for start in (0, 15, 30)]
    expected = sorted(known, key=lambda one: one.numbers["followers"].low, reverse=not ascending)
    assert [creator for page in pages for creator in ids(page)][:40] == [one.id for one in expected]
    assert set(ids(pages[2])[10:]) == {90, 91}
    assert len(ids(await index.search(query, tenant=OURS, limit=5, offset=41))) == 1


async def test_a_topic_sorted_by_a_number_keeps_to_the_topic(index: CreatorIndex) -> None:
    await index.upsert(
        [
            entry(1, "cats", numbers={"gmv_30d": Span.exactly(10)}),
            entry(2, "cats", numbers={"gmv_30d": Span.exactly(30)}),
            entry(3, "cats"),
            entry(4, "makeup", numbers={"gmv_30d": Span.exactly(99)}),
        ]
    )
    hits = await index.search(CreatorQuery(topic="cats", sort=Sort.GMV), tenant=OURS, limit=9)
    assert ids(hits) == [2, 1, 3]


async def test_without_a_topic_the_best_standing_comes_first(index: CreatorIndex) -> None:
    await index.upsert(
        [
            entry(1, numbers={"gmv_30d": Span.exactly(1_000)}),
            entry(2, numbers={"gmv_30d": Span.exactly(9_000_000), "fulfilment_bp": Span.exactly(9_900)}),
            entry(3),
        ]
    )
    assert ids(await index.search(CreatorQuery(), tenant=OURS, limit=3))[0] == 2


async def test_similar_creators_leave_out_the_one_asked_about(index: CreatorIndex) -> None:
    await index.upsert([entry(1, "cats and dogs"), entry(2, "cats and dogs"), entry(3, "makeup", market="GB")])
    assert ids(await index.similar(CreatorId(1), CreatorQuery(), tenant=OURS, limit=5)) == [2, 3]
    british = CreatorQuery(markets=("GB",))
    assert ids(await index.similar(CreatorId(1), british, tenant=OURS, limit=5)) == [3]


async def test_a_foreign_creator_is_no_model_for_similar_ones(index: CreatorIndex) -> None:
    await index.upsert([entry(1), entry(2, tenant=THEIRS)])
    for unseen in (2, 77):
        with pytest.raises(NotFound) as missing:
            await index.similar(CreatorId(unseen), CreatorQuery(), tenant=OURS, limit=5)
        assert missing.value.text_key == "creator_not_found"


async def test_an_upsert_replaces_and_a_delete_forgets(index: CreatorIndex) -> None:
    await index.upsert([entry(1, market="US"), entry(2, market="US")])
    await index.upsert([entry(1, "makeup", market="GB")])
    assert await index.count([CreatorQuery(markets=("US",)), CreatorQuery(markets=("GB",))], tenant=OURS) == [1, 1]
    await index.delete([CreatorId(2), CreatorId(1234)])
    assert ids(await index.search(CreatorQuery(topic="makeup"), tenant=OURS, limit=5)) == [1]
    information = await index.info()
    assert (information.model, information.dimension, information.entries) == ("words", 32, 1)


SPANS = st.one_of(
    st.none(),
    st.integers(0, 60).map(Span.exactly),
    st.tuples(st.integers(0, 60), st.integers(0, 30)).map(lambda pair: Span(pair[0], pair[0] + pair[1])),
)
BOUNDS = st.builds(Bounds, st.none() | st.integers(0, 60), st.none() | st.integers(0, 80))
NUMBERS = st.fixed_dictionaries({"followers": SPANS, "gmv_30d": SPANS}).map(
    lambda numbers: {name: span for name, span in numbers.items() if span is not None}
)
ENTRIES = st.lists(
    st.builds(
        entry,
        st.just(0),
        tenant=st.sampled_from([None, OURS, THEIRS]),
        market=st.sampled_from([None, "US", "GB"]),
        categories=st.sampled_from([(), ("pets",), ("pets", "baby"), ("beauty",)]),
        languages=st.sampled_from([(), ("en",), ("en", "es")]),
        content=st.sampled_from([None, "live", "video"]),
        has_email=st.booleans(),
        last_active_at=st.none() | st.integers(0, 100).map(lambda days: NOW - timedelta(days=days)),
        numbers=NUMBERS,
    ),
    min_size=1,
    max_size=12,
).map(lambda entries: [replace(one, id=CreatorId(place)) for place, one in enumerate(entries, start=1)])
SOME_IDS = st.lists(st.integers(1, 12).map(CreatorId), max_size=6).map(tuple)
QUERIES = st.builds(
    CreatorQuery,
    topic=st.sampled_from(["", "cats"]),
    names=st.sampled_from([(), ("creator_3",)]),
    markets=st.sampled_from([(), ("US",), ("US", "GB")]),
    categories=st.sampled_from([(), ("pets",), ("beauty", "baby")]),
    languages=st.sampled_from([(), ("es",)]),
    content=st.sampled_from([None, "live"]),
    has_email=st.sampled_from([None, True, False]),
    active_since=st.none() | st.integers(0, 100).map(lambda days: NOW - timedelta(days=days)),
    bounds=st.dictionaries(st.sampled_from(["followers", "gmv_30d"]), BOUNDS),
    only_ids=st.none() | SOME_IDS,
    exclude_ids=SOME_IDS,
    strict=st.booleans(),
    unknown=st.sampled_from([(), ("followers",), ("gmv_30d",)]),
    sort=st.sampled_from([Sort.RELEVANCE, Sort.GMV]),
)


@given(data=st.data())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_answer_is_what_the_plain_reference_says(index: CreatorIndex, data: st.DataObject) -> None:
    """Exact filters, ranges, unknowns and the tenants' wall, for any creators and any questions."""
    await emptied(index)
    entries = data.draw(ENTRIES)
    questions = data.draw(st.lists(QUERIES, min_size=12, max_size=12))
    await index.upsert(entries)
    for tenant in (OURS, THEIRS, TenantId(3)):
        expected = [{one.id for one in entries if satisfies(one, query, tenant=tenant)} for query in questions]
        assert list(await index.count(questions, tenant=tenant)) == [len(one) for one in expected]
        for query, matching in zip(questions, expected, strict=True):
            found = ids(await index.search(query, tenant=tenant, limit=50))
            assert len(found) == len(set(found))
            if query.topic and query.sort is not Sort.RELEVANCE:
                # Ordered by a number, a topic keeps what is near it: never more than matches, never nothing of it.
                assert set(found) <= matching
                assert bool(found) == bool(matching)
            elif query.names and not query.topic and query.sort is Sort.RELEVANCE:
                assert set(found) <= matching
            else:
                assert set(found) == matching
