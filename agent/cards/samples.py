"""Samples in words and rows: asked for, recorded, or waiting for a word. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from agent.cards import wording
from agent.cards.piece import Piece, Show
from agent.deliveries.wording import quoted
from memory.domain.cards import ReportCard
from memory.domain.money import Money, MoneySpan
from memory.domain.sample import OWING, Sample, SampleStatus
from memory.domain.sample_views import SampleLine
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.samples.tool import SamplesRecorded, SamplesShown, SamplesWaiting, WaitingRow

MOST_ROWS: Final = 50
_LAST: Final = 40
_COLUMNS: Final = (
    "column_creator",
    "column_product",
    "column_sample_status",
    "column_sample_days",
    "column_sample_due",
    "column_cost",
    "column_owner",
    "column_last_message",
)
_WAITING: Final = ("column_creator", "column_product", "column_sample_status", "column_cost")
_NAMED: Final = 10


def samples_shown(result: SamplesShown, lang: Lang, texts: Texts) -> Piece:
    """The samples asked for, how many there are of each status, and the overdue ones nobody asked for."""
    total = len(result.lines)
    parts = [texts.say("samples_listed", lang, count=total) if total else texts.say("samples_none", lang)]
    if total > MOST_ROWS:
        parts.append(texts.say("samples_first", lang, count=MOST_ROWS))
    overdue = result.counts.get(SampleStatus.OVERDUE, 0)
    if overdue and all(line.sample.status is not SampleStatus.OVERDUE for line in result.lines):
        parts.append(texts.say("samples_overdue_too", lang, count=overdue))
    if result.counts:
        parts.append(texts.say("samples_all", lang, counts=counts_said(result.counts, lang, texts)))
    card = _table(result.lines, result.as_of, result.zone, lang, texts)
    return Piece("\n".join(parts), (card,) if total else (), for_planner=_for_planner(result.lines))


def samples_recorded(result: SamplesRecorded, lang: Lang, texts: Texts) -> Piece:
    """「已登记 @a 的样品：已寄出（单号 1Z…）」"""
    if not result.changed:
        return Piece(texts.say("samples_unchanged", lang), for_planner=_for_planner(result.lines))
    said = [_said(line, result.zone, lang, texts) for line in result.lines[:_NAMED]]
    text = texts.say(
        "samples_recorded", lang, count=result.changed, samples=("；" if lang == "zh" else "; ").join(said)
    )
    if len(result.lines) <= _NAMED:
        return Piece(text, for_planner=_for_planner(result.lines))
    card = _table(result.lines, result.as_of, result.zone, lang, texts)
    return Piece(text + "…", (card,), for_planner=_for_planner(result.lines))


def samples_waiting(result: SamplesWaiting, lang: Lang, texts: Texts) -> Piece:
    """「批准 2 个样品要花货，请回：确认 C4」, with each of them and its cost."""
    status = status_text(result.status, lang, texts) if result.status else texts.say("sample_facts", lang)
    key = "samples_wait_for_sign" if result.signs else "samples_wait_for_word"
    count = result.signs or len(result.rows)
    text = texts.say(key, lang, count=count, status=status, code=result.code)
    new = texts.say("sample_new", lang)
    card = ReportCard(
        title=texts.say("samples_title", lang),
        period=result.code,
        columns=tuple(texts.say(key, lang) for key in _WAITING),
        rows=tuple(
            (
                f"@{row.handle}",
                row.product or texts.say("not_set", lang),
                f"{status_text(row.present, lang, texts) if row.present else new} → {status}",
                _cost_or_price(row, lang, texts),
            )
            for row in result.rows
        ),
        as_of=None,
        source=texts.say("source_own_books", lang),
    )
    return Piece(text, (card,), for_planner={"waiting": result.code, "count": len(result.rows)})


def _cost_or_price(row: WaitingRow, lang: Lang, texts: Texts) -> str:
    """What it costs, as far as anybody wrote it down; else at least what it sells for."""
    if row.cost or not row.price:
        return cost_text(row.cost, lang, texts)
    return texts.say("sample_sells_for", lang, price=cost_text(row.price, lang, texts))


def counts_said(counts: dict[SampleStatus, int], lang: Lang, texts: Texts) -> str:
    """「已寄出 3、逾期 1」 in the order samples go."""
    said = [f"{status_text(status, lang, texts)} {counts[status]}" for status in SampleStatus if status in counts]
    return wording.listed(said, lang)


def status_text(status: SampleStatus, lang: Lang, texts: Texts) -> str:
    """A status by name."""
    return texts.say(f"sample_status_{status.value}", lang)


def days_text(line: SampleLine, lang: Lang, texts: Texts) -> str:
    """「还剩 3 天」, 「逾期 2 天」, else how long it stands so."""
    if line.sample.status is SampleStatus.OVERDUE:
        return texts.say("sample_days_late", lang, days=-line.days)
    if line.sample.status in OWING:
        return texts.say("sample_days_left", lang, days=line.days)
    return texts.say("sample_days_in", lang, days=line.days)


def cost_text(cost: Money | None, lang: Lang, texts: Texts) -> str:
    """An amount, or that nobody wrote it down."""
    return wording.money(MoneySpan.exactly(cost), lang) if cost else texts.say("not_set", lang)


def last_text(line: SampleLine, zone: str, lang: Lang, texts: Texts, *, now: datetime) -> str:
    """Who wrote last, when and what, without contacts."""
    if line.last is None:
        return texts.say("sample_no_message", lang)
    said = quoted(line.last.text)
    text = said if len(said) <= _LAST else said[: _LAST - 1] + "…"
    key = "sample_last_us" if line.last.ours else "sample_last_creator"
    return texts.say(key, lang, when=wording.day(line.last.at, zone, lang, now=now).strip(), text=text)


def _table(lines: Sequence[SampleLine], as_of: datetime, zone: str, lang: Lang, texts: Texts) -> ReportCard:
    unset = texts.say("not_set", lang)
    return ReportCard(
        title=texts.say("samples_title", lang),
        period="",
        columns=tuple(texts.say(key, lang) for key in _COLUMNS),
        rows=tuple(
            (
                f"@{line.handle}",
                line.product or unset,
                status_text(line.sample.status, lang, texts),
                days_text(line, lang, texts),
                _day(line.sample.due_at, zone, lang) if line.sample.due_at else unset,
                cost_text(line.sample.cost, lang, texts),
                line.owner or unset,
                last_text(line, zone, lang, texts, now=as_of),
            )
            for line in lines[:MOST_ROWS]
        ),
        as_of=as_of,
        source=texts.say("source_own_books", lang),
    )


def _said(line: SampleLine, zone: str, lang: Lang, texts: Texts) -> str:
    """One sample in a phrase: who, which status, and what belongs to that status."""
    sample = line.sample
    said = texts.say(
        "sample_said", lang, handle=line.handle, status=status_text(sample.status, lang, texts), product=_of(line, lang)
    )
    facts = _facts(sample, zone, lang, texts)
    if not facts:
        return said
    return f"{said}（{wording.listed(facts, lang)}）" if lang == "zh" else f"{said} ({wording.listed(facts, lang)})"


def _of(line: SampleLine, lang: Lang) -> str:
    if not line.product:
        return ""
    return f"「{line.product}」" if lang == "zh" else f' "{line.product}"'


def _facts(sample: Sample, zone: str, lang: Lang, texts: Texts) -> list[str]:
    facts = []
    if sample.tracking_number and sample.status in (SampleStatus.APPROVED, SampleStatus.SHIPPED):
        facts.append(texts.say("sample_fact_tracking", lang, number=sample.tracking_number))
    if sample.due_at and sample.status in OWING:
        facts.append(texts.say("sample_fact_due", lang, day=_day(sample.due_at, zone, lang)))
    if sample.content_link and sample.status is SampleStatus.POSTED:
        facts.append(sample.content_link)
    if sample.cost:
        facts.append(texts.say("sample_fact_cost", lang, cost=cost_text(sample.cost, lang, texts)))
    return facts


def _day(moment: datetime, zone: str, lang: Lang) -> str:
    return wording.clock(moment, zone, lang).rsplit(" ", 1)[0]


def _for_planner(lines: Sequence[SampleLine]) -> dict[str, Any]:
    rows = [
        {
            "handle": line.handle,
            "status": line.sample.status.value,
            "days": line.days,
            "due": line.sample.due_at.date().isoformat() if line.sample.due_at else None,
        }
        for line in lines[:20]
    ]
    return {"total": len(lines), "samples": rows}


SHOWN: dict[type, Show] = {
    SamplesShown: samples_shown,
    SamplesRecorded: samples_recorded,
    SamplesWaiting: samples_waiting,
}
