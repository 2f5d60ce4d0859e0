"""A large batch so that a person can sign it: every sentence that is sent once, and of every draft what is its own.

A draft that is its variant with its variables, to the letter, is shown as those; any other one in full. With many
variants in use their sentences are shown instead of the variants, and a row names the sentences it is made of. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from memory.domain.cards import Filled, Wording
from memory.domain.outreach import Draft
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.drafting.families import PLACEHOLDER
from tools.drafting.variants import Sentence, Variant, placeholders, variant_of

# With more variants than these, their sentences are shown.
MOST_VARIANTS = 20


@dataclass(frozen=True, slots=True)
class OwnPart:
    """What a draft adds to the wordings: which of them it is made of (a paragraph each), and its variables."""

    made_of: tuple[str, ...]
    variables: tuple[Filled, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Wordings, variables that are the same in every row that has them, and rows by number. Others are in full."""

    wordings: tuple[Wording, ...] = ()
    same: tuple[Filled, ...] = ()
    rows: Mapping[int, OwnPart] = field(default_factory=dict)


def overview(drafts: Sequence[Draft], *, lang: Lang, texts: Texts) -> Overview:
    """What to show of these drafts; empty when every one of them has to be read in full."""
    variants = {draft.number: found for draft in drafts if (found := variant_of(draft.version.content)) is not None}
    words = {
        draft.number: _filled(draft, variants[draft.number], lang, texts)
        for draft in drafts
        if draft.number in variants
    }
    same = _same(words)
    if len(set(variants.values())) > MOST_VARIANTS:
        labels = _label_sentences(variants, lang, texts)
        made_of = {
            number: tuple(
                " + ".join(labels[sentence] for sentence in paragraph) for paragraph in variant.paragraphs if paragraph
            )
            for number, variant in variants.items()
        }
        wordings = [_wording(labels[one], one.language, (one.text, one.text_zh), lang, texts) for one in labels]
    else:
        names = {
            variant: texts.say("variant_label", lang, number=place)
            for place, variant in enumerate(dict.fromkeys(variants.values()), start=1)
        }
        made_of = {number: (names[variant],) for number, variant in variants.items()}
        wordings = [
            _wording(label, variant.language, variant.template(), lang, texts) for variant, label in names.items()
        ]
    shared = set(same)
    rows = {
        number: OwnPart(made_of[number], tuple(one for one in words[number] if one not in shared))
        for number in variants
    }
    return Overview(tuple(wordings), same, rows)


def _label_sentences(variants: Mapping[int, Variant], lang: Lang, texts: Texts) -> dict[Sentence, str]:
    """「称呼 2」: every sentence in use, in the order they are said, numbered within its slot."""
    used = dict.fromkeys(sentence for variant in variants.values() for sentence in variant.sentences)
    slots = list(dict.fromkeys(sentence.slot for sentence in used))
    labels: dict[Sentence, str] = {}
    for slot in slots:
        name = texts.say(f"slot_{slot}", lang)
        for place, sentence in enumerate((one for one in used if one.slot == slot), start=1):
            labels[sentence] = texts.say("sentence_label", lang, slot=name, number=place)
    return labels


def _wording(label: str, language: str, sides: tuple[str, str], lang: Lang, texts: Texts) -> Wording:
    text, text_zh = (with_names(side, lang, texts) for side in sides)
    return Wording(label=label, language=language, text=text, text_zh=text_zh)


def with_names(text: str, lang: Lang, texts: Texts) -> str:
    """A template's text, its placeholders by the names people know: {commission} → {佣金}."""
    return PLACEHOLDER.sub(lambda match: f"{{{texts.say(f'variable_{match[1]}', lang)}}}", text)


def _filled(draft: Draft, variant: Variant, lang: Lang, texts: Texts) -> tuple[Filled, ...]:
    words = draft.version.content.variables or {}
    return tuple(
        Filled(
            name=texts.say(f"variable_{name}", lang),
            text=words[variant.language].get(name, ""),
            text_zh=words["zh"].get(name, ""),
        )
        for name in placeholders(variant.sentences)
    )


def _same(words: Mapping[int, Sequence[Filled]]) -> tuple[Filled, ...]:
    """Variables with one value in all rows that have them, in the order they come."""
    values: dict[str, set[Filled]] = {}
    for row in words.values():
        for one in row:
            values.setdefault(one.name, set()).add(one)
    return tuple(next(iter(found)) for found in values.values() if len(found) == 1) if len(words) > 1 else ()
