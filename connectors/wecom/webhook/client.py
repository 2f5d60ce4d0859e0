"""Calls a group's webhook. Nothing here decides what is said or when."""

import httpx

from connectors.wecom.calls import PLATFORM, Answer, Body, Calls
from connectors.wecom.webhook.errors import failure_of
from memory.domain.errors import Unclear


class WebhookClient:
    """Posts to `base_url`, the platform's own unless told otherwise."""

    def __init__(self, base_url: str = PLATFORM, *, http: httpx.AsyncClient | None = None) -> None:
        self._calls = Calls(base_url, http=http)

    async def send(self, key: str, body: Body) -> None:
        """Hand one message over.

        Raises:
            Unavailable: it could not be connected to, or is too busy: nothing was accepted (retryable).
            Refused: the key or the message is rejected for good (not retryable).
            Unclear: no readable answer came after it was sent (not retryable).
        """
        _require_taken(await self._calls.post("webhook/send", {"key": key}, body=body))

    async def upload(self, key: str, *, name: str, content: bytes) -> str:
        """Keep a file with the platform for three days; its media id, good for this webhook alone. Raises as `send`."""
        query = {"key": key, "type": "file"}
        answer = await self._calls.post("webhook/upload_media", query, file=(name, content))
        _require_taken(answer)
        media = answer.body.get("media_id")
        if not isinstance(media, str):
            raise Unclear("channel_unclear")
        return media

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._calls.aclose()


def _require_taken(answer: Answer) -> None:
    failure = failure_of(answer.errcode)
    if failure is not None:
        raise failure
