"""Access tokens of apps: one fetch at a time over all processes, renewed early, and never in a loop."""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Kept, Safe
from connectors.wecom.app.errors import failure_of
from connectors.wecom.app.settings import AppSettings, settings_of
from connectors.wecom.calls import Calls
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId

NAME = "token"
EARLY_SECONDS, LEAST_SECONDS = 300, 30
AGAIN = timedelta(seconds=10)  # a token so young is not fetched anew, whatever is said of it


@dataclass(slots=True, eq=False)
class Tokens:
    """Of every app. What this process knows is asked first, then the rows of all processes, then the platform."""

    calls: Calls
    safe: Safe
    now: Callable[[], datetime]
    _known: dict[ChannelId, tuple[str, Kept]] = field(default_factory=dict)
    _locks: "defaultdict[ChannelId, asyncio.Lock]" = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def of(self, channel: OpenChannel, *, rejected: str = "") -> str:
        """A token that is not the one the platform has just rejected.

        Raises:
            Unavailable: the platform does not answer, or rejects a token it gave seconds ago (retryable).
            Refused: "app_wrong_secret", or the channel is off (not retryable).
        """
        async with self._locks[channel.setting.id]:
            known = self._mine(channel, rejected)
            if known is not None:
                return known
            settings = settings_of(channel)
            owner = _owner(settings)

            async def renew(kept: Kept | None) -> Fresh | None:
                found = _token_in(kept, owner)
                if found and found != rejected:
                    return None
                if found and kept is not None and self.now() - kept.made_at < AGAIN:
                    raise Unavailable("app_token_rejected", code=0)
                return await self._fetched(settings, owner)

            kept = await self.safe.renewed(channel.setting.id, NAME, renew)
            if kept is None:
                raise Refused("channel_is_off")
            self._known[channel.setting.id] = (owner, kept)
            return _token_in(kept, owner)

    def _mine(self, channel: OpenChannel, rejected: str) -> str | None:
        owner, kept = self._known.get(channel.setting.id, ("", None))
        if kept is None or kept.good_until <= self.now() or owner != _owner(settings_of(channel)):
            return None
        token = _token_in(kept, owner)
        return token if token != rejected else None

    async def _fetched(self, settings: AppSettings, owner: str) -> Fresh:
        query = {"corpid": settings.corp_id, "corpsecret": settings.secret.get_secret_value()}
        try:
            answer = await self.calls.get("gettoken", query)
        except Unclear as lost:
            raise Unavailable("channel_busy") from lost  # asking again does no harm
        failure = failure_of(answer.errcode, answer.errmsg)
        if failure is not None:
            raise failure
        token, seconds = answer.body.get("access_token"), answer.body.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise Unavailable("channel_busy")
        value = json.dumps({"of": owner, "token": token})
        return Fresh(value, timedelta(seconds=max(seconds - EARLY_SECONDS, LEAST_SECONDS)))


def _owner(settings: AppSettings) -> str:
    """Whose token it is: another secret means another token."""
    return sha256(f"{settings.corp_id}\n{settings.secret.get_secret_value()}".encode()).hexdigest()[:16]


def _token_in(kept: Kept | None, owner: str) -> str:
    found: dict[str, str] = json.loads(kept.value) if kept is not None else {}
    return found.get("token", "") if found.get("of") == owner else ""
