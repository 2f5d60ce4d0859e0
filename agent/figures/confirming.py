"""「确认 C4」 of a read-only link: its lead makes it, and is told where it opens; either way the code is used up."""

from agent.cards import wording
from agent.figures.links import LinkSigner, make_link
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.stores import Unit
from memory.domain.waiting_stores import WaitingChange
from prompts.render import Texts
from tools.report_links.waiting import waited_for
from tools.team_zone import team_zone


async def confirmed_link(unit: Unit, change: WaitingChange, signer: LinkSigner | None, texts: Texts) -> Reply:
    """Make the waiting link as its member; without a public address it is found on the page alone."""
    lang = unit.scope.lang
    try:
        link = await make_link(unit, waited_for(change))
    except (BadRequest, NotAllowed) as refused:
        return Reply(text=texts.say(refused.text_key, lang, **refused.facts))
    until = wording.clock(link.expires_at, await team_zone(unit), lang)
    address = signer.address(link) if signer is not None else None
    if address is None:
        return Reply(text=texts.say("report_link_made_here", lang, until=until))
    return Reply(text=texts.say("report_link_made", lang, address=address, until=until))
