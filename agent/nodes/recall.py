"""First node: what is remembered of this conversation, by id, for planner and model."""

import asyncio
from collections.abc import Sequence
from typing import Any

from pydantic import JsonValue

from agent.nodes.run import Remembered, TurnRun
from agent.state import TurnState
from memory.domain.chat_stores import Author, Message, Turn
from memory.domain.stores import Unit

REMEMBERED_LINES = 40


async def remember(unit: Unit, turn: Turn) -> Remembered:
    """The member's earlier lines, the current shortlist, open batches, products and preferences. Changes nothing."""
    lines, shortlist, batches, products, preferences, brands = await asyncio.gather(
        unit.conversations.lines(turn.conversation, before=turn.message, limit=REMEMBERED_LINES),
        unit.shortlists.current(turn.conversation),
        unit.drafts.open_batches(turn.conversation),
        unit.products.all(),
        unit.preferences.all(),
        unit.people.brands(),
    )
    return Remembered(unit.now, lines, shortlist, batches, products, preferences, brands)


def recalled(state: TurnState, run: TurnRun) -> dict[str, Any]:
    """The state a turn begins with. Pure."""
    known = run.remembered
    earlier, shortlist, people = known.lines, known.shortlist, known.brands
    brand = next((brand for brand in people if brand.id == run.scope.brand), people[0] if people else None)
    planning: dict[str, Any] = {
        "now": known.now.isoformat(),
        "timezone": brand.team_zone if brand else "Asia/Shanghai",
        "brand": brand.name if brand else "",
        "brands": [one.name for one in people] if len(people) > 1 else [],
        "shortlist": [item.creator.handle for item in shortlist.items] if shortlist else [],
        "open_batches": {batch.code: len(batch.drafts) for batch in known.batches},
        "products": [product.name for product in known.products],
        "last_criteria": shortlist.criteria if shortlist else None,
        "preferences": [{"text": kept.text, "criteria": kept.criteria} for kept in known.preferences],
        "last_tool": _last_tool(earlier),
        "last_focus": _last_focus(earlier),
        "last_drafting": _last_drafting(earlier),
        "last_report": _last_report(earlier),
        "report_rows": _report_rows(earlier),
    }
    said = [line.reply.text for line in earlier if line.author is Author.MEMBER]
    return {
        "said": [*said, *(kept.text for kept in known.preferences), state["text"]],
        "summary": run.summary,
        "planning": planning,
        "history": _history(earlier),
        "stages": [],
        "steps": 0,
        "ran": 0,
        "tool_calls": [],
        "pieces": [],
        "notices": [],
        "closing": "",
    }


def _history(lines: Sequence[Message]) -> list[dict[str, str]]:
    """The last exchanges as a model reads them; cards are named by what they hold, not repeated."""
    told = []
    for line in lines[-12:]:
        role = "user" if line.author is Author.MEMBER else "assistant"
        cards = ", ".join(card.kind for card in line.reply.cards)
        told.append({"role": role, "content": line.reply.text[:1500] + (f"\n[shown: {cards}]" if cards else "")})
    return told


def _last_tool(lines: Sequence[Message]) -> str | None:
    calls = next((line.reply.tool_calls for line in reversed(lines) if line.reply.tool_calls), ())
    return calls[-1].name if calls else None


def _last_drafting(lines: Sequence[Message]) -> dict[str, JsonValue] | None:
    calls = [call for line in lines for call in line.reply.tool_calls if call.name == "draft_messages" and call.ok]
    return calls[-1].arguments if calls else None


def _last_report(lines: Sequence[Message]) -> dict[str, JsonValue] | None:
    calls = [call for line in lines for call in line.reply.tool_calls if call.name == "performance" and call.ok]
    return calls[-1].arguments if calls else None


def _report_rows(lines: Sequence[Message]) -> list[str]:
    """What the rows of the last answer with figures stand for."""
    for line in reversed(lines):
        if any(call.name == "performance" for call in line.reply.tool_calls):
            return [name for card in line.reply.cards if card.kind == "report" for name in card.names]
    return []


def _last_focus(lines: Sequence[Message]) -> str | None:
    for line in reversed(lines):
        for card in line.reply.cards:
            if card.kind == "creator":
                return card.handle
    return None
