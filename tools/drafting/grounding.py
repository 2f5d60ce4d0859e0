"""Whether everything a draft says is found in the profile, the product, the offer or the message it answers."""

import re
from collections.abc import Iterable
from functools import cache

from memory.domain.money import Money
from memory.domain.outreach import Content, Flag
from tools.drafting.composing import read_code
from tools.drafting.families import read_toml
from tools.drafting.known import Occasion, sender_name
from tools.drafting.quoting import clean_name, strip_controls
from tools.drafting.wording import share_text
from tools.translation.figures import Figure, Kind, figures, spoken_numbers

_QUOTES = re.compile(r"[“「«『]([^”」»』\n]{2,200})[”」»』]|\"([^\"\n]{2,200})\"")
_HANDLE = re.compile(r"(?<![\w.])@([\w.]{2,})")
_HASHTAG = re.compile(r"(?<![\w&])#(\w+)")
_GREETED = re.compile(
    r"^(?:hi|hey|hello|dear|hola|buenas|estimad[oa]|saludos|qué tal)(?: again| de nuevo| otra vez)?[, ]+"
    r"(?:there\b)?([^\n,.:;!？?，。：]{1,60})",
    re.I,
)
_GREETED_HAN = re.compile(
    r"^(?:嗨[，,]|尊敬的|亲爱的|你好[，,])\s?([^\n,.:，。：！]{1,60})|^([^\n,.:，。：！]{1,60}?)[，, ]?(?:你好|您好)"
)
_CAPITALISED = re.compile(r"(?<=[a-záéíóúñ,;] )([A-ZÁÉÍÓÚÑ][\w'’]+)")


def check_grounding(content: Content, occasion: Occasion) -> tuple[Flag, ...]:
    """A blocking flag per invented figure, link, handle, quotation, name greeted or claim; others are warnings."""
    flags: list[Flag] = []
    known_text = _known_text(occasion)
    for text in (content.text, content.text_zh):
        flags += _figures(text, occasion, known_text)
        flags += _references(text, known_text)
        flags += _greeting(text, occasion)
        flags += _claims(text, content, occasion)
    if content.language in ("en", "es"):
        flags += _names(content.text, known_text)
    return tuple({(flag.key, str(flag.facts)): flag for flag in flags}.values())


def _known_text(occasion: Occasion) -> str:
    """Everything a draft may repeat, in lower case."""
    facts, product = occasion.creator.facts, occasion.product
    parts: list[str] = [facts.handle, facts.name, facts.bio, *facts.captions, *(f"#{tag}" for tag in facts.hashtags)]
    parts += [occasion.brand.name, occasion.brand.shop_name, sender_name(occasion.brand)]
    if product:
        parts += [product.name, product.link or "", *product.selling_points]
    if occasion.answering:
        parts.append(occasion.answering.text)
    return _folded("\n".join(strip_controls(part) for part in parts))


def _figures(text: str, occasion: Occasion, known_text: str) -> Iterable[Flag]:
    allowed = _allowed_figures(occasion)
    plain = {figure.value for figure in figures(known_text)} | spoken_numbers(known_text)
    for figure in figures(text):
        if figure.key in allowed or (figure.kind is Kind.NUMBER and figure.value in plain):
            continue
        key = "ungrounded_link" if figure.kind is Kind.LINK else "ungrounded_number"
        yield Flag(key, {"quote": figure.quote})


def _allowed_figures(occasion: Occasion) -> frozenset[tuple[Kind, str]]:
    offer, product = occasion.offer, occasion.product
    money: list[Money] = [amount for amount in (offer.flat_fee, product.price if product else None) if amount]
    said = [share_text(offer.commission_bp)] if offer.commission_bp is not None else []
    if product:
        said += [product.name, product.link or "", *product.selling_points]
    facts = occasion.creator.facts
    said += [facts.handle, facts.name, facts.bio, *facts.captions]
    if occasion.answering:
        said.append(occasion.answering.text)
    found: list[Figure] = [figure for part in said for figure in figures(part)]
    keys = {figure.key for figure in found} | {(Kind.MONEY, f"{amount.currency} {amount.minor}") for amount in money}
    return frozenset(keys)


