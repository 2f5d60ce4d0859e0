"""Pressing a card: only what stands on it can be pressed or chosen."""

from collections.abc import Mapping, Sequence

from evals.emulators.wecom.core.wire import Json


class NotShown(Exception):
    """The person's phone does not show what they would have to press."""


def pressed(card: Json, key: str) -> bool:
    """Whether the key is a line of the corner menu (True) or a button (False).

    Raises:
        NotShown: it is neither, or the buttons are greyed (`replace_text`).
    """
    menu = card.get("action_menu") or {}
    if key in (action["key"] for action in menu.get("action_list", [])):
        return True
    buttons = [button.get("key") for button in card.get("button_list", []) if button.get("type", 0) == 0]
    if submit := card.get("submit_button"):
        buttons.append(submit["key"])
    if key not in buttons or card.get("replace_text"):
        raise NotShown(key)
    return False


def chosen(card: Json, selected: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """What the card's questions are answered with: what was chosen, else what the card came with.

    Raises:
        NotShown: a question or option that is not on the card, or several where one is taken.
    """
    answers: dict[str, list[str]] = {}
    for question, options, several in _questions(card):
        ids = list(selected.get(question["question_key"], ())) or _preset(question, options, several=several)
        if not set(ids) <= {option["id"] for option in options} or (len(ids) > 1 and not several):
            raise NotShown(question["question_key"])
        answers[question["question_key"]] = ids
    if unknown := selected.keys() - answers.keys():
        raise NotShown(", ".join(sorted(unknown)))
    return answers


def _questions(card: Json) -> list[tuple[Json, list[Json], bool]]:
    selectors = [*([card["button_selection"]] if card.get("button_selection") else []), *card.get("select_list", [])]
    questions = [(selector, selector["option_list"], False) for selector in selectors if not selector.get("disable")]
    if (box := card.get("checkbox")) and not box.get("disable"):
        questions.append((box, box["option_list"], box.get("mode", 0) == 1))
    return questions


def _preset(question: Json, options: list[Json], *, several: bool) -> list[str]:
    checked = [option["id"] for option in options if option.get("is_checked")]
    if checked or several or "mode" in question:
        return checked
    return [question.get("selected_id") or options[0]["id"]]
