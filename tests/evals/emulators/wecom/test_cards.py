"""Which template cards the platform refuses, and how much of the others a phone shows."""

import pytest

from evals.emulators.records import Records
from evals.emulators.wecom.cards.reading import read_card
from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.cards.shown import as_shown
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wire import Reader
from tests.evals.emulators.wecom.products import BUTTONS, NOTICE, Json

OPTIONS = [{"id": "a", "text": "甲"}, {"id": "b", "text": "乙"}]
SUBMIT = {"text": "确定", "key": "submit"}
VOTE: Json = {
    "card_type": "vote_interaction",
    "task_id": "sl-55",
    "checkbox": {"question_key": "creators", "mode": 1, "option_list": OPTIONS},
    "submit_button": SUBMIT,
}
FORM: Json = {
    "card_type": "multiple_interaction",
    "task_id": "brief-9",
    "select_list": [{"question_key": "tone", "selected_id": "a", "option_list": OPTIONS}],
    "submit_button": SUBMIT,
}
NEWS: Json = {
    "card_type": "news_notice",
    "main_title": {"title": "趋势图"},
    "card_image": {"url": "https://cdn.example.com/chart.png", "aspect_ratio": 1.8},
    "card_action": {"type": 1, "url": "https://console.example.com/d"},
}
MENU = {"action_list": [{"text": "不再提醒", "key": "mute"}]}


def without(card: Json, name: str) -> Json:
    return {key: value for key, value in card.items() if key != name}


def button(**fields: object) -> Json:
    return BUTTONS | {"button_list": [{"text": "好", "key": "ok"} | fields]}


def rows(count: int, **fields: object) -> list[Json]:
    return [{"keyname": "佣金", "value": "15%"} | fields for _ in range(count)]


def read(card: Json, carrier: Carrier = Carrier.BOT) -> None:
    read_card(Reader(Records(), strict=True), card, carrier)


@pytest.mark.parametrize("card", [BUTTONS, NOTICE, VOTE, FORM, NEWS], ids=lambda card: card["card_type"])
def test_a_card_of_each_type_passes(card: Json) -> None:
    for carrier in (Carrier.BOT, Carrier.APP):
        read(card, carrier)


