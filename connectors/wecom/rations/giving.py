"""Gives answers out within what a WeChat user may be told: kept in rows before they are said, one step at a time.

A step is taken under the row's lock, so two processes never say the same; one that dies in a step leaves it to be taken
again, which a channel that knows repeats recognises.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Protocol

import structlog
from pydantic import TypeAdapter

from connectors.ports.answers import Answers
from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Kept, Safe
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted
from connectors.wecom.fetched import Fetched
from connectors.wecom.foreign import line
from connectors.wecom.rations import shelf as rules
from connectors.wecom.rations.pieces import File, Menu, Piece, Shown, Text
from connectors.wecom.rations.shelf import Ended, Give, Shelf, Step, TellReady, Waiting
from connectors.wecom.saying import Say
from connectors.wecom.timing import Time
from memory.domain.errors import AppError, NotFound, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.office_stores import StoredFile
from memory.domain.places import Place
from memory.domain.workspace import Lang, Scope

log = structlog.get_logger()

KEPT_FOR: Final = timedelta(days=4)
SHELF_FOR: Final = timedelta(days=14)  # whoever comes back later than that is not told what was kept no longer
BUSY_SECONDS: Final = (1.0, 3.0, 9.0)
SHELF, TO_GIVE, SENT = "shelf:", "give:", "sent:"
_PIECE: Final[TypeAdapter[Piece]] = TypeAdapter(Piece)


class Spent(Refused):
    """Nothing more fits into the window."""


class Closed(Refused):
    """The window is over."""


class Taken(Refused):
    """A human has the chat."""


class Blocked(Refused):
    """The platform takes no message of this content."""


class Carrier(Protocol):
    """What hands a message to one user of one channel.

    Raises Unavailable (nothing was accepted), Spent, Closed, Taken, Blocked, any other Refused (somebody has to mend
    something), Unclear (it may have arrived).
    """

    @property
    def knows_repeats(self) -> bool:
        """Whether the same message handed over twice under one name is delivered once."""
        ...

    def is_free(self, piece: Text | Menu, *, needed: bool) -> bool:
        """Whether this would take nothing from the window now."""
        ...

    async def hand(self, user: str, piece: Text | Menu, *, name: str, needed: bool) -> bool:
        """Hand it over; False when it took nothing from the window. `needed`: something counts on its arrival."""
        ...


class Attacher(Protocol):
    """What hands a file to one user of one channel."""

    @property
    def pictures_only(self) -> bool:
        """Whether the platform takes no other files."""
        ...

    async def attach(self, user: str, file: Fetched, *, name: str) -> None:
        """Hand it over under a name, as `Carrier.hand` does a message. Raises as that."""
        ...


@dataclass(frozen=True, slots=True)
class Recipient:
    """A user of a channel. `guest` None: somebody nobody knows; `attacher` None: the channel takes no files."""

    channel: OpenChannel
    user: str
    carrier: Carrier
    place: Place
    guest: Admitted | None = None
    lang: Lang = "zh"
    attacher: Attacher | None = None

    @property
    def member(self) -> int:
        """Whose answers they may get; 0: those of a stranger."""
        return self.guest.scope.member if self.guest is not None else 0


class _Went(StrEnum):
    ON = "on"
    STOP = "stop"


@dataclass(slots=True)
class _Turn:
    """How one step went."""

    went: _Went = _Went.STOP
    failure: AppError | None = None
    ended: tuple[Ended, ...] = ()


@dataclass(frozen=True, slots=True)
class Giving:
    """For every user of every channel of one kind. `file`: a file made for a scope, by its key."""

    desk: Desk
    file: Callable[[Scope, str], Awaitable[StoredFile]]
    answers: Answers
    safe: Safe
    say: Say
    time: Time
    now: Callable[[], datetime]

    async def change(self, channel: ChannelId, user: str, change: Callable[[Shelf], Shelf]) -> Shelf:
        """Change a user's shelf; what it is then. Raises as `Safe`."""
        made = Shelf()

        async def renew(kept: Kept | None) -> Fresh | None:
            nonlocal made
            before = _read(kept)
            made = change(before)
            return _fresh(made) if made != before else None

        await self.safe.renewed(channel, SHELF + user, renew)
        return made

    async def shelve(self, to: Recipient, pieces: tuple[Piece, ...], *, of: str, owes: str = "") -> None:
        """Put an answer on the shelf, where it is safe: somebody gives it within `KEPT_FOR`, or it ends as not given.

        `owes`: what was said, where an answer to it is owed in rows: how it ends is told there. Raises as `Safe`.
        """
        await self.will_give(to)
        await self._put(to, Waiting(of=of, pieces=pieces, member=to.member, owes=owes))

    async def will_give(self, to: Recipient) -> None:
        """What waits for them is to be given: by somebody else, should this process die. Raises as `Safe`."""
        await self.safe.keep(to.channel.setting.id, TO_GIVE + to.user, Fresh("", KEPT_FOR))

    async def give(self, to: Recipient) -> None:
        """Hand over what may be said now, in order; what the channel is too busy for is tried again later.

        Raises as `Safe`.
        """
        tries = 0
        while True:
            turn = await self._step(to)
            if turn.failure is not None:
                log.warning("rations.not_given", channel=to.channel.setting.id, key=turn.failure.text_key)
            if isinstance(turn.failure, Unavailable | Unclear):
                if tries == len(BUSY_SECONDS):
                    return
                await self.time.sleep(BUSY_SECONDS[tries])
                tries += 1
                continue
            if turn.went is _Went.STOP:
                await self._settle(to, turn.ended)
                await self.safe.take(to.channel.setting.id, TO_GIVE + to.user)
                return
            tries = 0

    async def users(self, channel: ChannelId) -> list[str]:
        """Who has something to be given that nobody gives."""
        return [kept.name.removeprefix(TO_GIVE) for kept in await self.safe.find(channel, TO_GIVE)]

    async def failed(self, to: Recipient, name: str) -> None:
        """A message was accepted and did not arrive: it is given again with what they say next.

        What counted on it is not good any more: `is_unseen` says so of its presentations, and the desk knows. Whoever
        is just carrying a step out has the shelf: only after that is told what was shown wrongly. Raises as `Safe`.
        """
        channel = to.channel.setting.id
        for kept in await self.safe.find(channel, SENT + name):
            piece, member, presentations = json.loads(kept.value)
            for presentation in presentations:
                await self.safe.keep(channel, _unseen(presentation), Fresh("", KEPT_FOR))
            pieces = (Text(text=self.say("ration_again", to.lang)), _PIECE.validate_python(piece))
            await self._put(to, Waiting(of=f"again:{name}", pieces=pieces, member=member))
            if to.guest is not None:
                for presentation in presentations:
                    await self.desk.undelivered(to.guest.scope, presentation)
        await self.safe.take(channel, SENT + name)

    async def is_unseen(self, channel: ChannelId, presentation: int) -> bool:
        """Whether a text of this presentation is known not to have arrived."""
        return await self.safe.read(channel, _unseen(presentation)) is not None

    async def _put(self, to: Recipient, waiting: Waiting) -> None:
        in_time = waiting.model_copy(update={"until": (self.now() + KEPT_FOR).timestamp()})
        gone = self.say("ration_gone", to.lang)
        await self.change(to.channel.setting.id, to.user, lambda shelf: rules.put(shelf, in_time, gone=gone))

    async def _settle(self, to: Recipient, ended: tuple[Ended, ...]) -> None:
        """Tell how answers ended where they are owed, and only then forget it."""
        for one in ended:
            await self.answers.ended(to.channel.setting.id, one.owes, one.failure)
        if ended:
            await self.change(to.channel.setting.id, to.user, lambda shelf: rules.settled(shelf, ended))

    async def _step(self, to: Recipient) -> _Turn:
        turn = _Turn()

        async def renew(kept: Kept | None) -> Fresh | None:
            before = _read(kept)
            after = await self._taken(to, before, turn)
            turn.ended = after.ended
            return _fresh(after) if after != before else None

        await self.safe.renewed(to.channel.setting.id, SHELF + to.user, renew)
        return turn

    async def _taken(self, to: Recipient, shelf: Shelf, turn: _Turn) -> Shelf:
        """The shelf after one step; how it went is written into `turn`."""
        shelf = rules.without_the_old(shelf, now=self.now().timestamp(), gone=self.say("ration_gone", to.lang))
        piece = rules.at_hand(shelf)
        is_free = isinstance(piece, Text | Menu) and to.carrier.is_free(piece, needed=bool(_counting(shelf)))
        step = rules.next_step(shelf, now=self.now().timestamp(), is_free=is_free)
        if step is None:
            return shelf
        if isinstance(step, Give) and step.member not in (0, to.member):
            turn.went = _Went.ON
            return rules.without(shelf, step.of)
        try:
            counted = await self._carried_out(to, shelf, step)
        except (Spent, Closed, Taken) as refused:
            turn.failure = refused
            return _refused(shelf, refused)
        except Blocked as refused:
            turn.failure, turn.went = refused, _Went.ON
            return self._without_piece(to, shelf, step)
        except Unclear as lost:
            turn.failure = lost
            if to.carrier.knows_repeats:
                return shelf
            turn.failure, turn.went = None, _Went.ON
            return self._doubted(to, shelf, step)
        except AppError as failed:
            turn.failure = failed
            return shelf
        turn.went = _Went.ON
        return rules.given(shelf, step, free=not counted)

    async def _carried_out(self, to: Recipient, shelf: Shelf, step: Step) -> bool:
        if isinstance(step, TellReady):
            text = Text(text=self.say("ration_ready", to.lang))
            return await to.carrier.hand(to.user, text, name=name_of(to, step), needed=False)
        if isinstance(step.piece, Shown):
            if to.guest is not None and not await self.is_unseen(to.channel.setting.id, step.piece.presentation):
                await self.desk.delivered(to.guest.scope, step.piece.presentation, place=to.place)
            return False
        piece = step.piece
        if to.carrier.knows_repeats and isinstance(piece, Text | File):
            await self._remember(to, name_of(to, step), piece, _counting(shelf))
        if isinstance(piece, File):
            return await self._attached(to, piece, name_of(to, step))
        if step.more:
            shown = rules.with_more(piece, self.say("ration_more", to.lang, count=step.more))
            piece = shown if isinstance(shown, Text | Menu) else piece
        return await to.carrier.hand(to.user, piece, name=name_of(to, step), needed=bool(_counting(shelf)))

    async def _attached(self, to: Recipient, file: File, name: str) -> bool:
        """Hand a file over; what the platform does not take, or is gone, is to be had on the page."""
        if to.guest is not None and to.attacher is not None:
            try:
                stored = await self.file(to.guest.scope, file.key)
                await to.attacher.attach(to.user, Fetched(stored.name, stored.content), name=name)
            except (Spent, Closed, Taken):
                raise
            except (NotFound, Refused) as failure:
                log.warning("rations.file_not_given", channel=to.channel.setting.id, key=failure.text_key)
            else:
                return True
        text = Text(text=self.say("wecom_file_out", to.lang, name=line(file.name)))
        return await to.carrier.hand(to.user, text, name=name, needed=False)

    async def _remember(self, to: Recipient, name: str, piece: Text | File, counting: tuple[int, ...]) -> None:
        """What is being handed over, before it is: the platform may say later that it did not arrive."""
        value = json.dumps([piece.model_dump(), to.member, counting], ensure_ascii=False)
        await self.safe.keep(to.channel.setting.id, SENT + name, Fresh(value, KEPT_FOR))

    def _without_piece(self, to: Recipient, shelf: Shelf, step: Step) -> Shelf:
        """A text the platform does not take is replaced by a word about it."""
        if isinstance(step, TellReady):
            return rules.spent(shelf)
        doubted = self._doubted_text(to, shelf, why="wecom_blocked")
        first, *rest = doubted.waiting
        said = Text(text=self.say("ration_blocked", to.lang))
        pieces = (*first.pieces[: step.place], said, *first.pieces[step.place + 1 :])
        if first.pieces[step.place] == said:
            pieces = first.pieces[: step.place] + first.pieces[step.place + 1 :]
        replaced = doubted.model_copy(update={"waiting": (first.model_copy(update={"pieces": pieces}), *rest)})
        return rules.done(replaced) if step.place >= len(pieces) else replaced

    def _doubted(self, to: Recipient, shelf: Shelf, step: Step) -> Shelf:
        return rules.given(self._doubted_text(to, shelf) if isinstance(step, Give) else shelf, step)

    def _doubted_text(self, to: Recipient, shelf: Shelf, *, why: str = rules.UNCLEAR) -> Shelf:
        return rules.doubted(shelf, note=self.say("ration_not_all_shown", to.lang), why=why)


def name_of(to: Recipient, step: Step) -> str:
    """32 digits that name a message: the same however often it is handed over."""
    place = str(step.place) if isinstance(step, Give) else "ready"
    return sha256(f"{to.channel.setting.id}\n{to.user}\n{step.of}\n{place}".encode()).hexdigest()[:32]


def _refused(shelf: Shelf, refused: Refused) -> Shelf:
    if isinstance(refused, Taken):
        return shelf.model_copy(update={"taken": True})
    return rules.closed(shelf) if isinstance(refused, Closed) else rules.spent(shelf)


def _counting(shelf: Shelf) -> tuple[int, ...]:
    """The presentations that count on the piece at hand."""
    first = shelf.waiting[0]
    return tuple(piece.presentation for piece in first.pieces[first.at :] if isinstance(piece, Shown))


def _unseen(presentation: int) -> str:
    return f"unseen:{presentation}"


def _read(kept: Kept | None) -> Shelf:
    return Shelf.model_validate_json(kept.value) if kept is not None else Shelf()


def _fresh(shelf: Shelf) -> Fresh:
    return Fresh(shelf.model_dump_json(), SHELF_FOR)
