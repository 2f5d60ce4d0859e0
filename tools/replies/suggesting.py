"""Suggests an answer to a creator's message as a draft that waits for a decision, once per message."""

from dataclasses import replace

from memory.domain.errors import BadRequest, NotFound
from memory.domain.offer import Offer
from memory.domain.outreach import CreatorMessage, Draft, Intent, Tone
from memory.domain.stores import Unit
from tools.contract import TurnContext
from tools.drafting.answering import Answering, prepare_answer
from tools.drafting.batching import DECIDE_HOURS, Wish, keep_batch, write_batch
from tools.drafting.messengers import Messengers, channel_for, has_shop


async def with_suggestion(
    unit: Unit, message: CreatorMessage, turn: TurnContext, messengers: Messengers, *, decide_hours: int = DECIDE_HOURS
) -> CreatorMessage:
    """The message with a suggested answer: the one kept already, or a new draft from templates.

    None for an opt-out (nobody writes to them again), an answered message, a creator who opted out or is blocked,
    and where the product is not known.
    """
    if message.suggested or message.answered or message.gist.intent is Intent.OPT_OUT:
        return message
    creator = (await unit.creators.by_ids([message.creator])).get(message.creator)
    relation = (await unit.relations.of([message.creator])).get(message.creator)
    if creator is None or (relation and (relation.opted_out_at or relation.blocked)):
        return message
    if not await unit.first_time(f"suggest:{message.id}:{turn.fence.turn}:{turn.fence.attempt}"):
        return message
    workspace = await unit.people.workspace()
    channel = channel_for(creator, workspace=workspace, messengers=messengers, has_shop=await has_shop(unit))
    how = Answering(Offer(), None, {creator.id: channel}, Wish(Tone.WARM))
    try:
        prepared = await prepare_answer(unit, creator, message, how, messengers)
    except (BadRequest, NotFound):
        return message
    written = await write_batch(prepared, how.wish, lang=turn.lang, model=None)
    batch = await keep_batch(unit, prepared, written, turn, decide_hours=decide_hours)
    return replace(message, suggested=_only(batch.drafts))


def _only(drafts: tuple[Draft, ...]) -> Draft | None:
    return drafts[0] if drafts else None
