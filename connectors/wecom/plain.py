"""Our Markdown as plain text, for clients that show none. Pure.

Underscores stay: they stand in handles far more often than they mark anything.
"""

import re
from collections.abc import Iterator
from typing import Final

FENCE = re.compile(r"^(`{3,})$", re.MULTILINE)
_TAG = re.compile(r"<(?=/?a[\s>])", re.IGNORECASE)
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_RULE = re.compile(r"^ {0,3}([-*_])(?: *\1){2,} *$")
_BEGINNING = re.compile(r"^(?:> ?)+(?:#{1,6} )?|^#{1,6} +")
_BULLET = re.compile(r"^(\s*)[*+] ")
_LINK = re.compile(r"!?\[([^\]\n]*)\]\(\s*<?([^)\s>]*)>?(?:\s+\"[^\"]*\")?\s*\)")
_STRUCK = re.compile(r"~~([^~\n]+)~~")
# Between letters and digits of ours a star is a sign of its own (3*4); beside Chinese it marks.
_SLANTED = re.compile(r"(?<![A-Za-z0-9*])\*(?=[^\s*])([^*\n]*?[^\s*])\*(?![A-Za-z0-9*])")
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>~|])")
_KEPT: Final = "\ue000"  # where a piece of code stood; of private use, and no text of ours holds it


def without_marks(words: str) -> str:
    """The words alone: signs of bold, quotes, headings, code go, a link says its address, blocks stay to the letter.

    No link is made of text.
    """
    return _TAG.sub("\uff1c", "\n".join(_plain_lines(words)))


def _plain_lines(words: str) -> Iterator[str]:
    fence = ""
    for line in words.split("\n"):
        found = FENCE.match(line)
        if found and not fence:
            fence = found[1]
        elif found and found[1].startswith(fence):
            fence = ""
        elif fence:
            yield line
        elif not _RULE.match(line):
            yield _plain(line)


def _plain(line: str) -> str:
    code = [found[2].strip() or found[2] for found in _CODE.finditer(line)]
    rest = _BULLET.sub(r"\1- ", _BEGINNING.sub("", _CODE.sub(_KEPT, line.replace(_KEPT, ""))))
    rest = _LINK.sub(_said, rest).replace("**", "")
    rest = _ESCAPED.sub(r"\1", _SLANTED.sub(r"\1", _STRUCK.sub(r"\1", rest)))
    for piece in code:
        rest = rest.replace(_KEPT, piece, 1)
    return rest


def _said(link: re.Match[str]) -> str:
    text, address = link[1].strip(), link[2]
    if not text or text == address:
        return address
    return f"{text} ({address})" if address else text
