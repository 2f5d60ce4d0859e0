"""Target collaborations of a shop: who is invited to sell what, at which rate and from when. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from memory.domain.ids import BrandId, CreatorId
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Flag
from memory.domain.shop_cards import CardKind, ShopCard
from memory.domain.shops import ShopLink

# A shop's own number of a product, as it stands in the link of the product's page.
_NUMBER: Final = re.compile(r"(?<!\d)\d{12,20}(?!\d)")


class CollaborationStatus(StrEnum):
    """Where one stands: `canceling` ends at the platform's next midnight."""

    LIVE = "live"
    CANCELING = "canceling"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Rated:
    """A product of a collaboration and its rate. `holds_from`: the platform's word on when the rate begins.

    `former_bp`: the rate known before it, which holds until then. `leaving`: it is being taken out.
    """

    product: str
    title: str
    rate_bp: int
    holds_from: datetime | None = None
    former_bp: int | None = None
    leaving: bool = False

    def rate_at(self, now: datetime) -> int:
        """The rate an order earns at a moment."""
        is_coming = self.holds_from is not None and now < self.holds_from
        return self.former_bp if is_coming and self.former_bp is not None else self.rate_bp


@dataclass(frozen=True, slots=True)
class Invited:
    """A creator of a collaboration. `creator` is the platform's id; `leaving`: they are being taken out."""

    creator: str
    handle: str
    leaving: bool = False


@dataclass(frozen=True, slots=True)
class Collaboration:
    """One, as the platform last showed it. `unreviewed`: samples are given without anybody's word."""

    id: str
    name: str
    status: CollaborationStatus
    ends_at: datetime
    gives_sample: bool
    unreviewed: bool
    products: tuple[Rated, ...]
    creators: tuple[Invited, ...]

    def is_live(self, now: datetime) -> bool:
        """Whether it holds for who is invited."""
        return self.status is CollaborationStatus.LIVE and now < self.ends_at


@dataclass(frozen=True, slots=True)
class OpenPlan:
    """A product of the shop that any creator may sell, at this rate. `ending`: it is being taken out."""

    product: str
    title: str
    rate_bp: int
    ending: bool = False


@dataclass(frozen=True, slots=True)
class Terms:
    """What a creator is promised for a product by what is live: a target collaboration, else the open plan.

    `collaboration` empty: it is the open plan's rate, which says nothing about samples (`gives_sample` None).
    """

    collaboration: str
    rate_bp: int
    gives_sample: bool | None

    @property
    def of_everybody(self) -> bool:
        """Whether it is the open plan's."""
        return not self.collaboration


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What cards are held against: the number of the draft's product, and the applications that have not ended."""

    product: str | None = None
    applications: frozenset[str] = frozenset()


def number_in_shop(product: Product | None) -> str | None:
    """The shop's own number of a product."""
    return number_in_link(product.link) if product is not None else None


def number_in_link(link: str | None) -> str | None:
    """The last number of 12 to 20 digits in a product's link."""
    found = _NUMBER.findall(link or "")
    return found[-1] if found else None


def terms_of(collaborations: Iterable[Collaboration], *, handle: str, product: str, now: datetime) -> Terms | None:
    """What is live for a creator and a product; None where nothing is. Of two, the one that lasts longest."""
    key = handle.lower()
    live = [
        (one, rated)
        for one in collaborations
        if one.is_live(now) and any(each.handle.lower() == key and not each.leaving for each in one.creators)
        for rated in one.products
        if rated.product == product and not rated.leaving
    ]
    if not live:
        return None
    one, rated = max(live, key=lambda found: (found[0].ends_at, found[0].id))
    return Terms(one.id, rated.rate_at(now), one.gives_sample)


def promised(
    collaborations: Iterable[Collaboration], plans: Iterable[OpenPlan], *, handle: str, product: str, now: datetime
) -> Terms | None:
    """What a creator really gets for a product: a target collaboration comes before the open plan.

    Source: https://seller-us.tiktok.com/university/essay?knowledge_id=6077860360177451, read 2026-11-29.
    """
    target = terms_of(collaborations, handle=handle, product=product, now=now)
    plan = next((one for one in plans if one.product == product), None)
    return target or (Terms("", plan.rate_bp, None) if plan is not None else None)


