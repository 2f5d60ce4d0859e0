"""Embeddings of any OpenAI-compatible endpoint: the other implementation of the same port."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from openai import APIConnectionError, APIError, AsyncOpenAI, AuthenticationError, PermissionDeniedError

from memory.domain.errors import Misconfigured, Unavailable

BATCH = 64  # texts per request; the smallest limit among the well-known endpoints is higher
_RETRIED_STATUS = frozenset({408, 409, 425, 429})


@dataclass(frozen=True, slots=True)
class EndpointEmbedder:
    """See `Embedder`. The client retries twice by itself before this raises Unavailable."""

    client: AsyncOpenAI
    name: str
    size: int

    @property
    def model(self) -> str:
        """See `Embedder.model`."""
        return self.name

    @property
    def dimension(self) -> int:
        """See `Embedder.dimension`."""
        return self.size

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """See `Embedder.embed`.

        Raises:
            Unavailable: the endpoint did not answer (retryable).
            Misconfigured: it rejects the key or the model, or answers in another dimension (not retryable).
        """
        vectors: list[list[float]] = []
        for start in range(0, len(texts), BATCH):
            vectors += await request_vectors(self.client, self.name, texts[start : start + BATCH])
        if any(len(vector) != self.size for vector in vectors):
            raise Misconfigured("embedder_dimension_changed", model=self.name, expected=self.size)
        return vectors


async def open_endpoint(*, base_url: str, api_key: str, model: str, timeout_seconds: float = 20.0) -> EndpointEmbedder:
    """Ask the endpoint for one vector to learn its dimension. Raises as `EndpointEmbedder.embed`."""
    client = AsyncOpenAI(base_url=base_url, api_key=api_key, timeout=timeout_seconds, max_retries=2)
    [probe] = await request_vectors(client, model, ["dimension"])
    return EndpointEmbedder(client, model, len(probe))


async def request_vectors(client: AsyncOpenAI, model: str, texts: Sequence[str]) -> list[list[float]]:
    """Make one request; vectors come back in the order of the texts and of length one."""
    try:
        answer = await client.embeddings.create(
            model=model, input=[text or " " for text in texts], encoding_format="float"
        )
    except APIConnectionError as lost:  # refused, cut off or timed out
        raise Unavailable("embedder_unavailable", model=model) from lost
    except (AuthenticationError, PermissionDeniedError) as rejected:
        raise Misconfigured("embedder_key_rejected", model=model) from rejected
    except APIError as failed:
        status = getattr(failed, "status_code", None)
        if status is None or status >= 500 or status in _RETRIED_STATUS:
            raise Unavailable("embedder_unavailable", model=model) from failed
        raise Misconfigured("embedder_refused", model=model, status=status) from failed
    ordered = sorted(answer.data, key=lambda item: item.index)
    if len(ordered) != len(texts):
        raise Unavailable("embedder_unavailable", model=model)
    return [_unit(item.embedding) for item in ordered]


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(part * part for part in vector)) or 1.0
    return [part / length for part in vector]
