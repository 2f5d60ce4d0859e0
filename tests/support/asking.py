"""A member who asks for tools over real rows, each call in a turn of its own."""

from dataclasses import dataclass

from evals.suites.selling_office import SellingOffice
from evals.suites.talking import Talk
from memory.domain.chat import Reply
from memory.domain.chat_stores import Ending, Fence
from memory.domain.ids import TurnId
from tools.contract import TurnContext


@dataclass(slots=True)
class Asking:
    """A member of a shop, in one conversation."""

    shop: SellingOffice
    talk: Talk
    turns: int = 0

    async def turn(self) -> TurnContext:
        """A turn of theirs that has begun."""
        who = self.talk.who
        self.turns += 1
        async with self.shop.database.unit(who) as unit:
            turn, _ = await unit.turns.add(
                self.talk.conversation, text="…", connector="test", outside_id=str(self.turns), now=unit.now
            )
            begun = await unit.turns.begin(turn)
        assert begun is not None
        return TurnContext(
            who, self.talk.conversation, Fence(TurnId(turn), begun.attempt), "zh", f"turn:{turn}:0", ("…",)
        )

    async def end(self, turn: TurnContext) -> None:
        """What was drafted in it is published."""
        async with self.shop.database.unit(turn.scope) as unit:
            await unit.turns.end(turn.fence, Ending(Reply(text="")), now=unit.now)
