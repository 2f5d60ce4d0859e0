"""One HTTP call, with timeouts: what was sent and never answered is unclear, not failed. Nothing here is logged."""

import asyncio
from dataclasses import dataclass, field
from typing import Final, Literal

import httpx

from memory.domain.errors import Unavailable, Unclear

_TIMEOUT: Final = httpx.Timeout(20.0, connect=5.0)
WHOLE_SECONDS: Final = 25.0  # an answer that comes drop by drop keeps every other limit
_NEVER_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `code` 0 is success, None: no envelope. `request_id` is what the platform's support asks for."""

    status: int
    code: int | None
    message: str
    request_id: str
    data: Body = field(repr=False)
    retry_after_seconds: float | None = None


class Calls:
    """The HTTP client is made at first use. It follows nowhere. `whole_seconds`: for a call from end to end."""

    def __init__(self, *, http: httpx.AsyncClient | None = None, whole_seconds: float = WHOLE_SECONDS) -> None:
        self._http = http
        self._whole_seconds = whole_seconds

    async def send(
        self,
        method: Literal["GET", "POST", "PUT", "DELETE"],
        url: str,
        *,
        content: bytes = b"",
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """Send exactly these bytes.

        Raises:
            Unavailable: it could not be connected to: nothing was accepted (retryable).
            Unclear: no answer came after it was sent (not retryable).
        """
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False)
        try:
            async with asyncio.timeout(self._whole_seconds):
                response = await self._http.request(method, url, content=content or None, headers=headers)
        except _NEVER_SENT as unreached:
            raise Unavailable("shop_unreachable", host=httpx.URL(url).host) from unreached
        except (httpx.HTTPError, TimeoutError) as lost:
            raise Unclear("shop_unclear") from lost
        return _read(response)

    async def aclose(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            await self._http.aclose()


def _read(response: httpx.Response) -> Answer:
    try:
        found = response.json()
    except ValueError:
        found = None
    code = found.get("code") if isinstance(found, dict) else None
    if not isinstance(found, dict) or isinstance(code, bool) or not isinstance(code, int):
        return Answer(response.status_code, None, "", "", {}, _later(response))
    data = found.get("data")
    return Answer(
        response.status_code,
        code,
        str(found.get("message", "")),
        str(found.get("request_id", "")),
        data if isinstance(data, dict) else {},
        _later(response),
    )


def _later(response: httpx.Response) -> float | None:
    said = response.headers.get("retry-after", "")
    return float(said) if said.isascii() and said.isdecimal() else None
