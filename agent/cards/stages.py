"""How far creators came who were written to first in a period, as a table and a chart. Pure."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from agent.cards import wording
from agent.charts.option import Heading, Series, funnel
from memory.domain.cards import ChartCard, ReportCard
from memory.domain.performance_stores import FunnelRow
from memory.domain.workspace import Lang
from prompts.render import Texts

_STAGES: Final = ("contacted", "replied", "sampled", "posted", "sold")
_TIMES: Final = ("to_reply", "to_sample", "to_post", "to_sale")
_DAY: Final = timedelta(days=1)
_NEVER: Final = "-"


def stages_card(whole: FunnelRow, campaigns: Sequence[FunnelRow], period: str, lang: Lang, texts: Texts) -> ReportCard:
    """Everybody in the first row, then by the campaign of the first message; times are medians between stages."""
    names = [f"stages_{name}" for name in ("row", *_STAGES, *_TIMES)]
    named = [(one.key.label or texts.say("stages_no_campaign", lang), one) for one in campaigns]
    rows = [(texts.say("stages_all", lang), whole), *named]
    return ReportCard(
        title=texts.say("stages_title", lang),
        period=period,
        columns=tuple(texts.say(name, lang) for name in names),
        rows=tuple((name, *_counts(row), *_times(row, lang, texts)) for name, row in rows),
        as_of=None,
        source=texts.say("source_own_books", lang),
    )


def stages_chart(whole: FunnelRow, period: str, lang: Lang, texts: Texts) -> ChartCard:
    """Everybody, stage by stage."""
    steps = [texts.say(f"stages_{name}", lang) for name in _STAGES]
    counts = [getattr(whole, name) for name in _STAGES]
    title = texts.say("stages_title", lang)
    said = wording.listed([f"{step} {count}" for step, count in zip(steps, counts, strict=True)], lang)
    option = funnel(Heading(title, period), steps, Series(title, counts, [f"{count:,}" for count in counts]))
    return ChartCard(title=title, alt=texts.say("stages_alt", lang, stages=said), option=option)


def stages_reached(row: FunnelRow, lang: Lang, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Of one creator: each stage they came to, and how long after the one before it; "" where that is not known."""
    times = ("", *(said if said != _NEVER else "" for said in _times(row, lang, texts)))
    names = (texts.say(f"stages_{name}", lang) for name in _STAGES)
    reached = (getattr(row, name) > 0 for name in _STAGES)
    return tuple((name, time) for name, time, came in zip(names, times, reached, strict=True) if came)


def _counts(row: FunnelRow) -> tuple[str, ...]:
    return tuple(f"{getattr(row, name):,}" for name in _STAGES)


def _times(row: FunnelRow, lang: Lang, texts: Texts) -> tuple[str, ...]:
    between: list[timedelta | None] = [getattr(row, name) for name in _TIMES]
    return tuple(_NEVER if one is None else texts.say("stages_days", lang, days=f"{one / _DAY:.1f}") for one in between)
