"""Bytes as text: which encoding a file is in, and what is no table at all. Pure."""

from memory.domain.errors import BadRequest

_MAGIC = {
    b"%PDF": "PDF",
    b"\x89PNG": "PNG",
    b"\xff\xd8\xff": "JPEG",
    b"GIF8": "GIF",
    b"\xd0\xcf\x11\xe0": "XLS",
    b"\x1f\x8b": "GZIP",
    b"Rar!": "RAR",
    b"7z\xbc\xaf": "7Z",
    b"SQLite": "SQLITE",
    b"PAR1": "PARQUET",
    b"<html": "HTML",
    b"<!DOC": "HTML",
    b"<table": "HTML",
    b"<?xml": "XML",
    b"{\\rtf": "RTF",
}
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LOOKED_AT = 65_536
_LOST = "\ufffd"


def text_of(content: bytes, *, name: str) -> str:
    """A file's text: UTF-8 with or without mark, UTF-16, GB18030, else Western.

    A few broken bytes (one in fifty characters beyond ASCII) become U+FFFD rather than lose the file.

    Raises:
        BadRequest: it is something else ("file_unreadable", with what), or in no encoding we know ("file_not_text").
    """
    kind = next(
        (kind for magic, kind in _MAGIC.items() if content.lstrip()[: len(magic)].lower() == magic.lower()), None
    )
    if kind:
        raise BadRequest("file_unreadable", name=name, reason=kind)
    text = _decoded(content)
    if text is None or _is_binary(text):
        raise BadRequest("file_not_text", name=name)
    return text.removeprefix("\ufeff")


def _decoded(content: bytes) -> str | None:
    for mark, encoding in _BYTE_ORDER_MARKS.items():
        if content.startswith(mark):
            return content.decode(encoding, errors="replace")
    if wide := _wide(content):
        return content.decode(wide, errors="replace")
    beyond_ascii = sum(byte >= 0x80 for byte in content) if not content.isascii() else 0
    text = content.decode("utf-8", errors="replace")
    if text.count(_LOST) * 50 <= beyond_ascii:
        return text
    for encoding in ("gb18030", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    text = content.decode("gb18030", errors="replace")
    return text if text.count(_LOST) * 50 <= beyond_ascii else None


def _wide(content: bytes) -> str | None:
    # UTF-16 without a mark: of mostly Latin text every other byte is NUL.
    head = content[:_LOOKED_AT]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd * 4 > len(head) and even * 10 < odd:
        return "utf-16-le"
    if even * 4 > len(head) and odd * 10 < even:
        return "utf-16-be"
    return None


def _is_binary(text: str) -> bool:
    head = text[:_LOOKED_AT]
    strange = sum(character < " " and character not in "\t\r\n\f" for character in head)
    return strange * 20 > len(head) or head.count(_LOST) * 10 > len(head)
