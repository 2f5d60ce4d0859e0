"""Checks one text against every rule that applies to it. A check, not legal advice. Pure."""

import re
from dataclasses import dataclass

from memory.domain.outreach import Channel, Flag
from tools.compliance.disclosure import check_disclosure
from tools.compliance.rules import Rule, TextKind, rules

LONGEST_QUOTE = 80
_APOSTROPHES = str.maketrans("’‘＠", "''@")
_HAN = re.compile(r"[\u3400-\u9fff]")
_SPANISH = re.compile(r"[ñ¿¡]|\b(?:el|la|los|las|que|una|con|para|por|tu|gracias|hola)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule a text breaks: where, whose rule it is, and a wording that passes."""

    rule: str
    quote: str
    instead: str
    authority: str
    blocking: bool

    def flag(self) -> Flag:
        """As a flag of a draft; its text key is "compliance_<rule>"."""
        facts: dict[str, str | int | float] = {
            "quote": self.quote,
            "instead": self.instead,
            "authority": self.authority,
        }
        return Flag(f"compliance_{self.rule}", facts, self.blocking)


def check_text(
    text: str, *, kind: TextKind = "message", market: str | None = None, channel: Channel | None = None
) -> tuple[Finding, ...]:
    """What a text breaks, blocking findings first, each rule once.

    With a channel, rules of other channels are left out. A caption or brief must also disclose (or ask to).
    """
    plain = text.translate(_APOSTROPHES)
    found = [
        Finding(rule.name, _short(quote), instead_for(rule, text), authority_for(rule, market), rule.blocking)
        for rule in rules()
        if kind in rule.kinds
        and (channel is None or not rule.channels or channel in rule.channels)
        and (quote := _broken(rule, plain))
    ]
    if kind != "message":
        found += [
            Finding(miss.rule, _short(miss.quote), miss.instead, miss.authority, miss.blocking)
            for miss in check_disclosure(plain, kind=kind, market=market)
        ]
    return tuple(sorted(found, key=lambda finding: not finding.blocking))


def authority_for(rule: Rule, market: str | None) -> str:
    """Whose rule it is in a market; without one, the United States'."""
    return rule.authority.get(market or "US") or rule.authority[""]


def instead_for(rule: Rule, text: str) -> str:
    """A wording that passes, in the language of the text."""
    return rule.instead[language_of(text)]


def language_of(text: str) -> str:
    """Chinese, Spanish or English, by its letters and smallest words."""
    if len(_HAN.findall(text)) * 3 > len(re.findall(r"[A-Za-z]+", text)):
        return "zh"
    return "es" if len(_SPANISH.findall(text)) >= 2 else "en"


def _broken(rule: Rule, text: str) -> str | None:
    for pattern in rule.patterns:
        for match in pattern.finditer(text):
            if not any(_within(excuse, text, match) for excuse in rule.unless):
                return match.group()
    return None


def _within(excuse: re.Pattern[str], text: str, match: re.Match[str]) -> bool:
    """Whether a harmless use covers or touches the words found."""
    return any(
        harmless.start() <= match.end() and match.start() <= harmless.end() for harmless in excuse.finditer(text)
    )


def _short(quote: str) -> str:
    flat = " ".join(quote.split())
    return flat if len(flat) <= LONGEST_QUOTE else flat[: LONGEST_QUOTE - 1] + "…"