def _references(text: str, known_text: str) -> Iterable[Flag]:
    for match in _QUOTES.finditer(text):
        quoted = match[1] or match[2]
        if _folded(quoted).strip(" .…") not in known_text:
            yield Flag("ungrounded_quote", {"quote": quoted[:80]})
    for handle in _HANDLE.findall(text):
        if _folded(handle).strip(".") not in known_text:
            yield Flag("ungrounded_handle", {"quote": f"@{handle}"})
    for tag in _HASHTAG.findall(text):
        if f"#{_folded(tag)}" not in known_text and tag.lower() not in _always("disclosure_tags"):
            yield Flag("ungrounded_handle", {"quote": f"#{tag}"})


def _greeting(text: str, occasion: Occasion) -> Iterable[Flag]:
    match = _GREETED.match(text.strip()) or _GREETED_HAN.match(text.strip())
    if not match:
        return
    greeted = _folded(next((group for group in match.groups() if group), "")).strip(" @")
    facts = occasion.creator.facts
    own = _folded(f"{facts.name} {facts.handle} {clean_name(facts)} {sender_name(occasion.brand)}")
    if (
        greeted
        and greeted not in ("there", "all", "y")
        and not set(re.findall(r"\w+", greeted)) <= _pieces(own)
        and greeted not in own
    ):
        yield Flag("wrong_name", {"quote": greeted[:60], "name": clean_name(facts)})


def _claims(text: str, content: Content, occasion: Occasion) -> Iterable[Flag]:
    product = occasion.product
    own = _folded("\n".join((product.name, *product.selling_points))) if product else ""
    facts = occasion.creator.facts
    quoted = {_folded(match[1] or match[2]) for match in _QUOTES.finditer(text)}
    recipe = read_code(content.template)
    asked = frozenset(recipe.extras) if recipe else frozenset()
    for claim, words in _lexicon("product") + _lexicon("offer"):
        match = words.search(text)
        excused = match and (words.search(own) or claim in asked or _inside(match.group(), quoted))
        if match and not excused and _folded(match.group()) not in _folded(" ".join(facts.hashtags)):
            yield Flag("ungrounded_claim", {"quote": match.group()})
    has = {
        "free_sample": occasion.offer.free_sample,
        "commission": occasion.offer.commission_bp is not None,
        "flat_fee": occasion.offer.flat_fee is not None,
    }
    for claim, words in _lexicon("said"):
        match = words.search(text)
        if match and not has[claim] and not _inside(match.group(), quoted) and not _asked_about(claim, content):
            yield Flag("ungrounded_offer", {"quote": match.group()})


def _asked_about(claim: str, content: Content) -> bool:
    """A template may name the word without offering the thing: "questions about commission can come to me"."""
    recipe = read_code(content.template)
    return recipe is not None and (
        (claim == "commission" and recipe.units.get("forward") == "w6") or recipe.purpose in ("follow_up", "reply")
    )


def _names(text: str, known_text: str) -> Iterable[Flag]:
    pieces = _pieces(known_text)
    for line in text.splitlines():
        for name in _CAPITALISED.findall(_QUOTES.sub(" ", line)):
            if _folded(name) not in pieces | _always("capitals") and _folded(name).removesuffix("'s") not in pieces:
                yield Flag("ungrounded_name", {"quote": name}, blocking=False)


def _inside(words: str, quoted: set[str]) -> bool:
    return any(_folded(words) in quote for quote in quoted)


def _pieces(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w']+", text))


def _folded(text: str) -> str:
    return " ".join(text.replace("’", "'").casefold().split())


@cache
def _lexicon(table: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    raw = read_toml("claims.toml")[table]
    return tuple((claim, re.compile("|".join(words), re.IGNORECASE)) for claim, words in raw.items())


@cache
def _always(list_: str) -> frozenset[str]:
    return frozenset(read_toml("claims.toml")["always"][list_])
