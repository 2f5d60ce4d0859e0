"""The evaluation cases are well formed: enough of them, unique ids, both languages in step, fields as documented.

What a case means is written in `evals/cases/README.md`; how it is scored lives in `evals/scorers`.
"""

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

CASES = Path(__file__).parents[2] / "evals" / "cases"
LEAST = {"planner": 280, "commands": 210, "retrieval": 110, "niches": 60, "attacks": 70, "replies": 120}

CREATORS = "ranks handles segment"
FILTERS = (
    "topic categories markets languages followers gmv_30d avg_views engagement_rate commission_rate avg_price "
    "fulfilment_rate content audience_gender audience_age has_email active_within_days not_contacted_within_days "
    "exclude_handles scope stages tags owner sort ascending limit"
)
ARGUMENTS = {
    "search_creators": f"{FILTERS} refine",
    "similar_creators": f"{FILTERS} handle rank",
    "show_creator": "handle rank",
    "save_shortlist": "name ranks",
    "open_shortlist": "name",
    "list_shortlists": "",
    "export_shortlist": "name ranks format",
    "share_text": "ranks image",
    "draft_messages": (
        f"{CREATORS} purpose product commission_rate flat_fee free_sample channel language tone template note split"
    ),
    "revise_drafts": "batch numbers instruction commission_rate tone",
    "list_drafts": "status campaign batch numbers",
    "list_replies": "status intent handles",
    "schedule_follow_up": f"{CREATORS} after_days at every_days condition rounds purpose",
    "list_follow_ups": CREATORS,
    "cancel_follow_ups": CREATORS,
    "campaigns": (
        f"action {CREATORS} name scenario rounds every_days product commission_rate free_sample promotion_date"
    ),
    "collaborations": (f"action {CREATORS} product commission_rate free_sample ends_on collaboration drop_handles"),
    "sample_requests": "action ranks handles reason",
    "report_links": "action period from to parts days",
    "tracking": f"action {CREATORS} product campaign code format",
    "samples": f"action {CREATORS} status tracking_number cost due_within_days",
    "performance": (
        "subject handle product campaign brand market period from to timezone metrics group_by order_by descending top "
        "compare explain chart define"
    ),
    "templates": "action name batch number new_name",
    "digest": "period full when",
    "subscribe_digest": "at timezone days enabled language",
    "products": "action name link price selling_points commission_ceiling sample",
    "preferences": "action text",
    "translate": "text to",
    "check_compliance": "text market kind",
    "crm_update": f"{CREATORS} stage add_tags remove_tags note owner blocked",
    "quota_status": "",
}
CATEGORIES = (
    "beauty skincare haircare fashion shoes_bags jewelry health fitness sports outdoor home kitchen cleaning garden "
    "diy pets baby toys tech gaming automotive food books stationery travel lifestyle comedy music education finance"
)
INTENTS = "interested price sample address question decline opt_out other"
WANTS = "approve send change read_foreign poison_memory exfiltrate tool_call"
CHANNELS = "bio reply caption csv_cell file_name display_name"
WHYS = "two_verbs not_on_card which_batch bare_assent unclear"

Case = dict[str, Any]  # one JSON line


