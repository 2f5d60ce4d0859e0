"""Long text in pieces of so many bytes: cut at empty lines, lines, sentences, at last between characters. Pure.

A line with the indented ones below it (a creator and why) stays in one piece where it fits into one.
A block of code that is cut is closed and opened again, so that each piece shows what the whole would.
"""

import re
import unicodedata

_SENTENCE = re.compile(r"(?<=[。！？；!?;])|(?<=[.,])\s|(?<=[，、])")
_ROW = re.compile(r"[^\n]*(?:\n[ \t][^\n]*)+")
_FENCE = re.compile(r"^(`{3,})", re.MULTILINE)
_JOINED = "\u200d\ufe0f"
NUMBER_BYTES = 12  # "(999/999)\n" and a little


def size(text: str) -> int:
    """Bytes in UTF-8: what limits count."""
    return len(text.encode())


def numbered(text: str, limit: int, *, first_limit: int | None = None) -> list[str]:
    """Pieces of at most `limit` bytes, each headed (1/3) when there is more than one.

    `first_limit`: of the first piece, where that one must leave room for more. Raises ValueError for a limit under 100.
    """
    if min(limit, first_limit or limit) < 100:
        raise ValueError(limit)
    if size(text) <= (first_limit or limit):
        return [text]
    pieces = pieces_of(text, limit - NUMBER_BYTES, first_limit=(first_limit or limit) - NUMBER_BYTES)
    return [f"({place}/{len(pieces)})\n{piece}" for place, piece in enumerate(pieces, 1)]


def pieces_of(text: str, limit: int, *, first_limit: int | None = None) -> list[str]:
    """The same without numbers. Together the pieces hold the text but for white space at the cuts."""
    pieces: list[str] = []
    rest = text
    while rest:
        room = (first_limit or limit) if not pieces else limit
        if size(rest) <= room:
            pieces.append(rest)
            break
        head, rest = _split(rest, room)
        fence = _open_fence(head, room)
        if fence:
            head, rest = _split(f"{head}{rest}", room - size(fence) - 1)
            fence = _open_fence(head, room)
        if fence:
            pieces.append(f"{head.rstrip()}\n{fence}")
            rest = f"{fence}\n{rest.lstrip(chr(10))}"
        else:
            pieces.append(head.rstrip())
            rest = rest.lstrip("\n")
    return pieces


def head_of(text: str, limit: int, *, more: str = "…") -> str:
    """The beginning, whole characters, with `more` when something is left out; at most `limit` bytes."""
    if size(text) <= limit:
        return text
    return text[: _characters(text, limit - size(more))].rstrip() + more


def _open_fence(text: str, room: int) -> str:
    """The fence of a block that is not closed at the end; empty without one, or where it would fill the piece."""
    is_open = ""
    for fence in _FENCE.findall(text):
        is_open = fence if not is_open else "" if len(fence) >= len(is_open) else is_open
    return is_open if len(is_open) <= room // 8 else ""


def _split(text: str, room: int) -> tuple[str, str]:
    most = _characters(text, room)
    window = text[:most]
    row = _before_row(text, most)
    for place, is_whole in ((window.rfind("\n\n"), False), (row, _fits(text, row, room)), (window.rfind("\n"), False)):
        if place > most // 3 or (is_whole and text[:place].strip()):
            return text[:place], text[place:]
    ends = [found.end() for found in _SENTENCE.finditer(window)]
    if ends and ends[-1] > most // 3:
        return text[: ends[-1]], text[ends[-1] :]
    return window, text[most:]


def _before_row(text: str, most: int) -> int:
    """The last line break so far that no indented line follows: such a line belongs to the one above it."""
    place = text.rfind("\n", 0, most + 1)
    while place > 0 and text[place + 1 : place + 2] in (" ", "\t"):
        place = text.rfind("\n", 0, place)
    return place


def _fits(text: str, place: int, room: int) -> bool:
    """Whether what begins after this break has indented lines and fits with all of them."""
    whole = _ROW.match(text, place + 1)
    return whole is not None and size(whole[0]) <= room


def _characters(text: str, room: int) -> int:
    """How many characters fit, never parting what is one to the eye."""
    most = len(text.encode()[: max(room, 0)].decode(errors="ignore"))
    place = most
    while 0 < place < len(text) and _belongs(text, place):
        place -= 1
    return place or max(most, 1)


def _belongs(text: str, place: int) -> bool:
    here, before = text[place], text[place - 1]
    return (
        here in _JOINED
        or before == "\u200d"
        or bool(unicodedata.combining(here))
        or "\U0001f3fb" <= here <= "\U0001f3ff"
    )
