"""The funnel in words and a card: each rate with its number and interval, and no more said than they allow. Pure."""

from pydantic import JsonValue

from agent.cards import figures, wording
from agent.cards.piece import Piece, Show
from memory.domain.cards import ReportCard
from memory.domain.funnel import ENOUGH, Counts, Group, Grouping, Outcome
from memory.domain.periods import Period
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.funnel import FunnelShown


def funnel(result: FunnelShown, lang: Lang, texts: Texts) -> Piece:
    """A row a group, and whether one may be called better."""
    period = _days(result.question.period, result)
    if not any(group.counts.contacted for group in result.groups):
        return Piece(texts.say("funnel_nothing_sent", lang, period=period), for_planner={"contacted": 0})
    rows = [_row(_label(group, result, lang, texts), group.counts, lang, texts) for group in result.groups]
    if result.before is not None:
        earlier, whole = result.before
        rows.append(_row(_days(earlier, result), whole.counts, lang, texts))
    head = texts.say(f"funnel_by_{result.by}", lang) if result.by else texts.say("funnel_days", lang)
    outcomes = tuple(texts.say(f"funnel_{outcome}", lang) for outcome in Outcome)
    card = ReportCard(
        title=texts.say("funnel_title", lang),
        period=period,
        columns=(head, texts.say("funnel_contacted", lang), *outcomes),
        rows=tuple(rows),
        as_of=result.as_of,
        source=texts.say("funnel_source", lang),
    )
    lines = [texts.say("funnel_counted", lang, period=period, total=_total(result)), *_judged(result, lang, texts)]
    if result.hidden:
        lines.append(texts.say("funnel_hidden", lang, count=result.hidden))
    return Piece("\n".join(lines), (card,), for_planner={"rows": [_for_planner(row) for row in rows]})


def _total(result: FunnelShown) -> int:
    """How many were written to; of groups that share creators, as many messages."""
    return sum(group.counts.contacted for group in result.groups)


def _judged(result: FunnelShown, lang: Lang, texts: Texts) -> list[str]:
    """What the intervals allow to be said; of one group nothing is compared."""
    verdict = result.verdict
    outcome = texts.say(f"funnel_{result.judged}", lang)
    lines: list[str] = []
    names = {id(group): _label(group, result, lang, texts) for group in result.groups}
    if result.before is not None:
        names[id(result.before[1])] = _days(result.before[0], result)

    def listed(groups: tuple[Group, ...]) -> str:
        return wording.listed([names[id(group)] for group in groups if id(group) in names], lang)

    if verdict.best is not None and id(verdict.best) in names:
        best = names[id(verdict.best)]
        lines.append(texts.say("funnel_better", lang, best=best, others=listed(verdict.beaten), outcome=outcome))
        if verdict.unclear:
            lines.append(texts.say("funnel_not_told", lang, best=best, others=listed(verdict.unclear)))
    elif verdict.compares:
        lines.append(texts.say("funnel_no_difference", lang, outcome=outcome))
    if verdict.small and (result.by or result.before or not verdict.unclear):
        lines.append(texts.say("funnel_small", lang, names=listed(verdict.small), least=ENOUGH))
    return lines


def _label(group: Group, result: FunnelShown, lang: Lang, texts: Texts) -> str:
    if result.by is None:
        return _days(result.question.period, result)
    if group.name is None:
        return texts.say("funnel_free_words" if result.by is Grouping.TEMPLATE else "funnel_not_kept", lang)
    if result.by is Grouping.HOUR:
        return f"{int(group.name):02d}:00–{int(group.name):02d}:59"
    if result.by is Grouping.ROUND:
        return texts.say("funnel_round", lang, round=int(group.name))
    if result.by is Grouping.LANGUAGE:
        key = f"language_{group.name}"
        return texts.say(key, lang) if key in texts else group.name
    if group.version is not None:
        return texts.say("template_named", lang, name=group.name, version=group.version)
    purpose, _, tone = group.name.partition(".")
    return texts.say(
        "funnel_built_in", lang, purpose=texts.say(f"web_purpose_{purpose}", lang), tone=texts.say(f"tone_{tone}", lang)
    )


def _row(label: str, counts: Counts, lang: Lang, texts: Texts) -> tuple[str, ...]:
    return (label, str(counts.contacted), *(_rate(counts, outcome, lang, texts) for outcome in Outcome))


def _rate(counts: Counts, outcome: Outcome, lang: Lang, texts: Texts) -> str:
    """「36，9.0%（6.6%–12.2%）」; of too few only how many, 「样本不足」."""
    count, rate = counts.of(outcome), counts.rate(outcome)
    if rate is None or not counts.enough:
        return texts.say("funnel_too_few", lang, count=count)
    interval = counts.interval(outcome)
    return texts.say(
        "funnel_rate", lang, count=count, rate=_percent(rate), low=_percent(interval.low), high=_percent(interval.high)
    )


def _percent(share: float) -> str:
    return f"{share * 100:.1f}%"


def _days(period: Period, result: FunnelShown) -> str:
    return figures.days(period.first, period.last, result.question.days.today)


def _for_planner(row: tuple[str, ...]) -> JsonValue:
    return list(row)


SHOWN: dict[type, Show] = {FunnelShown: funnel}
