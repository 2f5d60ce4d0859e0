"""Before recalling: a message that quotes a shortlist works on that one, and so does what is said after it."""

from dataclasses import dataclass, replace

from agent.nodes.run import TurnRun
from memory.domain.chat_stores import Message
from memory.domain.errors import NotFound
from memory.domain.quoting import quoted, unquoted
from memory.domain.stores import Units


@dataclass(frozen=True, slots=True)
class Quote:
    """Opens the quoted list in the conversation of whoever quotes it, when their turn has come."""

    units: Units

    async def __call__(self, text: str, run: TurnRun) -> str:
        """What was said; its turn remembers the list it quotes as the current one.

        Raises:
            NotFound: no list of this brand; nothing is done rather than done on another one.
            Superseded: another attempt has begun.
        """
        run.remembered = replace(run.remembered, lines=tuple(map(_bare, run.remembered.lines)))
        shortlist = quoted(text)
        if shortlist is None:
            return text
        async with self.units.unit(run.scope, fence=run.fence) as unit:
            found = await unit.shortlists.by_id(shortlist)
            if found is None:
                raise NotFound("quoted_list_gone", number=shortlist)
            await unit.shortlists.open(run.conversation, shortlist)
        run.remembered = replace(run.remembered, shortlist=found)
        return unquoted(text)


def _bare(line: Message) -> Message:
    """An earlier line without what it quoted: the number of a list is no number a person wrote."""
    if quoted(line.reply.text) is None:
        return line
    return replace(line, reply=line.reply.model_copy(update={"text": unquoted(line.reply.text)}))
