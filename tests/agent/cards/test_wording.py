"""How facts read in both languages."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.cards import wording
from agent.cards.drafts import flag_text
from memory.domain.first_messages import FirstContact
from memory.domain.ids import DraftId
from memory.domain.money import MoneySpan, Span
from memory.domain.outreach import Flag
from memory.domain.workspace import Lang
from prompts.render import texts


@pytest.mark.parametrize(
    ("value", "lang", "said"),
    [
        (999, "zh", "999"),
        (9_999, "zh", "9,999"),
        (34_200, "zh", "3.4万"),
        (10_000, "zh", "1万"),
        (120_000_000, "zh", "1.2亿"),
        (34_200, "en", "34.2K"),
        (3_400_000, "en", "3.4M"),
    ],
)
def test_numbers(value: int, lang: Lang, said: str) -> None:
    assert wording.number(value, lang) == said


def test_money_names_its_currency_and_shows_ranges() -> None:
    assert wording.money(MoneySpan(2990, 2990), "zh") == "$29.90"
    assert wording.money(MoneySpan(500_000, 1_000_000), "en") == "$5,000–10K"
    assert wording.money(MoneySpan(5000, 5000, "JPY"), "en") == "JP¥5,000"
    assert wording.money(MoneySpan(5000, 5000, "CHF"), "en") == "CHF 50"


def test_spans_and_shares() -> None:
    assert wording.span(Span(10_000, 100_000), "zh") == "1万–10万"
    assert wording.share(1850) == "18.5%"
    assert wording.share(1800) == "18%"


@pytest.mark.parametrize(
    ("hours", "zh", "en"),
    [
        (1, "今天", "today"), (14, "昨天", "yesterday"), (38, "前天", "2 days ago"), (24 * 9, "9 天前", "9 days ago"),
        (24 * 40, "10-12 ", "on 10-12"), (-24, "11-22 ", "on 11-22"),
    ],
)  # fmt: skip
def test_a_day_is_said_as_how_long_ago_it_is_where_people_are(hours: int, zh: str, en: str) -> None:
    now = datetime(2026, 11, 21, 4, 30, tzinfo=UTC)  # half past noon in Shanghai
    moment = now - timedelta(hours=hours)
    assert wording.day(moment, "Asia/Shanghai", "zh", now=now) == zh
    assert wording.day(moment, "Asia/Shanghai", "en", now=now) == en


def test_without_a_present_moment_a_day_is_a_date() -> None:
    moment = datetime(2026, 11, 20, 17, tzinfo=UTC)
    assert wording.day(moment, "Asia/Shanghai", "zh", now=None) == "11-21 "


def test_who_invited_whom_reads_as_a_person_says_it() -> None:
    contact = FirstContact(
        DraftId(1), "K5", "小李", datetime(2026, 11, 20, 4, tzinfo=UTC), "Asia/Shanghai", settled=True
    )
    now = datetime(2026, 11, 21, 4, tzinfo=UTC)
    for key in ("invited_lately", "invited_with_pass", "already_invited", "first_message_open", "cool_down"):
        flag = Flag(key, contact.facts())
        assert flag_text(flag, lang="zh", texts=texts(), now=now).startswith("小李 K5 昨天已邀约")
        assert flag_text(flag, lang="en", texts=texts(), now=now).startswith("小李 invited them yesterday (K5)")


def test_a_moment_is_said_on_the_clock_of_its_zone() -> None:
    moment = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    assert wording.clock(moment, "America/New_York", "zh") == "11-21 周六 09:30"
    assert wording.clock(moment, "Asia/Shanghai", "en") == "Sat 11-21 22:30"


@pytest.mark.parametrize(
    ("numbers", "said"),
    [([1, 2, 4], "1、2、4"), ([1, 2, 3, 4], "1-4"), ([8, 6, 7, 1], "1、6-8"), ([], "")],
)
def test_numbers_are_read_back_shortly(numbers: list[int], said: str) -> None:
    assert wording.ranges(numbers, "zh") == said
    assert wording.ranges(numbers, "en") == said.replace("、", ", ")


def test_a_moment_there_is_said_with_the_teams_and_marked_where_only_the_market_is_known() -> None:
    moment = datetime(2026, 11, 21, 14, 30, tzinfo=UTC)
    zones = ("America/New_York", "Asia/Shanghai")
    assert wording.clocks(moment, *zones, "zh", estimated=True) == "11-21 周六 09:30（估） / 11-21 周六 22:30"
    assert wording.clocks(moment, *zones, "en", estimated=False) == "Sat 11-21 09:30 / Sat 11-21 22:30"
