"""The page of replies: what it shows of each message, and what can be done with one. Nothing here sends anything."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from agent.cards.searching import reply_rows
from agent.guardrails.contacts import mask
from agent.team.rights import needs
from connectors.ports.queries import RepliesView, ReplyFilter
from memory.domain.chat import Reply
from memory.domain.creator import Stage
from memory.domain.errors import BadRequest, NotFound, Refused
from memory.domain.ids import CreatorMessageId
from memory.domain.outreach import CreatorMessage, Intent
from memory.domain.reply_forms import WorkOnReply
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role, Scope
from prompts.render import Texts
from tools.contract import TextModel
from tools.drafting.batching import DECIDE_HOURS
from tools.drafting.messengers import Messengers
from tools.replies.suggesting import suggest
from tools.replies.summary import heading_of, summarise
from tools.replies.tool import ReplyShown
from tools.replies.translating import translated

AT_ONCE = 25
STATUSES = ("unanswered", "unread", "all")


@dataclass(frozen=True, slots=True)
class ReplyDesk:
    """Works on one message at a time; `model` None: nothing is translated."""

    messengers: Messengers
    model: TextModel | None = None
    decide_hours: int = DECIDE_HOURS

    async def submit(self, units: Units, scope: Scope, form: WorkOnReply, texts: Texts) -> Reply:
        """What was done, in words.

        Raises:
            NotAllowed: below an operator.
            NotFound: no such message in the scope.
            BadRequest: no answer can be suggested, by its text.
            Refused: no model is set, or it gave nothing usable.
        """
        async with units.unit(scope) as unit:
            needs(unit, Role.OPERATOR)
            message = await _message(unit, form.message)
            if form.wish == "suggest":
                draft = await suggest(unit, message, scope.lang, self.messengers, decide_hours=self.decide_hours)
                return Reply(text=texts.say("reply_suggested", scope.lang, batch=draft.batch_code))
        if self.model is None:
            raise Refused("reply_no_model")
        done = (await translated([message], self.model, to=scope.lang))[0]
        if done.translation is None:
            raise Refused("reply_not_translated")
        async with units.unit(scope) as unit:
            await unit.creator_messages.keep_translation(message.id, done.translation)
        return Reply(text=texts.say("reply_translated", scope.lang))


async def replies_page(unit: Unit, wish: ReplyFilter, texts: Texts, *, has_model: bool = False) -> RepliesView:
    """Messages of a filter, at most `AT_ONCE`, or the one asked for with its whole thread; what is shown is read.

    Unanswered and unread ones come oldest first, all of them newest first. A viewer leaves them unread.
    """
    if wish.status not in STATUSES or wish.intent not in {"", *Intent}:
        raise BadRequest("bad_request")
    if wish.one is not None:
        found, more = [await _message(unit, wish.one)], False
    else:
        found = await unit.creator_messages.find(
            status=wish.status,
            intent=Intent(wish.intent) if wish.intent else None,
            limit=AT_ONCE + 1,
            after=wish.after,
            newest_first=wish.status == "all",
        )
        found, more = found[:AT_ONCE], len(found) > AT_ONCE
    writes = unit.scope.role.covers(Role.OPERATOR)
    if writes:
        await unit.creator_messages.mark_read([message.id for message in found])
    thread = await unit.creator_messages.thread(found[0].creator) if wish.one is not None else []
    relations = await unit.relations.of(list({message.creator for message in found}))
    if not writes:  # addresses and telephones are for those who work with them
        found = [_masked(message) for message in found]
        thread = [(who, mask(text), at) for who, text, at in thread]
    shown = [ReplyShown(message, heading_of(message), summarise(message.gist)) for message in found]
    return RepliesView(
        card=reply_rows(shown, unit.scope.lang, texts, now=unit.now),
        stages={
            message.id: relations[message.creator].stage if message.creator in relations else Stage.NEW
            for message in found
        },
        thread=tuple(thread),
        after=found[-1].id if more else None,
        has_model=has_model,
    )


def _masked(message: CreatorMessage) -> CreatorMessage:
    gist = message.gist
    return replace(
        message,
        text=mask(message.text),
        translation=mask(message.translation) if message.translation else None,
        gist=replace(gist, quotes=_all_masked(gist.quotes), questions=_all_masked(gist.questions)),
    )


def _all_masked(texts: Sequence[str]) -> tuple[str, ...]:
    return tuple(mask(text) for text in texts)


async def _message(unit: Unit, message: CreatorMessageId) -> CreatorMessage:
    found = await unit.creator_messages.by_id(message)
    if found is None:
        raise NotFound("reply_unknown")
    return found
