"""Wordings beside those of the cases: what was mended for one must hold for its neighbours, in both languages."""

from dataclasses import replace
from datetime import date

import pytest
from pydantic import JsonValue

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

NOTHING = PlanningContext(today=date(2026, 11, 20))
SHORTLIST = tuple(f"creator_{rank}" for rank in range(1, 21))
DESK = replace(NOTHING, shortlist=SHORTLIST, open_batches=("M4",), batch_sizes={"M4": 6})
SEARCHED = replace(
    NOTHING,
    shortlist=SHORTLIST,
    last_criteria={"topic": "护肤", "categories": ["skincare"], "markets": ["US"], "limit": 20},
)


def calls(text: str, context: PlanningContext = NOTHING) -> list[tuple[str, Arguments]]:
    """Names and arguments of what is planned for a message."""
    return [(call.name, call.arguments) for call in plan(text, context).calls]


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("找德国做烘焙的达人，库里没有的", "scope", "new"),
        ("find baking creators in germany who aren't in our crm yet", "scope", "new"),
        ("uk yoga wear creators, over 20k followers, lowest first", "sort", "followers"),
        ("找英国卖瑜伽服的，近30天GMV五千美金以上，由多到少", "sort", "gmv"),
        ("50 phone cover creators in the US", "topic", "phone cover"),
        ("creators who sell water filters in Canada", "topic", "water filters"),
        ("find candle creators, atmost 50k followers", "followers", {"max": 50_000}),
        ("找法国做宠物的，@a.b和@cc就不用了", "exclude_handles", ["a.b", "cc"]),
        ("my manager needs people who do live selling of shoes in the UK", "content", "live"),
    ],
)
def test_a_new_search(text: str, field: str, value: JsonValue) -> None:
    [(name, arguments)] = calls(text)
    assert (name, arguments.get(field)) == ("search_creators", value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("粉丝也要看，至少5万", {"followers": {"min": 50_000}}),
        ("also engagement, 3% or more please", {"engagement_rate": {"min": 0.03}}),
        ("第2个去掉，别的别动", {"exclude_handles": ["creator_2"]}),
        ("佣金太贵了，15%以内的有没有", {"commission_rate": {"max": 0.15}}),
        ("commission is too high, anyone at 8% or less", {"commission_rate": {"max": 0.08}}),
    ],
)
def test_a_refinement_says_this_and_nothing_else(text: str, expected: dict[str, JsonValue]) -> None:
    assert calls(text, SEARCHED) == [("search_creators", {**expected, "refine": True})]


def test_a_figure_without_a_bound_behind_it_is_still_a_question() -> None:
    assert [name for name, _ in calls("GMV也要看一下", SEARCHED)] == ["performance"]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("草稿除了第1条和第2条，都改得热情一点", [3, 4, 5, 6]),
        ("除了第5条，其他草稿都短一点", [1, 2, 3, 4, 6]),
        ("except number 5, make the drafts warmer", [1, 2, 3, 4, 6]),
        ("第5条不动，其他草稿都短一点", [1, 2, 3, 4, 6]),
        ("make all the drafts warmer except 2 and 3", [1, 4, 5, 6]),
        ("draft two reads too formal, make it warmer", [2]),
        ("draft 2 has the wrong price, should be 20 dollars", [2]),
        ("M4第2条有误，佣金应该是12%", [2]),
        ("take the emoji out of draft 2", [2]),
    ],
)
def test_which_drafts_are_revised(text: str, numbers: list[int]) -> None:
    [(name, arguments)] = calls(text, DESK)
    assert (name, arguments.get("numbers")) == ("revise_drafts", numbers)


@pytest.mark.parametrize("text", ["K7除了第5条，其他草稿都短一点", "in K7 make every draft warmer except number 5"])
def test_all_but_one_of_an_unknown_batch_never_means_every_draft(text: str) -> None:
    made = plan(text, DESK)
    assert (made.calls, [note.key for note in made.notes]) == ((), ["needs_drafts"])


def test_two_drafts_to_write_are_no_second_draft() -> None:
    [(name, arguments)] = calls("draft two invites for the top 3", DESK)
    assert (name, arguments["ranks"]) == ("draft_messages", [1, 2, 3])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("leave a note for number three: wants red only", {"ranks": [3], "note": "wants red only"}),
        ("add a note on @mia she is away till May", {"handles": ["mia"], "note": "she is away till May"}),
    ],
)
def test_a_note_and_whom_it_is_on(text: str, expected: dict[str, JsonValue]) -> None:
    assert calls(text, DESK) == [("crm_update", expected)]


@pytest.mark.parametrize(
    ("text", "name", "field", "value"),
    [
        ("写条多谢她的讯息给第2个", "draft_messages", "purpose", "thanks"),
        ("不想合作的那批给我看下", "list_replies", "intent", "decline"),
        ("已经发走的邀约列出来", "list_drafts", "status", "sent"),
        ("添加了哪些产品", "products", "action", "list"),
        ("关于佣金的那条偏好删掉", "preferences", "action", "forget"),
        ("forget the preference about commission", "preferences", "action", "forget"),
        ('he said "no me interesa" what does that mean', "translate", "text", "no me interesa"),
        ("11月1日-15日的订单", "performance", "to", "2026-11-15"),
        ("gmv from Nov 1 to 15", "performance", "to", "2026-11-15"),
    ],
)
def test_a_request_about_our_own(text: str, name: str, field: str, value: JsonValue) -> None:
    [(made, arguments)] = calls(text, DESK)
    assert (made, arguments.get(field)) == (name, value)


@pytest.mark.parametrize("text", ["额度还够不够，看一下", "check the quota, have a look please"])
def test_a_look_at_what_was_asked_for_asks_for_nothing_more(text: str) -> None:
    assert calls(text, DESK) == [("quota_status", {})]
