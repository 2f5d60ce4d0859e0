"""An answer as what a WeChat user gets: plain texts, menus of choices, and what the texts have shown. Pure."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from connectors.wecom.cards import TemplateCard
from connectors.wecom.cut import head_of, size
from connectors.wecom.keys import read_task
from connectors.wecom.plain import without_marks
from connectors.wecom.render import Buttons, Item, Presented, Words
from memory.domain.ids import PresentationId

TEXT_BYTES: Final = 2_048
ITEM_BYTES, AROUND_BYTES, MOST_ITEMS = 128, 1_024, 10
MORE_BYTES: Final = 120  # what is said below a text when there is more
_PARTED: Final = "|"


class _Piece(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Piece):
    """A message."""

    kind: Literal["text"] = "text"
    text: str


class Shown(_Piece):
    """Everything a member signs for has been given before this: no message of its own (promise 2)."""

    kind: Literal["shown"] = "shown"
    presentation: PresentationId


class Choice(_Piece):
    """A line of a menu: tapped, its id comes back with its label."""

    id: str
    label: str


class Menu(_Piece):
    """A message with choices."""

    kind: Literal["menu"] = "menu"
    head: str
    choices: tuple[Choice, ...]


class File(_Piece):
    """A file made for its reader, named as it is kept; no content of it waits here."""

    kind: Literal["file"] = "file"
    key: str
    name: str


Piece = Annotated[Text | Shown | Menu | File, Field(discriminator="kind")]


def packed(items: Sequence[Item], *, mark: str = "") -> tuple[Piece, ...]:
    """The items in as few messages as hold them, each under its mark; a menu that does not fit is left out.

    Words are at most `room(mark)` bytes each.
    """
    pieces: list[Piece] = []
    words = ""
    for item in items:
        if isinstance(item, Words):
            text = without_marks(item.text)
            joined = f"{words}\n\n{text}" if words else text
            if words and size(joined) > room(mark):
                pieces.append(Text(text=_marked(words, mark)))
                joined = text
            words = joined
            continue
        if words:
            pieces.append(Text(text=_marked(words, mark)))
            words = ""
        if isinstance(item, Presented):
            pieces.append(Shown(presentation=item.presentation))
        elif (menu := menu_of(item, mark)) is not None:
            pieces.append(menu)
    return (*pieces, Text(text=_marked(words, mark))) if words else tuple(pieces)


def room(mark: str) -> int:
    """Bytes for the words of one message, its mark and what may be said below it left out."""
    return TEXT_BYTES - MORE_BYTES - size(_marked("", mark))


def menu_of(buttons: Buttons, mark: str) -> Menu | None:
    """A card as a menu; None when nothing on it fits."""
    card = buttons.card
    said = [card["main_title"]["title"], card["main_title"]["desc"], card.get("sub_title_text", "")]
    head = "\n".join(dict.fromkeys(line for line in said if line))
    choices = tuple(_choices(card))[:MOST_ITEMS]
    return Menu(head=head_of(_marked(head, mark), AROUND_BYTES - MORE_BYTES), choices=choices) if choices else None


def tapped(menu_id: str) -> tuple[str, str]:
    """The key and the task that a menu's id stands for."""
    key, _, task = menu_id.partition(_PARTED)
    return key, task


def messages(pieces: Sequence[Piece]) -> int:
    """How many of them are messages."""
    return sum(not isinstance(piece, Shown) for piece in pieces)


def _choices(card: TemplateCard) -> Iterator[Choice]:
    task = read_task(card["task_id"])
    named = f"{task.batch}-{task.presentation}-{task.fingerprint}" if task is not None else ""
    for button in card["button_list"]:
        key = button["key"]
        label = key.removeprefix("say:") if key.startswith("say:") else button["text"]
        menu_id = key if key.startswith("say:") or not named else f"{key}{_PARTED}{named}"
        if size(menu_id) <= ITEM_BYTES and size(label) <= ITEM_BYTES:
            yield Choice(id=menu_id, label=label)


def _marked(text: str, mark: str) -> str:
    return f"【{mark}】\n{text}" if mark else text
