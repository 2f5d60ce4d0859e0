"""Suggests an answer to a creator's message as a draft that waits for a decision, once per message."""

from dataclasses import replace

from memory.domain.errors import BadRequest, NotFound
from memory.domain.offer import Offer
from memory.domain.outreach import CreatorMessage, Draft, Intent, Tone
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
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
    if message.suggested or message.answered:
        return message
    if not await unit.first_time(f"suggest:{message.id}:{turn.fence.turn}:{turn.fence.attempt}"):
        return message
    try:
        draft = await suggest(unit, message, turn.lang, messengers, turn=turn, decide_hours=decide_hours)
    except (BadRequest, NotFound):
        return message
    return replace(message, suggested=draft)


async def suggest(
    unit: Unit,
    message: CreatorMessage,
    lang: Lang,
    messengers: Messengers,
    *,
    turn: TurnContext | None = None,
    decide_hours: int = DECIDE_HOURS,
) -> Draft:
    """An answer from templates, kept as a batch of one that waits for a decision.

    Raises:
        BadRequest: they opted out or are blocked, it is answered or suggested already, or the product is not known.
        NotFound: the creator is out of sight.
    """
    if message.suggested or message.answered:
        raise BadRequest("reply_answered")
    creator = (await unit.creators.by_ids([message.creator])).get(message.creator)
    relation = (await unit.relations.of([message.creator])).get(message.creator)
    if creator is None:
        raise NotFound("creator_not_found")
    if message.gist.intent is Intent.OPT_OUT or (relation and (relation.opted_out_at or relation.blocked)):
        raise BadRequest("reply_opted_out")
    workspace = await unit.people.workspace()
    channel = channel_for(creator, workspace=workspace, messengers=messengers, has_shop=await has_shop(unit))
    how = Answering(Offer(), None, {creator.id: channel}, Wish(Tone.WARM))
    prepared = await prepare_answer(unit, creator, message, how, messengers)
    written = await write_batch(prepared, how.wish, lang=lang, model=None)
    batch = await keep_batch(unit, prepared, written, turn, decide_hours=decide_hours)
    return batch.drafts[0]
