"""Which cards the platform refuses: what one card type needs, what a channel may not carry, what must be unique."""

import re
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from evals.emulators.wecom.cards.parts import INTERACTIONS, Selector, TemplateCard
from evals.emulators.wecom.core.errors import ApiError, Errcode

_TASK_ID = re.compile(r"[0-9A-Za-z_@-]{1,128}")


class Carrier(StrEnum):
    """Who sends a card."""

    APP = "app"
    BOT = "bot"
    WEBHOOK = "webhook"


def check(card: TemplateCard, carrier: Carrier) -> None:
    """Let a good card pass.

    Raises:
        ApiError: for the first fault found; 42014 and 42018-42020 for task ids and buttons, else 40058.
    """
    for rule in (_task, _content, _notice, _buttons, _votes, _forms, _links):
        rule(card)
    _FOR_CARRIER[carrier](card)


def _refuse(*path: str) -> ApiError:
    return ApiError(Errcode.BAD_PARAMETER, ".".join(("template_card", *path)))


def _task(card: TemplateCard) -> None:
    if (card.calls_back or card.task_id) and not _TASK_ID.fullmatch(card.task_id):
        raise ApiError(Errcode.BAD_TASK_ID)


def _content(card: TemplateCard) -> None:
    titled = card.main_title is not None and bool(card.main_title.title)
    if card.card_type == "text_notice" and not (titled or card.sub_title_text):
        raise _refuse("main_title.title or sub_title_text")


def _notice(card: TemplateCard) -> None:
    if card.card_type in INTERACTIONS:
        return
    if card.card_action is None:
        raise _refuse("card_action")
    if card.card_action.type == 1 and not card.card_action.url:
        raise _refuse("card_action.url")
    if card.card_type == "news_notice" and card.card_image is None and card.image_text_area is None:
        raise _refuse("card_image or image_text_area")


def _buttons(card: TemplateCard) -> None:
    if card.card_type == "button_interaction" and not card.button_list:
        raise _refuse("button_list")
    for button in card.button_list:
        if not button.text:
            raise ApiError(Errcode.NO_BUTTON_TEXT)
        if button.type == 0 and not button.key:
            raise ApiError(Errcode.NO_BUTTON_KEY)
        if button.type == 1 and not button.url:
            raise _refuse("button_list.url")
    keys = [button.key for button in card.button_list if button.type == 0]
    keys += [action.key for action in card.action_menu.action_list] if card.action_menu else []
    if not all(keys):
        raise ApiError(Errcode.NO_BUTTON_KEY)
    if _repeated(keys):
        raise ApiError(Errcode.BAD_BUTTON_KEY, "not unique")
    if card.button_selection:
        _selectors("button_selection", [card.button_selection])


def _votes(card: TemplateCard) -> None:
    if card.card_type != "vote_interaction":
        return
    if card.checkbox is None:
        raise _refuse("checkbox")
    if card.submit_button is None:
        raise _refuse("submit_button")
    if _repeated([option.id for option in card.checkbox.option_list]):
        raise _refuse("checkbox.option_list.id: not unique")
    if card.checkbox.mode == 0 and sum(option.is_checked for option in card.checkbox.option_list) > 1:
        raise _refuse("checkbox.option_list.is_checked: more than one")


def _forms(card: TemplateCard) -> None:
    if card.card_type != "multiple_interaction":
        return
    if not card.select_list:
        raise _refuse("select_list")
    if card.submit_button is None:
        raise _refuse("submit_button")
    _selectors("select_list", card.select_list)


def _selectors(place: str, selectors: Sequence[Selector]) -> None:
    if _repeated([selector.question_key for selector in selectors]):
        raise _refuse(place, "question_key: not unique")
    for selector in selectors:
        ids = [option.id for option in selector.option_list]
        if _repeated(ids):
            raise _refuse(place, "option_list.id: not unique")
        if selector.selected_id and selector.selected_id not in ids:
            raise _refuse(place, "selected_id")


def _links(card: TemplateCard) -> None:
    for place, wrong in _wrong_links(card):
        if wrong:
            raise _refuse(place)


def _wrong_links(card: TemplateCard) -> Iterator[tuple[str, bool]]:
    for row in card.horizontal_content_list:
        yield "horizontal_content_list.url", row.type == 1 and not row.url
        yield "horizontal_content_list.media_id", row.type == 2 and not row.media_id
        yield "horizontal_content_list.userid", row.type == 3 and not row.userid
    for jump in card.jump_list:
        yield "jump_list.url", jump.type == 1 and not jump.url
        yield "jump_list.question", jump.type == 3 and not jump.question
    if card.quote_area:
        yield "quote_area.url", card.quote_area.type == 1 and not card.quote_area.url


def _for_apps(card: TemplateCard) -> None:
    if any(jump.type == 3 for jump in card.jump_list):
        raise _refuse("jump_list.type")
    if card.feedback:
        raise _refuse("feedback")


def _for_bots(card: TemplateCard) -> None:
    if any(row.type == 2 for row in card.horizontal_content_list):
        raise _refuse("horizontal_content_list.type")
    if any(button.type == 1 for button in card.button_list):
        raise _refuse("button_list.type")


def _for_webhooks(card: TemplateCard) -> None:
    if card.calls_back:
        raise _refuse("card_type: a webhook takes notices without a menu only")
    _for_apps(card)


_FOR_CARRIER: dict[Carrier, Callable[[TemplateCard], None]] = {
    Carrier.APP: _for_apps,
    Carrier.BOT: _for_bots,
    Carrier.WEBHOOK: _for_webhooks,
}


def _repeated(values: Sequence[str]) -> bool:
    return len(set(values)) < len(values)
