"""Makes a template of a draft, and judges it as a draft to somebody else would be judged. Pure.

What a draft was filled with becomes a placeholder; a word about its own creator that is left over would be wrong for
everybody else, so such a draft makes no template.
"""

from dataclasses import dataclass, replace

from memory.domain.creator import CreatorFacts
from memory.domain.ids import CreatorId
from memory.domain.outreach import Content, Draft, Flag
from memory.domain.templates import Wording
from memory.domain.workspace import BrandPolicy
from tools.drafting.checking import check
from tools.drafting.known import Occasion
from tools.drafting.own import fill, placeholders_in, turned, words_for
from tools.drafting.variants import worded
from tools.translation.figures import figures

# Somebody who has everything a template can speak of, and shares nothing with the creator a draft was written to.
_SOMEBODY = CreatorFacts(
    handle="robin.everyday",
    name="Robin",
    bio="small things for busy mornings",
    captions=("trying this before my first coffee",),
    hashtags=("everydaymornings",),
)
# In free words these are common words as well: only a draft that was made from a template says where they stand.
_ONLY_FROM_TEMPLATES = frozenset({"category", "caption", "bio"})


@dataclass(frozen=True, slots=True)
class Made:
    """A template's words, what is wrong with them (blocking or not), and the figures that stay as they are."""

    wording: Wording
    problems: tuple[Flag, ...]
    literal: tuple[str, ...]

    @property
    def passes(self) -> bool:
        """Whether it may be kept."""
        return not any(flag.blocking for flag in self.problems)


def made_of(draft: Draft, occasion: Occasion, *, policy: BrandPolicy) -> Made:
    """The template that a draft makes."""
    content = draft.version.content
    text, text_zh = worded(content) or _turned(content, occasion)
    wording = Wording(text, text_zh, content.language, content.offer, draft.product)
    if not content.paired:
        return Made(wording, (Flag("template_unpaired", {}),), ())
    if not placeholders_in(text, text_zh):
        return Made(wording, (Flag("template_no_places", {}),), ())
    return Made(wording, _problems(wording, occasion, policy), _literal(wording))


def _turned(content: Content, occasion: Occasion) -> tuple[str, str]:
    """A draft in free words: whatever is known of its creator, product and offer becomes a placeholder."""
    words = {
        side: {name: word for name, word in values.items() if name not in _ONLY_FROM_TEMPLATES}
        for side, values in words_for(replace(occasion, offer=content.offer), content.language).items()
    }
    return turned(content.text, words[content.language]), turned(content.text_zh, words["zh"])


def _problems(wording: Wording, occasion: Occasion, policy: BrandPolicy) -> tuple[Flag, ...]:
    """What the checks of a draft find in it once it is written to somebody else."""
    stranger = replace(
        occasion,
        creator=replace(
            occasion.creator,
            id=CreatorId(0),
            facts=replace(
                _SOMEBODY, market=occasion.creator.facts.market, categories=occasion.creator.facts.categories
            ),
        ),
        offer=wording.offer,
        relation=None,
    )
    words = words_for(stranger, wording.language)
    sides = {wording.language: wording.text, "zh": wording.text_zh}
    unknown = [name for side, text in sides.items() for name in placeholders_in(text) if name not in words[side]]
    if unknown:
        return (Flag("template_place_unknown", {"facts": " ".join(f"{{{name}}}" for name in dict.fromkeys(unknown))}),)
    content = Content(
        fill(wording.text, words[wording.language]), fill(wording.text_zh, words["zh"]), wording.language, wording.offer
    )
    return check(content, stranger, policy=policy)


def _literal(wording: Wording) -> tuple[str, ...]:
    """Figures, links and the like that no placeholder stands for: the same for every creator."""
    found = (figure.quote for text in (wording.text, wording.text_zh) for figure in figures(text))
    return tuple(dict.fromkeys(found))
