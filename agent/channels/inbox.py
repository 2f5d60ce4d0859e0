"""Keeps callbacks before they are acknowledged: all that come while one group is written are written together."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from connectors.ports.callbacks import LeftCallback
from connectors.ports.channels import OpenChannel
from memory.domain.callbacks import CallbackServices, SealedCallback
from memory.domain.channels import SecretBox
from memory.domain.errors import AppError, NotFound, Unavailable, Unclear
from memory.domain.ids import ChannelId, TenantId

log = structlog.get_logger(__name__)

MOST, LOOK = 500, 200  # written, looked at together
HANDLED_SECONDS = 0.2  # what is handled waits so long for others, to be forgotten together
LEFT_AFTER = timedelta(seconds=10)  # whoever took it would have handled it by then, or says that it still will
_TEXT = "text"


@dataclass(slots=True, eq=False)
class GroupedInbox:
    """Satisfies `connectors.ports.callbacks.Inbox`. `now` is the machine's clock."""

    services: CallbackServices
    box: SecretBox
    now: Callable[[], datetime]
    _coming: list[tuple[SealedCallback, "asyncio.Future[None]"]] = field(default_factory=list)
    _handled: list[str] = field(default_factory=list)
    _forgetting: bool = False
    _writing: "asyncio.Task[None] | None" = None
    _later: asyncio.TimerHandle | None = None

    async def keep(self, channel: OpenChannel, name: str, text: str) -> None:
        """See `Inbox.keep`."""
        setting = channel.setting
        sealed = self.box.seal({_TEXT: text}, of=_owner(setting.tenant, setting.id, name))
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._coming.append((SealedCallback(name, setting.tenant, setting.id, self.now(), sealed), kept))
        self._write()
        await kept

    def handled(self, name: str) -> None:
        """See `Inbox.handled`."""
        self._handled.append(name)
        if self._later is None:
            self._later = asyncio.get_running_loop().call_later(HANDLED_SECONDS, self._forget)

    async def left(self, channel: ChannelId) -> Sequence[LeftCallback]:
        """See `Inbox.left`."""
        async with self.services.across_tenants("callbacks nobody has handled") as work:
            found = await work.callbacks.left(channel, before=self.now() - LEFT_AFTER, limit=LOOK)
        return [
            LeftCallback(one.name, self.box.unseal(one.sealed, of=_owner(one.tenant, channel, one.name))[_TEXT])
            for one in found
        ]

    async def aclose(self) -> None:
        """Forget what is handled, as far as that can be done."""
        self._forget()
        if self._writing is not None:
            await asyncio.wait({self._writing})

    def _forget(self) -> None:
        """With the next group: what waits to be acknowledged does not wait for each of these."""
        if self._later is not None:
            self._later.cancel()
            self._later = None
        self._forgetting = True
        self._write()

    def _write(self) -> None:
        if (self._coming or self._forgetting) and (self._writing is None or self._writing.done()):
            self._writing = asyncio.create_task(self._write_all(), name="inbox")

    async def _write_all(self) -> None:
        """Until nothing waits: what comes while the last group is written has nobody else."""
        is_written = True
        while self._coming or (self._forgetting and is_written):
            coming, self._coming = self._coming[:MOST], self._coming[MOST:]
            is_written = await self._write_group(coming)

    async def _write_group(self, coming: Sequence[tuple[SealedCallback, "asyncio.Future[None]"]]) -> bool:
        handled: list[str] = []
        if self._forgetting:
            handled, self._handled, self._forgetting = self._handled, [], False
        try:
            async with self.services.across_tenants("callbacks that came") as work:
                on = await work.callbacks.add([one for one, _ in coming]) if coming else frozenset[ChannelId]()
                await work.callbacks.forget(handled)
        except (Unavailable, Unclear) as failure:
            log.warning("inbox.not_written", key=failure.text_key, count=len(coming))
            self._handled, self._forgetting = [*handled, *self._handled], self._forgetting or bool(handled)
            for _, kept in coming:
                _settle(kept, failure)
            return False
        for one, kept in coming:
            _settle(kept, None if one.channel in on else NotFound("no_such_channel"))
        return True


def _settle(kept: "asyncio.Future[None]", failure: AppError | None) -> None:
    if kept.done():
        return  # whoever waited has gone
    if failure is None:
        kept.set_result(None)
    else:
        kept.set_exception(failure)


def _owner(tenant: TenantId, channel: ChannelId, name: str) -> str:
    return f"callback:{tenant}:{channel}:{name}"
