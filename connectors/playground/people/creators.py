"""One creator from (seed, number): facts a seller can see, hidden traits, and 180 days behind them.

The same seed, number and `now` give the same creator in every process.
"""

import itertools
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from connectors.playground.agency import DemoProduct, demo_agency
from connectors.playground.people.bios import Self, hashtags_of, write_bio, write_captions
from connectors.playground.people.history import MONTH, History, Plan, live_through
from connectors.playground.people.names import name_somebody, to_latin
from connectors.playground.people.traits import Traits, draw_traits
from connectors.playground.people.voices import Home, Subject, homes, names, subjects, voice
from memory.domain.creator import CreatorFacts
from memory.domain.markets import MARKETS
from memory.domain.money import MoneySpan, Span, exponent

T = TypeVar("T")
FEWEST, MOST = 500, 20_000_000
_COMMISSIONS = (500, 800, 1000, 1000, 1200, 1500, 1500, 1800, 2000, 2500)
_AGES = ("18-24", "25-34", "35-44", "45-54", "55+")
_HANDLE_WORDS = {
    "cat_litter": "cats",
    "cat_toys": "meow",
    "dog_training": "dogs",
    "dog_grooming": "paws",
    "small_pets": "bunny",
}


@dataclass(frozen=True, slots=True)
class Person:
    """A simulated creator, whole."""

    number: int
    facts: CreatorFacts
    traits: Traits
    history: History


def population(*, creators: int, seed: int, now: datetime) -> Iterator[Person]:
    """`creators` people with distinct handles, numbered from 1."""
    taken: set[str] = set()
    for number in range(1, creators + 1):
        person = make_person(seed, number, now=now)
        handle = person.facts.handle
        if handle in taken:
            handle = next(h for n in itertools.count(2) if (h := f"{handle.rstrip('_')}{n}") not in taken)
            person = replace(person, facts=_called(person.facts, handle))
        taken.add(handle)
        yield person


def make_person(seed: int, number: int, *, now: datetime) -> Person:
    """Make one creator; the handle may still be another's."""
    draw = random.Random(f"{seed}/{number}")  # noqa: S311  # a game, not a secret; strings seed alike in every process
    home = _weighted(draw, tuple(homes().values()))
    market = MARKETS[home.code]
    chosen = _subjects(draw)
    niches = _niches(draw, chosen)
    language = "es" if home.code == "US" and draw.random() < 0.06 else market.language
    city, zone = draw.choice(home.cities)
    niche_word = _HANDLE_WORDS.get(niches[0], to_latin(niches[0].split("_")[0]))
    people = names("spanish" if language == "es" else home.names)
    called = name_somebody(
        draw, names=people, niche_word=niche_word, sign=draw.choice(chosen[0].signs), women=(chosen[0].women + 50) // 2
    )
    followers = int(min(max(25_000 * draw.lognormvariate(0, 1.6), FEWEST), MOST))
    email = f"{called.handle.strip('._')}@mail.example" if draw.random() < 0.4 else None
    about = Self(chosen[0], niches, city, called.woman, draw.randint(19, 47), draw.randint(2018, 2025), email)
    speech = voice(language)
    bio, captions = write_bio(draw, voice=speech, about=about), write_captions(draw, voice=speech, about=about)
    traits = draw_traits(draw, zone=zone, followers=followers)
    plan = _plan(draw, chosen, home, followers, traits, market.currency)
    history = live_through(draw, plan, now=now)
    facts = CreatorFacts(
        handle=called.handle,
        name=called.display,
        bio=bio,
        market=home.code,
        zone=zone if draw.random() < 0.45 else None,
        languages=_languages(draw, language, market.language),
        categories=tuple(subject.slug for subject in chosen),
        captions=captions,
        hashtags=hashtags_of(captions),
        followers=Span.exactly(followers),
        gmv_30d=_gmv(draw, history.gmv_since(now - timedelta(days=MONTH)), market.currency),
        avg_price=_average_price(history, market.currency),
        avg_views=_sometimes(draw, 0.93, Span.exactly(plan.views)),
        engagement_bp=_sometimes(draw, 0.92, Span.exactly(_engagement(draw, followers))),
        commission_bp=_sometimes(draw, 0.7, Span.exactly(draw.choice(_COMMISSIONS))),
        fulfilment_bp=_sometimes(
            draw, 0.65, Span.exactly(min(10_000, traits.fulfilment * 100 + draw.randint(-400, 400)))
        ),
        content=_sometimes(draw, 0.95, plan.kind),
        audience_gender=_gender(draw, chosen[0]),
        audience_age=_sometimes(draw, 0.88, draw.choices(_AGES, (34, 38, 16, 8, 4))[0]),
        email=email,
        last_active_at=_sometimes(draw, 0.96, history.posts[-1].posted_at),
    )
    return Person(number, _called(facts, called.handle), traits, history)


def _called(facts: CreatorFacts, handle: str) -> CreatorFacts:
    """The same facts under a handle; an e-mail address follows it."""
    if facts.email is None:
        return replace(facts, handle=handle, profile_url=f"https://www.tiktok.com/@{handle}")
    email = f"{handle.strip('._')}@mail.example"
    bio = facts.bio.replace(facts.email, email)
    return replace(facts, handle=handle, bio=bio, email=email, profile_url=f"https://www.tiktok.com/@{handle}")


