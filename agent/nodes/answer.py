"""Last node: puts the pieces together into one channel-neutral Reply and gives its draft cards presentations."""

from dataclasses import dataclass
from typing import Any

from pydantic import TypeAdapter

from agent.approval.showing import show
from agent.nodes.run import TurnRun
from agent.state import TurnState
from memory.domain.cards import Card, DraftsCard
from memory.domain.chat import FileOut, Reply, ToolCall
from memory.domain.stores import Unit, Units
from prompts.render import Texts

_card: TypeAdapter[Card] = TypeAdapter(Card)


@dataclass(frozen=True, slots=True)
class Answer:
    """Nothing reaches the person from here but words; what was drafted is published when the turn ends."""

    units: Units
    texts: Texts

    async def __call__(self, state: TurnState, run: TurnRun) -> dict[str, Any]:
        """Leave the reply in the run for the turn to store."""
        pieces = state.get("pieces", [])
        offline = state.get("planner") != "model"
        spoken = [piece["text"] for piece in pieces if piece["text"]] if offline else []
        paragraphs = [*spoken, state.get("closing", ""), *_distinct(state.get("notices", []))]
        cards = tuple(_card.validate_python(card) for piece in pieces for card in piece["cards"])
        if any(isinstance(card, DraftsCard) for card in cards):
            async with self.units.unit(run.scope, fence=run.fence) as unit:
                cards = tuple([await present(unit, card, run, self.texts) for card in cards])
        run.reply = Reply(
            text="\n\n".join(paragraph for paragraph in paragraphs if paragraph) or self.texts.say("done", run.lang),
            cards=cards,
            files=tuple(FileOut.model_validate(file) for piece in pieces for file in piece["files"]),
            tool_calls=tuple(ToolCall.model_validate(call) for call in state.get("tool_calls", [])),
            planner="offline" if offline else "model",
        )
        return {}


async def present(unit: Unit, card: Card, run: TurnRun, texts: Texts) -> Card:
    """Bind a drafts card to exactly the versions it shows, read afresh."""
    if not isinstance(card, DraftsCard) or await unit.drafts.batch(card.batch) is None:
        return card
    numbers = [row.number for row in card.items]
    return await show(
        unit,
        card.batch,
        conversation=run.conversation,
        lang=run.lang,
        texts=texts,
        numbers=numbers,
        notes=card.notes,
    )


def _distinct(lines: list[str]) -> list[str]:
    return list(dict.fromkeys(lines))
