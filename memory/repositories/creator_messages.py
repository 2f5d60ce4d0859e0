"""What creators wrote to us: stored once, with everything that follows from it in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, any_, bindparam, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.creator import Stage
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, ConversationId, CreatorId, CreatorMessageId, TenantId
from memory.domain.money import Money
from memory.domain.outreach import CreatorMessage, Draft, DraftStatus, Gist, Intent, LastMessage, StepState
from memory.domain.workspace import Scope
from memory.models.base import Ids, Words
from memory.models.creators import CreatorRow, RelationRow, SuppressionRow
from memory.models.outreach import BatchRow, CreatorMessageRow, DraftRow, DraftVersionRow, SendRow, StepRow
from memory.repositories.counting import count_outreach
from memory.repositories.draft_rows import read_drafts, select_drafts
from memory.repositories.follow_ups import lock_undecided
from memory.standing import columns_of, standing

_EARLY_STAGES = (Stage.NEW.value, Stage.CONTACTED.value)
_OVER = frozenset({DraftStatus.REJECTED, DraftStatus.EXPIRED, DraftStatus.STOPPED, DraftStatus.FAILED})


def _ours(creators: Sequence[CreatorId]) -> Select[int, str, datetime | None]:
    """What creators were sent: (creator, text, at)."""
    return (
        select(StepRow.creator_id.label("creator"), DraftVersionRow.text, StepRow.sent_at.label("at"))
        .join(SendRow, SendRow.version_id == DraftVersionRow.id)
        .join(StepRow, StepRow.id == SendRow.step_id)
        .where(
            StepRow.creator_id.in_(creators),
            StepRow.state == StepState.SENT.value,
            SendRow.state == "accepted",
            StepRow.sent_at.is_not(None),
        )
    )


def _theirs(creators: Sequence[CreatorId]) -> Select[int, str, datetime]:
    """What creators wrote: (creator, text, at)."""
    return select(
        CreatorMessageRow.creator_id.label("creator"),
        CreatorMessageRow.text,
        CreatorMessageRow.received_at.label("at"),
    ).where(CreatorMessageRow.creator_id.in_(creators))


MessageSelect = Select[*tuple[Any, ...]]  # columns of a message, its creator's handle, and what it answers


_PLACE = (CreatorMessageRow.received_at, CreatorMessageRow.id)
_READ = standing(
    update(CreatorMessageRow)
    .where(CreatorMessageRow.id == any_(bindparam("messages", type_=Ids)), CreatorMessageRow.read_at.is_(None))
    .values(read_at=bindparam("now"))
)


class CreatorMessageRepository:
    """Creators' messages of one scope; never commits."""

    def __init__(self, session: AsyncSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def find(
        self,
        *,
        status: str = "unanswered",
        intent: Intent | None = None,
        handles: Sequence[str] = (),
        limit: int = 50,
        after: CreatorMessageId | None = None,
        newest_first: bool = False,
    ) -> list[CreatorMessage]:
        """See `CreatorMessageStore.find`. One to come after that is not there any more begins anew."""
        query = _finding(status, by_intent=intent is not None, by_handle=bool(handles), newest_first=newest_first)
        if after is not None and (last := await self._received(after)) is not None:
            here = tuple_(*_PLACE)
            query = query.where(here < (last, after) if newest_first else here > (last, after))
        keys = [handle.lstrip("@").lower() for handle in handles]
        asked = {"most": limit, "intent": intent.value if intent is not None else None, "handles": keys}
        return await self._with_suggestions(await read_messages(self._session, query, asked))

    async def _received(self, message: CreatorMessageId) -> datetime | None:
        return await self._session.scalar(select(CreatorMessageRow.received_at).where(CreatorMessageRow.id == message))

    async def keep_translation(self, message: CreatorMessageId, translation: str) -> None:
        """See `CreatorMessageStore.keep_translation`."""
        await self._session.execute(
            update(CreatorMessageRow).where(CreatorMessageRow.id == message).values(translation=translation),
            execution_options={"synchronize_session": False},
        )

    async def keep_gist(self, message: CreatorMessageId, gist: Gist) -> None:
        """See `CreatorMessageStore.keep_gist`."""
        await self._session.execute(
            update(CreatorMessageRow)
            .where(CreatorMessageRow.id == message)
            .values(intent=gist.intent.value, gist=_from_gist(gist)),
            execution_options={"synchronize_session": False},
        )

    async def by_id(self, message: CreatorMessageId) -> CreatorMessage | None:
        """See `CreatorMessageStore.by_id`."""
        found = await read_messages(self._session, select_messages().where(CreatorMessageRow.id == message))
        return (await self._with_suggestions(found))[0] if found else None

    async def mark_read(self, messages: Sequence[CreatorMessageId]) -> None:
        """See `CreatorMessageStore.mark_read`."""
        if messages:
            await self._session.execute(_READ, {"messages": list(messages), "now": self._now})

    async def mark_noticed(self, messages: Sequence[CreatorMessageId]) -> list[CreatorMessageId]:
        """Say that their conversation is told in this transaction; the ones nobody had told it yet."""
        rows = await self._session.scalars(
            update(CreatorMessageRow)
            .where(CreatorMessageRow.id.in_(messages), CreatorMessageRow.noticed_at.is_(None))
            .values(noticed_at=self._now)
            .returning(CreatorMessageRow.id),
            execution_options={"synchronize_session": False},
        )
        return [CreatorMessageId(row) for row in rows]

    async def thread(self, creator: CreatorId) -> list[tuple[str, str, datetime]]:
        """See `CreatorMessageStore.thread`."""
        ours = await self._session.execute(_ours([creator]))
        theirs = await self._session.execute(_theirs([creator]))
        lines = [("us", row.text, row.at) for row in ours] + [("creator", row.text, row.at) for row in theirs]
        return sorted(lines, key=lambda line: line[2])

    async def last(self, creators: Sequence[CreatorId]) -> dict[CreatorId, LastMessage]:
        """See `CreatorMessageStore.last`."""
        newest: dict[CreatorId, LastMessage] = {}
        sent = _ours(creators).ext(distinct_on(StepRow.creator_id)).order_by(StepRow.creator_id, StepRow.sent_at.desc())
        received = (
            _theirs(creators)
            .ext(distinct_on(CreatorMessageRow.creator_id))
            .order_by(CreatorMessageRow.creator_id, CreatorMessageRow.received_at.desc())
        )
        for ours, lines in ((True, sent), (False, received)):
            for row in await self._session.execute(lines):
                creator, present = CreatorId(row.creator), newest.get(CreatorId(row.creator))
                if present is None or present.at < row.at:
                    newest[creator] = LastMessage(ours, row.text, row.at)
        return newest

    async def store(
        self,
        creator: CreatorId,
        *,
        brand: BrandId,
        source: str,
        outside_id: str,
        text: str,
        gist: Gist,
        received_at: datetime,
    ) -> CreatorMessage | None:
        """See `CreatorMessageStore.store`."""
        stored = await store_message(
            self._session,
            tenant=self._scope.tenant,
            creator=creator,
            brand=brand,
            source=source,
            outside_id=outside_id,
            text=text,
            gist=gist,
            received_at=received_at,
            now=self._now,
        )
        return await self.by_id(stored) if stored is not None else None

    async def _with_suggestions(self, messages: list[CreatorMessage]) -> list[CreatorMessage]:
        """The newest draft that answers each message and is not over."""
        if not messages:
            return messages
        rows = await self._session.execute(
            select(DraftRow.id, DraftRow.answers_id).where(
                DraftRow.answers_id.in_([message.id for message in messages])
            )
        )
        answers = {row.id: row.answers_id for row in rows}
        drafts = await read_drafts(
            self._session,
            select_drafts().where(DraftRow.id.in_(answers), BatchRow.published_at.is_not(None)),
            now=self._now,
        )
        newest: dict[int, Draft] = {}
        for draft in drafts:  # newest batch first
            message = answers[draft.id]
            if message is not None and draft.status not in _OVER:
                newest.setdefault(message, draft)
        return [replace(message, suggested=newest.get(message.id)) for message in messages]


def select_messages() -> MessageSelect:
    """Creators' messages with whom and what they answer."""
    return (
        select(
            *columns_of(CreatorMessageRow), CreatorRow.handle, BatchRow.code, DraftRow.number, BatchRow.conversation_id
        )
        .join(CreatorRow, CreatorRow.id == CreatorMessageRow.creator_id)
        .outerjoin(StepRow, StepRow.id == CreatorMessageRow.step_id)
        .outerjoin(DraftRow, DraftRow.id == StepRow.draft_id)
        .outerjoin(BatchRow, BatchRow.id == DraftRow.batch_id)
    )  # fmt: skip


@cache
def _finding(status: str, *, by_intent: bool, by_handle: bool, newest_first: bool) -> MessageSelect:
    """Messages in a state, of an intent, of some creators, in their order."""
    query = select_messages().order_by(*(each.desc() if newest_first else each for each in _PLACE))
    if status == "unread":
        query = query.where(CreatorMessageRow.read_at.is_(None))
    elif status == "unanswered":
        query = query.where(CreatorMessageRow.answered_at.is_(None))
    if by_intent:
        query = query.where(CreatorMessageRow.intent == bindparam("intent"))
    if by_handle:
        query = query.where(CreatorRow.handle_key == any_(bindparam("handles", type_=Words)))
    return standing(query.limit(bindparam("most")))


async def read_messages(
    session: AsyncSession, query: MessageSelect, asked: Mapping[str, object] | None = None
) -> list[CreatorMessage]:
    """Run a `select_messages` query."""
    return [
        CreatorMessage(
            id=CreatorMessageId(row.id),
            creator=CreatorId(row.creator_id),
            handle=row.handle,
            brand=BrandId(row.brand_id),
            text=row.text,
            received_at=row.received_at,
            gist=_to_gist(row.gist),
            batch_code=row.code,
            draft_number=row.number,
            conversation=ConversationId(row.conversation_id) if row.conversation_id is not None else None,
            translation=row.translation,
            answered=row.answered_at is not None,
        )
        for row in await session.execute(query, asked)
    ]


async def store_message(
    session: AsyncSession,
    *,
    tenant: TenantId,
    creator: CreatorId,
    brand: BrandId,
    source: str,
    outside_id: str,
    text: str,
    gist: Gist,
    received_at: datetime,
    now: datetime,
) -> CreatorMessageId | None:
    """Store an answer once, stop what was to follow, decided or not, and remember an opt-out.

    It answers the last message that went before it was written, whatever went since.
    Steps are locked first and the relation after them, the order in which a claim takes them.
    """
    opted_out = gist.intent is Intent.OPT_OUT
    reason = "opted_out" if opted_out else "replied"
    # An opt-out silences every brand of the tenant, any other answer the brand it was written to.
    undecided = await lock_undecided(session, tenant=tenant, creator=creator, brand=None if opted_out else brand)
    open_steps = await session.scalars(
        select(StepRow)
        .join(DraftRow, DraftRow.id == StepRow.draft_id)
        .where(
            StepRow.tenant_id == tenant,
            StepRow.creator_id == creator,
            StepRow.state.in_((StepState.PLANNED.value, StepState.HELD.value)),
        )
        .order_by(StepRow.id)
        .with_for_update(of=[StepRow, DraftRow])
        .execution_options(populate_existing=True)
    )
    steps = open_steps.all()
    answered = await session.scalar(
        select(StepRow.id)
        .where(
            StepRow.tenant_id == tenant,
            StepRow.brand_id == brand,
            StepRow.creator_id == creator,
            StepRow.sent_at.is_not(None),
        )
        .order_by((StepRow.sent_at <= received_at).desc(), StepRow.sent_at.desc())
        .limit(1)
    )
    stored = await session.scalar(
        insert(CreatorMessageRow)
        .values(
            tenant_id=tenant,
            brand_id=brand,
            creator_id=creator,
            source=source,
            outside_id=outside_id,
            text=text,
            received_at=received_at,
            stored_at=now,
            intent=gist.intent.value,
            gist=_from_gist(gist),
            step_id=answered,
        )
        .on_conflict_do_nothing(index_elements=["tenant_id", "source", "outside_id"])
        .returning(CreatorMessageRow.id)
    )
    if stored is None:
        return None
    for step in steps:
        if opted_out or step.brand_id == brand:
            step.state = StepState.STOPPED.value
            step.reason_key, step.reason_facts = reason, {}
    for follow in undecided:
        follow.ended_at, follow.ended_key = now, reason
    await session.flush()
    await _note(session, tenant=tenant, creator=creator, brand=brand, opted_out=opted_out, now=now)
    if opted_out:
        await _suppress(session, tenant=tenant, creator=creator, now=now)
    await count_outreach(session, "replies", tenant=tenant, creator=creator, now=now)
    return CreatorMessageId(stored)


async def _note(
    session: AsyncSession, *, tenant: TenantId, creator: CreatorId, brand: BrandId, opted_out: bool, now: datetime
) -> None:
    """What an answer changes in the brand's view of its creator."""
    await session.execute(
        insert(RelationRow)
        .values(tenant_id=tenant, brand_id=brand, creator_id=creator, changed_at=now)
        .on_conflict_do_nothing(index_elements=["brand_id", "creator_id"])
    )
    mine = (RelationRow.brand_id == brand, RelationRow.creator_id == creator)
    quiet = {"synchronize_session": False}
    await session.execute(
        update(RelationRow)
        .where(*mine, RelationRow.stage.in_(_EARLY_STAGES))
        .values(stage=Stage.DECLINED.value if opted_out else Stage.REPLIED.value, changed_at=now),
        execution_options=quiet,
    )
    if opted_out:
        await session.execute(
            update(RelationRow)
            .where(*mine, RelationRow.opted_out_at.is_(None))
            .values(opted_out_at=now, version=RelationRow.version + 1, changed_at=now),
            execution_options=quiet,
        )


async def _suppress(session: AsyncSession, *, tenant: TenantId, creator: CreatorId, now: datetime) -> None:
    known = (
        await session.execute(select(CreatorRow.platform, CreatorRow.handle_key).where(CreatorRow.id == creator))
    ).one_or_none()
    if known is None:
        raise NotFound("creator_not_found")
    await session.execute(
        insert(SuppressionRow)
        .values(tenant_id=tenant, platform=known.platform, handle_key=known.handle_key, reason="opt_out", at=now)
        .on_conflict_do_nothing(index_elements=["tenant_id", "platform", "handle_key"])
    )


def _from_gist(gist: Gist) -> dict[str, Any]:
    return {
        "intent": gist.intent.value,
        "confidence": gist.confidence,
        "amounts": [[amount.minor, amount.currency] for amount in gist.amounts],
        "percentages_bp": list(gist.percentages_bp),
        "dates": [day.isoformat() for day in gist.dates],
        "questions": list(gist.questions),
        "quotes": list(gist.quotes),
        "by_model": gist.by_model,
    }


def _to_gist(stored: dict[str, Any]) -> Gist:
    return Gist(
        intent=Intent(stored["intent"]),
        confidence=stored["confidence"],
        amounts=tuple(Money(minor, currency) for minor, currency in stored["amounts"]),
        percentages_bp=tuple(stored["percentages_bp"]),
        dates=tuple(date.fromisoformat(day) for day in stored["dates"]),
        questions=tuple(stored["questions"]),
        quotes=tuple(stored["quotes"]),
        by_model=stored.get("by_model", False),  # messages stored before it was written
    )
