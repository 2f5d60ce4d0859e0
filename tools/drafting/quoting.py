"""A short, safe phrase from a creator's own words, or none. Foreign text is data: what gives orders is never quoted."""

import re
import unicodedata
from functools import cache

from memory.domain.creator import CreatorFacts
from tools.drafting.families import read_toml

LONGEST_PHRASE = 60
_LEAST_WORDS, _MOST_WORDS = 4, 10
_MARKUP = re.compile(r"<[^>]*>|&[a-z]+;|[`*_~|\\{}\[\]<>]")
_OUTSIDE = re.compile(r"https?://\S*|www\.\S*|\S+@\S+|\b\S+\.(?:com|net|org|io|co|me|ly|shop|store)\b\S*", re.I)
_TAGS = re.compile(r"[@#]\S+")
_BREAK = re.compile(r"[.!?…|•;:\n\r\t]+|\s[-–—/]\s|，|。|！|？|；|：")
_FORBIDDEN = re.compile(r"[()$€£¥%％@#=“”\"«»「」『』]|\d{4,}")
_HAN_BEGINS = 0x3000
_PICTURES = frozenset({"So", "Sk", "Sm"})
_GAP = "\u0003"  # where a tag, handle or link stood: words around it are no phrase
_TAG = re.compile(r"[^\W_][\w]{2,29}")


def phrase_from(text: str) -> str | None:
    """The first clause of `text` that is short, harmless and says something; None when there is none."""
    cleaned = _TAGS.sub(_GAP, _OUTSIDE.sub(_GAP, strip_controls(text, keep_lines=True)))
    # What stands left and right of a picture or a bar was not said in one breath.
    cleaned = "".join("\n" if unicodedata.category(mark) in _PICTURES else mark for mark in _MARKUP.sub("\n", cleaned))
    if gives_orders(cleaned):
        return None
    whole = next((clause for clause in _BREAK.split(cleaned) if clause.strip()), "").strip().rstrip(f" {_GAP}")
    phrase = " ".join(_only_text(whole).split()).strip(" ,'-–—&+·’‘")
    return phrase if _GAP not in whole and not _FORBIDDEN.search(whole) and _quotable(phrase) else None


def hashtags_from(facts: CreatorFacts) -> tuple[str, ...]:
    """The creator's telling hashtags, with #, the most used in captions first."""
    generic = _words("generic_hashtags")
    tags = (strip_controls(tag).strip().lstrip("#").lower() for tag in facts.hashtags)
    telling = (
        tag
        for tag in tags
        if _TAG.fullmatch(tag)
        and not tag.isdigit()
        and tag not in generic
        and not _mentions(tag, "sensitive")
        and not any(part in tag for part in _words("never_in_hashtags"))
    )
    captions = " ".join(facts.captions).lower()
    often = sorted(dict.fromkeys(telling), key=lambda tag: -len(re.findall(rf"#{re.escape(tag)}(?!\w)", captions)))
    return tuple(f"#{tag}" for tag in often)


def captions_from(facts: CreatorFacts) -> tuple[str, ...]:
    """Quotable phrases of the creator's captions, in their order."""
    return tuple(dict.fromkeys(phrase for caption in facts.captions if (phrase := phrase_from(caption))))


def clean_name(facts: CreatorFacts) -> str:
    """How to address the creator: by first name where we know it is one, else display name, else handle."""
    name = " ".join(_MARKUP.sub(" ", _only_text(strip_controls(_OUTSIDE.sub(" ", _TAGS.sub(" ", facts.name))))).split())
    name = re.split(r"\s*[|,(/•·:–—]\s*|\s-\s", name)[0].strip(" '.!-")
    readable = re.fullmatch(r"[^\W\d_](?:[\w'’. &-]{0,28}[\w.])?", name)
    if not readable or len(name.split()) > 3 or gives_orders(name) or _mentions(name, "sensitive"):
        return strip_controls(facts.handle)[:40]
    first = name.split()[0]
    return first if first.lower() in _words("given_names") else name


def gives_orders(text: str) -> bool:
    """Whether text reads like an order to people or machines, in English, Spanish or Chinese."""
    return _mentions(text, "orders")


def strip_controls(text: str, *, keep_lines: bool = False) -> str:
    """Text without control, bidirectional and zero-width characters, in composed form."""
    if text.isascii() and text.isprintable():
        return text[:4000]
    normal = unicodedata.normalize("NFKC", text[:4000])
    return "".join(
        mark if mark == "\n" and keep_lines else " " if unicodedata.category(mark) in ("Cc", "Zl", "Zp") else mark
        for mark in normal
        if unicodedata.category(mark) not in ("Cf", "Co", "Cn", "Cs") and not "\ufe00" <= mark <= "\ufe0f"
    )


def _only_text(text: str) -> str:
    kept = (mark if unicodedata.category(mark)[0] in "LMNPZ" else " " for mark in text)
    return "".join(kept)


def _quotable(phrase: str) -> bool:
    words = phrase.split()
    letters = sum(mark.isalpha() for mark in phrase)
    han = sum("\u3040" <= mark <= "\u9fff" or "\uac00" <= mark <= "\ud7af" for mark in phrase)
    right_length = _LEAST_WORDS <= len(words) <= _MOST_WORDS if not han else 4 <= len(phrase) <= 24
    shouted = letters > 4 and phrase.upper() == phrase and not han
    return (
        right_length
        and len(phrase) <= LONGEST_PHRASE
        and letters >= 0.7 * len(phrase.replace(" ", ""))
        and letters >= 4
        and not shouted
        and not re.search(r"(\w)\1{3,}", phrase)
        and not _mentions(phrase, "sensitive")
        and words[-1].lower() not in _words("dangling")
    )


def _mentions(text: str, list_: str) -> bool:
    return bool(_pattern(list_).search(text.lower()))


@cache
def _words(list_: str) -> frozenset[str]:
    return frozenset(read_toml("quoting.toml")[list_])


@cache
def _pattern(list_: str) -> re.Pattern[str]:
    words = sorted(_words(list_), key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in words if ord(word[0]) < _HAN_BEGINS)
    han = "|".join(re.escape(word) for word in words if ord(word[0]) >= _HAN_BEGINS)
    return re.compile(rf"(?<!\w)(?:{latin})(?!\w)" + (f"|{han}" if han else ""))
