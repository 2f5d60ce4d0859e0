"""What callbacks and calls showed of an app, kept for the doctor and the channels page: no text, no secret."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Safe
from connectors.wecom.app.client import Sent
from memory.domain.errors import AppError, Refused, Unavailable
from memory.domain.ids import ChannelId

GOOD, BAD, UNREACHED = "callback_good", "callback_bad", "unreached"
KEPT_FOR = timedelta(days=30)
NOTED_EVERY = timedelta(minutes=1)
_SHOWN = 10


@dataclass(slots=True, eq=False)
class CallbackNotes:
    """Notes of this process's callbacks, each kind at most once a minute and channel."""

    safe: Safe
    now: Callable[[], datetime]
    _noted: dict[tuple[ChannelId, str], datetime] = field(default_factory=dict)

    async def good(self, channel: ChannelId) -> None:
        """One came that could be opened."""
        await self._note(channel, GOOD, "")

    async def bad(self, channel: ChannelId, why: AppError) -> None:
        """One came that could not."""
        await self._note(channel, BAD, why.text_key)

    async def _note(self, channel: ChannelId, name: str, value: str) -> None:
        now = self.now()
        noted = self._noted.get((channel, name + value))
        if noted is not None and now - noted < NOTED_EVERY:
            return
        self._noted[channel, name + value] = now
        await self.safe.keep(channel, name, Fresh(value, KEPT_FOR))


def unreached(sent: Sent) -> AppError | None:
    """Why nobody named has a message; None where nobody was left out."""
    if sent.invisible:
        return Refused("app_not_visible", users="、".join(sent.invisible[:_SHOWN]), code=0)
    if sent.unlicensed:
        return Refused("app_unlicensed", users="、".join(sent.unlicensed[:_SHOWN]))
    return None


async def keep_unreached(safe: Safe, channel: OpenChannel, sent: Sent) -> None:
    """Remember who was left out, in the place of who was before."""
    value = json.dumps({"invisible": sent.invisible, "unlicensed": sent.unlicensed}, ensure_ascii=False)
    await safe.keep(channel.setting.id, UNREACHED, Fresh(value, KEPT_FOR))


async def forget_unreached(safe: Safe, channel: OpenChannel) -> None:
    """Everybody was reached."""
    await safe.take(channel.setting.id, UNREACHED)


async def require_good(safe: Safe, channel: OpenChannel) -> None:
    """Raise what the last callbacks and calls showed.

    Raises:
        Refused: "app_wrong_token", "app_wrong_aes_key", "app_wrong_corp", "app_wrong_agent", "app_clock" of a callback
            that came after the last good one; "app_not_visible", "app_unlicensed" (not retryable).
        Unavailable: "app_never_called" (retryable: the first one comes with the first message).
    """
    good, bad = await safe.read(channel.setting.id, GOOD), await safe.read(channel.setting.id, BAD)
    if bad is not None and (good is None or bad.made_at > good.made_at):
        raise Refused(bad.value)
    left_out = await safe.read(channel.setting.id, UNREACHED)
    if left_out is not None:
        found = json.loads(left_out.value)
        failure = unreached(Sent("", "", tuple(found["invisible"]), tuple(found["unlicensed"])))
        if failure is not None:
            raise failure
    if good is None:
        raise Unavailable("app_never_called")
