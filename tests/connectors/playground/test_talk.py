"""How simulated creators answer, without a database: by their traits, in their language, in their day."""

import random
import re
import tomllib
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import connectors.playground.talk as talk_module
from connectors.playground.people.traits import Traits
from connectors.playground.talk import Past, PlannedAnswer, answer_to, awake, hear
from memory.domain.creator import CreatorFacts
from memory.domain.outreach import Intent

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SAM = CreatorFacts(handle="catswithsam", name="Sam Reed", languages=("en",), hashtags=("catlitter",))
EASY = Traits(
    zone="America/Chicago",
    wake_hour=7,
    sleep_hour=22,
    responsiveness=95,
    warmth=90,
    price_sensitivity=1,
    wants_sample=1,
    fulfilment=90,
    opt_out=1,
    spam_averse=1,
    answer_minutes=120,
    wants_commission_bp=1000,
    closed=9_999,
)
FIRST = Past(0, None)
OFFER = "Hi Sam! We would love to work with you. You earn 20% commission on every sale."
CJK = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
PHRASES = tomllib.loads(Path(talk_module.__file__).with_name("talk.toml").read_text("utf-8"))


def answers(
    text: str = OFFER, *, traits: Traits = EASY, past: Past = FIRST, facts: CreatorFacts = SAM, tries: int = 300
) -> list[PlannedAnswer | None]:
    draws = (random.Random(f"throw {number}") for number in range(tries))  # a game
    return [answer_to(text, facts=facts, traits=traits, past=past, draw=draw, now=NOW) for draw in draws]


def intents(
    text: str = OFFER, *, traits: Traits = EASY, past: Past = FIRST, facts: CreatorFacts = SAM
) -> Counter[Intent | None]:
    got = answers(text, traits=traits, past=past, facts=facts)
    return Counter(answer.intent if answer else None for answer in got)


def test_it_hears_what_a_message_offers() -> None:
    heard = hear("Hi Sam, 12.5% commission, $100 flat fee and a free sample. What is your address?", SAM)
    assert (heard.commission_bp, heard.fee, heard.sample, heard.asks_address, heard.personal) == (1250, *[True] * 4)
    plain = hear("Dear creator, sell our product.", SAM)
    assert (plain.commission_bp, plain.fee, plain.sample, plain.asks_address, plain.personal) == (None, *[False] * 4)


def test_a_warm_creator_is_mostly_interested_and_a_busy_one_mostly_silent() -> None:
    assert intents().most_common(1)[0][0] is Intent.INTERESTED
    assert intents(traits=replace(EASY, responsiveness=2)).most_common(1)[0][0] is None


@pytest.mark.parametrize(
    ("text", "traits", "past", "expected"),
    [
        ("Sam, we pay 3% commission.", replace(EASY, price_sensitivity=90), FIRST, Intent.PRICE),
        (OFFER, replace(EASY, wants_sample=99), FIRST, Intent.SAMPLE),
        (OFFER + " Where can we ship your free sample?", EASY, Past(0, Intent.INTERESTED), Intent.ADDRESS),
        (OFFER, replace(EASY, opt_out=99), FIRST, Intent.OPT_OUT),
    ],
)
def test_what_they_ask_for_follows_their_traits(text: str, traits: Traits, past: Past, expected: Intent) -> None:
    assert intents(text, traits=traits, past=past).most_common(1)[0][0] is expected


def test_cold_impersonal_messages_are_declined_more_often() -> None:
    cold = replace(EASY, warmth=1)
    assert intents("Dear creator, sell this.", traits=cold)[Intent.DECLINE] > intents(traits=cold)[Intent.DECLINE] > 0


def test_nagging_makes_silence_and_opt_outs() -> None:
    touchy = replace(EASY, opt_out=6, spam_averse=90)
    once, nagged = intents(traits=touchy), intents(traits=touchy, past=Past(3, None))
    assert nagged[Intent.OPT_OUT] > once[Intent.OPT_OUT] > 0
    assert nagged[None] > once[None]


@pytest.mark.parametrize("last", [Intent.OPT_OUT, Intent.DECLINE])
def test_who_said_no_says_nothing_more(last: Intent) -> None:
    assert set(intents(past=Past(0, last))) == {None}


@pytest.mark.parametrize(("spoken", "language"), [("en", "en"), ("es", "es"), ("ja", "en"), ("de", "en")])
def test_answers_are_in_one_language_and_never_translated(spoken: str, language: str) -> None:
    every = replace(EASY, price_sensitivity=40, wants_sample=50, warmth=40, opt_out=15)
    got = [answer for answer in answers(traits=every, facts=replace(SAM, languages=(spoken,))) if answer]
    assert len({answer.intent for answer in got}) >= 5
    for answer in got:
        shapes = [re.escape(line) for line in PHRASES[language][answer.intent.value]]
        shapes = [re.sub(r"\\\{\w+\\\}", ".+", shape) for shape in shapes]
        assert any(re.search(shape, answer.text) for shape in shapes)
        assert not CJK.search(answer.text)
        assert not set("{}") & set(answer.text)


def test_addresses_and_phone_numbers_are_invented() -> None:
    text = OFFER + " Where can we ship your free sample?"
    got = [
        answer.text for answer in answers(text, past=Past(0, Intent.SAMPLE)) if answer and answer.intent == "address"
    ]
    assert got
    assert all("Springfield" in line and "555-01" in line for line in got)


def test_answers_come_after_an_hour_and_in_waking_hours() -> None:
    for answer in answers():
        if answer is not None:
            assert NOW + timedelta(hours=1) <= answer.due_at <= NOW + timedelta(hours=40 + 12)
            assert 7 <= answer.due_at.astimezone(ZoneInfo("America/Chicago")).hour < 22


@pytest.mark.parametrize(("hour", "day"), [(3, 20), (23, 21)])
def test_the_night_waits_for_its_morning(hour: int, day: int) -> None:
    zone = ZoneInfo("America/Chicago")
    woken = awake(datetime(2026, 11, 20, hour, 30, tzinfo=zone).astimezone(UTC), EASY)
    assert (woken.astimezone(zone).day, woken.astimezone(zone).hour, woken.tzinfo) == (day, 7, UTC)


def test_the_same_draw_gives_the_same_answer() -> None:
    assert answers() == answers()
