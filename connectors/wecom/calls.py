"""One HTTP call to WeCom's interface, with timeouts: what was sent and never answered is unclear, not failed."""

import json
from dataclasses import dataclass
from typing import Literal

import httpx

from connectors.wecom.fetched import Fetched, fetched
from memory.domain.errors import BadRequest, Refused, Unavailable, Unclear

PLATFORM = "https://qyapi.weixin.qq.com"
_TIMEOUT = httpx.Timeout(20.0, connect=5.0)
_BUSY_STATUS = 429

Body = dict[str, object]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. `errcode` 0 is success; `date`: the platform's clock in the words of HTTP, empty without."""

    errcode: int
    errmsg: str
    body: Body
    date: str = ""


class Calls:
    """Calls `base_url`, the platform's own unless told otherwise. The HTTP client is made at first use."""

    def __init__(self, base_url: str = PLATFORM, *, http: httpx.AsyncClient | None = None) -> None:
        self._base_url = base_url.rstrip("/")
        self._http = http

    async def get(self, name: str, query: dict[str, str]) -> Answer:
        """Ask something under /cgi-bin/. Raises as `post`."""
        return await self._call("GET", name, query)

    async def post(
        self,
        name: str,
        query: dict[str, str],
        *,
        body: Body | None = None,
        file: tuple[str, bytes] | None = None,
    ) -> Answer:
        """Hand something over: a body without escapes, as the platform wants it, or one file.

        Raises:
            Unavailable: it could not be connected to, or is too busy: nothing was accepted (retryable).
            Refused: the call itself is rejected for good (not retryable).
            Unclear: no readable answer came after it was sent (not retryable).
        """
        if file is not None:
            return await self._call("POST", name, query, files={"media": file})
        content = json.dumps(body or {}, ensure_ascii=False).encode()
        return await self._call("POST", name, query, content=content)

    async def download(self, name: str, query: dict[str, str], *, most_bytes: int) -> Fetched | Answer:
        """A file, or why there is none. Nothing is changed by it, so it may be asked for again.

        Raises:
            Unavailable: it did not come (retryable).
            Refused: the call itself is rejected for good (not retryable).
            BadRequest: "wecom_media_too_large" (not retryable).
        """
        content = bytearray()
        try:
            async with self._client().stream("GET", f"{self._base_url}/cgi-bin/{name}", params=query) as response:
                disposition = response.headers.get("content-disposition")
                if disposition is None or response.status_code != httpx.codes.OK:
                    await response.aread()
                    return _read(response)
                async for piece in response.aiter_bytes():
                    content += piece
                    if len(content) > most_bytes:
                        raise BadRequest("wecom_media_too_large", megabytes=most_bytes // 1_048_576)
        except (httpx.HTTPError, Unclear) as lost:
            raise Unavailable("channel_busy") from lost
        return fetched(bytes(content), disposition=disposition)

    async def aclose(self) -> None:
        """Let go of the connections."""
        if self._http is not None:
            await self._http.aclose()

    def _client(self) -> httpx.AsyncClient:
        if self._http is None:
            self._http = httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False)
        return self._http

    async def _call(
        self,
        method: Literal["GET", "POST"],
        name: str,
        query: dict[str, str],
        *,
        content: bytes | None = None,
        files: dict[str, tuple[str, bytes]] | None = None,
    ) -> Answer:
        url = f"{self._base_url}/cgi-bin/{name}"
        headers = {"content-type": "application/json"} if content is not None else None
        try:
            response = await self._client().request(
                method, url, params=query, content=content, files=files, headers=headers
            )
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol) as unreached:
            raise Unavailable("channel_unreachable", host=httpx.URL(self._base_url).host) from unreached
        except httpx.HTTPError as lost:
            raise Unclear("channel_unclear") from lost
        return _read(response)


def _read(response: httpx.Response) -> Answer:
    status = response.status_code
    if status == _BUSY_STATUS:
        raise Unavailable("channel_busy")
    if httpx.codes.is_server_error(status):
        raise Unclear("channel_unclear")
    if status != httpx.codes.OK:
        raise Refused("channel_error", code=status)
    try:
        found = response.json()
    except ValueError as unreadable:
        raise Unclear("channel_unclear") from unreadable
    errcode = found.get("errcode", _without_code(found)) if isinstance(found, dict) else None
    if not isinstance(errcode, int):
        raise Unclear("channel_unclear")
    return Answer(errcode, str(found.get("errmsg", "")), found, response.headers.get("date", ""))


def _without_code(found: Body) -> int | None:
    """Some successes say no code: those that hold a token."""
    return 0 if "access_token" in found else None
