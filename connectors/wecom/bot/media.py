"""Files people send to the bot: fetched while their address lives, of bounded size, decrypted with their own key."""

import asyncio
import base64
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

import httpx

from connectors.wecom.bot.frames import Media
from connectors.wecom.crypto import BLOCK, decrypted
from connectors.wecom.fetched import MOST_BYTES, Fetched, fetched
from memory.domain.errors import BadRequest, Refused, Unavailable

MayFetch = Callable[[str], Awaitable[bool]]


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
                disposition = answer.headers.get("content-disposition", "")
        except httpx.HTTPError as failed:
            raise Unavailable("wecom_media_gone") from failed
        return fetched(opened(sealed, media.aeskey), name=media.filename, disposition=disposition)

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
