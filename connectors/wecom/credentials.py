"""Access tokens: one fetch at a time over all processes, renewed early, and never in a loop."""

import asyncio
import json
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import ClassVar

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Kept, Safe
from connectors.wecom.calls import Answer, Calls
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId

NAME = "token"
EARLY_SECONDS, LEAST_SECONDS = 300, 30
AGAIN = timedelta(seconds=10)  # a token so young is not fetched anew, whatever is said of it


@dataclass(slots=True, eq=False)
class Credentials(ABC):
    """Of every channel of a kind. What this process knows is asked first, then the rows of all, then the platform."""

    rejected: ClassVar[str]  # what is said of a token that is rejected as soon as it was given

    calls: Calls
    safe: Safe
    now: Callable[[], datetime]
    _known: dict[ChannelId, tuple[str, Kept]] = field(default_factory=dict)
    _locks: "defaultdict[ChannelId, asyncio.Lock]" = field(default_factory=lambda: defaultdict(asyncio.Lock))

    @abstractmethod
    def names(self, channel: OpenChannel) -> tuple[str, str]:
        """Whose token it is and the secret it is fetched with: another secret means another token."""

    @abstractmethod
    async def fetch(self, channel: OpenChannel) -> Answer:
        """Ask the platform for one. Raises as `Calls.get`."""

    @abstractmethod
    def failure(self, answer: Answer) -> AppError | None:
        """What an answer means; None for success."""

    async def of(self, channel: OpenChannel, *, rejected: str = "") -> str:
        """A token that is not the one the platform has just rejected.

        Raises:
            Unavailable: the platform does not answer, or rejects a token it gave seconds ago (retryable).
            Refused: the secret is wrong, the address not allowed, or the channel is off (not retryable).
        """
        async with self._locks[channel.setting.id]:
            owner = _digest(*self.names(channel))
            known = self._mine(channel, owner, rejected)
            if known is not None:
                return known

            async def renew(kept: Kept | None) -> Fresh | None:
                found = _token_in(kept, owner)
                if found and found != rejected:
                    return None
                if found and kept is not None and self.now() - kept.made_at < AGAIN:
                    raise Unavailable(self.rejected)
                return await self._fetched(channel, owner)

            kept = await self.safe.renewed(channel.setting.id, NAME, renew)
            if kept is None:
                raise Refused("channel_is_off")
            self._known[channel.setting.id] = (owner, kept)
            return _token_in(kept, owner)

    def _mine(self, channel: OpenChannel, owner: str, rejected: str) -> str | None:
        was, kept = self._known.get(channel.setting.id, ("", None))
        if kept is None or kept.good_until <= self.now() or was != owner:
            return None
        token = _token_in(kept, owner)
        return token if token != rejected else None

    async def _fetched(self, channel: OpenChannel, owner: str) -> Fresh:
        try:
            answer = await self.fetch(channel)
        except Unclear as lost:
            raise Unavailable("channel_busy") from lost  # asking again does no harm
        failure = self.failure(answer)
        if failure is not None:
            raise failure
        token, seconds = answer.body.get("access_token"), answer.body.get("expires_in")
        if not isinstance(token, str) or not isinstance(seconds, int):
            raise Unavailable("channel_busy")
        value = json.dumps({"of": owner, "token": token})
        return Fresh(value, timedelta(seconds=max(seconds - EARLY_SECONDS, LEAST_SECONDS)))


def _digest(owner: str, secret: str) -> str:
    return sha256(f"{owner}\n{secret}".encode()).hexdigest()[:16]


def _token_in(kept: Kept | None, owner: str) -> str:
    found: dict[str, str] = json.loads(kept.value) if kept is not None else {}
    return found.get("token", "") if found.get("of") == owner else ""
