"""A digest's figures beside what came before them: a mean is exact until it is read. Pure."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Final

from agent.cards import figures
from agent.cards.charting import chart
from agent.cards.performance import card
from memory.domain.cards import ChartCard
from memory.domain.performance import Kind, Metric, part
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.digest.figures import DigestFigures

_TENTH: Final = Decimal("0.1")
_ENOUGH: Final = 20  # orders: of fewer, every day is unlike the others


def then_text(read: DigestFigures, metric: Metric, lang: Lang, texts: Texts) -> str:
    """What a figure is compared with; a mean of counts to one decimal, of money to its minor unit, halves to even."""
    then, currency = read.before(metric), read.main.currency
    if then is None or then.value is None or not read.mean_of or then.kind is Kind.SHARE:
        return figures.value(then, currency, lang, texts)
    if then.kind is Kind.MONEY:
        return figures.amount(then.kind, round(Fraction(then.value, read.mean_of)), currency, lang)
    mean = (Decimal(then.value) / read.mean_of).quantize(_TENTH)
    return f"{mean:,.1f}".removesuffix(".0")


def change_text(read: DigestFigures, metric: Metric, lang: Lang, texts: Texts) -> str:
    """How a figure moved against it. Against a mean, as many such days are compared with the days themselves."""
    now, then = read.now(metric), read.before(metric)
    if now is not None and then is not None and read.mean_of and then.value and now.value is not None:
        now = now if then.kind is Kind.SHARE else replace(now, value=now.value * read.mean_of)
    return figures.change(now, then, read.main.currency, lang, texts)


def trend_chart(read: DigestFigures, lang: Lang, texts: Texts) -> ChartCard | None:
    """The last days' GMV beside the days before them; None where nobody told of any, or of one alone."""
    if read.trend is None:
        return None
    return chart(read.trend, card(read.trend, lang, texts), lang, texts)


def moved_bp(read: DigestFigures) -> int | None:
    """How far a day's GMV is from the mean, in basis points of it; None where too little was sold to say."""
    now, then = read.now(Metric.GMV), read.before(Metric.GMV)
    if not read.mean_of or now is None or now.value is None or then is None or not then.value or then.n < _ENOUGH:
        return None
    return part(now.value * read.mean_of - then.value, then.value)
