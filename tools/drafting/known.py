"""What is known of one creator, product and offer, ready to be said: the values of placeholders per language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlsplit

from memory.domain.creator import Creator, Relation, Stage
from memory.domain.money import Money
from memory.domain.offer import Offer, Product
from memory.domain.outreach import FIRST_MESSAGES, Channel, CreatorMessage, Intent, Purpose
from memory.domain.workspace import Brand
from tools.drafting.families import LANGUAGES
from tools.drafting.quoting import captions_from, clean_name, hashtags_from, phrase_from
from tools.drafting.wording import category_text, has_han, money_text, reads_as, share_text, side_of

_HAS_SAMPLE = frozenset({Stage.SAMPLE_SENT, Stage.DELIVERED, Stage.POSTED, Stage.SELLING})
_HAS_POSTED = frozenset({Stage.POSTED, Stage.SELLING})
# By then the creator knows who writes: no introduction.
_ACQUAINTED = frozenset({Purpose.CONTENT_REMINDER, Purpose.NEGOTIATE, Purpose.THANKS, Purpose.REPLY})
_MOST_POINTS, _LONGEST_POINT = 2, 80


@dataclass(frozen=True, slots=True)
class Occasion:
    """Everything one message is about. `answering` is the creator's message a reply answers."""

    creator: Creator
    brand: Brand
    purpose: Purpose
    channel: Channel
    product: Product | None
    offer: Offer
    relation: Relation | None = None
    answering: CreatorMessage | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Placeholder values by language, and the names of the facts that are known (what a unit `needs`)."""

    values: Mapping[str, Mapping[str, str]]
    facts: frozenset[str]
    hooks: tuple[tuple[str, str], ...] = field(default=())  # (fact, value): personal facts in order of telling

    def without(self, dropped: frozenset[str]) -> "Known":
        """The same with some facts left unsaid."""
        return replace(self, facts=self.facts - dropped)

    def with_hook(self, fact: str, value: str) -> "Known":
        """The same with one personal fact chosen and the others left unsaid."""
        others = {name for name, _ in self.hooks} - {fact}
        values = {language: {**self.values[language], fact: value} for language in self.values}
        return replace(self, values=values, facts=(self.facts - others) | {fact})


def known(occasion: Occasion) -> Known:
    """Gather the facts; what is unknown is left out, never guessed."""
    creator, offer = occasion.creator, occasion.offer
    market = creator.facts.market
    said = _Said()
    said.tell("name", clean_name(creator.facts))
    said.tell("brand", sender_name(occasion.brand))
    category = next((words for slug in creator.facts.categories if (words := _category(slug))), None)
    if category:
        said.tell("category", category)
    if occasion.product:
        _tell_product(said, occasion.product, occasion)
    if offer.commission_bp is not None:
        said.tell("commission", share_text(offer.commission_bp))
    if offer.flat_fee:
        said.tell("fee", _in_each(offer.flat_fee, market))
    if occasion.answering and occasion.answering.gist.amounts:
        said.tell("their_rate", _in_each(occasion.answering.gist.amounts[0], market))
    said.facts |= _circumstances(occasion)
    return Known(said.values, frozenset(said.facts), _hooks(creator))


def sender_name(brand: Brand) -> str:
    """Who signs: the brand, or the shop when only that is readable abroad."""
    return brand.shop_name if has_han(brand.name) and brand.shop_name and not has_han(brand.shop_name) else brand.name


def points_for(product: Product, language: str) -> tuple[str, ...]:
    """Selling points that can stand in a draft of this language, as the seller wrote them."""
    sides = (side_of(point, language).strip(" .。;；") for point in product.selling_points)
    return tuple(side for side in sides if side and len(side) <= _LONGEST_POINT and reads_as(side, language))


class _Said:
    """Placeholder values while they are gathered."""

    def __init__(self) -> None:
        self.facts: set[str] = set()
        self.values: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}

    def tell(self, name: str, words: Mapping[str, str] | str) -> None:
        self.facts.add(name)
        for language in LANGUAGES:
            self.values[language][name] = words if isinstance(words, str) else words[language]


def _tell_product(said: _Said, product: Product, occasion: Occasion) -> None:
    said.tell("product", {language: side_of(product.name, language) for language in LANGUAGES})
    if product.price:
        said.tell("price", _in_each(product.price, occasion.creator.facts.market))
    if product.link and _may_link(product.link, occasion.channel):
        said.tell("link", product.link)


def _category(slug: str) -> dict[str, str] | None:
    words = {language: word for language in LANGUAGES if (word := category_text(slug, language))}
    return words if len(words) == len(LANGUAGES) else None


def _circumstances(occasion: Occasion) -> set[str]:
    relation, offer = occasion.relation, occasion.offer
    facts: set[str] = set()
    if occasion.purpose in FIRST_MESSAGES:
        facts.add("first")
    if occasion.purpose in _ACQUAINTED:
        facts.add("known")
    if offer.free_sample:
        facts.add("sample")
    if offer.commission_bp is not None or offer.free_sample:
        facts.add("paid")
    if offer.commission_bp is None and not offer.flat_fee:
        facts.add("unpaid")
    if relation and (relation.stage in _HAS_SAMPLE or relation.samples_received):
        facts.add("received")
    if relation and (relation.stage in _HAS_POSTED or relation.samples_posted):
        facts.add("posted")
    if occasion.purpose is Purpose.REPLY:
        facts.add(f"intent_{occasion.answering.gist.intent if occasion.answering else Intent.OTHER}")
    return facts


def _hooks(creator: Creator) -> tuple[tuple[str, str], ...]:
    bio = phrase_from(creator.facts.bio)
    return (
        *(("hashtag", tag) for tag in hashtags_from(creator.facts)[:4]),
        *(("caption", phrase) for phrase in captions_from(creator.facts)[:4]),
        *((("bio", bio),) if bio else ()),
    )


def _in_each(money: Money, market: str | None) -> dict[str, str]:
    return {language: money_text(money, language, market=market) for language in LANGUAGES}


def _may_link(link: str, channel: Channel) -> bool:
    host = (urlsplit(link).hostname or "").removeprefix("www.")
    return channel is not Channel.TIKTOK or host == "tiktok.com" or host.endswith(".tiktok.com")


def with_points(facts: Known, product: Product | None, language: str) -> Known:
    """Add the selling points that suit the draft's language; the Chinese side uses its own side of the same ones."""
    if product is None:
        return facts
    chosen: Sequence[str] = [
        point for point in product.selling_points if points_for(replace(product, selling_points=(point,)), language)
    ][:_MOST_POINTS]
    if not chosen:
        return facts
    values = {
        side: {**facts.values[side], "points": _join([side_of(point, side).strip(" .。;；") for point in chosen], side)}
        for side in facts.values
    }
    return replace(facts, values=values, facts=facts.facts | {"points"})


def _join(points: Sequence[str], language: str) -> str:
    if language == "zh":
        return "、".join(points)
    return ", ".join(point[:1].lower() + point[1:] if point[1:2].islower() else point for point in points)
