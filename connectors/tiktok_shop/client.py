"""Calls for shops: paced, signed afresh each time, with a token; failures end as the table of errors says."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

import structlog

from connectors.tiktok_shop.authorizations import Authorizations
from connectors.tiktok_shop.calls import Answer, Body, Calls
from connectors.tiktok_shop.errors import Then, failure_of, then
from connectors.tiktok_shop.operations import Operation
from connectors.tiktok_shop.pace import Bucket
from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.signing import filled, signed_url
from memory.domain.errors import Unavailable, Unclear
from memory.domain.ids import ShopLinkId

log = structlog.get_logger()

TRIES: Final = 4
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.5, 30.0
_WITH_BODY: Final = ("POST", "PUT")
TOKEN_HEADER: Final = "x-tts-access-token"  # noqa: S105  # a header's name


def _loop_seconds() -> float:
    return asyncio.get_running_loop().time()


@dataclass(frozen=True, slots=True)
class ShopPlace:
    """One shop of a shop link; the cipher says which, and is a secret."""

    link: ShopLinkId
    cipher: str = field(default="", repr=False)


@dataclass(slots=True, eq=False)
class ShopClient:
    """Of one app, for every shop that let it in. `rng` spreads repetitions."""

    app: ShopApp
    calls: Calls
    authorizations: Authorizations
    now: Callable[[], datetime]
    rng: Random
    seconds: Callable[[], float] = _loop_seconds
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _buckets: dict[ShopPlace, Bucket] = field(default_factory=dict)

    async def ask(
        self,
        place: ShopPlace,
        operation: Operation,
        *,
        query: Mapping[str, str] | None = None,
        body: Body | None = None,
        names: Mapping[str, str] | None = None,
    ) -> Body:
        """What the platform answers. A read is repeated a few times, a write only where nothing was accepted.

        Raises:
            Unavailable: busy, down, or the day's requests are used up; `pause_seconds` where it said how long
                (retryable).
            Refused: for good, or until the seller authorises again (not retryable).
            Misconfigured: the app, its scopes, an API version or the machine's clock must be mended (not retryable).
            Unclear: a write ended without an answer (not retryable).
        """
        path = filled(operation.path, self.app.versions.get(operation.name, operation.version), names or {})
        content = json.dumps(body or {}, ensure_ascii=False).encode() if operation.method in _WITH_BODY else b""
        asked = dict(query or {}) | ({"shop_cipher": place.cipher} if operation.of_shop else {})
        token, mended = await self.authorizations.token(place.link), set[Then]()
        for number in range(1, TRIES + 1):
            answer = await self._once(place, operation, path, asked, content, token)
            do = then(answer) if answer is not None else Then.LOOK
            if answer is not None and do is Then.TAKE:
                return answer.data
            if do in (Then.REFRESH, Then.SIGN_AGAIN) and do not in mended:
                mended.add(do)
                if do is Then.REFRESH:
                    token = await self.authorizations.token(place.link, rejected=token)
                continue
            wait = self._wait(number, answer)
            is_safe = do is Then.WAIT or (do is Then.LOOK and not operation.writes)
            if not is_safe or number == TRIES or wait > LONGEST_WAIT_SECONDS:
                break
            await self.sleep(wait)
        if answer is None:
            raise Unclear("shop_unclear") if operation.writes else Unavailable("shop_internal")
        log.warning("shop.refused", operation=operation.name, code=answer.code, request=answer.request_id)
        raise failure_of(answer, operation)

    async def _once(
        self, place: ShopPlace, operation: Operation, path: str, query: Mapping[str, str], content: bytes, token: str
    ) -> Answer | None:
        """One try; None when no answer came after it was sent."""
        await self._bucket(place).take()
        url = signed_url(self.app, path, query, content, at=self.now())
        headers = {TOKEN_HEADER: token, "content-type": "application/json"}
        try:
            return await self.calls.send(operation.method, url, content=content, headers=headers)
        except Unclear:
            log.warning("shop.no_answer", operation=operation.name)
            return None

    def _bucket(self, place: ShopPlace) -> Bucket:
        if place not in self._buckets:
            self._buckets[place] = Bucket(self.app.per_second, self.app.burst, self.seconds, self.sleep)
        return self._buckets[place]

    def _wait(self, number: int, answer: Answer | None) -> float:
        """Longer each time, spread; as long as the platform asks for where it does."""
        if answer is not None and answer.retry_after_seconds is not None:
            return answer.retry_after_seconds
        return float(FIRST_WAIT_SECONDS * 2 ** (number - 1) * (1.0 + self.rng.random()))
