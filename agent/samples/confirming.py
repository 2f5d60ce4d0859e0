"""「确认 C4」 of samples: what was shown is carried out, or told why not; either way the code is used up."""

from agent.cards.samples import samples_recorded
from agent.samples.signing import may_sign
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.stores import Unit
from memory.domain.waiting_stores import WaitingChange
from prompts.render import Texts
from tools.samples.tool import recorded_lines
from tools.samples.waiting import confirmed


async def confirmed_samples(unit: Unit, change: WaitingChange, texts: Texts) -> Reply:
    """Record the waiting change of samples as its member."""
    lang = unit.scope.lang
    try:
        recorded = await confirmed(unit, change, may_sign)
    except (BadRequest, Conflict, NotAllowed) as refused:
        return Reply(text=texts.say(refused.text_key, lang, **refused.facts))
    piece = samples_recorded(await recorded_lines(unit, recorded), lang, texts)
    return Reply(text=piece.text, cards=piece.cards)
