"""Whom a seller let in: a pair of tokens per shop link, refreshed by one process at a time, kept sealed and whole.

The platform gives a new refresh token with every refresh, so that both are replaced in one row. Their ends are moments,
not durations. Source: TikTok Shop Partner Center, "Authorization", read 2026-11-29.
"""

import asyncio
import secrets
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Final
from urllib.parse import urlencode

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from connectors.ports.custody import Fresh, Kept, Safe
from connectors.tiktok_shop.calls import Answer, Calls
from connectors.tiktok_shop.errors import failure_of_tokens
from connectors.tiktok_shop.settings import ShopApp
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import MemberId, ShopLinkId

log = structlog.get_logger()

NAME: Final = "authorization"
SELLER: Final = 0
EARLY: Final = timedelta(hours=24)
EARLY_SHARE: Final = 4  # but never more than a quarter of a token's life
AGAIN: Final = timedelta(seconds=10)  # a token so young is not refreshed anew, whatever is said of it
STATE_LIVES: Final = timedelta(minutes=10)
_STATES: Final = "state:"
_LONGEST_LINK: Final = 19
REST: Final = timedelta(minutes=1)  # after an early refresh that failed: the token still lives, so work goes on


class Authorization(BaseModel):
    """What a seller granted. Moments are seconds since the epoch."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    app_key: str = ""
    access_token: str = Field(repr=False, min_length=1)
    access_token_expire_in: int
    refresh_token: str = Field(repr=False, min_length=1)
    refresh_token_expire_in: int
    open_id: str = ""
    seller_name: str = ""
    seller_base_region: str = ""
    user_type: int = SELLER
    granted_scopes: tuple[str, ...] = ()

    @property
    def ends(self) -> datetime:
        """When the access token does."""
        return datetime.fromtimestamp(self.access_token_expire_in, UTC)

    def due(self, *, since: datetime) -> datetime:
        """When to refresh a pair that came at `since`: a day before its end, or in the last quarter of a short life."""
        return self.ends - min(EARLY, (self.ends - since) / EARLY_SHARE)


@dataclass(slots=True, eq=False)
class Authorizations:
    """Of every link. The rows of all processes are asked first, then the platform: who is let out is out everywhere."""

    app: ShopApp
    calls: Calls
    safe: Safe[ShopLinkId]
    now: Callable[[], datetime]
    _rests: dict[ShopLinkId, datetime] = field(default_factory=dict)
    _locks: "defaultdict[ShopLinkId, asyncio.Lock]" = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def begin(self, link: ShopLinkId, *, member: MemberId) -> str:
        """Where the seller agrees; good for one return of the same member within ten minutes. Raises as `Safe.keep`."""
        state = f"{link}.{secrets.token_urlsafe(24)}"
        await self.safe.keep(link, _state(state), Fresh(str(member), STATE_LIVES))
        query = urlencode({"service_id": self.app.service_id, "state": state})
        return f"{self.app.authorize_base}/open/authorize?{query}"

    async def returned(self, link: ShopLinkId, *, member: MemberId, state: str) -> None:
        """A return takes what it answers to, so that no second one has it. Raises Refused("shop_state_unknown")."""
        asked = await self.safe.take(link, _state(state)) if state else ()
        if [kept.value for kept in asked] != [str(member)]:
            raise Refused("shop_state_unknown")

    async def finish(self, link: ShopLinkId, *, member: MemberId, state: str, code: str) -> Authorization:
        """The seller came back with a code.

        Raises:
            Refused: the state is not this member's, used or old; the code is used or lost; no seller; disconnected.
            Misconfigured: the app is not known to the platform (not retryable).
            Unavailable: the platform is busy or not reachable: begin anew (retryable).
        """
        await self.returned(link, member=member, state=state)
        try:
            found = await self._asked("get", {"auth_code": code, "grant_type": "authorized_code"})
        except Unclear as lost:
            raise Refused("shop_authorise_again") from lost  # a code is good once, and may be used now
        if found.user_type != SELLER:
            raise Refused("shop_not_a_seller")

        async def replace(_: Kept | None) -> Fresh:
            return self._fresh(found)

        if await self.safe.renewed(link, NAME, replace) is None:
            raise Refused("shop_not_connected")
        log.info("shop.authorised", link=link, region=found.seller_base_region, scopes=len(found.granted_scopes))
        return found

    async def forget(self, link: ShopLinkId) -> None:
        """Keep no token of it, nor any return that is still expected."""
        async with self._locks[link]:
            for start in (NAME, _STATES):
                await self.safe.take(link, start)

    async def granted(self, link: ShopLinkId) -> tuple[str, ...]:
        """The scopes the seller granted, as far as the platform says. A pair that is due is renewed now or fails.

        Raises:
            Refused: nobody has authorised, or the seller must again (not retryable).
            Unavailable: the platform does not answer (retryable).
            Misconfigured: the app is not known to the platform (not retryable).
        """
        kept = await self.safe.read(link, NAME)
        found = self._read(kept)
        if kept is None or found is None:
            raise Refused("shop_not_authorised")
        if not self._good(found, kept.made_at, ""):
            await self.token(link, rejected=found.access_token)
        return found.granted_scopes

    async def until(self, link: ShopLinkId) -> datetime | None:
        """When the seller has to agree again unless tokens are renewed before; None without an authorisation."""
        kept = await self.safe.read(link, NAME)
        return kept.good_until if kept is not None and self._read(kept) is not None else None

    async def token(self, link: ShopLinkId, *, rejected: str = "") -> str:
        """An access token that is not the one the platform has just rejected.

        Raises:
            Refused: nobody has authorised, or the seller must again (not retryable).
            Unavailable: the platform does not answer, or rejects a token it gave seconds ago (retryable).
            Misconfigured: the app is not known to the platform (not retryable).
        """
        async with self._locks[link]:
            kept = await self.safe.read(link, NAME)
            found = self._read(kept)
            if kept is not None and found is not None and self._good(found, kept.made_at, rejected):
                return found.access_token

            async def renew(kept: Kept | None) -> Fresh | None:
                return await self._renewed(link, kept, rejected)

            kept = await self.safe.renewed(link, NAME, renew)
            found = self._read(kept)
            if kept is None or found is None:
                raise Refused("shop_not_authorised")
            return found.access_token

    async def _renewed(self, link: ShopLinkId, kept: Kept | None, rejected: str) -> Fresh | None:
        standing, now = self._read(kept), self.now()
        if kept is None or standing is None or self._good(standing, kept.made_at, rejected):
            return None
        is_rejected = standing.access_token == rejected
        if is_rejected and now - kept.made_at < AGAIN:
            raise Unavailable("shop_token_rejected")
        still_good = not is_rejected and now < standing.ends
        if still_good and now < self._rests.get(link, now):
            return None
        query = {"refresh_token": standing.refresh_token, "grant_type": "refresh_token"}
        try:
            found = await self._asked("refresh", query)
        except AppError as failure:
            if still_good:
                log.warning("shop.refresh_failed", link=link, error=failure.text_key)
                self._rests[link] = now + REST
                return None
            if isinstance(failure, Unclear):
                raise Unavailable("shop_internal") from failure
            raise
        log.info("shop.refreshed", link=link, region=found.seller_base_region)
        return self._fresh(found)

    def _good(self, found: Authorization, since: datetime, rejected: str) -> bool:
        return found.access_token != rejected and self.now() < found.due(since=since)

    def _fresh(self, found: Authorization) -> Fresh:
        lives = datetime.fromtimestamp(found.refresh_token_expire_in, UTC) - self.now()
        mine = found.model_copy(update={"app_key": self.app.app_key})
        return Fresh(mine.model_dump_json(), lives)

    def _read(self, kept: Kept | None) -> Authorization | None:
        if kept is None:
            return None
        found = Authorization.model_validate_json(kept.value)
        return found if found.app_key == self.app.app_key else None

    async def _asked(self, what: str, query: dict[str, str]) -> Authorization:
        """Ask for tokens. The secret is part of the address, which is why nothing logs it."""
        whole = {"app_key": self.app.app_key, "app_secret": self.app.app_secret.get_secret_value(), **query}
        answer = await self.calls.send("GET", f"{self.app.auth_base}/api/v2/token/{what}?{urlencode(whole)}")
        if answer.code != 0:
            log.warning("shop.no_tokens", what=what, code=answer.code, request=answer.request_id)
            raise failure_of_tokens(answer)
        return _granted(answer)


def _granted(answer: Answer) -> Authorization:
    try:
        return Authorization.model_validate(answer.data)
    except ValidationError:
        raise Unclear("shop_unclear") from None  # what does not fit would be shown, tokens and all


def link_of(state: str) -> ShopLinkId | None:
    """Which link a return is about; None for a state that was not made here."""
    said, dot, rest = state.partition(".")
    is_ours = bool(dot and rest) and said.isascii() and said.isdecimal() and len(said) < _LONGEST_LINK
    return ShopLinkId(int(said)) if is_ours else None


def _state(state: str) -> str:
    return f"{_STATES}{sha256(state.encode()).hexdigest()}"
