"""Writes a draft from its family: a recipe names one unit per slot, and both languages are cut from the same recipe.

The choice is deterministic for (creator, purpose) and turned away from what the batch has said already.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from memory.domain.errors import BadRequest
from memory.domain.outreach import Content, Purpose, Tone
from tools.drafting.families import PLACEHOLDER, Family, Unit, family
from tools.drafting.known import Known, Occasion, known, with_points
from tools.drafting.similarity import grams, likeness, masked

TEMPLATE_LANGUAGES = frozenset({"en", "es", "zh"})
UNSAID_WHEN_BRIEF = frozenset({"link", "points"})

_CANDIDATES = 32
_STRONG = frozenset(
    {"price", "commission", "sample", "fee", "hashtag", "caption", "bio", "their_rate", "received", "posted"}
)
_WEIGHED = frozenset({"hook", "pitch", "terms", "answer"})
_OFFER_SLOTS = frozenset({"terms", "fee", "link"})
_LINK_END = re.compile(r"(?:https?://|www\.)[!-~]+$")
_HAN_GAP = re.compile(r"(?<=[\u3000-\u9fff\uff00-\uffef]) (?=[\u3000-\u9fff\uff00-\uffef])")


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a draft is made of: a unit per slot, listed sentences, facts left out, which personal fact it quotes."""

    purpose: Purpose
    tone: Tone
    units: dict[str, str] = field(default_factory=dict)
    extras: tuple[str, ...] = ()
    unsaid: frozenset[str] = field(default=frozenset())
    quoted: int | None = None  # which of `Known.hooks`

    def code(self) -> str:
        """The recipe as `Content.template` keeps it: "invite.warm.greeting=g1,hook=h3,quoted=2+address-link"."""
        units = [f"{slot}={unit}" for slot, unit in self.units.items()]
        units += [f"quoted={self.quoted}"] if self.quoted is not None else []
        added = "".join(f"+{name}" for name in self.extras)
        return f"{self.purpose}.{self.tone}.{','.join(units)}{added}" + "".join(
            f"-{name}" for name in sorted(self.unsaid)
        )


@dataclass(slots=True)
class Said:
    """What a batch has said so far: how often each unit was used, and the 5-grams of every draft."""

    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    drafts: list[frozenset[str]] = field(default_factory=list)


def read_code(code: str | None) -> Recipe | None:
    """The recipe of a template code; None for a draft that was not made from units."""
    match = re.fullmatch(r"(\w+)\.(\w+)\.([\w=,]*)((?:\+\w+)*)((?:-\w+)*)", code or "")
    if not match or match[1] not in list(Purpose) or match[2] not in list(Tone):
        return None
    units = dict(pair.split("=", 1) for pair in match[3].split(",") if "=" in pair)
    quoted = units.pop("quoted", None)
    return Recipe(
        Purpose(match[1]),
        Tone(match[2]),
        units,
        extras=tuple(name for name in match[4].split("+") if name),
        unsaid=frozenset(name for name in match[5].split("-") if name),
        quoted=int(quoted) if quoted else None,
    )


def compose(
    occasion: Occasion,
    *,
    language: str,
    tone: Tone,
    extras: Sequence[str] = (),
    unsaid: Iterable[str] = (),
    said: Said | None = None,
) -> Content:
    """Write one draft, as unlike what `said` holds as the family allows, and add it to `said`.

    Raises BadRequest ("which_product") when no product is named: nothing is invented.
    """
    heard = said if said is not None else Said()
    rng = random.Random(f"{occasion.creator.handle}|{occasion.purpose}|{tone}")  # noqa: S311  # variety, not secrecy
    plain = Recipe(occasion.purpose, tone, extras=tuple(extras), unsaid=frozenset(unsaid))
    facts, names = _facts(plain, occasion, language), names_in(occasion)
    tries = []
    for _ in range(_CANDIDATES if heard.drafts else 1):
        recipe, content = _cut(plain, occasion, facts, rng, language)
        cut = grams(masked(content.text, names))
        alike = max((likeness(cut, other) for other in heard.drafts), default=0)
        repeated = sum(heard.used[pair] for pair in recipe.units.items())
        tries.append(_Tried((alike, repeated), recipe, content, cut))
    best = min(tries, key=lambda tried: tried.score)
    heard.used.update(best.recipe.units.items())
    heard.drafts.append(best.cut)
    return best.content


