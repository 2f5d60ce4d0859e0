"""A subject is kept whole, whatever its letters mean elsewhere, and takes nothing that is not its own."""

import json
from datetime import date
from importlib.resources import files

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

EMPTY = PlanningContext(today=date(2026, 11, 20))
KNOWN = [
    "高尔夫", "大码女装", "吉他", "3D打印", "乐高", "航拍", "骑行", "运动鞋收藏", "机械表收藏", "多肉植物",
    "治愈系游戏", "言情小说", "充电宝", "二手古着", "室内绿植", "幼犬行为纠正", "万年历", "月饼", "非洲鼓", "带鱼",
]  # fmt: skip
UNKNOWN = [
    "大闸蟹", "多士炉", "全身镜", "换鞋凳", "本田改装", "里程表", "好太太晾衣架", "加热鼠标垫", "成长椅", "检测仪",
    "去毛器", "名媛风", "每日坚果", "偏光镜", "内胆包",
]  # fmt: skip
SENTENCES = ["找美国做{}的达人", "帮我找20个{}博主，粉丝1万到10万", "有没有拍{}的红人，英国"]
# A question may name its subject by another of its words, or with the word for how it is treated.
OTHER_WORDS = {"r001": "猫咪", "r022": "卷发定型", "r036": "奢侈品手袋测评", "r113": "孕期"}


def searched(text: str) -> Arguments:
    """The arguments of the only search that a message asks for."""
    (call,) = plan(text, EMPTY).calls
    assert call.name == "search_creators"
    return call.arguments


@pytest.mark.parametrize("sentence", SENTENCES)
@pytest.mark.parametrize("subject", [*KNOWN, *UNKNOWN])
def test_a_subject_is_never_cut(subject: str, sentence: str) -> None:
    assert searched(sentence.format(subject))["topic"] == subject


@pytest.mark.parametrize("sentence", SENTENCES)
def test_what_stands_around_a_subject_keeps_its_meaning(sentence: str) -> None:
    expected: dict[str, Arguments] = {
        SENTENCES[0]: {"markets": ["US"]},
        SENTENCES[1]: {"limit": 20, "followers": {"min": 10_000, "max": 100_000}},
        SENTENCES[2]: {"markets": ["GB"]},
    }
    assert searched(sentence.format("高尔夫")) == {"topic": "高尔夫", **expected[sentence]}


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ("不要做猫的，只要做狗的", ["猫"]),
        ("US pet creators, no cats", ["cats"]),
        ("不要美妆的，要护肤的", []),
        ("猫砂盆换成猫抓板", []),
    ],
)
def test_a_subject_that_no_search_can_leave_out_is_said_to_be_unused(text: str, left_out: list[str]) -> None:
    notes = plan(text, EMPTY).notes
    assert [note.facts["what"] for note in notes if note.key == "cannot_exclude"] == left_out


def test_every_retrieval_question_yields_its_subject() -> None:
    lines = files("evals").joinpath("cases/retrieval.jsonl").read_text("utf-8").splitlines()
    for row in map(json.loads, lines):
        topic = str(searched(row["zh_full"]).get("topic"))
        assert topic in (row["zh"], row["en"], OTHER_WORDS.get(row["id"])), row["zh_full"]


@pytest.mark.parametrize(
    ("text", "tool"),
    [
        ("收藏前5个", "save_shortlist"),
        ("帮我建个圣诞活动", "campaigns"),
        ("找运动鞋收藏的博主", "search_creators"),
        ("做幼儿居家早教活动的达人，美国", "search_creators"),
        ("美区 家居收纳 3-20w粉 履约90%以上", "search_creators"),
    ],
)
def test_the_name_of_a_subject_asks_for_nothing(text: str, tool: str) -> None:
    assert [call.name for call in plan(text, EMPTY).calls] == [tool]


def test_a_product_to_promote_is_searched_within_the_kind_of_creator_asked_for() -> None:
    asked = plan("推一款猫砂盆找宠物类红人", EMPTY)
    assert [call.arguments for call in asked.calls] == [{"topic": "猫砂盆", "categories": ["pets"]}]
    assert asked.not_understood == ()
