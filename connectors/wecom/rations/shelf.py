"""How much may still be said to one WeChat user, and what waits until more may be said. Pure.

A message of theirs opens a window: so many messages, so long. An answer takes at most three of them; of the
two that are kept, one says that a result is ready which found no room, one is for a notice. What does not fit
waits for 「更多」, and an answer of which nothing was said yet for whatever they say next.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, ConfigDict

from connectors.wecom.rations.pieces import File, Menu, Piece, Shown, Text, messages
from memory.domain.errors import Refused, Unclear

ANSWER_MOST: Final = 3
KEPT_BACK: Final = 2
MOST_WAITING: Final = 12
GONE: Final = "gone:"  # before what was taken off: the word that it was
UNCLEAR: Final = "channel_unclear"


class _Noun(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Waiting(_Noun):
    """An answer, or what is left of it. `of`: what it answers; `at`: the place of its next piece.

    `paused`: its reader was told to say 「更多」; `lost`: why a piece of it did not arrive, or may not have, so that
    nothing after that counts as shown. `member` 0: somebody nobody knows. `owes`: what is to hear how it ends;
    `until`: it is given no later, 0 for no limit.
    """

    of: str
    pieces: tuple[Piece, ...]
    member: int = 0
    at: int = 0
    paused: bool = False
    lost: str = ""
    owes: str = ""
    until: float = 0.0

    @property
    def begun(self) -> bool:
        """Whether something of it was said."""
        return self.at > 0


class Ended(_Noun):
    """An answer that left the shelf. `why`: it was not given whole, or nobody knows."""

    owes: str
    why: str = ""

    @property
    def failure(self) -> Refused | Unclear | None:
        """As whoever owes it is told."""
        if not self.why:
            return None
        return Unclear(self.why) if self.why == UNCLEAR else Refused(self.why)


class Shelf(_Noun):
    """One user's. Times are seconds since the epoch. `taken`: a human has the chat, and we are silent.

    `ended`: what left it while whoever owes it has not heard.
    """

    opened_at: float = 0.0
    seconds: float = 0.0
    most: int = 0
    used: int = 0
    told_ready: bool = False
    taken: bool = False
    waiting: tuple[Waiting, ...] = ()
    ended: tuple[Ended, ...] = ()

    @property
    def for_answers(self) -> int:
        """Messages of the window that answers may take."""
        return min(ANSWER_MOST, max(1, self.most - KEPT_BACK)) if self.most else 0


@dataclass(frozen=True, slots=True)
class Give:
    """Hand this piece over. `more`: how many messages follow only when they are asked for, 0 when none do."""

    of: str
    place: int
    piece: Piece
    member: int
    more: int = 0


@dataclass(frozen=True, slots=True)
class TellReady:
    """Say that a result is ready, for which there is no room."""

    of: str


Step = Give | TellReady


def opened(shelf: Shelf, *, at: float, most: int, seconds: float) -> Shelf:
    """Something of theirs opened a window; what was said before does not count against it.

    A shorter one never takes the place of one that is open and has room.
    """
    if at < shelf.opened_at:
        return shelf
    is_shorter = at + seconds < shelf.opened_at + shelf.seconds
    if is_shorter and shelf.used < shelf.for_answers:
        return shelf
    update = {"opened_at": at, "seconds": seconds, "most": most, "used": 0, "told_ready": False}
    return shelf.model_copy(update=update)


def put(shelf: Shelf, waiting: Waiting, *, gone: str) -> Shelf:
    """A new answer comes before what is left of earlier ones; the same one again changes nothing.

    What finds no place any more is taken off, and `gone` said to its reader.
    """
    if any(one.of == waiting.of for one in shelf.waiting):
        return shelf
    if not waiting.pieces:
        return _with_ended(shelf, waiting, "")
    placed = _placed(shelf, waiting)
    answers = [one for one in placed.waiting if not one.of.startswith(GONE)]
    return _taken_off(placed, answers[MOST_WAITING:], why="ration_shelf_full", gone=gone)


def without_the_old(shelf: Shelf, *, now: float, gone: str) -> Shelf:
    """What could not be given in its time is taken off, and `gone` said to its reader."""
    return _taken_off(shelf, [one for one in shelf.waiting if 0 < one.until < now], why="ration_not_given", gone=gone)


def settled(shelf: Shelf, ended: Collection[Ended]) -> Shelf:
    """Whoever owes these has heard how they ended."""
    return shelf.model_copy(update={"ended": tuple(one for one in shelf.ended if one not in ended)})


def asked_for_more(shelf: Shelf) -> Shelf:
    """The first answer that waits goes on."""
    if not shelf.waiting:
        return shelf
    first, *rest = shelf.waiting
    return shelf.model_copy(update={"waiting": (first.model_copy(update={"paused": False}), *rest)})


def next_step(shelf: Shelf, *, now: float, is_free: bool = False) -> Step | None:
    """What to do now; None when nothing may be said, or nothing waits.

    `is_free`: the piece at hand would take nothing from the window.
    """
    piece = at_hand(shelf)
    if piece is None or shelf.taken:
        return None
    first = shelf.waiting[0]
    if isinstance(piece, Shown):
        return Give(first.of, first.at, piece, first.member)
    if now > shelf.opened_at + shelf.seconds:
        return None
    room = shelf.for_answers - shelf.used
    if room <= 0 and not is_free:
        is_untold = not first.begun or isinstance(piece, File)
        may_tell = not shelf.told_ready and is_untold and shelf.used < shelf.most
        return TellReady(first.of) if may_tell else None
    if isinstance(piece, File):
        return Give(first.of, first.at, piece, first.member)
    after = messages(first.pieces[first.at + 1 :])
    is_last = room - (0 if is_free else 1) <= 0
    return Give(first.of, first.at, piece, first.member, more=after if is_last else 0)


def at_hand(shelf: Shelf) -> Piece | None:
    """What is to be given next; None when nothing waits, or its reader was told to ask for it."""
    if not shelf.waiting or shelf.waiting[0].paused:
        return None
    first = shelf.waiting[0]
    return first.pieces[first.at]


def given(shelf: Shelf, step: Step, *, free: bool = False) -> Shelf:
    """The step was carried out. `free`: it took nothing from the window."""
    counts = 0 if free or (isinstance(step, Give) and isinstance(step.piece, Shown)) else 1
    if isinstance(step, TellReady):
        return shelf.model_copy(update={"used": shelf.used + counts, "told_ready": True})
    first, *rest = shelf.waiting
    after = first.model_copy(update={"at": step.place + 1, "paused": step.more > 0})
    used = shelf.model_copy(update={"used": shelf.used + counts, "waiting": (after, *rest)})
    return used if after.at < len(after.pieces) else done(used)


def done(shelf: Shelf) -> Shelf:
    """Of the answer at hand there is nothing more to give."""
    first, *rest = shelf.waiting
    return _with_ended(shelf.model_copy(update={"waiting": tuple(rest)}), first, first.lost)


def doubted(shelf: Shelf, *, note: str, why: str) -> Shelf:
    """The piece at hand may not have arrived: what counted on it is left out, and the person is told how to see it."""
    first, *rest = shelf.waiting
    following = first.pieces[first.at + 1 :]
    kept = tuple(piece for piece in following if isinstance(piece, Text | File))
    counted = len(kept) < len(following)
    pieces: tuple[Piece, ...] = (*first.pieces[: first.at + 1], *kept, *((Text(text=note),) if counted else ()))
    return shelf.model_copy(update={"waiting": (first.model_copy(update={"pieces": pieces, "lost": why}), *rest)})


def without(shelf: Shelf, of: str) -> Shelf:
    """Nobody may be told this any more."""
    return _taken_off(shelf, [one for one in shelf.waiting if one.of == of], why="reply_not_bound")


def spent(shelf: Shelf) -> Shelf:
    """The platform says that the window is used up: we wait for their next message."""
    return shelf.model_copy(update={"used": max(shelf.used, shelf.most), "told_ready": True})


def closed(shelf: Shelf) -> Shelf:
    """The platform says that the window is over."""
    return shelf.model_copy(update={"seconds": 0.0})


def with_more(piece: Piece, line: str) -> Piece:
    """The piece with a line below it."""
    if isinstance(piece, Text):
        return piece.model_copy(update={"text": f"{piece.text}\n{line}"})
    if isinstance(piece, Menu):
        return piece.model_copy(update={"head": f"{piece.head}\n{line}"})
    return piece


def _placed(shelf: Shelf, waiting: Waiting) -> Shelf:
    before = tuple(one for one in shelf.waiting if not one.paused)
    paused = tuple(one for one in shelf.waiting if one.paused)
    return shelf.model_copy(update={"waiting": (*before, waiting, *paused)})


def _taken_off(shelf: Shelf, lost: Collection[Waiting], *, why: str, gone: str = "") -> Shelf:
    """Without some answers: whoever owes them hears why, and their reader that it is so, where that is to be said."""
    for one in lost:
        left = tuple(other for other in shelf.waiting if other.of != one.of)
        shelf = _with_ended(shelf.model_copy(update={"waiting": left}), one, why)
        if gone and not any(other.of.startswith(GONE) for other in (one, *left)):
            shelf = _placed(shelf, Waiting(of=GONE + one.of, pieces=(Text(text=gone),), member=one.member))
    return shelf


def _with_ended(shelf: Shelf, one: Waiting, why: str) -> Shelf:
    if not one.owes:
        return shelf
    return shelf.model_copy(update={"ended": (*shelf.ended, Ended(owes=one.owes, why=why))})