@pytest.mark.parametrize(
    ("card", "errcode"),
    [
        (BUTTONS | {"card_type": "shout"}, Errcode.BAD_PARAMETER),
        (without(BUTTONS, "task_id"), Errcode.BAD_TASK_ID),
        (BUTTONS | {"task_id": "审批"}, Errcode.BAD_TASK_ID),
        (BUTTONS | {"task_id": "x" * 129}, Errcode.BAD_TASK_ID),
        (NOTICE | {"action_menu": MENU}, Errcode.BAD_TASK_ID),
        (without(BUTTONS, "button_list"), Errcode.BAD_PARAMETER),
        (BUTTONS | {"button_list": [{"text": str(n), "key": str(n)} for n in range(7)]}, Errcode.BAD_PARAMETER),
        (BUTTONS | {"button_list": [{"text": "好", "key": "ok"}] * 2}, Errcode.BAD_BUTTON_KEY),
        (button(key=""), Errcode.NO_BUTTON_KEY),
        (button(text=""), Errcode.NO_BUTTON_TEXT),
        (button(style=5), Errcode.BAD_PARAMETER),
        (button(key="k" * 1_025), Errcode.BAD_PARAMETER),
        (button(type=1, url="https://console.example.com"), Errcode.BAD_PARAMETER),
        (NOTICE | {"main_title": {"desc": "无题"}}, Errcode.BAD_PARAMETER),
        (without(NOTICE, "card_action"), Errcode.BAD_PARAMETER),
        (NOTICE | {"card_action": {"type": 1}}, Errcode.BAD_PARAMETER),
        (NOTICE | {"card_action": {"type": 0}}, Errcode.BAD_PARAMETER),
        (without(NEWS, "card_image"), Errcode.BAD_PARAMETER),
        (NEWS | {"card_image": {"url": "https://cdn.example.com/c.png", "aspect_ratio": 2.5}}, Errcode.BAD_PARAMETER),
        (NOTICE | {"horizontal_content_list": rows(7)}, Errcode.BAD_PARAMETER),
        (NOTICE | {"horizontal_content_list": rows(1, type=1)}, Errcode.BAD_PARAMETER),
        (NOTICE | {"horizontal_content_list": rows(1, type=2, media_id="m")}, Errcode.BAD_PARAMETER),
        (NOTICE | {"jump_list": [{"title": str(n)} for n in range(4)]}, Errcode.BAD_PARAMETER),
        (NOTICE | {"jump_list": [{"type": 3, "title": "问", "question": "达" * 67}]}, Errcode.BAD_PARAMETER),
        (NOTICE | {"vertical_content_list": [{"title": "x"}] * 5}, Errcode.BAD_PARAMETER),
        (NOTICE | {"task_id": "t", "action_menu": {"action_list": []}}, Errcode.BAD_PARAMETER),
        (NOTICE | {"source": {"desc_color": 4}}, Errcode.BAD_PARAMETER),
        (without(VOTE, "checkbox"), Errcode.BAD_PARAMETER),
        (without(VOTE, "submit_button"), Errcode.BAD_PARAMETER),
        (VOTE | {"checkbox": {"question_key": "q", "option_list": OPTIONS[:1] * 2}}, Errcode.BAD_PARAMETER),
        (
            VOTE | {"checkbox": {"question_key": "q", "option_list": [{"id": "i" * 129, "text": "x"}]}},
            Errcode.BAD_PARAMETER,
        ),
        (without(FORM, "select_list"), Errcode.BAD_PARAMETER),
        (FORM | {"select_list": FORM["select_list"] * 2}, Errcode.BAD_PARAMETER),
        (FORM | {"select_list": [FORM["select_list"][0] | {"selected_id": "c"}]}, Errcode.BAD_PARAMETER),
        (BUTTONS | {"buttons": []}, Errcode.BAD_PARAMETER),
    ],
)
def test_what_a_bots_card_may_not_be(card: Json, errcode: Errcode) -> None:
    with pytest.raises(ApiError) as refused:
        read(card)
    assert refused.value.errcode == errcode


def test_a_vote_takes_twenty_options_and_a_selector_ten() -> None:
    many = [{"id": str(n), "text": "x"} for n in range(21)]
    read(VOTE | {"checkbox": VOTE["checkbox"] | {"option_list": many[:20]}})
    with pytest.raises(ApiError):
        read(VOTE | {"checkbox": VOTE["checkbox"] | {"option_list": many}})
    with pytest.raises(ApiError):
        read(FORM | {"select_list": [{"question_key": "tone", "option_list": many[:11]}]})


@pytest.mark.parametrize(
    "card",
    [
        NOTICE | {"jump_list": [{"type": 3, "title": "问", "question": "上周呢"}]},
        BUTTONS | {"feedback": {"id": "fb"}},
    ],
    ids=["question", "feedback"],
)
def test_what_bots_alone_may_send(card: Json) -> None:
    read(card)
    with pytest.raises(ApiError):
        read(card, Carrier.APP)


def test_what_apps_alone_may_send() -> None:
    read(button(type=1, key="", url="https://console.example.com"), Carrier.APP)
    read(NOTICE | {"horizontal_content_list": rows(1, type=2, media_id="m")}, Carrier.APP)


@pytest.mark.parametrize("card", [BUTTONS, VOTE, FORM, NOTICE | {"task_id": "t", "action_menu": MENU}])
def test_a_webhook_takes_notices_without_a_menu_only(card: Json) -> None:
    read(NOTICE, Carrier.WEBHOOK)
    with pytest.raises(ApiError):
        read(card, Carrier.WEBHOOK)


def test_a_phone_shows_the_beginning_of_long_texts() -> None:
    card = NOTICE | {"sub_title_text": "字" * 113, "horizontal_content_list": rows(1, value="x" * 26)}
    shown = as_shown(card, Carrier.BOT)
    assert shown["sub_title_text"] == "字" * 111 + "…"
    assert shown["horizontal_content_list"] == card["horizontal_content_list"]
    assert as_shown(card, Carrier.APP)["sub_title_text"] == card["sub_title_text"]