def _weighted(draw: random.Random, choices: tuple[Home, ...]) -> Home:
    return draw.choices(choices, [choice.weight for choice in choices])[0]


def _subjects(draw: random.Random) -> tuple[Subject, ...]:
    every = subjects()
    first = draw.choices(tuple(every.values()), [subject.weight for subject in every.values()])[0]
    wanted = draw.choices((0, 1, 2), (50, 38, 12))[0]
    return (first, *(every[slug] for slug in draw.sample(first.near, min(wanted, len(first.near)))))


def _niches(draw: random.Random, chosen: tuple[Subject, ...]) -> tuple[str, ...]:
    main = draw.sample(chosen[0].niches, 2 if draw.random() < 0.35 else 1)
    return (*main, *(draw.choice(subject.niches) for subject in chosen[1:]))


def _plan(
    draw: random.Random, chosen: tuple[Subject, ...], home: Home, followers: int, traits: Traits, currency: str
) -> Plan:
    subject = chosen[0]
    sales = max(other.sales for other in chosen)
    views = max(50, int(followers * draw.lognormvariate(math.log(0.18), 0.8)))
    unit = home.per_usd * _minor(currency)
    monthly = 0
    if draw.random() < 0.55 + 0.22 * min(sales, 1.6):
        dollars = 2_900 * (followers / 25_000) ** 0.65 * sales * home.sales * draw.lognormvariate(0, 1.3)
        monthly = round(min(dollars, 4_000_000) * unit)
    prices = tuple(_price(draw.uniform(*subject.price), home, currency) for _ in range(draw.randint(1, 2)))
    kind = "live" if draw.random() < 0.2 else "video"
    idle = draw.choice((0, 0, 0, 1, 1, 2, 3, 4, 6, 9, 14)) if draw.random() < 0.9 else draw.randint(20, 150)
    if idle > MONTH:
        monthly = 0
    ours = _known(draw, chosen, home, currency)
    return Plan(monthly, prices, views, kind, idle, subject.refunds, ours, traits.fulfilment)


def _known(draw: random.Random, chosen: tuple[Subject, ...], home: Home, currency: str) -> tuple[str, str, int] | None:
    """The brand and product of ours a creator has met before; about two in five of a brand's own field."""
    if draw.random() >= 0.42:
        return None
    slugs = {subject.slug for subject in chosen}
    offers: list[tuple[str, DemoProduct]] = [
        (brand.code, product)
        for brand in demo_agency().brands
        if brand.market == home.code and slugs & set(brand.categories)
        for product in brand.products
    ]
    if not offers:
        return None
    brand, product = draw.choice(offers)
    return brand, product.code, _price(float(product.price.amount), home, currency)


def price_tag(dollars: float, market: str) -> int:
    """What a product of so many dollars costs in a market, in minor units of its currency."""
    return _price(dollars, homes()[market], MARKETS[market].currency)


def _price(dollars: float, home: Home, currency: str) -> int:
    """A price people put on a tag, in minor units of the market's currency."""
    local = dollars * home.per_usd
    if local >= 1_000:
        step = int(10 ** (int(math.log10(local)) - 1))
        return max(step, round(local / step) * step) * _minor(currency)
    return max(1, round(local)) * 100 - 1


def _gmv(draw: random.Random, minor: int, currency: str) -> MoneySpan | None:
    """Sometimes unknown, sometimes the range a platform shows instead of the number, else exact."""
    chance = draw.random()
    if chance < 0.15:
        return None
    unit = _minor(currency)
    whole = minor // unit
    if chance < 0.30 and whole >= 10:
        low, high = _rung(whole)
        return MoneySpan(low * unit, high * unit, currency)
    return MoneySpan(minor, minor, currency)


def _minor(currency: str) -> int:
    """Minor units in one of the currency."""
    return int(10 ** exponent(currency))


def _rung(whole: int) -> tuple[int, int]:
    """The step of 1, 5, 10, 50 … that holds a number: 7,300 → (5,000, 10,000)."""
    tens = 10 ** (len(str(whole)) - 1)
    return (tens, 5 * tens) if whole < 5 * tens else (5 * tens, 10 * tens)


def _average_price(history: History, currency: str) -> MoneySpan | None:
    sold = sum(order.quantity for order in history.orders)
    if not sold:
        return None
    average = sum(order.gross for order in history.orders) // sold
    return MoneySpan(average, average, currency)


def _engagement(draw: random.Random, followers: int) -> int:
    """Basis points, 20 to 3,000; larger audiences engage less."""
    return int(min(max(430 * (followers / 25_000) ** -0.12 * draw.lognormvariate(0, 0.45), 20), 3_000))


def _languages(draw: random.Random, own: str, of_market: str) -> tuple[str, ...]:
    if draw.random() < 0.05:
        return ()
    if own != "en" and (own != of_market or draw.random() < 0.15):
        return (own, "en")
    return (own,)


def _gender(draw: random.Random, subject: Subject) -> str | None:
    if draw.random() < 0.1:
        return None
    return "female" if draw.gauss(subject.women, 12) >= 50 else "male"


def _sometimes(draw: random.Random, share: float, value: T) -> T | None:
    return value if draw.random() < share else None
