"""「批准 T3」 of what is to be done in a shop, and what is said in the conversation that asked once it is done."""

from collections.abc import Sequence
from dataclasses import dataclass

from agent.approval.proposals import Unseen, decide_proposal
from agent.cards.collaborations import choices, proposal_card, standing
from agent.commands.nouns import Decide, Resume, Withdraw
from agent.recalls import stopped
from memory.domain.chat import Reply
from memory.domain.chat_stores import Author
from memory.domain.errors import Conflict, NotAllowed, NotFound
from memory.domain.outreach import Verdict
from memory.domain.proposals import LETTER, ShopProposal, Way
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Scope
from memory.domain.zones import home_zone
from prompts.render import Texts


def is_of_proposals(code: str) -> bool:
    """Whether a code is one of proposals, whatever batches are called."""
    return code.upper().startswith(LETTER) and code[1:].isdecimal()


async def proposal_decided(unit: Unit, wish: Decide, texts: Texts) -> Reply:
    """Decide it as its member, or say why not; one they have not seen is shown instead."""
    lang = unit.scope.lang
    if wish.revise:
        return Reply(text=texts.say("collab_no_edit", lang, code=wish.batch))
    verdict = Verdict.APPROVE if wish.approve else Verdict.REJECT
    try:
        known = await unit.proposals.by_code(wish.batch)
        done = await decide_proposal(unit, wish.batch, verdict, way=_way(wish, known.ways if known else ()))
    except (Conflict, NotAllowed) as refused:
        return Reply(text=texts.say(refused.text_key, lang, **refused.facts))
    if done is None:
        raise NotFound("no_such_batch", batch=wish.batch)
    if isinstance(done, Unseen):
        one = done.proposal
        zone = home_zone(None, (await unit.people.brand(one.brand)).market).zone.key
        text = texts.say("collab_seen_first", lang, code=one.code)
        return Reply(text=text, cards=(proposal_card(one, zone, lang, texts), choices(one, lang, texts)))
    return Reply(text=standing(done, lang, texts, now=unit.now))


def _way(wish: Decide, ways: Sequence[Way]) -> Way | None:
    """The way of the number that is approved; the only one there is needs no number."""
    chosen = [ways[number - 1] for number in wish.approve if 0 < number <= len(ways)]
    return chosen[0] if len(chosen) == 1 else None


async def stopped_too(unit: Unit, code: str | None, texts: Texts) -> Reply:
    """Stop one batch, one proposal, or everything: what was approved to be done in a shop is not done then."""
    lang, ours = unit.scope.lang, code is not None and is_of_proposals(code)
    ended = await unit.proposals.stop(code) if ours or code is None else []
    if ended:
        event = {"codes": list(ended)}
        await unit.audit.record("proposal.stopped", subject=f"proposal:{code or '*'}", after=event)
    said = texts.say("collab_stopped", lang, codes="、".join(ended)) if ended else ""
    if ours:
        return Reply(text=said or texts.say("collab_nothing_to_stop", lang, code=code or ""))
    reply = await stopped(unit, code, texts)
    return reply.model_copy(update={"text": f"{reply.text}\n{said}"}) if said else reply


async def proposal_taken_back(unit: Unit, wish: Withdraw | Resume, code: str, texts: Texts) -> Reply:
    """「撤回 T3」 is its rejection; what was stopped is asked for anew."""
    if isinstance(wish, Resume):
        return Reply(text=texts.say("collab_no_edit", unit.scope.lang, code=code))
    return await proposal_decided(unit, Decide(code, reject=(1,)), texts)


@dataclass(frozen=True, slots=True)
class DeedWords:
    """Says how something done in a shop ended, where it was asked for."""

    units: Units
    texts: Texts

    async def tell(self, scope: Scope, one: ShopProposal) -> None:
        """One line in the conversation, if it has one."""
        if one.conversation is None:
            return
        async with self.units.unit(scope) as unit:
            reply = Reply(text=standing(one, scope.lang, self.texts, now=unit.now))
            await unit.conversations.say(one.conversation, author=Author.NOTICE, reply=reply, now=unit.now)
