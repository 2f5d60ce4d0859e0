"""What callbacks and calls showed of an app, kept for the doctor and the channels page: no text, no secret."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connectors.ports.custody import Fresh, Kept, Safe
from connectors.wecom.app.reached import Sent, unreached
from memory.domain.errors import AppError, BadRequest, Refused, Unavailable
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag

CALLED, NOT_OPENED = "callback_good", "callback_bad"
ACCEPTED, REFUSED = "call_good", "call_refused"
ASLEEP, AWAKE = "asleep", "awake"
PULLED, NOT_PULLED = "pull_good", "pull_bad"
UNREACHED, DOUBTED = "unreached", "doubted"
KEPT_FOR, DOUBTED_FOR = timedelta(days=30), timedelta(days=1)
NOTED_EVERY = timedelta(minutes=1)
# What a lead has to mend before anything can be said; whom a message did not reach is noted by name.
_TO_MEND: Final = frozenset(
    {
        "app_address_not_allowed",
        "app_wrong_secret",
        "app_wrong_agent_id",
        "app_no_right",
        "app_needs_callback",
        "kf_wrong_account",
        "kf_not_granted",
        "kf_may_not_answer",
        "oa_not_granted",
        "oa_wrong_secret",
        "oa_address_not_allowed",
    }
)
_SINCE: Final = {NOT_OPENED: CALLED, REFUSED: ACCEPTED, ASLEEP: AWAKE, NOT_PULLED: PULLED}
# What the platform says of an app that nobody uses: it warns, switches it off, and on again.
# Source: https://developer.work.weixin.qq.com/document/path/90240, read 2026-11-20.
_SLEEP: Final = {
    "inactive_alert": "app_going_asleep",
    "low_active_alert": "app_going_asleep",
    "close_inactive_agent": "app_asleep",
    "low_active": "app_asleep",
    "reopen_inactive_agent": "",
    "active_restored": "",
}


@dataclass(slots=True, eq=False)
class Notes:
    """What this process saw; of the same thing, again and again, at most one note a minute and channel."""

    safe: Safe
    now: Callable[[], datetime]
    _noted: dict[tuple[ChannelId, str], tuple[str, datetime]] = field(default_factory=dict)

    async def called(self, channel: ChannelId) -> None:
        """A callback came and could be opened."""
        await self._note(channel, CALLED)

    @asynccontextmanager
    async def opening(self, channel: ChannelId) -> AsyncIterator[None]:
        """One is being opened and read: why it cannot be, or that it is not this channel's, is noted and raised."""
        try:
            yield
        except (Refused, BadRequest) as why:
            await self._note(channel, NOT_OPENED, why)
            raise

    async def accepted(self, channel: ChannelId) -> None:
        """The platform took a message."""
        await self._note(channel, ACCEPTED)

    async def refused(self, channel: ChannelId, why: AppError) -> None:
        """It took none: told where a lead has to mend something, or where it may take the next one, until it does."""
        if isinstance(why, Unavailable) or why.text_key in _TO_MEND:
            await self._note(channel, REFUSED, why)

    async def happened(self, channel: ChannelId, name: str) -> bool:
        """Whether an event is the platform's word on an app that nobody uses: it stands until it is used again."""
        if name not in _SLEEP:
            return False
        if key := _SLEEP[name]:
            await self._note(channel, ASLEEP, Refused(key))
        else:
            await self._note(channel, AWAKE)
        return True

    async def unanswered(self, channel: ChannelId) -> None:
        """It did not answer; the message is handed over again, which it knows."""
        await self._note(channel, REFUSED, Unavailable("channel_silent"))

    @asynccontextmanager
    async def calling(self, channel: ChannelId) -> AsyncIterator[None]:
        """A call: how it ended is noted."""
        try:
            yield
        except AppError as failure:
            await self.refused(channel, failure)
            raise
        await self.accepted(channel)

    async def doubted(self, channel: ChannelId) -> None:
        """A message may not have arrived, and nothing will tell: that is said for a day."""
        await self.safe.keep(channel, DOUBTED, Fresh("", DOUBTED_FOR))

    async def pulled(self, channel: ChannelId) -> None:
        """What came was fetched."""
        await self._note(channel, PULLED)

    async def not_pulled(self, channel: ChannelId, why: AppError) -> None:
        """It could not be: it waits with the platform."""
        await self._note(channel, NOT_PULLED, why)

    async def left_out(self, channel: ChannelId, sent: Sent) -> None:
        """Remember who has no message, in the place of who had none before."""
        value = json.dumps({"invisible": sent.invisible, "unlicensed": sent.unlicensed}, ensure_ascii=False)
        await self.safe.keep(channel, UNREACHED, Fresh(value, KEPT_FOR))

    async def everybody_reached(self, channel: ChannelId) -> None:
        """Nobody of a team was left out."""
        await self.safe.take(channel, UNREACHED)

    async def _note(self, channel: ChannelId, name: str, why: AppError | None = None) -> None:
        topic = _SINCE.get(name, name)
        value = json.dumps([why.text_key, why.facts] if why is not None else [], ensure_ascii=False)
        last = self._noted.get((channel, topic))
        if last is not None and last[0] == name + value and self.now() - last[1] < NOTED_EVERY:
            return
        self._noted[channel, topic] = (name + value, self.now())
        await self.safe.keep(channel, name, Fresh(value, KEPT_FOR))


@dataclass(frozen=True, slots=True)
class Noted:
    """How an app does, by all processes' notes. `wrong`: what is still so, what to look at first before the rest."""

    called_at: datetime | None
    wrong: tuple[Flag, ...]


async def read(safe: Safe, channel: ChannelId) -> Noted:
    """What the notes say. Raises as `Safe`."""
    wrong: list[Flag] = []
    for bad_name, good_name in _SINCE.items():
        bad, good = await safe.read(channel, bad_name), await safe.read(channel, good_name)
        if bad is not None and (good is None or bad.made_at > good.made_at):
            wrong.append(_flag(bad))
    left_out = await safe.read(channel, UNREACHED)
    failure = unreached(_left_out(left_out)) if left_out is not None else None
    if failure is not None:
        wrong.append(Flag(failure.text_key, dict(failure.facts)))
    if await safe.read(channel, DOUBTED) is not None:
        wrong.append(Flag("oa_doubted", {}))
    called = await safe.read(channel, CALLED)
    return Noted(called.made_at if called is not None else None, tuple(wrong))


def require_good(noted: Noted, *, never_called: str = "app_never_called") -> None:
    """Raise what is wrong. `never_called` names the next step where no callback came yet. Pure.

    Raises:
        Refused: "app_wrong_token", "app_wrong_aes_key", "app_wrong_corp", "app_wrong_agent", "app_clock",
            "wecom_xml_unreadable" of a callback that came after the last good one; what a call was refused for after
            the last accepted one; "app_going_asleep", "app_asleep" until the app is used again; why nothing was fetched
            since; whom the last push did not reach; "oa_doubted" (not
            retryable).
        Unavailable: "app_never_called" (retryable: the first one comes with the first message).
    """
    for flag in noted.wrong:
        raise Refused(flag.key, **flag.facts)
    if noted.called_at is None:
        raise Unavailable(never_called)


def _flag(kept: Kept) -> Flag:
    key, facts = json.loads(kept.value)
    return Flag(key, facts)


def _left_out(kept: Kept) -> Sent:
    found: dict[str, Sequence[str]] = json.loads(kept.value)
    return Sent("", "", tuple(found["invisible"]), tuple(found["unlicensed"]))