def render(recipe: Recipe, occasion: Occasion, *, language: str) -> Content:
    """Cut both languages from one recipe; a unit that fits no more is replaced, the others stay as they were."""
    rng = random.Random(f"{occasion.creator.handle}|{recipe.code()}")  # noqa: S311  # variety, not secrecy
    return _cut(recipe, occasion, _facts(recipe, occasion, language), rng, language)[1]


@dataclass(frozen=True, slots=True)
class _Tried:
    score: tuple[int, int]
    recipe: Recipe
    content: Content
    cut: frozenset[str]


def names_in(occasion: Occasion) -> tuple[str, ...]:
    """Names every draft of a batch must hold: product, brand and the creator's own."""
    product = occasion.product.name if occasion.product else ""
    values = known(occasion).values["en"]
    return (product, values.get("product", ""), values["brand"], values["name"])


def _facts(recipe: Recipe, occasion: Occasion, language: str) -> Known:
    if occasion.product is None:
        raise BadRequest("which_product", products="")
    return with_points(known(occasion), occasion.product, language).without(recipe.unsaid)


def _cut(recipe: Recipe, occasion: Occasion, facts: Known, rng: random.Random, language: str) -> tuple[Recipe, Content]:
    quoted = recipe.quoted
    if facts.hooks:
        quoted = rng.randrange(len(facts.hooks)) if quoted is None else quoted % len(facts.hooks)
        facts = facts.with_hook(*facts.hooks[quoted])
    chosen = _choose(family(recipe.purpose), recipe, facts, rng)
    used = {need for unit in chosen.values() for need in unit.needs}
    whole = replace(
        recipe,
        units={slot: unit.id for slot, unit in chosen.items()},
        quoted=quoted if used & {name for name, _ in facts.hooks} else None,
    )
    sides = {side: _text(whole, chosen, facts, side) for side in {language, "zh"}}
    return whole, Content(sides[language], sides["zh"], language, occasion.offer, whole.code())


def _choose(fam: Family, recipe: Recipe, facts: Known, rng: random.Random) -> dict[str, Unit]:
    silent = _OFFER_SLOTS if fam.silent_after & facts.facts else frozenset()
    chosen: dict[str, Unit] = {}
    for slot in (slot for paragraph in fam.layout[recipe.tone] for slot in paragraph if slot not in silent):
        fitting = [unit for unit in fam.slots[slot] if unit.fits(facts.facts, recipe.tone)] if slot != "extra" else []
        if slot in _WEIGHED:
            most = max((len(unit.needs & _STRONG) for unit in fitting), default=0)
            fitting = [unit for unit in fitting if len(unit.needs & _STRONG) == most]
        if fitting:
            kept = [unit for unit in fitting if unit.id == recipe.units.get(slot)]
            chosen[slot] = kept[0] if kept else rng.choice(fitting)
    return chosen


def _text(recipe: Recipe, chosen: dict[str, Unit], facts: Known, language: str) -> str:
    fam = family(recipe.purpose)
    paragraphs = []
    for layout in fam.layout[recipe.tone]:
        units = [unit for slot in layout for unit in _of_slot(slot, fam, recipe, chosen)]
        paragraphs.append(_joined([_filled(unit, facts, language) for unit in units], language))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _of_slot(slot: str, fam: Family, recipe: Recipe, chosen: dict[str, Unit]) -> list[Unit]:
    if slot != "extra":
        return [chosen[slot]] if slot in chosen else []
    wanted = [(name, f"{name}_formal") for name in recipe.extras]
    return [unit for ids in wanted for unit in fam.slots["extra"] if unit.id in ids and recipe.tone in unit.tones]


def _filled(unit: Unit, facts: Known, language: str) -> str:
    return PLACEHOLDER.sub(lambda match: facts.values[language][match[1]], unit.text[language])


def _joined(sentences: list[str], language: str) -> str:
    """Sentences of a paragraph; a bare greeting and a link end their line."""
    text = ""
    for sentence in sentences:
        line_ends = text.endswith((",", ":", "：", "，")) or _LINK_END.search(text)
        gap = "" if not text else "\n" if line_ends else "" if language == "zh" else " "
        text += gap + sentence
    return _HAN_GAP.sub("", text) if language == "zh" else text
