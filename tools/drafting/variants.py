"""What drafts of one batch have in common: the variant of a draft, and the words its placeholders stand for. Pure.

A variant is a recipe's units in their order, its tone and its language. A draft *is* a variant with variables when
cutting the variant with them gives both its texts to the letter; anything else has to be read in full.
"""

from dataclasses import dataclass

from memory.domain.outreach import Content, Purpose, Tone
from tools.drafting.composing import Placed, Recipe, laid_out, read_code, text_of
from tools.drafting.families import PLACEHOLDER, Unit, family


@dataclass(frozen=True, slots=True)
class Sentence:
    """One unit as every draft with it says it, its placeholders in braces. `text_zh` is its Chinese side."""

    slot: str
    unit: str
    language: str
    text: str
    text_zh: str


@dataclass(frozen=True, slots=True)
class Variant:
    """What stays the same between drafts that differ only in their variables."""

    purpose: Purpose
    tone: Tone
    language: str
    paragraphs: tuple[tuple[Sentence, ...], ...]

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """All of them in the order they are said."""
        return tuple(sentence for paragraph in self.paragraphs for sentence in paragraph)

    def template(self) -> tuple[str, str]:
        """Both texts with the placeholders in braces, a sentence a line."""
        first = ("\n".join(sentence.text for sentence in paragraph) for paragraph in self.paragraphs)
        second = ("\n".join(sentence.text_zh for sentence in paragraph) for paragraph in self.paragraphs)
        return "\n\n".join(part for part in first if part), "\n\n".join(part for part in second if part)


def variant_of(content: Content) -> Variant | None:
    """The variant a draft is with its variables, to the letter; None for a draft that has to be read in full."""
    recipe = read_code(content.template)
    if recipe is None or not content.paired:
        return None
    chosen = _chosen(recipe)
    if chosen is None:
        return None
    paragraphs = laid_out(recipe, chosen)
    if _cut(paragraphs, content) != (content.text, content.text_zh):
        return None
    return Variant(
        recipe.purpose,
        recipe.tone,
        content.language,
        tuple(tuple(_sentence(placed, content.language) for placed in units) for units in paragraphs),
    )


def placeholders(sentences: tuple[Sentence, ...]) -> tuple[str, ...]:
    """Names of the placeholders in these sentences, in the order they come."""
    texts = (text for sentence in sentences for text in (sentence.text, sentence.text_zh))
    return tuple(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def _chosen(recipe: Recipe) -> dict[str, Unit] | None:
    """The units a recipe names; None when one of them is no longer there."""
    fam = family(recipe.purpose)
    found = {slot: fam.unit(slot, id_) for slot, id_ in recipe.units.items()}
    chosen = {slot: unit for slot, unit in found.items() if unit is not None}
    return chosen if len(chosen) == len(found) else None


def _cut(paragraphs: tuple[tuple[Placed, ...], ...], content: Content) -> tuple[str, str] | None:
    words = content.variables or {}
    try:
        return (
            text_of(paragraphs, words[content.language], content.language),
            text_of(paragraphs, words["zh"], "zh"),
        )
    except KeyError:
        return None


def _sentence(placed: Placed, language: str) -> Sentence:
    unit = placed.unit
    return Sentence(placed.slot, unit.id, language, unit.text[language], unit.text["zh"])
