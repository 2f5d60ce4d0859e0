"""How figures and their changes read. Pure; unknown is said, never zero."""

from datetime import date
from fractions import Fraction

from agent.cards import wording
from memory.domain.money import Money, MoneySpan
from memory.domain.performance import Figure, Kind
from memory.domain.workspace import Lang
from prompts.render import Texts

_MOST_IN_FULL = 10_000_000


def value(figure: Figure | None, currency: str, lang: Lang, texts: Texts) -> str:
    """A value as its kind is read."""
    if figure is None or figure.value is None:
        return texts.say("unknown", lang)
    return amount(figure.kind, figure.value, currency, lang)


def amount(kind: Kind, number: int, currency: str, lang: Lang) -> str:
    """$12,345, 34,200 or 18.5%, in full as long as that can be read; below zero with the sign in front."""
    if number < 0:
        return f"-{amount(kind, -number, currency, lang)}"
    match kind:
        case Kind.MONEY:
            money = Money(number, currency)
            in_full = money.amount < _MOST_IN_FULL
            return wording.money_in_full(money) if in_full else wording.money(MoneySpan.exactly(money), lang)
        case Kind.COUNT:
            return f"{number:,}" if number < _MOST_IN_FULL else wording.number(number, lang)
        case Kind.SHARE:
            return wording.share(number)


def signed(kind: Kind, number: int, currency: str, lang: Lang) -> str:
    """A difference: +$1,200, -3, +1.5 个百分点."""
    plus = "+" if number > 0 else ""
    said = amount(kind, number, currency, lang)
    if kind is not Kind.SHARE:
        return f"{plus}{said}"
    points = said.removesuffix("%")
    return f"{plus}{points} 个百分点" if lang == "zh" else f"{plus}{points} points"


def change(now: Figure | None, then: Figure | None, currency: str, lang: Lang, texts: Texts) -> str:
    """+23.4% of what it was, a share by percentage points; from zero the difference itself."""
    if now is None or then is None or now.value is None or then.value is None:
        return texts.say("performance_not_compared", lang)
    difference = now.value - then.value
    if not difference:
        return texts.say("performance_same", lang)
    if now.kind is Kind.SHARE or not then.value:
        return signed(now.kind, difference, currency, lang)
    per_mille = round(Fraction(difference * 1000, abs(then.value)))
    plus = "+" if per_mille > 0 else "-" if per_mille < 0 else ""
    whole, tenth = divmod(abs(per_mille), 10)
    return f"{plus}{whole}.{tenth}%" if tenth else f"{plus}{whole}%"


def sample(figure: Figure | None, lang: Lang, texts: Texts) -> str:
    """How many things a figure is drawn from."""
    if figure is None:
        return texts.say("unknown", lang)
    return texts.say(f"performance_n_{figure.of}", lang, count=f"{figure.n:,}")


def days(first: date, last: date, today: date) -> str:
    """11-16 ~ 11-22; with the year where it is not this one."""
    form = "%m-%d" if first.year == last.year == today.year else "%Y-%m-%d"
    return f"{first:{form}}" if first == last else f"{first:{form}} ~ {last:{form}}"
