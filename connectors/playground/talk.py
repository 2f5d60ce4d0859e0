"""How a simulated creator takes a message: whether they answer, what they want, in which words, and when.

Pure: traits, the text, what went before and a draw in; a planned answer or silence out.
"""

import random
import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from connectors.playground.people.traits import Traits
from memory.domain.creator import CreatorFacts
from memory.domain.outreach import Intent

_PERCENT = re.compile(r"(\d{1,2}(?:[.,]\d+)?)\s?[%％]")
_FEE = re.compile(r"(?:\$|USD|€|£)\s?\d")
_LONG = 900


@dataclass(frozen=True, slots=True)
class Heard:
    """What a creator understands of a message."""

    commission_bp: int | None
    fee: bool
    sample: bool
    asks_address: bool
    personal: bool
    long: bool


@dataclass(frozen=True, slots=True)
class Past:
    """What was between this brand and this creator before: messages without an answer, and their last intent."""

    unanswered: int
    last: Intent | None


@dataclass(frozen=True, slots=True)
class PlannedAnswer:
    """An answer that will be written at `due_at`."""

    intent: Intent
    text: str
    due_at: datetime


def hear(text: str, facts: CreatorFacts) -> Heard:
    """Read a message the way its receiver would skim it."""
    folded = text.lower()
    percent = _PERCENT.search(text)
    words = _phrases()["listen"]
    first = facts.name.split()[0].lower() if facts.name.split() else facts.handle
    return Heard(
        commission_bp=round(float(percent[1].replace(",", ".")) * 100) if percent else None,
        fee=bool(_FEE.search(text)),
        sample=any(word in folded for word in words["sample"]),
        asks_address=any(word in folded for word in words["address"]),
        personal=first in folded or any(tag in folded for tag in facts.hashtags if len(tag) > 3),
        long=len(text) > _LONG,
    )


def answer_to(
    text: str, *, facts: CreatorFacts, traits: Traits, past: Past, draw: random.Random, now: datetime
) -> PlannedAnswer | None:
    """Decide what a creator makes of a message; None is silence. `due_at` lies in their waking hours."""
    intent = _intent(hear(text, facts), traits, past, draw)
    if intent is None:
        return None
    words = _words(intent, facts, traits, draw)
    delay = timedelta(minutes=max(60, min(40 * 60, round(traits.answer_minutes * draw.uniform(0.6, 1.5)))))
    return PlannedAnswer(intent, words, awake(now + delay, traits))


def awake(moment: datetime, traits: Traits) -> datetime:
    """The moment itself, or the next morning's minute the creator gets to their messages. UTC in, UTC out."""
    local = moment.astimezone(ZoneInfo(traits.zone))
    if traits.wake_hour <= local.hour < traits.sleep_hour:
        return moment
    late = local.hour >= traits.sleep_hour
    morning = local.replace(hour=traits.wake_hour, minute=moment.minute // 2 + 5, second=0, microsecond=0)
    return (morning + timedelta(days=1 if late else 0)).astimezone(moment.tzinfo)


def _intent(heard: Heard, traits: Traits, past: Past, draw: random.Random) -> Intent | None:
    """The chances in one place; each `throw` is 0-100."""
    if past.last in (Intent.OPT_OUT, Intent.DECLINE):
        return None
    eager = (
        heard.personal * 8
        + (heard.sample and traits.wants_sample > 50) * 8
        - (heard.long and traits.spam_averse > 50) * 12
    )
    eager += 8 if heard.commission_bp is not None and heard.commission_bp >= traits.wants_commission_bp else 0
    if draw.random() * 100 < traits.opt_out * (1 + past.unanswered * traits.spam_averse / 40):
        return Intent.OPT_OUT
    known = 20 if past.last is not None else 0
    if draw.random() * 100 >= traits.responsiveness + eager + known - 22 * past.unanswered:
        return None
    if past.last in (Intent.INTERESTED, Intent.SAMPLE) and (heard.asks_address or heard.sample):
        return Intent.ADDRESS
    if past.last is None and draw.random() * 100 < 26 - traits.warmth / 4 - eager:
        return Intent.DECLINE
    low = heard.commission_bp is not None and heard.commission_bp < traits.wants_commission_bp
    if past.last is not Intent.PRICE and draw.random() * 100 < traits.price_sensitivity * (1.1 if low else 0.3):
        return Intent.PRICE
    if heard.sample and draw.random() * 100 < traits.wants_sample * 0.5:
        return Intent.ADDRESS
    if not heard.sample and draw.random() * 100 < traits.wants_sample * 0.6:
        return Intent.SAMPLE
    return Intent.QUESTION if draw.random() < 0.25 else Intent.INTERESTED


def _words(intent: Intent, facts: CreatorFacts, traits: Traits, draw: random.Random) -> str:
    """A text of the intent, as the creator's traits have it."""
    return said(
        intent, facts, draw, percent=traits.wants_commission_bp // 100 + draw.choice((0, 0, 3, 5)), warmth=traits.warmth
    )


def said(intent: Intent, facts: CreatorFacts, draw: random.Random, *, percent: int = 15, warmth: int = 0) -> str:
    """A text of the intent; creators of a language without phrases write English."""
    spoken = facts.languages[0] if facts.languages else "en"
    phrases = _phrases()[spoken if spoken in _phrases() else "en"]
    name = facts.name.split()[0] if facts.name.split() else facts.handle
    slots = {
        "name": name,
        "percent": percent,
        "fee": draw.choice((50, 80, 100, 120, 150, 200, 300)),
        "number": draw.randint(11, 980),
        "two": f"{draw.randint(0, 99):02}",
    }
    parts = [draw.choice(phrases["open"]), draw.choice(phrases[intent.value]), draw.choice(phrases["close"])]
    if intent is Intent.INTERESTED and draw.random() < warmth / 200:
        parts.insert(2, draw.choice(phrases["question"]))
    return " ".join(part for part in parts if part).format(**slots)


@cache
def _phrases() -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name("talk.toml").read_text("utf-8"))
