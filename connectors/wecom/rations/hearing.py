"""What a WeChat user said or tapped, carried out at the desk; whatever there is to say goes on afterwards."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted, Door
from connectors.wecom import keys
from connectors.wecom.drafts import referred
from connectors.wecom.errands import Errands
from connectors.wecom.fetched import Fetched
from connectors.wecom.importing import Importing, Preview
from connectors.wecom.rations import shelf as rules
from connectors.wecom.rations.giving import Giving, Recipient
from connectors.wecom.rations.pieces import Text, packed, room, tapped
from connectors.wecom.rations.shelf import Shelf
from connectors.wecom.rations.voice import RationedTelling, RationedVoice
from connectors.wecom.render import Buttons, Item, Renderer
from connectors.wecom.saying import Say, told
from connectors.wecom.telling import Talk
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.chat import Decided, Inbound, Tap
from memory.domain.errors import BadRequest, Conflict, NotAllowed, NotFound, Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, ChannelId
from memory.domain.owed import Owed

log = structlog.get_logger()

MORE: Final = frozenset({"更多", "还有更多吗", "还有吗", "还有没有更多", "more", "any more"})

PushPlaces = Callable[[OpenChannel, BrandId | None], Awaitable[Sequence[str]]]
Guest = Talk[RationedVoice]
Going = list["asyncio.Task[None]"]


@dataclass(frozen=True, slots=True)
class Heard:
    """One thing somebody said: words, a tap (`menu_id`), a file to `fetch`, or (`unread`) something we cannot read."""

    outside_id: str
    text: str = ""
    menu_id: str = ""
    unread: bool = False
    fetch: Callable[[], Awaitable[Fetched]] | None = None


@dataclass(frozen=True, slots=True)
class Hearing:
    """For channels of one kind. `connector`: its name at the desk; `push_places`: where a team is told things."""

    connector: str
    desk: Desk
    door: Door
    telling: RationedTelling
    giving: Giving
    importing: Importing
    say: Say
    push_places: PushPlaces
    errands: Errands

    def talk(self, to: Recipient, guest: Admitted, outside_id: str) -> Guest:
        """A guest's chat, about one thing they said."""
        attacher = to.attacher
        renderer = Renderer(
            guest.scope.lang, self.say, guest.team_zone, content_bytes=room(guest.mark),
            files_follow=attacher is not None and not attacher.pictures_only, pictures_follow=attacher is not None,
        )  # fmt: skip
        voice = RationedVoice(self.giving, to, outside_id, guest.mark)
        return Talk(guest, to.place, voice, renderer, outside_id)

    async def take(self, talk: Guest, shelf: Shelf, heard: Heard) -> Going:
        """Carry it out; what goes on to answer it. Raises Unavailable, Unclear: it must come again."""
        to = talk.voice.to
        if shelf.waiting:
            await self.giving.will_give(to)
        if shelf.waiting and asks_for_more(heard.text):
            await self.giving.change(to.channel.setting.id, to.user, rules.asked_for_more)
            return self.give(to)
        going = self.give(to) if shelf.waiting else []
        if heard.menu_id:
            return going + await self._tapped(talk, heard)
        if heard.fetch is not None:
            return going + await self._sent_file(talk, heard.fetch)
        if heard.unread or not heard.text.strip():
            return going + await self.tell(talk, self.say("wecom_picture_unread", talk.guest.scope.lang))
        return going + await self._asked(talk, heard, heard.text)

    def give(self, to: Recipient) -> Going:
        """Go on with what waits for somebody."""
        return self._begin(f"give:{to.channel.setting.id}:{to.user}", self.giving.give(to))

    async def tell(self, talk: Guest, text: str, *more: Item) -> Going:
        """Say something that is no reply of the desk; it is safe before this returns. Raises as `Safe`."""
        pieces = packed([*talk.renderer.words(text), *more], mark=talk.voice.mark)
        await self.giving.shelve(talk.voice.to, pieces, of=talk.outside_id)
        return self._begin(talk.outside_id, self.giving.give(talk.voice.to))

    async def notice(self, to: Recipient, text: str, *, of: str) -> Going:
        """Say something to whoever it is, bound or not: it holds no data. It is safe before this returns."""
        await self.giving.shelve(to, (Text(text=text),), of=f"notice:{of}")
        return self._begin(f"notice:{of}", self.giving.give(to))

    async def owed(self, to: Recipient, owed: Owed) -> None:
        """Say what is owed to whoever may still be told there."""
        if to.guest is None or to.member != owed.member:
            await self.telling.answers.drop(owed)
            return
        talk = self.talk(to, to.guest, owed.outside_id)
        if owed.reply is not None:
            await self.telling.decided(talk, owed.reply)
        elif owed.turn is not None:
            await self.telling.turn(talk, owed.turn)

    async def pushes(self, channel: OpenChannel, guest: Admitted) -> str:
        """Where their team is told things, for these channels cannot."""
        names = await self.push_places(channel, guest.scope.brand)
        if not names:
            return self.say("ration_no_pushes", guest.scope.lang)
        return self.say("ration_pushes", guest.scope.lang, names="、".join(names))

    async def with_pushes(self, channel: OpenChannel, user: str, text: str) -> str:
        """The text, for somebody who is bound with where pushes come."""
        guest = await self.door.known(arrival(channel.setting.id, user, ""))
        return f"{text}\n{await self.pushes(channel, guest)}" if guest is not None else text

    async def _asked(self, talk: Guest, heard: Heard, text: str) -> Going:
        inbound = Inbound(
            connector=self.connector,
            outside_id=heard.outside_id,
            text=text,
            chat=talk.voice.to.user,
            quoted=referred(text),
            place=talk.place,
        )
        try:
            receipt = await self.desk.receive(talk.guest.scope, inbound)
        except (BadRequest, NotAllowed, Conflict) as failure:
            return await self.tell(talk, told(failure, self.say, talk.guest.scope.lang))
        if isinstance(receipt, Decided):
            return self._begin(talk.outside_id, self.telling.decided(talk, receipt.reply))
        return self._begin(talk.outside_id, self.telling.turn(talk, receipt.turn))

    async def _tapped(self, talk: Guest, heard: Heard) -> Going:
        """A line of a menu: an old one, or one that was tapped before, is harmless."""
        key, task = tapped(heard.menu_id)
        match keys.meant(key, task):
            case Tap() as tap:
                return await self._decide(talk, tap, batch=task.partition("-")[0])
            case keys.Saying(text):
                return await self._asked(talk, heard, text)
            case keys.Importing() as wish:
                return await self._imported(talk, wish)
            case keys.Reading() as wish:
                return await self._previewed(talk, self.importing.read_as(talk.guest.scope, wish, of=talk.outside_id))
            case _:
                return await self.tell(talk, self.say("wecom_card_gone", talk.guest.scope.lang))

    async def _sent_file(self, talk: Guest, fetch: Callable[[], Awaitable[Fetched]]) -> Going:
        """A table is read and told; a file that cannot be had is asked for again, so that nothing waits behind it."""
        scope = talk.guest.scope
        try:
            file = await fetch()
        except (Refused, Unavailable, Unclear) as failure:
            log.warning("rations.file_not_had", key=failure.text_key)
            return await self.tell(talk, self.say("ration_file_gone", scope.lang))
        except BadRequest as failure:
            return await self.tell(talk, told(failure, self.say, scope.lang))
        return await self._previewed(talk, self.importing.preview(scope, file, of=talk.outside_id))

    async def _previewed(self, talk: Guest, previewing: Awaitable[Preview]) -> Going:
        try:
            preview = await previewing
        except (BadRequest, NotAllowed, NotFound, Conflict) as failure:
            return await self.tell(talk, told(failure, self.say, talk.guest.scope.lang))
        return await self.tell(talk, preview.text, Buttons(preview.card))

    async def _imported(self, talk: Guest, wish: keys.Importing) -> Going:
        try:
            reply = await self.importing.start(talk.guest.scope, wish)
        except (BadRequest, NotAllowed, NotFound, Conflict) as failure:
            return await self.tell(talk, told(failure, self.say, talk.guest.scope.lang))
        return await self.tell(talk, reply.text)

    async def _decide(self, talk: Guest, tap: Tap, *, batch: str) -> Going:
        placed = tap.model_copy(update={"place": talk.place, "outside_id": talk.outside_id})
        try:
            await self._require_seen(talk, tap)
            reply = await self.desk.decide(talk.guest.scope, placed)
        except (NotAllowed, BadRequest, Conflict) as failure:
            reply = await self.telling.refused(talk, failure, batch=batch)
        return self._begin(talk.outside_id, self.telling.decided(talk, reply))

    async def _require_seen(self, talk: Guest, tap: Tap) -> None:
        """Nothing is decided of which a text is known not to have arrived. Raises Conflict."""
        if await self.giving.is_unseen(talk.place.channel, tap.presentation):
            raise Conflict("ration_not_seen")

    def _begin(self, name: str, work: Coroutine[None, None, None]) -> Going:
        task = self.errands.begin(name, work)
        return [task] if task is not None else []


def asks_for_more(text: str) -> bool:
    """Whether a whole line asks for what is left of an answer."""
    return text.strip(" \t\n\u3000？?！!。.~").lower() in MORE


def arrival(channel: ChannelId, user: str, text: str) -> Arrival:
    """Somebody writes in their own chat; there are no groups."""
    return Arrival(channel, user, user, ChatKind.DIRECT, text)
