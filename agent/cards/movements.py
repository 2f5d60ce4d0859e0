"""Why a figure moved, and what is odd about it, in sentences. Pure."""

from agent.cards import figures, wording
from memory.domain.performance import GroupBy, Kind, Metric
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.anomalies import Anomaly
from tools.performance.anomalies import Kind as Odd
from tools.performance.movements import Movement, Part, Parts
from tools.performance.results import FiguresShown


def said(result: FiguresShown, lang: Lang, texts: Texts) -> list[str]:
    """The change, and the parts that sum to it."""
    moved, currency = result.movement, result.report.currency
    if moved is None:
        return [texts.say("performance_not_moved", lang)]
    kind = _kind(result, moved.metric)
    lines = [
        texts.say(
            "performance_moved",
            lang,
            metric=texts.say(f"metric_{moved.metric}", lang),
            before=figures.amount(kind, moved.before, currency, lang),
            after=figures.amount(kind, moved.after, currency, lang),
            change=figures.signed(kind, moved.change, currency, lang),
        )
    ]
    if not moved.parts:
        return [*lines, texts.say("performance_moved_not_a_sum", lang)]
    return [
        *lines,
        *_orders(moved, kind, currency, lang, texts),
        *(_by(one, kind, currency, lang, texts) for one in moved.parts),
    ]


def odd(result: FiguresShown, lang: Lang, texts: Texts) -> list[str]:
    """A sentence for each thing worth one."""
    return [_odd(one, result.report.currency, lang, texts) for one in result.anomalies]


def _kind(result: FiguresShown, metric: Metric) -> Kind:
    return result.report.total.figures[metric].kind


def _orders(moved: Movement, kind: Kind, currency: str, lang: Lang, texts: Texts) -> list[str]:
    if moved.by_count is None or moved.by_value is None:
        return []
    by_count = figures.signed(kind, moved.by_count, currency, lang)
    by_value = figures.signed(kind, moved.by_value, currency, lang)
    return [texts.say("performance_moved_orders", lang, by_count=by_count, by_value=by_value)]


def _by(parts: Parts, kind: Kind, currency: str, lang: Lang, texts: Texts) -> str:
    named = [
        texts.say(
            "performance_moved_part",
            lang,
            name=_name(part, parts.by, lang, texts),
            change=figures.signed(kind, part.change, currency, lang),
        )
        for part in parts.largest
    ]
    group, largest = texts.say(f"group_{parts.by}", lang), wording.listed(named or ["-"], lang)
    if not parts.others:
        return texts.say("performance_moved_by_these", lang, group=group, parts=largest)
    others = figures.signed(kind, parts.others, currency, lang)
    return texts.say("performance_moved_by", lang, group=group, parts=largest, others=others)


def _name(part: Part, by: GroupBy, lang: Lang, texts: Texts) -> str:
    if not part.key.id:
        return texts.say("performance_unattributed", lang)
    return f"@{part.key.label.removeprefix('@')}" if by is GroupBy.CREATOR else part.key.label


def _odd(one: Anomaly, currency: str, lang: Lang, texts: Texts) -> str:
    key = f"performance_anomaly_{one.kind}"
    day = f"{one.day:%m-%d}"
    match one.kind:
        case Odd.RISE | Odd.FALL:
            value, usual = (figures.amount(Kind.MONEY, number, currency, lang) for number in (one.value, one.usual))
            return texts.say(key, lang, day=day, value=value, usual=usual)
        case Odd.REFUNDS:
            return texts.say(key, lang, value=wording.share(one.value), usual=wording.share(one.usual))
        case _:
            return texts.say(key, lang, day=day, source=one.source)
