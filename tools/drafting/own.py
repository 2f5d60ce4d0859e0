"""Messages of a brand's own templates: placeholders filled for one creator, and turned back into placeholders. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from memory.domain.offer import Offer
from memory.domain.outreach import Content
from memory.domain.templates import Template, template_code
from tools.drafting.composing import closed_up
from tools.drafting.families import LANGUAGES, PLACEHOLDER
from tools.drafting.known import Occasion, known, with_points
from tools.drafting.language import template_language
from tools.drafting.wording import money_text, share_text

# What a message can lack because of its creator; the rest comes from the product and the offer.
PERSONAL = frozenset({"name", "category", "hashtag", "caption", "bio", "their_rate"})
OFFERED = ("commission", "fee")
_LATIN = "A-Za-z0-9_\u00c0-\u024f"


@dataclass(frozen=True, slots=True)
class Filled:
    """A message made from a template for one creator; `content` None: `lacking` names what nobody knows of them."""

    content: Content | None
    lacking: tuple[str, ...] = ()


def placeholders_in(*texts: str) -> tuple[str, ...]:
    """Their names, in the order they come, each once."""
    return tuple(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def fill(text: str, words: Mapping[str, str]) -> str:
    """The text with words in its placeholders. Raises KeyError when one has none."""
    return PLACEHOLDER.sub(lambda match: words[match[1]], text)


def turned(text: str, words: Mapping[str, str]) -> str:
    """The text with a placeholder wherever one of the words stands by itself; the longest word wins.

    `fill` with the same words gives the text back to the letter.
    """
    named = {word: name for name, word in words.items() if len(word) > 1}
    if not named:
        return text
    longest_first = sorted(named, key=lambda word: (-len(word), word))
    pattern = "|".join(f"{_before(word)}{re.escape(word)}{_after(word)}" for word in longest_first)
    return re.sub(pattern, lambda match: f"{{{named[match[0]]}}}", text)


def words_for(occasion: Occasion, language: str) -> dict[str, dict[str, str]]:
    """What every placeholder stands for in a language and in Chinese; what is unknown is left out."""
    side = template_language(language)
    facts = with_points(known(occasion), occasion.product, side)
    personal: dict[str, str] = {}
    for fact, value in facts.hooks:
        personal.setdefault(fact, value)
    values = {one: {**facts.values[one], **personal} for one in LANGUAGES}
    return {language: values[side], "zh": values["zh"]}


def filled(template: Template, occasion: Occasion) -> Filled:
    """The message of the version in force, in the template's language, offering what the occasion offers."""
    version = template.in_force
    wording = version.wording
    words = words_for(occasion, wording.language)
    sides = {wording.language: wording.text, "zh": wording.text_zh}
    used = {side: placeholders_in(text) for side, text in sides.items()}
    lacking = tuple(dict.fromkeys(name for side in sides for name in used[side] if name not in words[side]))
    if lacking:
        return Filled(None, lacking)
    said = {side: {name: words[side][name] for name in used[side]} for side in sides}
    content = Content(
        text=closed_up(fill(wording.text, said[wording.language]), wording.language),
        text_zh=closed_up(fill(wording.text_zh, said["zh"]), "zh"),
        language=wording.language,
        offer=occasion.offer,
        template=template_code(template.purpose, version.id),
        variables=said,
    )
    return Filled(content)


def needed(template: Template, occasion: Occasion) -> tuple[str, ...]:
    """What the product or the offer lacks of what a template says."""
    return tuple(name for name in filled(template, occasion).lacking if name not in PERSONAL)


def refilled(content: Content, offer: Offer, *, market: str | None) -> Content | None:
    """The same message with another commission or fee in its placeholders; None where a figure has none."""
    if content.variables is None or not _same_shape(content.offer, offer):
        return None
    changed = [name for name in OFFERED if _figure(content.offer, name) != _figure(offer, name)]
    texts = {content.language: content.text, "zh": content.text_zh}
    sides = {side: turned(text, content.variables[side]) for side, text in texts.items()}
    if any(name not in content.variables[side] for name in changed for side in sides):
        return None
    words = {
        side: {**content.variables[side], **{name: _said(offer, name, side, market) for name in changed}}
        for side in sides
    }
    return replace(
        content,
        text=fill(sides[content.language], words[content.language]),
        text_zh=fill(sides["zh"], words["zh"]),
        offer=offer,
        variables=words,
    )


def _same_shape(before: Offer, after: Offer) -> bool:
    """Whether they differ in nothing but the figures."""
    return (
        before.free_sample == after.free_sample
        and (before.commission_bp is None) == (after.commission_bp is None)
        and (before.flat_fee is None) == (after.flat_fee is None)
    )


def _figure(offer: Offer, name: str) -> object:
    return offer.commission_bp if name == "commission" else offer.flat_fee


def _said(offer: Offer, name: str, side: str, market: str | None) -> str:
    if name == "commission":
        return share_text(offer.commission_bp or 0)
    return money_text(offer.flat_fee, template_language(side), market=market) if offer.flat_fee else ""


def _before(word: str) -> str:
    return rf"(?<![{_LATIN}])(?<!\d[.,])" if re.match(f"[{_LATIN}]", word) else ""


def _after(word: str) -> str:
    return rf"(?![{_LATIN}])(?![.,]\d)" if re.search(f"[{_LATIN}]$", word) else ""
