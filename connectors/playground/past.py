"""What the demo's brands and creators said to each other before the demo began, told so that it fits what was sold.

The world's own half year, as far as it began before anybody could be written to again, and what happened lately.
"""

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from connectors.playground.agency import DemoBrand, DemoProduct
from connectors.playground.lately import lately
from connectors.playground.people.history import PastMessage as WorldMessage
from connectors.playground.people.history import Sample as WorldSample
from connectors.playground.selling import Sold, content_id, page_of
from connectors.playground.talk import said
from connectors.playground.world import Met, World
from memory.domain.creator import CreatorFacts, Stage
from memory.domain.money import BASIS_POINTS, Money
from memory.domain.outreach import Intent, Purpose
from memory.domain.past import PastMessage, PastSample, PastTalk
from memory.domain.sample import SampleStatus
from memory.domain.zones import home_zone

# A brand writes a first message to nobody it wrote to within 90 days: older stories stand in nobody's way.
OLD_ENOUGH: Final = timedelta(days=92)
_TONES: Final = (("warm", 5), ("brief", 3), ("formal", 2))
_HOURS: Final = (9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19)
_INTENTS: Final = {
    "interested": Intent.INTERESTED,
    "decline": Intent.DECLINE,
    "address": Intent.ADDRESS,
}
_SOON: Final = timedelta(hours=1)
_SHIPPING: Final = 600  # minor units
_COSTS_BP: Final = 4_000  # what a product costs its brand, of its price


@dataclass(frozen=True, slots=True)
class PlaygroundPast:
    """The past of one demo brand, and what of it was sold and posted lately."""

    world: World
    brand: DemoBrand

    async def talks(self) -> Sequence[PastTalk]:
        """Every creator the brand had to do with, in the order of the world."""
        birth = await self.world.born()
        products = {product.code: product for product in self.brand.products}
        found = []
        sells = {sold.number for sold in await self.world.sold(list(products))}
        for met in await self._met():
            draw = random.Random(f"{birth.seed}/{met.number}/told")  # noqa: S311  # a game, not a secret
            if met.messages and met.sample is not None and met.messages[0].at <= birth.at - OLD_ENOUGH:
                goods = products[met.sample.product]
                found.append(_told(draw, met, goods, met.messages, met.sample, birth.at, sold=met.number in sells))
            elif met.messages and met.messages[0].at <= birth.at - OLD_ENOUGH:
                goods = draw.choice(self.brand.products)
                found.append(_told(draw, met, goods, met.messages, None, birth.at, sold=False))
            elif not met.engaged:
                recent = lately(met.number, met.facts, self.brand, seed=birth.seed, now=birth.at)
                if recent is not None and recent.messages:
                    is_sold = any(one.quantity for one in recent.sold)
                    found.append(
                        _told(draw, met, recent.product, recent.messages, recent.sample, birth.at, sold=is_sold)
                    )
        return found

    async def sold_lately(self) -> Sequence[Sold]:
        """Lines of creators the brand wrote to lately, in the order of the world."""
        birth = await self.world.born()
        return [
            sold
            for met in await self._met()
            if not met.engaged
            for recent in (lately(met.number, met.facts, self.brand, seed=birth.seed, now=birth.at),)
            if recent is not None
            for sold in recent.sold
        ]

    async def _met(self) -> Sequence[Met]:
        return await self.world.met(brand=self.brand.code, market=self.brand.market, categories=self.brand.categories)


def _told(
    draw: random.Random,
    met: Met,
    product: DemoProduct,
    messages: Sequence[WorldMessage],
    sample: WorldSample | None,
    now: datetime,
    *,
    sold: bool,
) -> PastTalk:
    """One story in words, each message in its creator's daytime and after the one before."""
    facts, told = met.facts, list[PastMessage]()
    zone = home_zone(facts.zone, facts.market).zone
    tone = draw.choices([name for name, _ in _TONES], [weight for _, weight in _TONES])[0]
    percent = min(product.commission_ceiling_bp, draw.choice((1_000, 1_200, 1_500, 1_800)))
    earliest = messages[0].at - timedelta(days=1)
    for place, one in enumerate(messages):
        at = _daytime(draw, one.at, zone, earliest) if one.ours else max(one.at, earliest)
        if at > now - _SOON:
            break
        key = f"past/{met.number}/{place}"
        told.append(
            _ours(key, at, one.kind, tone, facts, product, percent)
            if one.ours
            else _theirs(key, at, one.kind, facts, draw)
        )
        earliest = at + _SOON
    approved = max((one.at for one in told if one.intent is Intent.ADDRESS), default=earliest) + _SOON
    kept = _sample(draw, met, product, sample, approved, now) if sample is not None else None
    return PastTalk(facts.handle, product.name, _stage(told, kept, sold=sold), tuple(told), kept)


