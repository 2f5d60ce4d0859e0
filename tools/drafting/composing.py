"""Writes a draft from its family: a recipe names one unit per slot, and both languages are cut from the same recipe.

The choice is deterministic for (creator, purpose) and turned away from what the batch has said already.
"""

import random
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from memory.domain.errors import BadRequest
from memory.domain.outreach import Content, Purpose, Tone
from tools.drafting.families import PLACEHOLDER, Family, Unit, family
from tools.drafting.known import Known, Occasion, known, with_points
from tools.drafting.similarity import Vocabulary, likeness, masked

TEMPLATE_LANGUAGES = frozenset({"en", "es", "zh"})
UNSAID_WHEN_BRIEF = frozenset({"link", "points"})

_CANDIDATES = 32
# Cutting a text costs more than choosing its units: above this many drafts only those candidates are cut whose units
# are least like the others'.
_CUT_ALL_BELOW, _CUT = 24, 4
_STRONG = frozenset(
    {"price", "commission", "sample", "fee", "hashtag", "caption", "bio", "their_rate", "received", "posted"}
)
_WEIGHED = frozenset({"hook", "pitch", "terms", "answer"})
_OFFER_SLOTS = frozenset({"terms", "fee", "link"})
_LINK_END = re.compile(r"(?:https?://|www\.)[!-~]+$|\{link\}$")
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


@dataclass(frozen=True, slots=True)
class Placed:
    """One unit in its slot."""

    slot: str
    unit: Unit


@dataclass(slots=True)
class Said:
    """What a batch has said so far: how often each unit was used, the 5-grams of every draft, and which drafts said it.

    `where`: a unit's drafts, one bit each.
    """

    used: Counter[tuple[str, str]] = field(default_factory=Counter)
    drafts: list[int] = field(default_factory=list)
    vocabulary: Vocabulary = field(default_factory=Vocabulary)
    where: dict[tuple[str, str], int] = field(default_factory=dict)


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
    many = len(heard.drafts) >= _CUT_ALL_BELOW
    picked = [_pick(plain, facts, rng) for _ in range(_CANDIDATES if heard.drafts else 1)]
    if many:
        picked = sorted(picked, key=lambda pick: _shared_units(pick.recipe, heard))[:_CUT]
    tries = []
    for pick in picked:
        text = text_of(laid_out(pick.recipe, pick.chosen), pick.facts.values[language], language)
        cut = heard.vocabulary.cut(masked(text, names))
        alike = max((likeness(cut, other) for other in heard.drafts), default=0)
        repeated = sum(heard.used[pair] for pair in pick.recipe.units.items())
        tries.append(_Tried((alike, repeated), pick, cut))
    best = min(tries, key=lambda tried: tried.score)
    units = best.pick.recipe.units.items()
    heard.used.update(units)
    for unit in units:
        heard.where[unit] = heard.where.get(unit, 0) | 1 << len(heard.drafts)
    heard.drafts.append(best.cut)
    return _cut(best.pick, occasion, language)


def render(recipe: Recipe, occasion: Occasion, *, language: str) -> Content:
    """Cut both languages from one recipe; a unit that fits no more is replaced, the others stay as they were."""
    rng = random.Random(f"{occasion.creator.handle}|{recipe.code()}")  # noqa: S311  # variety, not secrecy
    return _cut(_pick(recipe, _facts(recipe, occasion, language), rng), occasion, language)


def names_in(occasion: Occasion) -> tuple[str, ...]:
    """Names every draft of a batch must hold: product, brand and the creator's own."""
    product = occasion.product.name if occasion.product else ""
    values = known(occasion).values["en"]
    return (product, values.get("product", ""), values["brand"], values["name"])


def _facts(recipe: Recipe, occasion: Occasion, language: str) -> Known:
    if occasion.product is None:
        raise BadRequest("which_product", products="")
    return with_points(known(occasion), occasion.product, language).without(recipe.unsaid)


@dataclass(frozen=True, slots=True)
class _Pick:
    """A whole recipe, its units, and the facts they say."""

    recipe: Recipe
    chosen: dict[str, Unit]
    facts: Known


@dataclass(frozen=True, slots=True)
class _Tried:
    """A candidate with how alike the others it is (less is better) and its 5-grams."""

    score: tuple[int, int]
    pick: _Pick
    cut: int


def _pick(recipe: Recipe, facts: Known, rng: random.Random) -> _Pick:
    """Complete a recipe: a unit for every slot that has one, and which personal fact is quoted."""
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
    return _Pick(whole, chosen, facts)


