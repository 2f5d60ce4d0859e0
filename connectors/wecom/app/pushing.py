"""Pushes to named people through an app. The platform knows a repeat by what it says, so each push says who it is."""

import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from hashlib import sha256

import structlog
from pydantic import TypeAdapter

from connectors.ports.channels import OpenChannel, Push
from connectors.ports.custody import Fresh, Safe
from connectors.ports.pacing import Paces
from connectors.wecom import cards
from connectors.wecom.app import notes, translate
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.reached import Sent, unreached
from connectors.wecom.app.settings import read_typed, settings_of
from connectors.wecom.app.settling import settle_cards
from connectors.wecom.app.voice import PUSHES_A_MINUTE
from connectors.wecom.calls import Body
from connectors.wecom.cut import numbered, size
from connectors.wecom.in_pieces import in_order
from connectors.wecom.pace import Room
from connectors.wecom.saying import Say
from connectors.wecom.skew import require_right_time
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, ChannelId
from memory.domain.workspace import Lang

log = structlog.get_logger()

_BODIES: TypeAdapter[list[Body]] = TypeAdapter(list[Body])

People = Callable[[OpenChannel, BrandId | None], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class AppPusher:
    """Satisfies `connectors.ports.channels.Pusher`. `people`: who of a brand's team is bound, by the platform's ids."""

    client: AppClient
    safe: Safe
    people: People
    probe: CallbackProbe
    say: Say
    paces: Paces
    kind: ChannelKind = ChannelKind.WECOM_APP
    knows_repeats_for: timedelta = translate.REPEATS_KNOWN_FOR
    per_minute: int = 8  # one may be several messages: what a member gets of them is counted besides

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
        bodies = await self._bodies(channel, push, key=key)
        users = str(bodies[0]["touser"]).split("|")
        await self._require_room(channel, users, len(bodies))
        if push.settles:
            await self._settle(channel, users, push)
        last = await in_order(bodies, partial(self._send, channel, push, users))
        return last.msgid if last is not None else None

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: secret, address and clock, whether the callback address answers, what was seen so far."""
        require_right_time(await self.client.look(channel), self.probe.now())
        await self.probe.look(channel)
        notes.require_good(await notes.read(self.safe, channel.setting.id))

    async def _send(self, channel: OpenChannel, push: Push, users: Sequence[str], body: Body) -> Sent:
        sent = await self.client.send(channel, translate.once(body))
        await self._note_unreached(channel, push, users, sent)
        return sent

    async def _bodies(self, channel: OpenChannel, push: Push, *, key: str) -> list[Body]:
        """The messages of a push: to the letter what was handed over under its key before, as the platform knows that.

        Raises as `Pusher.push`.
        """
        name = f"push:{key}"
        kept = await self.safe.read(channel.setting.id, name)
        if kept is not None:
            return _BODIES.validate_json(kept.value)
        bodies = await self._made(channel, push, key=key)
        value = json.dumps(bodies, ensure_ascii=False)
        await self.safe.keep(channel.setting.id, name, Fresh(value, translate.REPEATS_KNOWN_FOR))
        return bodies

    async def _made(self, channel: OpenChannel, push: Push, *, key: str) -> list[Body]:
        settings = settings_of(channel)
        users = await self._receivers(channel, push, settings.mentions)
        if not users:
            raise Refused("app_nobody")
        if push.picture is None:
            texts = pieces(push.text, key=key)
            return [translate.message(settings.agent_id, users, text, plain=settings.plain) for text in texts]
        try:
            media = await self.client.upload(channel, name=push.picture.name, content=push.picture.content)
        except Unclear as lost:  # nothing is shown by it
            raise Unavailable("wecom_not_uploaded") from lost
        return [translate.attachment(settings.agent_id, users, push.picture.content, media)]

    async def _receivers(self, channel: OpenChannel, push: Push, named: tuple[str, ...]) -> Sequence[str]:
        if push.chat is not None:
            return () if push.chat.is_group else (push.chat.id,)
        return named or tuple(dict.fromkeys(await self.people(channel, push.brand)))

    async def _require_room(self, channel: OpenChannel, users: Sequence[str], messages: int) -> None:
        """So many more to each of them, beside what answers may take. Raises Unavailable: they get enough for now."""
        full_for = 0.0
        for user in users:
            room = Room(f"push:{user}", messages, PUSHES_A_MINUTE)  # no user's id has a colon
            await self.paces.take(channel, room)
            full_for = max(full_for, room.full_for)
        if full_for > 0:
            raise Unavailable("channel_too_often", pause_seconds=math.ceil(full_for))

    async def _note_unreached(self, channel: OpenChannel, push: Push, users: Sequence[str], sent: Sent) -> None:
        """Some may be left out although the platform says ok: it is told on the page; nobody left is a refusal."""
        failure = unreached(sent)
        if failure is None and push.chat is not None:
            return  # it says nothing about the others
        if failure is None:
            await self.client.notes.everybody_reached(channel.setting.id)
            return
        log.warning("wecom_app.partly", key=failure.text_key, of=len(users))
        if sent.reached_nobody(users):
            raise failure

    async def _settle(self, channel: OpenChannel, users: Sequence[str], push: Push) -> None:
        lang: Lang = "en" if channel.setting.options.get("lang") == "en" else "zh"
        title = self.say("wecom_card_done", lang, batch=push.settles)
        button = self.say("wecom_card_done_button", lang)
        for user in users:
            await settle_cards(
                self.client, self.safe, channel, user, push.settles,
                lambda task: cards.settled_card(task, title, push.text, button=button),
            )  # fmt: skip


def pieces(text: str, *, key: str) -> list[str]:
    """The push in messages of at most 2048 bytes, each ending in a sign of its own: no two pushes read alike."""
    sign = f"\n· {sha256(key.encode()).hexdigest()[:4]}"
    return [piece + sign for piece in numbered(text, translate.CONTENT_BYTES - size(sign))]