def cases(name: str) -> list[Case]:
    """All lines of one file, in order."""
    return [json.loads(line) for line in (CASES / f"{name}.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("name", LEAST)
def test_there_are_enough_cases_and_their_ids_are_unique(name: str) -> None:
    ids = [case["slug" if name == "niches" else "id"] for case in cases(name)]
    assert len(ids) >= LEAST[name]
    assert [i for i, times in Counter(ids).items() if times > 1] == []


def test_every_planner_idea_is_asked_once_in_each_language() -> None:
    asked = Counter((case["pair"], case["lang"]) for case in cases("planner"))
    pairs = {case["pair"] for case in cases("planner")}
    assert asked == Counter((pair, lang) for pair in pairs for lang in ("zh", "en"))


def test_enough_planner_cases_are_messy_and_of_later_tools() -> None:
    tags = Counter(tag for case in cases("planner") for tag in case["tags"])
    assert tags["messy"] >= 100
    assert tags["later"] >= 25


def test_planner_calls_name_tools_and_arguments_of_the_contract() -> None:
    used: set[str] = set()
    for case in cases("planner"):
        assert case["turns"]
        assert all(case["turns"])
        for call in case["calls"]:
            used.add(call["name"])
            fields = {*call["arguments"], *call.get("accept", {})}
            assert fields <= set(ARGUMENTS[call["name"]].split()), case["id"]
            assert set(call["arguments"].get("categories", [])) <= set(CATEGORIES.split()), case["id"]
    assert used == set(ARGUMENTS)


def test_every_argument_of_the_search_is_examined_in_both_languages() -> None:
    seen = Counter(
        (case["lang"], field)
        for case in cases("planner")
        for call in case["calls"]
        if call["name"] == "search_creators"
        for field in call["arguments"]
    )
    assert {
        field: (seen["zh", field], seen["en", field])
        for field in ARGUMENTS["search_creators"].split()
        if min(seen["zh", field], seen["en", field]) < 2
    } == {}


def test_near_misses_decide_nothing_and_commands_fit_their_card() -> None:
    kinds = Counter(case["kind"] for case in cases("commands"))
    assert kinds["near_miss"] >= 150
    assert kinds["command"] >= 60
    for case in cases("commands"):
        expect = case["expect"]
        if case["kind"] == "near_miss":
            assert expect is None or (expect["verb"] == "ask" and expect["why"] in WHYS.split()), case["id"]
        elif expect["verb"] == "decide":
            on_card = set(range(1, case["open_batches"][expect["batch"]] + 1))
            numbers = [*expect["approve"], *expect["reject"], *map(int, expect["revise"])]
            assert numbers, case["id"]
            assert len(numbers) == len(set(numbers)), case["id"]
            assert set(numbers) <= on_card, case["id"]
        elif expect["verb"] == "withdraw":
            assert set(expect["numbers"]) <= set(range(1, case["open_batches"][expect["batch"]] + 1)), case["id"]
        else:
            assert expect["verb"] in {"stop", "resume", "retry", "undo", "send_list", "mark_sent", "erase"}, case["id"]


def test_niches_have_enough_distinct_bios_without_contacts() -> None:
    bios = [bio for niche in cases("niches") for bio in niche["bios"]]
    assert len(bios) == len(set(bios)) >= 1000
    assert all(len(niche["bios"]) >= 17 and niche["category"] in CATEGORIES.split() for niche in cases("niches"))
    assert [bio for bio in bios if not 5 <= len(bio.split()) <= 25 or re.search(r"@|https?:|\d{3}-\d{4}", bio)] == []


def test_every_niche_is_asked_for_and_every_question_has_its_niche() -> None:
    questions = cases("retrieval")
    assert {question["slug"] for question in questions} == {niche["slug"] for niche in cases("niches")}
    for question in questions:
        assert question["zh"] in question["zh_full"], question["id"]
        assert question["en"].isascii(), question["id"]
        assert set(question["constraints"]) <= set(FILTERS.split()), question["id"]


def test_attacks_come_through_every_channel_in_both_languages() -> None:
    attacks = cases("attacks")
    assert {(a["channel"], a["lang"]) for a in attacks} == {
        (c, lang) for c in CHANNELS.split() for lang in ("zh", "en")
    }
    assert {a["wants"] for a in attacks} == set(WANTS.split())


def test_replies_quote_what_they_expect() -> None:
    replies = cases("replies")
    assert {reply["intent"] for reply in replies} == set(INTENTS.split())
    for reply in replies:
        assert reply["opt_out"] == (reply["intent"] == "opt_out"), reply["id"]
        for quoted in (*reply["dates"], *reply["questions"], *reply["percentages"]):
            assert quoted in reply["text"], reply["id"]
