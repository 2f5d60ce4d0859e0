"""What drafts of one batch have in common: the variant of a draft, and the words its placeholders stand for. Pure.

A variant is a recipe's units in their order, its tone and its language. A draft *is* a variant with variables when
cutting the variant with them gives both its texts to the letter; anything else has to be read in full.
"""

from dataclasses import dataclass

from memory.domain.outreach import Content, Purpose, Tone
from memory.domain.templates import purpose_of, version_of
from tools.drafting.composing import Placed, Recipe, laid_out, read_code, text_of
from tools.drafting.families import PLACEHOLDER, Unit, family
from tools.drafting.own import turned


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
    recipe, paragraphs = read_code(content.template), _paragraphs(content)
    if recipe is None or paragraphs is None:
        return _own_variant(content)
    return Variant(
        recipe.purpose,
        recipe.tone,
        content.language,
        tuple(tuple(_sentence(placed, content.language) for placed in units) for units in paragraphs),
    )


def worded(content: Content) -> tuple[str, str] | None:
    """Both texts of a draft with its placeholders in braces, laid out as they are sent; None as of `variant_of`."""
    paragraphs = _paragraphs(content)
    if paragraphs is None:
        own = _own_variant(content)
        return own.template() if own else None
    texts = (text for units in paragraphs for placed in units for text in placed.unit.text.values())
    braces = {name: f"{{{name}}}" for text in texts for name in PLACEHOLDER.findall(text)}
    return text_of(paragraphs, braces, content.language), text_of(paragraphs, braces, "zh")


def placeholders(sentences: tuple[Sentence, ...]) -> tuple[str, ...]:
    """Names of the placeholders in these sentences, in the order they come."""
    texts = (text for sentence in sentences for text in (sentence.text, sentence.text_zh))
    return tuple(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def _paragraphs(content: Content) -> tuple[tuple[Placed, ...], ...] | None:
    """The units a draft is to the letter, by paragraph."""
    recipe = read_code(content.template)
    chosen = _chosen(recipe) if recipe is not None and content.paired else None
    if recipe is None or chosen is None:
        return None
    paragraphs = laid_out(recipe, chosen)
    return paragraphs if _cut(paragraphs, content) == (content.text, content.text_zh) else None


def _own_variant(content: Content) -> Variant | None:
    """A draft of a brand's own template is one sentence with variables, whatever its paragraphs."""
    purpose, words = purpose_of(content.template), content.variables
    if purpose is None or words is None or not content.paired:
        return None
    text, text_zh = turned(content.text, words[content.language]), turned(content.text_zh, words["zh"])
    whole = Sentence("own", str(version_of(content.template)), content.language, text, text_zh)
    return Variant(purpose, Tone.WARM, content.language, ((whole,),))


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
