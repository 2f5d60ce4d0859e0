"""Contacts never leave for a model: e-mail addresses, phone numbers, street addresses become marked blanks."""

import re

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+\s?(?:@|\[at\]|\(at\))\s?[A-Za-z0-9-]+(?:\s?(?:\.|\[dot\])\s?[A-Za-z0-9-]+)+")
_LINK = re.compile(r"\b(?:https?://)?(?:wa\.me|t\.me|line\.me|api\.whatsapp\.com)/\S+", re.IGNORECASE)
_PHONE = re.compile(r"(?<![\w$€£¥.])\+?\(?\d{1,4}\)?(?:[\s.-]?\(?\d{2,4}\)?){2,4}(?![\w%])")
_STREET = re.compile(
    r"\b\d{1,5}\s+(?:[A-Z][\w'.-]*\s+){1,4}"
    r"(?:street|st|avenue|ave|road|rd|lane|ln|drive|dr|boulevard|blvd|court|ct|way|place|pl)\b\.?"
    r"(?:,?\s*(?:apt|unit|suite|#)\.?\s*\w+)?(?:,\s*[A-Z][\w .'-]+){0,3}(?:,?\s*[A-Z]{2}\s+\d{5}(?:-\d{4})?)?",
    re.IGNORECASE,
)
_STREET_ES = re.compile(
    r"\b(?:calle|avenida|av\.|plaza|paseo|carrera)\s+[\w .'ñáéíóú-]{2,40}?,?\s*(?:n[º°o.]\s*)?\d{1,5}\b[^.\n]{0,60}",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d")


def mask(text: str) -> str:
    """The text with every contact replaced by [e-mail], [phone], [address] or [link]; all else untouched."""
    text = _LINK.sub("[link]", text)
    text = _EMAIL.sub("[e-mail]", text)
    text = _STREET.sub("[address]", text)
    text = _STREET_ES.sub("[address]", text)
    return _PHONE.sub(_phone, text)


def _phone(found: re.Match[str]) -> str:
    # Fewer than nine digits is a price, a follower count or a date, not a number one can call.
    digits = len(_DIGITS.findall(found[0]))
    looks_like_date = re.fullmatch(r"\d{4}-\d{2}-\d{2}", found[0].strip())
    return found[0] if digits < 9 or looks_like_date else "[phone]"
