"""Pulls an account's stream: page after page under one lock, the cursor kept when its page was handled.

A process that dies in between leaves the cursor where it was: the page comes again, and who handles it knows what it
handled. What a callback brought is kept before it is acknowledged, so that somebody pulls although its process died.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Kept, Safe
from connectors.wecom.kf.client import KfClient
from connectors.wecom.kf.translate import Page
from connectors.wecom.timing import Time
from memory.domain.errors import AppError, Refused
from memory.domain.ids import ChannelId

log = structlog.get_logger()

CURSOR, WANTED = "cursor", "wanted"
FOR_GOOD: Final = timedelta(days=3_650)
TOKEN_LIFE: Final = timedelta(minutes=9)
REST_SECONDS: Final = 60.0
LOOK_SECONDS: Final = 600.0  # without any callback

Handle = Callable[[OpenChannel, Mapping[str, object], float], Awaitable[None]]


@dataclass(slots=True)
class _Account:
    """What this process has to do with one account."""

    token: str = ""
    again: bool = False
    pulling: "asyncio.Task[None] | None" = None
    rests_until: float = 0.0
    pulled_at: float | None = None


@dataclass(slots=True, eq=False)
class Pulling:
    """Of every account. `handle` takes one line and the time before which nothing is answered."""

    client: KfClient
    safe: Safe
    time: Time
    now: Callable[[], datetime]
    handle: Handle
    _accounts: dict[ChannelId, _Account] = field(default_factory=dict)

    async def called(self, channel: OpenChannel, token: str) -> None:
        """There is something: keep that, then look. Returning means that it may be acknowledged. Raises as `Safe`."""
        await self.safe.keep(channel.setting.id, WANTED, Fresh(token, TOKEN_LIFE))
        self._start(channel, token)

    async def catch_up(self, channel: OpenChannel) -> None:
        """Look where nobody did: after a start, after a callback whose process died, and every ten minutes.

        Raises as `Safe`.
        """
        account = self._account(channel)
        if account.pulling is not None or self.time.seconds() < account.rests_until:
            return
        wanted = await self.safe.read(channel.setting.id, WANTED)
        is_due = account.pulled_at is None or self.time.seconds() - account.pulled_at >= LOOK_SECONDS
        if wanted is not None or is_due:
            self._start(channel, wanted.value if wanted is not None else "")

    async def settle(self) -> None:
        """Return once nothing is being pulled."""
        while tasks := [one.pulling for one in self._accounts.values() if one.pulling is not None]:
            await asyncio.wait(tasks)

    async def stop(self) -> None:
        """Drop what is under way."""
        for account in self._accounts.values():
            if account.pulling is not None:
                account.pulling.cancel()
        await self.settle()

    def _account(self, channel: OpenChannel) -> _Account:
        return self._accounts.setdefault(channel.setting.id, _Account())

    def _start(self, channel: OpenChannel, token: str) -> None:
        """One at a time for each account; who comes meanwhile has it done again."""
        account = self._account(channel)
        account.token = token or account.token
        if account.pulling is not None:
            account.again = True
            return
        account.pulling = asyncio.create_task(self._pull(channel, account))
        account.pulling.add_done_callback(lambda done: self._pulled(channel, account, done))

    def _pulled(self, channel: OpenChannel, account: _Account, done: "asyncio.Task[None]") -> None:
        account.pulling = None
        failure = None if done.cancelled() else done.exception()
        if failure is None:
            return
        account.rests_until = self.time.seconds() + REST_SECONDS
        if isinstance(failure, AppError):
            log.warning("wecom_kf.not_pulled", channel=channel.setting.id, key=failure.text_key)
        else:
            log.error("wecom_kf.broke", exc_info=failure)

    async def _pull(self, channel: OpenChannel, account: _Account) -> None:
        """To the end of the stream; where that fails, doctor and page tell of it until it does not any more."""
        try:
            await self._pull_all(channel, account)
        except AppError as failure:
            await self.client.notes.not_pulled(channel.setting.id, failure)
            raise
        await self.client.notes.pulled(channel.setting.id)

    async def _pull_all(self, channel: OpenChannel, account: _Account) -> None:
        while True:
            account.again = False
            token = account.token
            while await self._page(channel, account):
                continue
            account.pulled_at = self.time.seconds()
            if not account.again:
                break
        await self.safe.renewed(channel.setting.id, WANTED, lambda kept: _done(kept, token))

    async def _page(self, channel: OpenChannel, account: _Account) -> bool:
        """One page, whatever other process pulls as well; whether there is more."""
        has_more = False

        async def renew(kept: Kept | None) -> Fresh | None:
            nonlocal has_more
            position = _position(kept, channel, self.now())
            page = await self._synced(channel, account, str(position["cursor"]))
            for line in page.lines:
                await self.handle(channel, line, float(position["since"]))
            has_more = page.has_more and (bool(page.lines) or page.cursor != position["cursor"])
            position["cursor"] = page.cursor or position["cursor"]
            return Fresh(json.dumps(position), FOR_GOOD)

        if await self.safe.renewed(channel.setting.id, CURSOR, renew) is None:
            raise Refused("channel_is_off")
        return has_more

    async def _synced(self, channel: OpenChannel, account: _Account, cursor: str) -> Page:
        """A page, without the callback's token once that is too old."""
        try:
            return await self.client.sync(channel, cursor=cursor, token=account.token)
        except Refused as refused:
            if refused.text_key != "kf_old_token":
                raise
            account.token = ""
        return await self.client.sync(channel, cursor=cursor, token="")  # none


def _position(kept: Kept | None, channel: OpenChannel, now: datetime) -> dict[str, str | float]:
    """Where the stream was left, and since when we answer: at first from when the channel was set up."""
    if kept is not None:
        found: dict[str, str | float] = json.loads(kept.value)
        return found
    return {"cursor": "", "since": float(int(min(channel.setting.changed_at, now).timestamp()))}


async def _done(kept: Kept | None, token: str) -> Fresh | None:
    """What was wanted is done, unless it is wanted anew."""
    is_same = kept is not None and kept.value == token
    return Fresh("", timedelta(0)) if is_same else None
