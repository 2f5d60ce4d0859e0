"""Reads a person's wish about a draft without a model: pure rules, in Chinese, English and a little Spanish."""

import re
from dataclasses import dataclass, field
from functools import cache

from memory.domain.money import Money
from memory.domain.outreach import Tone
from memory.domain.shop_cards import CardKind
from tools.drafting.families import read_toml
from tools.translation.figures import Kind, amounts, figures

_NUMBERED = re.compile(
    r"第?\s?\d+(?:\s?[-~到至、和]\s?\d+)*\s?(?:条|號|号|封|个)|\b(?:drafts?|numbers?|no\.?|#)\s?\d+|\b[A-Za-z]\d{1,3}\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[，,。.;；！!？?\n、]+\s*|\s+(?:and|but|then|y)\s+|(?:并且|而且|同时|另外|还有|然后)")


@dataclass(frozen=True, slots=True)
class Change:
    """What to change of a draft; None or empty means leave as it is. `left` are words nobody understood.

    `cards`: these go after the text too; none of them: no card does.
    """

    tone: Tone | None = None
    commission_bp: int | None = None
    flat_fee: Money | None = None
    sample: bool | None = None
    drop_commission: bool = False
    drop_fee: bool = False
    say: frozenset[str] = field(default=frozenset())
    unsay: frozenset[str] = field(default=frozenset())
    extras: tuple[str, ...] = ()
    again: bool = False
    cards: tuple[CardKind, ...] | None = None
    left: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was understood."""
        return self == Change(left=self.left)


def read_instruction(text: str) -> Change:
    """Read one instruction; what no rule knows is in `left`, quoted."""
    wishes: set[str] = set()
    extras: list[str] = []
    left: list[str] = []
    share: int | None = None
    fee: Money | None = None
    for clause in (part.strip() for part in _split(text)):
        if not clause:
            continue
        rest = _NUMBERED.sub(" ", clause)
        found = figures(rest)
        for figure in found:
            if figure.kind is Kind.PERCENT:
                share = round(float(figure.value))
        fee = next(amounts(found), fee)
        for figure in found:
            if figure.kind in (Kind.PERCENT, Kind.MONEY):
                rest = rest.replace(figure.quote, " ")
        for does, pattern in _changes():
            match = pattern.search(rest)
            if match:
                rest = rest[: match.start()] + " " + rest[match.end() :]
                (extras.append(does.removeprefix("extra.")) if does.startswith("extra.") else wishes.add(does))
        if any(figure.kind is Kind.MONEY for figure in found):
            rest = re.sub(r"坑位费|固定费用?|费用|flat fee|fee|pago fijo", " ", rest, flags=re.IGNORECASE)
        if _without_fillers(rest):
            left.append(clause)
    return Change(
        tone=next((Tone(wish.removeprefix("tone.")) for wish in wishes if wish.startswith("tone.")), None),
        commission_bp=share,
        flat_fee=fee,
        sample=False if "sample.no" in wishes else True if "sample.yes" in wishes else None,
        drop_commission="commission.no" in wishes and share is None,
        drop_fee="fee.no" in wishes and fee is None,
        say=frozenset(wish.removesuffix(".yes") for wish in wishes & {"link.yes", "price.yes", "points.yes"}),
        unsay=frozenset(wish.removesuffix(".no") for wish in wishes & {"link.no", "price.no", "points.no"}),
        extras=tuple(dict.fromkeys(extras)),
        again="again" in wishes,
        cards=_cards(wishes),
        left=tuple(left),
    )


def _cards(wishes: set[str]) -> tuple[CardKind, ...] | None:
    if "cards.none" in wishes:
        return ()
    return tuple(kind for kind in CardKind if f"cards.{kind}" in wishes) or None


def _split(text: str) -> list[str]:
    """Clauses; a decimal point or thousands comma inside a number does not end one."""
    guarded = re.sub(r"(?<=\d)[.,](?=\d)", lambda mark: {".": "\u0001", ",": "\u0002"}[mark.group()], text)
    return [part.replace("\u0001", ".").replace("\u0002", ",") for part in _CLAUSE.split(guarded)]


def _without_fillers(rest: str) -> str:
    return re.sub(r"[\W_]+", "", _fillers().sub(" ", rest.lower()))


@cache
def _changes() -> tuple[tuple[str, re.Pattern[str]], ...]:
    table = read_toml("instructions.toml")["change"]
    return tuple((row["does"], re.compile("|".join(row["patterns"]), re.IGNORECASE)) for row in table)


@cache
def _fillers() -> re.Pattern[str]:
    words = sorted(read_toml("instructions.toml")["fillers"]["words"], key=len, reverse=True)
    return re.compile("|".join(rf"\b{word}\b" if word[0].isascii() or word[0] in "é" else word for word in words))
