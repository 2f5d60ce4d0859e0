"""XML of callbacks: written with CDATA as the platform writes it, read from answers, cards in CamelCase included."""

import re
from collections.abc import Mapping
from typing import Any, Final
from xml.etree import ElementTree as ET

from evals.emulators.wecom.core.wire import Json

_FORBIDDEN = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CAPITAL = re.compile(r"(?<!^)(?=[A-Z])")
_LISTS: Final = frozenset(
    {
        "horizontal_content_list",
        "vertical_content_list",
        "jump_list",
        "button_list",
        "select_list",
        "option_list",
        "action_list",
    }
)
_RENAMED: Final = {"key_name": "keyname", "check_box": "checkbox"}

Tree = Mapping[str, object]


class NotXml(Exception):
    """What came back is no XML document without a DTD."""


def write(tree: Tree, root: str = "xml") -> str:
    """A document: strings as CDATA, numbers bare, mappings nested, lists repeated."""
    return f"<{root}>{_inside(tree)}</{root}>"


def _inside(tree: Tree) -> str:
    return "".join(_element(name, value) for name, value in tree.items())


def _element(name: str, value: object) -> str:
    if isinstance(value, list):
        return "".join(_element(name, inner) for inner in value)
    if isinstance(value, Mapping):
        return f"<{name}>{_inside(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    text = _FORBIDDEN.sub("", str(value)).replace("]]>", "]]]]><![CDATA[>")
    return f"<{name}><![CDATA[{text}]]></{name}>"


def read(text: str) -> ET.Element:
    """The root of a document.

    Raises:
        NotXml: it is none, or declares a document type.
    """
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise NotXml("dtd")
    try:
        return ET.fromstring(text)  # noqa: S314  # without a document type there are no entities to expand
    except ET.ParseError as wrong:
        raise NotXml(str(wrong)) from wrong


def card_json(element: ET.Element) -> Json:
    """A TemplateCard element as the JSON card it stands for."""
    found: dict[str, Any] = {}
    for child in element:
        name = _CAPITAL.sub("_", child.tag).lower()
        name = _RENAMED.get(name, name)
        value = card_json(child) if len(child) else (child.text or "")
        if name in _LISTS:
            found.setdefault(name, []).append(value)
        else:
            found[name] = value
    return found
