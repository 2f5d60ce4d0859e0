"""What every turn asks of its rows, made once."""

from sqlalchemy import bindparam, case, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.sql.dml import ReturningUpdate

from memory.domain.chat_stores import TurnState
from memory.models.chat import ConversationRow, MessageRow, ToolCallRow, TurnEventRow, TurnRow
from memory.models.outreach import BatchRow
from memory.models.workspace import MemberRow
from memory.standing import standing

Change = ReturningUpdate[int, int, int | None]  # the last number of its events, its conversation and brand
OPEN = (TurnState.QUEUED, TurnState.RUNNING)

KNOWN = standing(
    select(TurnRow.id).where(TurnRow.connector == bindparam("connector"), TurnRow.outside_id == bindparam("outside_id"))
)
ONE = standing(
    select(
        TurnRow.conversation_id, TurnRow.message_id, TurnRow.tenant_id, TurnRow.brand_id, TurnRow.member_id,
        TurnRow.lang, TurnRow.state, TurnRow.attempt, TurnRow.last_seq, MessageRow.reply, MemberRow.role,
        MemberRow.active, MemberRow.works_for, ConversationRow.summary,
    )
    .join(MessageRow, MessageRow.id == TurnRow.message_id)
    .join(MemberRow, MemberRow.id == TurnRow.member_id)
    .join(ConversationRow, ConversationRow.id == TurnRow.conversation_id)
    .where(TurnRow.id == bindparam("turn"))
)  # fmt: skip
ONE_HELD = standing(ONE.with_for_update(key_share=True, of=TurnRow))
SINCE = standing(
    select(TurnRow.state, TurnEventRow.seq, TurnEventRow.kind, TurnEventRow.data)
    .outerjoin(TurnEventRow, (TurnEventRow.turn_id == TurnRow.id) & (TurnEventRow.seq > bindparam("after")))
    .where(TurnRow.id == bindparam("turn"))
    .order_by(TurnEventRow.seq)
)
TITLED = standing(
    update(ConversationRow)
    .where(ConversationRow.id == bindparam("conversation"), ConversationRow.member_id == bindparam("member"))
    .values(
        updated_at=bindparam("now"),
        title=case((ConversationRow.title == "", bindparam("first_line")), else_=ConversationRow.title),
    )
    .returning(ConversationRow.brand_id)
)
SAY = standing(insert(MessageRow).returning(MessageRow.id))
QUEUE = standing(
    insert(TurnRow)
    .on_conflict_do_nothing(index_elements=["tenant_id", "connector", "outside_id"])
    .returning(TurnRow.id)
)
_IS_OPEN = or_(*(TurnRow.state == state.value for state in OPEN))
_HELD = (TurnRow.id == bindparam("turn")) & (TurnRow.attempt == bindparam("held")) & _IS_OPEN
_NUMBERED = TurnRow.last_seq + bindparam("more")
_GIVES = (TurnRow.last_seq, TurnRow.conversation_id, TurnRow.brand_id)
WRITE = standing(update(TurnRow).where(_HELD).values(last_seq=_NUMBERED).returning(*_GIVES))
BEGIN = standing(
    update(TurnRow)
    .where(_HELD)
    .values(
        last_seq=_NUMBERED, attempt=bindparam("attempt_now"), state=TurnState.RUNNING.value, began_at=bindparam("now")
    )
    .returning(*_GIVES)
)
CLOSE = standing(
    update(TurnRow)
    .where(_HELD)
    .values(last_seq=_NUMBERED, state=bindparam("ended"), ended_at=bindparam("now"))
    .returning(*_GIVES)
)
ADD_EVENTS = standing(insert(TurnEventRow))
ADD_CALLS = standing(insert(ToolCallRow))
PUBLISH = standing(
    update(BatchRow)
    .where(
        BatchRow.turn_id == bindparam("turn"),
        BatchRow.turn_attempt == bindparam("attempt"),
        BatchRow.published_at.is_(None),
    )
    .values(published_at=bindparam("now"))
)
TOLD = standing(
    update(ConversationRow).where(ConversationRow.id == bindparam("conversation")).values(updated_at=bindparam("now"))
)
TOLD_AND_SUMMED_UP = standing(
    update(ConversationRow)
    .where(ConversationRow.id == bindparam("conversation"))
    .values(updated_at=bindparam("now"), summary=bindparam("summed_up"))
)