def _daytime(draw: random.Random, moment: datetime, zone: ZoneInfo, earliest: datetime) -> datetime:
    """An hour of the same local day at which a message may go out, or of the next one that is late enough."""
    local = moment.astimezone(zone)
    wanted = time(draw.choice(_HOURS), draw.randrange(60))
    at = datetime.combine(local.date(), wanted, zone)
    while at < earliest:
        at += timedelta(days=1)
    return at.astimezone(moment.tzinfo)


def _ours(
    key: str, at: datetime, kind: str, tone: str, facts: CreatorFacts, product: DemoProduct, percent: int
) -> PastMessage:
    family = f"{kind}.{tone if kind == 'invite' else 'warm'}"
    words: Mapping[str, str] = _words()[family]
    language = facts.languages[0] if facts.languages and facts.languages[0] in words else "en"
    name = facts.name.split()[0] if facts.name.split() else facts.handle
    english, _, chinese = product.name.partition(" | ")
    slots = {"name": name, "percent": percent // 100}
    return PastMessage(
        key=key,
        at=at,
        text=words[language].format(product=english, **slots),
        language=language,
        purpose=Purpose(kind),
        text_zh=words["zh"].format(product=chinese or english, **slots),
        template=f"{family}.",
        commission_bp=percent if "{percent}" in words["en"] else None,
        sample=kind == "sample_offer",
    )


def _theirs(key: str, at: datetime, kind: str, facts: CreatorFacts, draw: random.Random) -> PastMessage:
    intent = _INTENTS[kind]
    language = facts.languages[0] if facts.languages else "en"
    return PastMessage(key, at, said(intent, facts, draw), language, intent=intent)


def _sample(
    draw: random.Random, met: Met, product: DemoProduct, sample: WorldSample, approved: datetime, now: datetime
) -> PastSample | None:
    """How a sample stands; some of those that led to nothing were excused or never came."""
    shipped = max(sample.shipped_at, approved + _SOON)
    delivered = max(sample.delivered_at, shipped + _SOON)
    if approved > now:
        return None
    status, arrived, posted = SampleStatus.APPROVED, None, None
    if shipped <= now:
        status = SampleStatus.SHIPPED
    if delivered <= now:
        status, arrived, posted = SampleStatus.DELIVERED, delivered, sample.posted_at
        if posted is not None:
            status = SampleStatus.POSTED
        elif now - delivered > timedelta(days=30):
            status = draw.choices((SampleStatus.DELIVERED, SampleStatus.EXCUSED, SampleStatus.LOST), (5, 3, 1))[0]
    if status is SampleStatus.LOST:
        arrived = None
    return PastSample(
        status=status,
        cost=Money(product.price.minor * _COSTS_BP // BASIS_POINTS + _SHIPPING, product.price.currency),
        approved_at=approved,
        shipped_at=shipped if shipped <= now else None,
        delivered_at=arrived,
        posted_at=posted,
        tracking_number=f"DEMO{met.number:08d}" if shipped <= now else None,
        content_link=page_of(met.facts.handle, content_id(met.number, posted)) if posted is not None else None,
    )


def _stage(told: Sequence[PastMessage], sample: PastSample | None, *, sold: bool) -> Stage:
    intents = [one.intent for one in told if one.intent is not None]
    if sample is not None and sample.posted_at is not None:
        return Stage.SELLING if sold else Stage.POSTED
    if sample is not None and sample.delivered_at is not None:
        return Stage.DELIVERED
    if sample is not None and sample.shipped_at is not None:
        return Stage.SAMPLE_SENT
    if Intent.DECLINE in intents:
        return Stage.DECLINED
    if Intent.ADDRESS in intents:
        return Stage.AGREED
    return Stage.REPLIED if intents else Stage.CONTACTED


@cache
def _words() -> dict[str, Any]:
    """Families of messages, each by language."""
    found = tomllib.loads(Path(__file__).with_name("past.toml").read_text("utf-8"))
    return {f"{kind}.{tone}": words for kind, tones in found.items() for tone, words in tones.items()}
