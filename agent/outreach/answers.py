"""Collects what creators wrote, stores each answer once, and tells the conversation that asked."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol

import structlog

from connectors.ports.custody import Cursors
from connectors.ports.platforms import Answer, AnswerSource
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author
from memory.domain.dispatch import Service
from memory.domain.ids import BrandId, CreatorMessageId, MemberId, TenantId
from memory.domain.outreach import CreatorMessage, Gist
from memory.domain.stores import Units
from memory.domain.workspace import Lang, Scope

log = structlog.get_logger(__name__)


class ReadReply(Protocol):
    """Says what a creator's message asks for; `tools.replies.reading.read_reply`."""

    def __call__(self, text: str, *, now: date) -> Gist:
        """Read one message by rules."""
        ...


class Notice(Protocol):
    """Words an announcement of new answers."""

    def __call__(self, lang: Lang, messages: Sequence[CreatorMessage], *, now: datetime) -> Reply:
        """What a conversation is told."""
        ...


ScopeOf = Callable[[TenantId, MemberId, BrandId | None], Awaitable[Scope | None]]


@dataclass(frozen=True, slots=True)
class AnswerDesk:
    """What collecting needs: the doors to rows, and how answers are read and told.

    `scope_of` proves the scope of the member who asked (None: gone; the answer is then found by 「有谁回我们了」).
    """

    service: Service
    units: Units
    read: ReadReply
    scope_of: ScopeOf
    notice: Notice


@dataclass(slots=True)
class AnswerReport:
    """What one round brought in. `strangers`: from handles nobody here knows; they are not kept."""

    stored: list[CreatorMessageId] = field(default_factory=list)
    repeats: int = 0
    strangers: int = 0
    told: int = 0


async def collect(desk: AnswerDesk, source: AnswerSource, cursors: Cursors, *, tenant: TenantId) -> AnswerReport:
    """Take in everything written since the cursor. A crash in between repeats answers, which are stored once.

    Raises:
        Unavailable: the source or the database does not answer (retryable).
    """
    after = await cursors.read(source.name)
    async with desk.service.across_tenants("what time it is") as unit:
        now = unit.now
    answers, cursor = await source.answers(after=after, now=now)
    report = await take_in(desk, source.name, answers, tenant=tenant)
    if cursor is not None and cursor != after:
        await cursors.write(source.name, cursor)
    report.told = await tell(desk, tenant=tenant)
    return report


async def take_in(desk: AnswerDesk, source: str, answers: Sequence[Answer], *, tenant: TenantId) -> AnswerReport:
    """Store answers of a source, however they came: each once, with everything that follows from it.

    Raises:
        Unavailable: the database does not answer (retryable).
    """
    report = AnswerReport()
    for answer in answers:
        await _take_in(desk, source, answer, tenant, report)
    return report


async def tell(desk: AnswerDesk, *, tenant: TenantId) -> int:
    """Post a notice of answers nobody was told of, pasted ones too, into each conversation that asked, once.

    How many were told.
    """
    told = 0
    async with desk.service.across_tenants("answers nobody was told of") as unit:
        untold = await unit.answers.untold(tenant)
    for news in untold:
        scope = await desk.scope_of(tenant, news.member, news.brand)
        if scope is None:
            continue
        async with desk.units.unit(scope) as mine:
            fresh = await mine.creator_messages.mark_noticed(news.messages)
            found = [await mine.creator_messages.by_id(message) for message in fresh]
            messages = [message for message in found if message is not None]
            if messages:
                reply = desk.notice(scope.lang, messages, now=mine.now)
                await mine.conversations.say(news.conversation, author=Author.NOTICE, reply=reply, now=mine.now)
                told += len(messages)
    return told


async def _take_in(desk: AnswerDesk, source: str, answer: Answer, tenant: TenantId, report: AnswerReport) -> None:
    gist = desk.read(answer.text, now=_day(answer.written_at))
    async with desk.service.across_tenants("store a creator's answer") as unit:
        to = await unit.answers.addressee(tenant, platform=answer.platform, handle=answer.handle, brand=answer.brand)
        if to is None:
            report.strangers += 1
            log.warning("answer.stranger", source=source, outside_id=answer.outside_id)
            return
        stored = await unit.answers.store(
            tenant,
            to,
            source=source,
            outside_id=answer.outside_id,
            text=answer.text,
            gist=gist,
            received_at=answer.written_at,
        )
    if stored is None:
        report.repeats += 1
    else:
        report.stored.append(stored)


def _day(moment: datetime) -> date:
    return moment.date()
