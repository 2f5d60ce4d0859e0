"""Calls a group's webhook. Nothing here decides what is said or when."""

import httpx

from connectors.wecom.calls import PLATFORM, Body, Calls
from connectors.wecom.webhook.errors import failure_of


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
        answer = await self._calls.post("webhook/send", {"key": key}, body=body)
        failure = failure_of(answer.errcode)
        if failure is not None:
            raise failure

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._calls.aclose()
