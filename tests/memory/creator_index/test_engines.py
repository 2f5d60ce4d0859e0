"""What the engines' adapters refuse: booleans, unknown requests, old servers; and an endpoint that fails."""

import httpx2
import pytest
from openai import AsyncOpenAI
from qdrant_client import models

from memory.creator_index.edge_models import to_edge_filter, to_edge_request
from memory.creator_index.embedders.endpoint import EndpointEmbedder
from memory.creator_index.server import answering, demand_version, open_server_index
from memory.domain.errors import Misconfigured, Unavailable
from tests.support.creator_index import WordEmbedder


def test_a_boolean_is_refused_rather_than_never_matched() -> None:
    condition = models.FieldCondition(key="has_email", match=models.MatchValue(value=True))
    with pytest.raises(TypeError, match="0 or 1"):
        to_edge_filter(models.Filter(must=[condition]))


def test_what_has_no_translation_is_an_error_and_never_left_out() -> None:
    with pytest.raises(TypeError):
        to_edge_request(models.QueryRequest(query=models.SampleQuery(sample=models.Sample.RANDOM), limit=1))
    nested = models.NestedCondition(nested=models.Nested(key="a", filter=models.Filter()))
    with pytest.raises(TypeError):
        to_edge_filter(models.Filter(must=[nested]))


@pytest.mark.parametrize("version", ["1.17.9", "1.16.0", "0.11.0"])
def test_an_old_server_is_refused(version: str) -> None:
    with pytest.raises(Misconfigured) as old:
        demand_version(version)
    assert old.value.facts == {"version": version, "oldest": "1.18"}


@pytest.mark.parametrize("version", ["1.18.0", "1.20.3", "2.0.0"])
def test_a_new_server_is_accepted(version: str) -> None:
    demand_version(version)


async def test_a_server_that_is_not_there_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        await open_server_index(url="http://127.0.0.1:9", api_key=None, embedder=WordEmbedder())


async def test_a_lost_connection_is_unavailable() -> None:
    with pytest.raises(Unavailable):
        async with answering():
            raise ConnectionResetError


def endpoint(status: int, *numbers: list[float]) -> EndpointEmbedder:
    data = [{"object": "embedding", "index": place, "embedding": one} for place, one in enumerate(numbers)]
    body = {"object": "list", "model": "m", "data": data[::-1], "usage": {"prompt_tokens": 1, "total_tokens": 1}}
    transport = httpx2.MockTransport(lambda request: httpx2.Response(status, json=body))
    client = AsyncOpenAI(
        base_url="http://embeddings.test/v1",
        api_key="key",
        max_retries=0,
        http_client=httpx2.AsyncClient(transport=transport),
    )
    return EndpointEmbedder(client, "some-model", 2)


async def test_an_endpoints_vectors_come_back_in_order_and_of_length_one() -> None:
    embedder = endpoint(200, [3.0, 4.0], [0.0, 2.0])
    first, second = await embedder.embed(["a", "b"])
    assert first == pytest.approx([0.6, 0.8])
    assert second == pytest.approx([0.0, 1.0])
    await embedder.client.close()


@pytest.mark.parametrize(
    ("status", "error"),
    [(500, Unavailable), (429, Unavailable), (401, Misconfigured), (403, Misconfigured), (404, Misconfigured)],
)
async def test_an_endpoint_that_fails_is_told_apart_by_what_helps(status: int, error: type[Exception]) -> None:
    embedder = endpoint(status)
    with pytest.raises(error):
        await embedder.embed(["a"])
    await embedder.client.close()


async def test_an_endpoint_that_changes_its_dimension_is_refused() -> None:
    embedder = endpoint(200, [1.0, 0.0, 0.0])
    with pytest.raises(Misconfigured):
        await embedder.embed(["a"])
    await embedder.client.close()