def contradiction(offer: Offer, terms: Terms | None) -> Flag | None:
    """Where a message offers something else than what is live, both shown; one that offers nothing differs nowhere."""
    if terms is None or (offer.commission_bp is None and not offer.free_sample):
        return None
    if offer.commission_bp is not None and offer.commission_bp != terms.rate_bp:
        key = "offer_open_rate_differs" if terms.of_everybody else "offer_rate_differs"
        return Flag(key, {"offer": _percent(offer.commission_bp), "live": _percent(terms.rate_bp)})
    if terms.gives_sample is not None and offer.free_sample != terms.gives_sample:
        return Flag("offer_sample_too_much" if offer.free_sample else "offer_sample_missing", {})
    return None


def cards_differ(cards: Iterable[ShopCard], terms: Terms | None, facts: CardFacts) -> Flag | None:
    """The first card that would show something else than what was approved, or nothing at all; both values shown."""
    return next((flag for card in cards if (flag := card_differs(card, terms, facts))), None)


def card_differs(card: ShopCard, terms: Terms | None, facts: CardFacts) -> Flag | None:
    """Whether what one card shows is not what it was when the message was written."""
    if card.kind is CardKind.PRODUCT:
        return None if facts.product == card.number else Flag("card_product_differs", {"card": card.title})
    if card.kind is CardKind.SAMPLE:
        return None if card.number in facts.applications else Flag("card_sample_over", {"card": card.title})
    if terms is None or terms.collaboration != card.number:
        return Flag("card_collaboration_over", {"card": card.title})
    if terms.rate_bp != card.rate_bp:
        shown = _percent(card.rate_bp) if card.rate_bp is not None else "-"
        return Flag("card_rate_differs", {"card": shown, "live": _percent(terms.rate_bp)})
    return None if terms.gives_sample == card.gives_sample else Flag("card_sample_rule_differs", {"card": card.title})


def remembered(found: Collaboration, before: Collaboration | None) -> Collaboration:
    """What was just read, with the rates that hold until new ones begin, as far as they were read earlier."""
    if before is None:
        return found
    old = {rated.product: rated for rated in before.products}
    return Collaboration(
        found.id, found.name, found.status, found.ends_at, found.gives_sample, found.unreviewed,
        tuple(_after(rated, old.get(rated.product)) for rated in found.products), found.creators,
    )  # fmt: skip


def _percent(share: int) -> str:
    return f"{share / 100:g}%"


def _after(rated: Rated, old: Rated | None) -> Rated:
    if old is None:
        return rated
    former = old.former_bp if old.rate_bp == rated.rate_bp else old.rate_bp
    return Rated(rated.product, rated.title, rated.rate_bp, rated.holds_from, former, rated.leaving)


class CollaborationStore(Protocol):
    """Collaborations of the scope, as last read: of shops that are worked with alone."""

    async def keep(self, link: ShopLink, found: Sequence[Collaboration], *, creators: Mapping[str, CreatorId]) -> None:
        """Write down what was just read. `creators`: by folded handle; who is missing is not written down."""
        ...

    async def end_unread(self, link: ShopLink, *, since: datetime) -> None:
        """Whatever a whole reading begun then did not show is over."""
        ...

    async def all(self, *, limit: int) -> list[Collaboration]:
        """Live ones first, those that end next before others; creators who were erased are not in them."""
        ...

    async def by_number(self, number: str) -> Collaboration | None:
        """One by the platform's id."""
        ...

    async def of(self, creators: Sequence[CreatorId], *, brand: BrandId) -> list[Collaboration]:
        """Every live one in which one of these people is, under whichever row they are known."""
        ...

    async def keep_plans(self, link: ShopLink, found: Sequence[OpenPlan]) -> None:
        """Write down products of the open plan that were just read."""
        ...

    async def end_unread_plans(self, link: ShopLink, *, since: datetime) -> None:
        """Products that a whole reading begun then did not show are in it no more."""
        ...

    async def plans(self, *, brand: BrandId) -> list[OpenPlan]:
        """Products of a brand's open plan, as last read, by title."""
        ...
