"""XML of callbacks, read without document types: no entity is ever expanded. Pure."""

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, fromstring

from memory.domain.errors import BadRequest

_SAID = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Document:
    """The fields of one callback; `whole`: as it came."""

    root: Element
    whole: str = ""

    def text(self, path: str) -> str:
        """What an element says, empty without it."""
        return self.root.findtext(path, "").strip()


def read(body: str) -> Document:
    """A document whose root is <xml>. Raises BadRequest("wecom_xml_unreadable") (not retryable)."""
    if "<!" in _SAID.sub("", body):
        raise BadRequest("wecom_xml_unreadable")
    try:
        root = fromstring(body)  # noqa: S314  # without a document type there is nothing to expand
    except (ParseError, ValueError) as wrong:
        raise BadRequest("wecom_xml_unreadable") from wrong
    if root.tag != "xml":
        raise BadRequest("wecom_xml_unreadable")
    return Document(root, body)
