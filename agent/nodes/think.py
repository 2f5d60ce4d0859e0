"""Second node: the model, or the built-in planner, says which tools to call next or that the answer is ready."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from agent.guardrails.foreign import fenced, without_links
from agent.guardrails.written_numbers import drop_unwritten
from agent.nodes.run import TurnRun
from agent.planner.model import ModelAnswer
from agent.planner.offline.planner import plan
from agent.planner.plan import Plan, PlanningContext
from agent.planner.tokens import count
from agent.state import TurnState
from memory.domain.chat import TurnEventKind
from memory.domain.errors import Refused, Unavailable
from prompts.render import Texts, prompt
from tools.catalogue import Catalogue


class PlannerModel(Protocol):
    """The part of the model door a planner needs."""

    async def chat(
        self,
        messages: list[dict[str, JsonValue]],
        *,
        tools: list[dict[str, JsonValue]],
        on_text: Callable[[str], Awaitable[None]],
    ) -> ModelAnswer:
        """See `ChatModel.chat`."""
        ...


MOST_CALLS = 12  # of one step; a model that wants more is lost or misled


@dataclass(frozen=True, slots=True)
class Limits:
    """Hard limits of one turn. Seconds are kept by the turn, money by the model door."""

    steps: int = 8
    tokens: int = 60_000


@dataclass(frozen=True, slots=True)
class Think:
    """Chooses calls; never runs one."""

    catalogue: Catalogue
    texts: Texts
    model: PlannerModel | None
    limits: Limits

    async def __call__(self, state: TurnState, run: TurnRun) -> dict[str, Any]:
        """Return the next stages, or none when the answer is ready."""
        if state.get("stages"):
            return {}
        if self.model is not None and state.get("planner", "model") == "model":
            try:
                return await self._ask_model(self.model, state, run)
            except (Unavailable, Refused) as failure:
                fell_back = "fell_back_" + failure.text_key
                if fell_back not in self.texts:  # not the model's: a database that is gone is gone for every planner
                    raise
                notice = self.texts.say(fell_back, run.lang, **failure.facts)
                await run.events.add(TurnEventKind.NOTICE, {"text": notice})
                fallen: dict[str, Any] = {"planner": "offline", "notices": [*state.get("notices", []), notice]}
                # What the model has already done stands; planning the same message again would do it twice.
                if state.get("ran"):
                    return fallen
                return {**fallen, **self._plan({**state, "notices": fallen["notices"]}, run)}
        return self._plan(state, run)

    def _plan(self, state: TurnState, run: TurnRun) -> dict[str, Any]:
        if state.get("planned"):
            return {}
        made = plan(state["text"], to_context(state["planning"]))
        stages, dropped = self._guarded(made, state)
        return {
            "planner": "offline",
            "planned": True,
            "stages": stages,
            "notices": [*state.get("notices", []), *self._notes(made, run), *self._dropped(dropped, run)],
            "closing": self._not_understood(made, run),
        }

    def _guarded(self, made: Plan, state: TurnState) -> tuple[list[list[dict[str, Any]]], list[str]]:
        stages: list[list[dict[str, Any]]] = []
        dropped: list[str] = []
        for stage in made.stages:
            calls: list[dict[str, Any]] = []
            for call in stage:
                kept = drop_unwritten(call.name, call.arguments, said=state["said"])
                dropped += kept.dropped
                calls.append({"name": call.name, "arguments": kept.arguments, "id": ""})
            stages.append(calls)
        return stages, dropped

    def _notes(self, made: Plan, run: TurnRun) -> list[str]:
        return [self.texts.say(note.key, run.lang, **note.facts) for note in made.notes]

    def _dropped(self, fields: list[str], run: TurnRun) -> list[str]:
        if not fields:
            return []
        separator = "、" if run.lang == "zh" else ", "
        return [self.texts.say("dropped_numbers", run.lang, fields=separator.join(dict.fromkeys(fields)))]

    def _not_understood(self, made: Plan, run: TurnRun) -> str:
        if made.not_understood:
            quoted = "".join(f"「{piece}」" for piece in made.not_understood)
            key = "not_understood_part" if made.stages else "not_understood"
            return self.texts.say(key, run.lang, quoted=quoted)
        return "" if made.stages or made.notes else self.texts.say("not_understood_at_all", run.lang)

    async def _ask_model(self, model: PlannerModel, state: TurnState, run: TurnRun) -> dict[str, Any]:
        messages = list(state.get("messages") or self._opening(state, run))
        steps = state.get("steps", 0)
        spent = sum(count(str(message)) for message in messages)
        if steps >= self.limits.steps or spent > self.limits.tokens:
            return {"planner": "model", "closing": self.texts.say("turn_limit", run.lang, steps=steps)}

        async def on_text(piece: str) -> None:
            await run.events.add(TurnEventKind.TEXT, {"text": piece})

        answer = await model.chat(messages, tools=schemas(self.catalogue), on_text=on_text)
        messages.append(answer.message)
        if not answer.calls:
            return {"planner": "model", "messages": messages, "closing": without_links(answer.text), "steps": steps + 1}
        calls: list[dict[str, Any]] = []
        dropped: list[str] = []
        for call in answer.calls[:MOST_CALLS]:
            kept = drop_unwritten(call.name, call.arguments, said=state["said"])
            dropped += kept.dropped
            calls.append({"name": call.name, "arguments": kept.arguments, "id": call.id})
        return {
            "planner": "model",
            "messages": messages,
            "stages": [calls],
            "steps": steps + 1,
            "notices": [*state.get("notices", []), *self._dropped(dropped, run)],
        }

    def _opening(self, state: TurnState, run: TurnRun) -> list[dict[str, JsonValue]]:
        planning = state["planning"]
        system = prompt(
            "planner.md",
            lang="Chinese" if run.lang == "zh" else "English",
            now=planning["now"],
            timezone=planning["timezone"],
            brand=planning["brand"],
            shortlist=", ".join(f"{rank}. @{handle}" for rank, handle in enumerate(planning["shortlist"], 1)) or "none",
            batches=", ".join(f"{code} ({size})" for code, size in planning["open_batches"].items()) or "none",
            products=", ".join(planning["products"]) or "none",
            preferences="; ".join(kept["text"] for kept in planning["preferences"]) or "none",
            figures=figures_told(planning),
            summary=state.get("summary") or "none",
        )
        history: list[dict[str, JsonValue]] = [{**line} for line in state.get("history", [])]
        return [{"role": "system", "content": system}, *history, {"role": "user", "content": state["text"]}]


def figures_told(planning: dict[str, Any]) -> str:
    """The last question about figures and what its rows stand for, as a model goes on from it."""
    if planning["last_report"] is None:
        return "none"
    asked = json.dumps(planning["last_report"], ensure_ascii=False)
    rows = [f"{place} {name or '(unattributed)'}" for place, name in enumerate(planning["report_rows"][:20], 1)]
    # Names of products and handles of a platform are other people's words.
    return f"{asked}; rows: {fenced(', '.join(rows), source='performance', limit=1500) if rows else 'none'}"


@cache
def schemas(catalogue: Catalogue) -> list[dict[str, JsonValue]]:
    """The tools in the shape of the Chat Completions protocol; made once per catalogue."""
    return [
        {
            "type": "function",
            "function": {
                "name": tool.name,
                "description": tool.about,
                "parameters": tool.arguments.model_json_schema(),
            },
        }
        for tool in catalogue
    ]


def to_context(planning: dict[str, Any]) -> PlanningContext:
    """The built-in planner's view of what recall gathered."""
    zone = ZoneInfo(planning["timezone"])
    return PlanningContext(
        today=datetime.fromisoformat(planning["now"]).astimezone(zone).date(),
        timezone=planning["timezone"],
        shortlist=tuple(planning["shortlist"]),
        open_batches=tuple(planning["open_batches"]),
        batch_sizes=dict(planning["open_batches"]),
        products=tuple(planning["products"]),
        last_criteria=planning["last_criteria"],
        preferences=tuple(kept["criteria"] for kept in planning["preferences"]),
        last_tool=planning["last_tool"],
        last_focus=planning["last_focus"],
        last_drafting=planning["last_drafting"],
        last_report=planning["last_report"],
        report_rows=tuple(planning["report_rows"]),
        brands=tuple(planning["brands"]),
    )
