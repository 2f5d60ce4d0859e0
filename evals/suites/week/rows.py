"""The office's rows as they stand, read by an auditor's own SQL: what the suite judges is not asked for its opinion."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

import psycopg
from psycopg.rows import class_row

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in its newest version, with the step it became (None: it became none).

    `after`: the draft it comes `delay_days` after; `ended`: why nobody needs to decide it any more.
    """

    draft: int
    brand: int
    batch: str
    number: int
    handle: str
    zone: str | None
    market: str | None
    purpose: str
    channel: str
    conversation: int | None
    made_by: int
    stopped: bool
    decide_by: datetime
    digest: str
    failing: bool
    step: int | None
    state: str | None
    reason: str | None
    attempts: int | None
    due_at: datetime | None
    sent_at: datetime | None
    key: str | None
    may_have_gone: bool | None
    after: int | None
    delay_days: int | None
    ended: str | None


@dataclass(frozen=True, slots=True)
class SendRow:
    """One line of the ledger, with the version it carries. `author` wrote that version."""

    step: int
    draft: int
    attempt: int
    state: str
    digest: str
    text: str
    author: int
    commission_bp: int | None
    claimed_at: datetime
    reason: str | None
    member: int | None


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """One decision, with what the presentation it answers showed of the draft, to whom, and whether it arrived."""

    draft: int
    member: int
    verdict: str
    digest: str
    decided_at: datetime
    valid_until: datetime
    voided_at: datetime | None
    shown_to: int
    shown_digest: str | None
    delivered_at: datetime | None
    decide_by: datetime


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One creator's message, with the conversation that drafted what it answers."""

    id: int
    brand: int
    handle: str
    source: str
    outside_id: str
    text: str
    stored_at: datetime
    intent: str
    conversation: int | None


@dataclass(frozen=True, slots=True)
class ToldRow:
    """One creator's message told in one line of a conversation. `author`: a notice, or the answer to a paste."""

    conversation: int
    author: str
    message: int


@dataclass(frozen=True, slots=True)
class CountRow:
    """One counter of one day (UTC)."""

    day: date
    name: str
    count: int


@dataclass(frozen=True, slots=True)
class MarkRow:
    """A member said that the message of a draft was sent by hand."""

    handle: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Books:
    """All rows of one tenant at one moment."""

    drafts: tuple[DraftRow, ...]
    sends: tuple[SendRow, ...]
    decisions: tuple[DecisionRow, ...]
    answers: tuple[AnswerRow, ...]
    told: tuple[ToldRow, ...]
    counts: tuple[CountRow, ...]
    marks: tuple[MarkRow, ...]
    outages: tuple[bool, ...]


_DRAFTS = """
select d.id as draft, d.brand_id as brand, b.code as batch, d.number, c.handle, c.zone, c.market, d.purpose, d.channel,
    b.conversation_id as conversation, b.made_by, b.stopped_at is not null as stopped, b.decide_by, v.digest,
    exists (select 1 from jsonb_array_elements(v.flags) f where (f->>'blocking')::boolean) as failing,
    s.id as step, s.state, s.reason_key as reason, s.attempts, s.due_at, s.sent_at, s.idempotency_key as key,
    s.may_have_gone, f.after_id as after, f.delay_days, f.ended_key as ended
from draft d join batch b on b.id = d.batch_id join creator c on c.id = d.creator_id
join draft_version v on v.draft_id = d.id and v.number = d.newest left join outreach_step s on s.draft_id = d.id
left join follow_up f on f.draft_id = d.id
where d.tenant_id = %s and b.published_at is not null order by d.id
"""
_SENDS = """
select n.step_id as step, s.draft_id as draft, n.attempt, n.state, v.digest, v.text, v.author_id as author,
    v.commission_bp, n.claimed_at, n.reason_key as reason, n.member_id as member
from send n join outreach_step s on s.id = n.step_id join draft_version v on v.id = n.version_id
where n.tenant_id = %s order by n.id
"""
_DECISIONS = """
select e.draft_id as draft, e.member_id as member, e.verdict, e.digest, e.decided_at, e.valid_until, e.voided_at,
    p.member_id as shown_to, r.digest as shown_digest, p.delivered_at, p.decide_by
from decision e join presentation p on p.id = e.presentation_id
left join presented r on r.presentation_id = p.id and r.draft_id = e.draft_id
where e.tenant_id = %s order by e.id
"""
_ANSWERS = """
select m.id, m.brand_id as brand, c.handle, m.source, m.outside_id, m.text, m.stored_at, m.intent,
    b.conversation_id as conversation
from creator_message m join creator c on c.id = m.creator_id left join outreach_step s on s.id = m.step_id
left join draft d on d.id = s.draft_id left join batch b on b.id = d.batch_id
where m.tenant_id = %s order by m.id
"""
_TOLD = """
select m.conversation_id as conversation, m.author, (item->>'id')::bigint as message
from message m, jsonb_array_elements(m.reply->'cards') card, jsonb_array_elements(card->'items') item
where m.tenant_id = %s and card->>'kind' = 'replies' order by m.id
"""
_COUNTS = "select day, name, count from usage_counter where tenant_id = %s order by day, name"
_MARKS = """
select c.handle, e.at from audit_event e join outreach_step s on 'step:' || s.id = e.subject
join creator c on c.id = s.creator_id where e.tenant_id = %s and e.event = 'hand.sent' order by e.id
"""


async def read_books(url: str, tenant: int) -> Books:
    """Read everything in one snapshot."""
    async with await psycopg.AsyncConnection.connect(url) as line:
        await line.set_isolation_level(psycopg.IsolationLevel.REPEATABLE_READ)
        await line.execute("set local role daren_service")
        outages = await line.execute("select told_at is not null from outage where tenant_id = %s", [tenant])
        return Books(
            outages=tuple(told for (told,) in await outages.fetchall()),
            drafts=await _all(line, DraftRow, _DRAFTS, tenant),
            sends=await _all(line, SendRow, _SENDS, tenant),
            decisions=await _all(line, DecisionRow, _DECISIONS, tenant),
            answers=await _all(line, AnswerRow, _ANSWERS, tenant),
            told=await _all(line, ToldRow, _TOLD, tenant),
            counts=await _all(line, CountRow, _COUNTS, tenant),
            marks=await _all(line, MarkRow, _MARKS, tenant),
        )


async def machine_was_off(url: str, time: timedelta) -> None:
    """Whoever shows that they run last did so this much earlier: the machine's clock cannot be moved."""
    async with await psycopg.AsyncConnection.connect(url) as line:
        await line.execute("set local role daren_service")
        await line.execute("update heartbeat set beat_at = beat_at - %s", [time])


async def _all(line: psycopg.AsyncConnection, row: type[Row], query: str, tenant: int) -> tuple[Row, ...]:
    async with line.cursor(row_factory=class_row(row)) as cursor:
        await cursor.execute(query, [tenant])
        return tuple(await cursor.fetchall())
