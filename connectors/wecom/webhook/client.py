"""Calls a group's webhook: one HTTP client with timeouts. Nothing here decides what is said or when."""

import httpx

from connectors.wecom.webhook.errors import failure_of
from memory.domain.errors import Refused, Unavailable, Unclear

PLATFORM = "https://qyapi.weixin.qq.com"
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_BUSY_STATUS = 429


class WebhookClient:
    """Posts to `base_url`, the platform's own unless told otherwise. The HTTP client is made at first use."""

    def __init__(self, base_url: str = PLATFORM, *, http: httpx.AsyncClient | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http

    async def send(self, key: str, body: dict[str, object]) -> None:
        """Hand one message over.

        Raises:
            Unavailable: it could not be connected to, or is too busy: nothing was accepted (retryable).
            Refused: the key or the message is rejected for good (not retryable).
            Unclear: no readable answer came after it was sent (not retryable).
        """
        await self._post("send", {"key": key}, json=body)

    async def upload(self, key: str, *, name: str, content: bytes) -> str:
        """Keep a file with the platform for three days; its media id, good for this webhook alone. Raises as `send`."""
        answer = await self._post("upload_media", {"key": key, "type": "file"}, files={"media": (name, content)})
        media = answer.get("media_id")
        if not isinstance(media, str):
            raise Unclear("channel_unclear")
        return media

    async def aclose(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            await self._http.aclose()

    async def _post(
        self,
        name: str,
        query: dict[str, str],
        *,
        json: dict[str, object] | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> dict[str, object]:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False)
        url = f"{self._base_url}/cgi-bin/webhook/{name}"
        try:
            response = await self._http.post(url, params=query, json=json, files=files)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as unreached:
            raise Unavailable("channel_unreachable", host=httpx.URL(self._base_url).host) from unreached
        except httpx.HTTPError as lost:
            raise Unclear("channel_unclear") from lost
        return _read(response)


def _read(response: httpx.Response) -> dict[str, object]:
    status = response.status_code
    if status == _BUSY_STATUS:
        raise Unavailable("channel_busy")
    if httpx.codes.is_server_error(status):
        raise Unclear("channel_unclear")
    if status != httpx.codes.OK:
        raise Refused("channel_error", code=status)
    try:
        answer = response.json()
    except ValueError as unreadable:
        raise Unclear("channel_unclear") from unreadable
    errcode = answer.get("errcode") if isinstance(answer, dict) else None
    if not isinstance(errcode, int):
        raise Unclear("channel_unclear")
    failure = failure_of(errcode)
    if failure is not None:
        raise failure
    return dict(answer)
