"""A digest that was asked for, all of it, and when digests come: in words and tables. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from agent.cards import figures, wording
from agent.cards.digest import worded, worded_whole
from agent.cards.digest_figures import change_text, then_text, trend_chart
from agent.cards.digest_needs import NeedWords, left_of
from agent.cards.drafts import flag_text
from agent.cards.piece import Piece, Show
from memory.domain.cards import ReportCard
from memory.domain.digests import EVERY_DAY, Schedule, Subscription
from memory.domain.performance import Metric
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.digest.figures import METRICS
from tools.digest.results import Digest, DigestSet, DigestShown, DigestTimes

MOST_ROWS: Final = 20
_WORKING: Final = EVERY_DAY[:5]
_WEEKEND: Final = EVERY_DAY[5:]


def digest_shown(result: DigestShown, lang: Lang, texts: Texts) -> Piece:
    """The digest as it is sent, with its chart; in full with every table behind it."""
    drawn = trend_chart(result.digest.figures, lang, texts)
    charts = (drawn,) if drawn is not None else ()
    if not result.full:
        text = worded(result.digest, lang, texts)
        return Piece(text, charts, for_planner={"digest": text})
    text = worded_whole(result.digest, lang, texts)
    first = texts.say("digest_first", lang, count=MOST_ROWS)
    cards = (*charts, *_tables(result.digest, lang, texts))
    return Piece(f"{text}\n{first}", cards, for_planner={"digest": text})


def digest_times(result: DigestTimes, lang: Lang, texts: Texts) -> Piece:
    """When it comes, or how to get one."""
    found = result.subscription
    if found is None:
        return _said(texts.say("digest_when_never", lang))
    if not found.wish.active:
        return _said(texts.say("digest_when_off", lang))
    return _said(f"{_schedule('digest_when', found, lang, texts)}{_where(result, lang, texts)}")


def digest_set(result: DigestSet, lang: Lang, texts: Texts) -> Piece:
    """What it is from now on."""
    found = result.times.subscription
    if found is None or (not found.wish.active and not result.was_on):
        return _said(texts.say("digest_was_off", lang))
    if not found.wish.active:
        return _said(texts.say("digest_off", lang))
    said = _schedule("digest_set_again" if result.was_on else "digest_set", found, lang, texts)
    return _said(f"{said}{_where(result.times, lang, texts)}")


def days_text(days: tuple[int, ...], lang: Lang, texts: Texts) -> str:
    """每天, 周一到周五, or each by its name."""
    for named, key in ((EVERY_DAY, "every_day"), (_WORKING, "weekdays"), (_WEEKEND, "weekends")):
        if days == named:
            return texts.say(f"digest_{key}", lang)
    return wording.listed([texts.say(f"digest_day_{day}", lang) for day in days], lang)


def schedule_text(schedule: Schedule, lang: Lang, texts: Texts) -> str:
    """「每天 09:00」"""
    return f"{days_text(schedule.days, lang, texts)} {schedule.at:%H:%M}"


def _schedule(key: str, found: Subscription, lang: Lang, texts: Texts) -> str:
    schedule = found.wish.schedule
    return texts.say(
        key,
        lang,
        days=days_text(schedule.days, lang, texts),
        at=f"{schedule.at:%H:%M}",
        zone=schedule.zone,
        language=texts.say(f"digest_language_{found.wish.lang}", lang),
        next=wording.clock(found.next_at, schedule.zone, lang),
    )


def _where(times: DigestTimes, lang: Lang, texts: Texts) -> str:
    space = "" if lang == "zh" else " "
    if times.in_chat:
        key = "chat" if times.speaks_there else "chat_team" if times.pushed else "chat_silent"
    else:
        key = "team" if times.pushed else "page"
    return f"{space}{texts.say(f'digest_where_{key}', lang)}"


def _said(text: str) -> Piece:
    return Piece(text, for_planner={"says": text})


def _tables(digest: Digest, lang: Lang, texts: Texts) -> Iterator[ReportCard]:
    words, needs = NeedWords(digest, lang, texts), digest.needs
    if digest.figures.known:
        yield _figures(digest, lang, texts)
    yield from _table(
        "decisions", ("batch", "open", "by"), digest, lang, texts,
        [(one.code, str(one.open), words.clock(one.decide_by)) for one in needs.decisions],
    )  # fmt: skip
    yield from _table(
        "replies", ("creator", "waiting"), digest, lang, texts,
        [(f"@{one.handle}", words.waited(one.received_at)) for one in needs.replies],
    )  # fmt: skip
    yield from _table(
        "pushes", ("push", "why", "made"), digest, lang, texts,
        [
            (
                texts.say(f"web_push_kind_{one.kind}", lang),
                flag_text(one.reason, lang=lang, texts=texts, now=None) if one.reason else texts.say("unknown", lang),
                words.clock(one.made_at),
            )
            for one in needs.pushes
        ],
    )  # fmt: skip
    yield from _table(
        "samples", ("creator", "due", "cost"), digest, lang, texts,
        [(f"@{one.handle}", words.clock(one.due_at), words.cost([one])) for one in needs.samples],
    )  # fmt: skip
    yield from _table(
        "quota", ("brand", "day_used", "day_left", "planned", "held"), digest, lang, texts,
        [(one.brand, *map(str, (one.day_used, left_of(one), one.planned, one.held))) for one in needs.quotas],
    )  # fmt: skip


def _table(
    kind: str, columns: tuple[str, ...], digest: Digest, lang: Lang, texts: Texts, rows: list[tuple[str, ...]]
) -> Iterator[ReportCard]:
    if rows:
        yield ReportCard(
            title=texts.say(f"digest_card_{kind}", lang),
            period="",
            columns=tuple(_column(one, lang, texts) for one in columns),
            rows=tuple(rows[:MOST_ROWS]),
            as_of=digest.now,
            source=texts.say("source_own_books", lang),
        )


def _column(column: str, lang: Lang, texts: Texts) -> str:
    own = f"digest_column_{column}"
    return texts.say(own if own in texts else f"column_{column}", lang)


def _figures(digest: Digest, lang: Lang, texts: Texts) -> ReportCard:
    """Every figure of the day beside what came before, and of the month beside the last one."""
    read, currency = digest.figures, digest.figures.main.currency
    month, before = read.month.total.figures, read.month.total.before

    def row(metric: Metric) -> tuple[str, ...]:
        now = read.now(metric)
        return (
            texts.say(f"metric_{metric}", lang),
            figures.value(now, currency, lang, texts),
            then_text(read, metric, lang, texts),
            change_text(read, metric, lang, texts),
            figures.sample(now, lang, texts),
            figures.value(month.get(metric), currency, lang, texts),
            figures.value(before.get(metric), currency, lang, texts),
        )

    columns = [
        *(texts.say(f"performance_column_{one}", lang) for one in ("metric", "value", "before", "change")),
        texts.say("performance_sample_size", lang),
        *(texts.say(f"digest_column_{one}", lang) for one in ("month", "month_before")),
    ]
    return ReportCard(
        title=texts.say("digest_card_figures", lang),
        period=_days(read.main.period.first, read.main.period.last, digest.day, read.main.zones, lang, texts),
        columns=tuple(columns),
        rows=tuple(row(metric) for metric in METRICS),
        as_of=read.main.as_of,
        source=wording.listed(sorted({one.source for one in read.main.sources}), lang),
    )


def _days(first: date, last: date, today: date, zones: tuple[str, ...], lang: Lang, texts: Texts) -> str:
    said = texts.say("performance_zones_shop", lang, zones=wording.listed(list(zones), lang))
    return texts.say("performance_period", lang, days=figures.days(first, last, today), zones=said)


SHOWN: dict[type, Show] = {DigestShown: digest_shown, DigestTimes: digest_times, DigestSet: digest_set}
