"""Files people send to the bot: fetched while their address lives, of bounded size, decrypted with their own key."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit

import httpx

from connectors.wecom.bot.frames import Media
from connectors.wecom.crypto import BLOCK, decrypted
from connectors.wecom.foreign import seen
from memory.domain.errors import BadRequest, Refused, Unavailable

MOST_BYTES = 20_971_520
_ZIP = b"PK\x03\x04"

MayFetch = Callable[[str], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file in the clear. `name` is foreign text."""

    name: str
    content: bytes


async def is_public(url: str) -> bool:
    """Whether the address is https on a host all of whose addresses are public: never a machine of our own network."""
    parts = urlsplit(url)
    if parts.scheme != "https" or not parts.hostname:
        return False
    try:
        found = await asyncio.get_running_loop().getaddrinfo(parts.hostname, parts.port or 443)
    except OSError:
        return False
    return bool(found) and all(ip_address(address[4][0]).is_global for address in found)


@dataclass(frozen=True, slots=True)
class MediaDoor:
    """Fetches media. `http` follows no redirect and has its timeouts; `may_fetch` is `is_public` outside of tests."""

    http: httpx.AsyncClient
    may_fetch: MayFetch = is_public
    most_bytes: int = MOST_BYTES

    async def fetch(self, media: Media) -> Fetched:
        """The file.

        Raises:
            BadRequest: "wecom_media_too_large" (not retryable).
            Refused: an address we do not fetch, a dead one, content that does not open (not retryable).
            Unavailable: the other side did not answer (retryable while the address lives, 5 minutes).
        """
        if not await self.may_fetch(media.url):
            raise Refused("wecom_media_gone")
        try:
            async with self.http.stream("GET", media.url, follow_redirects=False) as answer:
                if answer.status_code >= 500:
                    raise Unavailable("wecom_media_gone")
                if answer.status_code != httpx.codes.OK:
                    raise Refused("wecom_media_gone")
                sealed = await self._bounded(answer)
                named = _named(answer.headers.get("content-disposition", ""))
        except httpx.HTTPError as failed:
            raise Unavailable("wecom_media_gone") from failed
        content = opened(sealed, media.aeskey)
        return Fetched(seen(media.filename or named) or _usual_name(content), content)

    async def _bounded(self, answer: httpx.Response) -> bytes:
        pieces = bytearray()
        async for piece in answer.aiter_bytes():
            pieces += piece
            if len(pieces) > self.most_bytes + BLOCK:
                raise BadRequest("wecom_media_too_large", megabytes=self.most_bytes // 1_048_576)
        return bytes(pieces)


def opened(sealed: bytes, aeskey: str) -> bytes:
    """Decrypt: AES-256-CBC, the key's first half as its vector, PKCS#7 to 32.

    Raises:
        Refused: the key, the length or the padding is wrong (not retryable).
    """
    try:
        key = base64.b64decode(aeskey + "=" * (-len(aeskey) % 4), validate=True)
    except ValueError as wrong:
        raise Refused("wecom_media_broken") from wrong
    try:
        return decrypted(key, sealed)
    except ValueError as wrong:
        raise Refused("wecom_media_broken") from wrong


def _named(disposition: str) -> str:
    """The file name of a Content-Disposition header."""
    for part in disposition.split(";"):
        key, _, value = part.strip().partition("=")
        if key.lower() == "filename*":
            return unquote(value.rpartition("''")[2])
        if key.lower() == "filename":
            return unquote(value.strip('"'))
    return ""


def _usual_name(content: bytes) -> str:
    return "wecom.xlsx" if content.startswith(_ZIP) else "wecom.csv"
