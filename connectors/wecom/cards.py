"""Template cards, within the vendor's fields. Pure.

A card shows about 110 characters, so it never holds what is decided: full texts go before it. Without a public address
there are no notices (they must link somewhere): every card is a `button_interaction`.
"""

import re
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import NotRequired, TypedDict
from zoneinfo import ZoneInfo

from connectors.ports.queries import ImportView
from connectors.wecom.cut import size
from connectors.wecom.keys import as_runs
from connectors.wecom.saying import Say
from memory.domain.cards import ChoiceCard, DraftsCard, PlanCard
from memory.domain.workspace import Lang

TITLE, DESC, BODY, SOURCE, KEYNAME, VALUE, BUTTON = 26, 30, 112, 13, 5, 26, 10  # characters a phone shows
MOST_BUTTONS, MOST_ROWS = 6, 6
KEY_BYTES, TASK_BYTES = 1024, 128
_TASK = re.compile(r"[^0-9A-Za-z_@-]")


class Button(TypedDict):
    """A button; style 1 is the one to press, 3 the grave one."""

    text: str
    style: int
    key: str


class Title(TypedDict):
    """A title and the line below it."""

    title: str
    desc: str


class Source(TypedDict):
    """The small line at the top."""

    desc: str


class Row(TypedDict):
    """A name and a value."""

    keyname: str
    value: str


class TemplateCard(TypedDict):
    """A card of type button_interaction. `replace_text` greys its buttons, in updates only."""

    card_type: str
    task_id: str
    main_title: Title
    button_list: list[Button]
    source: NotRequired[Source]
    sub_title_text: NotRequired[str]
    horizontal_content_list: NotRequired[list[Row]]
    replace_text: NotRequired[str]


def task_id(*parts: str) -> str:
    """A name for a card: the same parts make the same, so that the platform refuses a second copy."""
    return "-".join(_TASK.sub("_", part) for part in parts)[:TASK_BYTES]


def fingerprint(card: DraftsCard, numbers: Collection[int]) -> str:
    """16 hex digits that stand for what these drafts say: alike only where every text is."""
    said = "\n".join(f"{row.number} {row.digest}" for row in card.items if row.number in numbers)
    return sha256(said.encode()).hexdigest()[:16]


def drafts_card(card: DraftsCard, *, task: str, lang: Lang, say: Say, team_zone: str) -> TemplateCard | None:
    """Buttons for all and none of a card that is signed number by number; None when no button may decide it.

    Its task names batch, presentation and fingerprint: see `read_task`.
    """
    numbers = tuple(row.number for row in card.items if row.approvable)
    if card.presentation is None or card.count is not None or card.lead_only or not numbers:
        return None
    until = f"{card.decide_by.astimezone(ZoneInfo(team_zone)):%m-%d %H:%M}"
    named = task_id(card.batch, str(card.presentation), fingerprint(card, numbers), task)
    return _card(
        named,
        say("wecom_card_title", lang, batch=card.batch, count=len(numbers)),
        desc=say("wecom_card_until", lang, when=until),
        body=say("wecom_card_body", lang, count=len(card.items), batch=card.batch),
        buttons=[
            _button(say("wecom_card_approve", lang), f"approve:{as_runs(numbers)}", style=1),
            _button(say("wecom_card_reject", lang), f"reject:{as_runs(numbers)}", style=3),
        ],
    )


def plan_card(card: PlanCard, *, task: str, lang: Lang, say: Say, team_zone: str) -> TemplateCard:
    """The first rows of a plan with the button that stops it; the whole plan goes before it as text."""
    stop = say("wecom_plan_stop", lang, batch=card.batch)
    made = _card(
        task,
        say("wecom_plan_title", lang, batch=card.batch),
        desc=say("wecom_plan_more", lang, count=len(card.items)),
        buttons=[_button(stop, f"say:{stop}", style=3)],
    )
    rows = [
        Row(
            keyname=_shown(str(row.number), KEYNAME),
            value=_shown(f"{_local(row.due_at, team_zone)} @{row.handle}", VALUE),
        )
        for row in card.items[:MOST_ROWS]
    ]
    if rows:
        made["horizontal_content_list"] = rows
    return made


def choices_card(card: ChoiceCard, *, task: str, lang: Lang, say: Say) -> TemplateCard | None:
    """A button for each of the first six choices that fit into a key; None without any."""
    fitting = [choice for choice in card.choices if size(f"say:{choice}") <= KEY_BYTES]
    buttons = [_button(choice, f"say:{choice}", style=1) for choice in dict.fromkeys(fitting)][:MOST_BUTTONS]
    if not buttons:
        return None
    return _card(task, say("wecom_choices_title", lang), desc=card.prompt, body=card.prompt, buttons=buttons)


def import_card(view: ImportView, *, task: str, lang: Lang, say: Say) -> TemplateCard:
    """The button that starts a previewed import, and one for each other thing that the file may be read as."""
    kind = say(f"web_import_{view.kind}", lang)
    others = [other for other in view.kinds if other != view.kind]
    return _card(
        task,
        say("wecom_file_title", lang, kind=kind, good=view.good),
        body=say("wecom_file_other", lang, kind=kind) if others else "",
        buttons=[
            _button(say("wecom_file_import", lang), f"import:{view.run}:{view.kind}", style=1),
            *(_button(say(f"web_import_{other}", lang), f"read:{view.run}:{other}", style=2) for other in others),
        ][:MOST_BUTTONS],
    )


def settled_card(task: str, title: str, body: str, *, button: str) -> TemplateCard:
    """What a card becomes when it is decided, chosen or expired: the same task, its buttons greyed.

    Where a client does not know `replace_text`, the one button left means nothing and brings this card again.
    """
    made = _card(task, title, body=body, buttons=[_button(button, "done", style=2)])
    made["replace_text"] = _shown(button, BUTTON)
    return made


def with_mark(card: TemplateCard, mark: str) -> TemplateCard:
    """The card with 演示数据 above it."""
    return {**card, "source": Source(desc=_shown(mark, SOURCE))} if mark else card


def _card(task: str, title: str, *, buttons: list[Button], desc: str = "", body: str = "") -> TemplateCard:
    made: TemplateCard = {
        "card_type": "button_interaction",
        "task_id": task,
        "main_title": Title(title=_shown(title, TITLE), desc=_shown(desc, DESC)),
        "button_list": buttons,
    }
    if body:
        made["sub_title_text"] = _shown(body, BODY)
    return made


def _button(text: str, key: str, *, style: int) -> Button:
    return Button(text=_shown(text, BUTTON), style=style, key=key)


def _shown(text: str, width: int) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= width else one_line[: width - 1] + "…"


def _local(moment: datetime | None, team_zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(team_zone)):%m-%d %H:%M}" if moment else "-"
