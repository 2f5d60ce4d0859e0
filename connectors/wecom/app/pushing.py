"""Pushes to named people through an app. The platform knows a repeat by what it says, so each push says who it is."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import structlog

from connectors.ports.channels import OpenChannel, Push
from connectors.ports.custody import Safe
from connectors.wecom.app import notes, translate
from connectors.wecom.app.client import AppClient, Sent
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.settings import read_typed, settings_of
from connectors.wecom.cut import numbered, size
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused
from memory.domain.ids import BrandId, ChannelId

log = structlog.get_logger()

People = Callable[[OpenChannel, BrandId | None], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class AppPusher:
    """Satisfies `connectors.ports.channels.Pusher`. `people`: who of a brand's team is bound, by the platform's ids."""

    client: AppClient
    safe: Safe
    people: People
    probe: CallbackProbe
    kind: ChannelKind = ChannelKind.WECOM_APP
    knows_repeats: bool = True
    per_minute: int = 8  # of the thirty a member gets: answers come too

    def holds(self, channel: ChannelId) -> bool:
        """See `Pusher.holds`: a token may be used from anywhere."""
        del channel
        return True

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""
        return read_typed(typed)

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        """See `Pusher.push`. Handed over again within four hours it is delivered no second time.

        People named in the settings are told, else everybody of the team who is bound; in one chat, whose it is.
        """
        settings = settings_of(channel)
        users = await self._receivers(channel, push, settings.mentions)
        if not users:
            raise Refused("app_nobody")
        last: Sent | None = None
        for piece in pieces(push.text, key=key):
            body = translate.message(settings.agent_id, users, piece, plain=settings.plain)
            last = await self.client.send(channel, translate.once(body))
            await self._note_unreached(channel, users, last)
        return last.msgid if last is not None else None

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: secret and address, whether the callback address answers, and what was seen so far."""
        await self.client.look(channel)
        await self.probe.look(channel)
        await notes.require_good(self.safe, channel)

    async def _receivers(self, channel: OpenChannel, push: Push, named: tuple[str, ...]) -> Sequence[str]:
        if push.chat is not None:
            return () if push.chat.is_group else (push.chat.id,)
        return named or tuple(dict.fromkeys(await self.people(channel, push.brand)))

    async def _note_unreached(self, channel: OpenChannel, users: Sequence[str], sent: Sent) -> None:
        """Some may be left out although the platform says ok: it is told on the page; nobody left is a refusal."""
        failure = notes.unreached(sent)
        if failure is None:
            await notes.forget_unreached(self.safe, channel)
            return
        await notes.keep_unreached(self.safe, channel, sent)
        missing = {name.lower() for name in (*sent.invisible, *sent.unlicensed)}
        log.warning("wecom_app.partly", key=failure.text_key, missing=len(missing), of=len(users))
        if missing >= {user.lower() for user in users}:
            raise failure


def pieces(text: str, *, key: str) -> list[str]:
    """The push in messages of at most 2048 bytes, each ending in a sign of its own: no two pushes read alike."""
    sign = f"\n· {sha256(key.encode()).hexdigest()[:4]}"
    return [piece + sign for piece in numbered(text, translate.CONTENT_BYTES - size(sign))]