def _shared_units(recipe: Recipe, heard: Said) -> tuple[int, int]:
    """How many units it shares with the draft most like it, then how often its units were said."""
    shared: list[int] = []  # the drafts that share more than so many of the units, a bit each
    for pair in recipe.units.items():
        more = heard.where.get(pair, 0)
        for count, drafts in enumerate(shared):
            shared[count], more = drafts | more, drafts & more
        if more:
            shared.append(more)
    return len(shared), sum(heard.used[pair] for pair in recipe.units.items())


def _cut(pick: _Pick, occasion: Occasion, language: str) -> Content:
    """Both texts from one pick."""
    paragraphs = laid_out(pick.recipe, pick.chosen)
    words = {side: _words(paragraphs, pick.facts.values[side]) for side in {language, "zh"}}
    sides = {side: text_of(paragraphs, words[side], side) for side in words}
    code = pick.recipe.code()
    return Content(sides[language], sides["zh"], language, occasion.offer, code, variables=words)


def _choose(fam: Family, recipe: Recipe, facts: Known, rng: random.Random) -> dict[str, Unit]:
    silent = _OFFER_SLOTS if fam.silent_after & facts.facts else frozenset()
    chosen: dict[str, Unit] = {}
    for slot in (slot for paragraph in fam.layout[recipe.tone] for slot in paragraph if slot not in silent):
        fitting = _fitting(recipe.purpose, recipe.tone, slot, facts.facts) if slot != "extra" else ()
        if fitting:
            kept = [unit for unit in fitting if unit.id == recipe.units.get(slot)]
            chosen[slot] = kept[0] if kept else rng.choice(fitting)
    return chosen


@lru_cache(maxsize=2048)
def _fitting(purpose: Purpose, tone: Tone, slot: str, facts: frozenset[str]) -> tuple[Unit, ...]:
    """The units of a slot that may be said with these facts known; the weighed slots say the most they can."""
    fitting = [unit for unit in family(purpose).slots[slot] if unit.fits(facts, tone)]
    if slot in _WEIGHED:
        most = max((len(unit.needs & _STRONG) for unit in fitting), default=0)
        fitting = [unit for unit in fitting if len(unit.needs & _STRONG) == most]
    return tuple(fitting)


def laid_out(recipe: Recipe, chosen: Mapping[str, Unit]) -> tuple[tuple[Placed, ...], ...]:
    """The units of a recipe in the order they are said, by paragraph."""
    fam = family(recipe.purpose)
    return tuple(
        tuple(Placed(slot, unit) for slot in layout for unit in _of_slot(slot, fam, recipe, chosen))
        for layout in fam.layout[recipe.tone]
    )


def text_of(paragraphs: Iterable[Sequence[Placed]], words: Mapping[str, str], language: str) -> str:
    """The text those units make with words for their placeholders. Raises KeyError when one has none."""
    joined = [_joined([_filled(placed.unit, words, language) for placed in units], language) for units in paragraphs]
    return "\n\n".join(paragraph for paragraph in joined if paragraph)


def _words(paragraphs: Iterable[Sequence[Placed]], values: Mapping[str, str]) -> dict[str, str]:
    """The values of the placeholders that occur, in every language's sentences alike."""
    texts = (text for units in paragraphs for placed in units for text in placed.unit.text.values())
    return {name: values[name] for text in texts for name in PLACEHOLDER.findall(text)}


def _of_slot(slot: str, fam: Family, recipe: Recipe, chosen: Mapping[str, Unit]) -> list[Unit]:
    if slot != "extra":
        return [chosen[slot]] if slot in chosen else []
    wanted = [(name, f"{name}_formal") for name in recipe.extras]
    return [unit for ids in wanted for unit in fam.slots["extra"] if unit.id in ids and recipe.tone in unit.tones]


def _filled(unit: Unit, words: Mapping[str, str], language: str) -> str:
    return PLACEHOLDER.sub(lambda match: words[match[1]], unit.text[language])


def _joined(sentences: list[str], language: str) -> str:
    """Sentences of a paragraph; a bare greeting and a link end their line."""
    text = ""
    for sentence in sentences:
        line_ends = text.endswith((",", ":", "：", "，")) or _LINK_END.search(text)
        gap = "" if not text else "\n" if line_ends else "" if language == "zh" else " "
        text += gap + sentence
    return closed_up(text, language)


def closed_up(text: str, language: str) -> str:
    """Chinese without the blanks that words put between its characters."""
    return _HAN_GAP.sub("", text) if language == "zh" else text
