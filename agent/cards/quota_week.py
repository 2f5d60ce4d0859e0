"""Whose turn it is this week, and what the platform counts beside us, as cards."""

from datetime import timedelta
from typing import Any

from agent.cards import wording
from memory.domain.cards import ReportCard
from memory.domain.money import Money, MoneySpan
from memory.domain.shops import PlatformQuota
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.quota.asking import WeekPlan
from tools.quota.week import CURRENCY, Turn, Worth

MOST_SHOWN = 50
_WEEK = timedelta(days=7)


def said(plan: WeekPlan, lang: Lang, texts: Texts) -> str:
    """How many may go this week, what of it is used, who comes later, and who not at all."""
    again = wording.clock(plan.ends_at, plan.zone, lang)
    now = sum(turn.week == 0 for turn in plan.turns)
    facts: dict[str, str | int | float] = {
        "brand": plan.brand,
        "used": plan.used,
        "promised": plan.promised,
        "again": again,
        "count": now,
    }
    if plan.left is None:
        lines = [texts.say("week_no_limit", lang, **facts)]
    else:
        limit = plan.limit if plan.limit is not None else texts.say("week_limit_platform", lang)
        lines = [texts.say("week_left", lang, **facts, limit=limit, left=plan.left)]
    later = len(plan.turns) - now
    if later:
        lines.append(texts.say("week_later", lang, count=later, again=again))
    if plan.waiting:
        lines.append(texts.say("week_waiting", lang, count=plan.waiting))
    reasons = [texts.say(f"week_out_{why}", lang, count=count) for why, count in sorted(plan.left_out.items())]
    if reasons:
        lines.append(texts.say("week_left_out", lang, reasons=wording.listed(reasons, lang)))
    if plan.unasked is not None:
        why = texts.say(plan.unasked.text_key, lang, **plan.unasked.facts)
        lines.append(texts.say("week_unasked", lang, why=why))
    if not plan.turns and not plan.waiting:
        lines.append(texts.say("week_nobody", lang))
    elif len(plan.turns) > MOST_SHOWN:
        lines.append(texts.say("week_shown", lang, most=MOST_SHOWN, count=len(plan.turns)))
    return "\n".join(lines)


def card(plan: WeekPlan, lang: Lang, texts: Texts) -> ReportCard:
    """One row a creator, in the order of their turns, with the figures that order them."""
    columns = ("place", "creator", "gmv_30d", "kept", "expected", "when")
    return ReportCard(
        title=texts.say("week_title", lang),
        period=texts.say("week_period", lang, until=wording.clock(plan.ends_at, plan.zone, lang)),
        columns=tuple(texts.say(f"week_column_{name}", lang) for name in columns),
        rows=tuple(
            (
                str(place),
                f"@{turn.worth.creator.handle}",
                *_figures(turn.worth, lang, texts),
                _when(turn, plan, lang, texts),
            )
            for place, turn in enumerate(plan.turns[:MOST_SHOWN], 1)
        ),
        as_of=plan.as_of,
        source=texts.say("week_source_list" if plan.from_list else "week_source_drafts", lang),
    )


def levels(quota: PlatformQuota, lang: Lang, texts: Texts) -> ReportCard:
    """What the platform allows by creator level; the bonus goes first."""
    return ReportCard(
        title=texts.say("week_levels_title", lang),
        period=texts.say("week_levels_period", lang),
        columns=tuple(texts.say(f"week_column_{name}", lang) for name in ("levels", "bonus_left", "period_left")),
        rows=tuple(
            (wording.ranges(level.levels, lang), str(level.bonus_left), str(level.period_left))
            for level in quota.levels
        ),
        as_of=quota.read_at,
        source="TikTok Shop",
    )


def for_planner(plan: WeekPlan) -> dict[str, Any]:
    """The counts, and handles by week."""
    turns = plan.turns[:MOST_SHOWN]
    return {
        "limit": plan.limit,
        "used": plan.used,
        "approved_already": plan.promised,
        "left": plan.left,
        "counted_anew": plan.ends_at.isoformat(),
        "this_week": [turn.worth.creator.handle for turn in turns if turn.week == 0],
        "later": {turn.worth.creator.handle: turn.week for turn in turns if turn.week},
    }


def _figures(worth: Worth, lang: Lang, texts: Texts) -> tuple[str, str, str]:
    unknown = texts.say("unknown", lang)
    sales = unknown if worth.sales is None else _money(worth.sales, lang)
    kept = unknown if worth.fulfilment_bp is None else wording.share(worth.fulfilment_bp)
    if worth.value is None:
        return sales, kept, unknown
    guessed = worth.sales is None or worth.fulfilment_bp is None
    value = _money(worth.value, lang)
    return sales, kept, texts.say("week_by_the_middle", lang, value=value) if guessed else value


def _money(cents: int, lang: Lang) -> str:
    return wording.money(MoneySpan.exactly(Money(cents, CURRENCY)), lang)


def _when(turn: Turn, plan: WeekPlan, lang: Lang, texts: Texts) -> str:
    if turn.free:
        return texts.say("week_free", lang)
    if turn.week == 0:
        return texts.say("week_now", lang)
    return texts.say("week_from", lang, when=wording.clock(plan.ends_at + (turn.week - 1) * _WEEK, plan.zone, lang))
