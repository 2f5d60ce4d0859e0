"""How much of a card a phone shows: longer texts are cut on the screen, not refused."""

from collections.abc import Mapping
from typing import Final

from evals.emulators.wecom.cards.rules import Carrier

_APP: Final = {
    "source.desc": 20,
    "main_title.title": 36,
    "main_title.desc": 44,
    "emphasis_content.title": 14,
    "emphasis_content.desc": 22,
    "sub_title_text": 160,
    "horizontal_content_list.keyname": 5,
    "horizontal_content_list.value": 30,
    "jump_list.title": 18,
    "vertical_content_list.title": 38,
    "vertical_content_list.desc": 160,
    "button_selection.option_list.text": 16,
    "button_list.text": 10,
    "checkbox.option_list.text": 17,
    "submit_button.text": 10,
}
_BOT: Final = _APP | {
    "source.desc": 13,
    "main_title.title": 26,
    "main_title.desc": 30,
    "emphasis_content.title": 10,
    "emphasis_content.desc": 15,
    "sub_title_text": 112,
    "horizontal_content_list.value": 26,
    "jump_list.title": 13,
    "vertical_content_list.title": 26,
    "vertical_content_list.desc": 112,
    "button_selection.option_list.text": 10,
    "checkbox.option_list.text": 11,
}
WIDTHS: Final[Mapping[Carrier, Mapping[str, int]]] = {Carrier.APP: _APP, Carrier.BOT: _BOT, Carrier.WEBHOOK: _APP}


def as_shown(card: Mapping[str, object], carrier: Carrier) -> dict[str, object]:
    """The card with each text cut to what its place shows."""
    return {name: _shown(value, name, WIDTHS[carrier]) for name, value in card.items()}


def _shown(value: object, path: str, widths: Mapping[str, int]) -> object:
    if isinstance(value, Mapping):
        return {name: _shown(inner, f"{path}.{name}", widths) for name, inner in value.items()}
    if isinstance(value, list):
        return [_shown(inner, path, widths) for inner in value]
    width = widths.get(path)
    if width is None or not isinstance(value, str) or len(value) <= width:
        return value
    return value[: width - 1] + "…"
