"""Third node: runs one stage of calls and hands back what they found. Nothing here sends, spends or approves."""

import json
from dataclasses import dataclass
from typing import Any

from agent.cards.shown import Presenter
from agent.guardrails.foreign import fenced
from agent.guardrails.own_words import may_change
from agent.metrics import TOOL_CALLS
from agent.nodes.pictures import Pictures
from agent.nodes.run import TurnRun
from agent.nodes.think import to_context
from agent.planner.offline.requests.report_people import people_of
from agent.state import TurnState
from memory.domain.chat import TurnEventKind
from memory.domain.errors import NotAllowed
from prompts.render import Texts
from tools.catalogue import Call, Catalogue, Outcome
from tools.contract import Effect


@dataclass(frozen=True, slots=True)
class Act:
    """Runs calls through the catalogue; a failing one is an answer, not the end of the turn."""

    catalogue: Catalogue
    presenter: Presenter
    texts: Texts
    pictures: Pictures

    async def __call__(self, state: TurnState, run: TurnRun) -> dict[str, Any]:
        """Run the first waiting stage."""
        stage, waiting = state["stages"][0], state["stages"][1:]
        calls = [Call(wish["name"], wish["arguments"], wish["id"]) for wish in stage]
        ran = state.get("ran", 0)
        for call in calls:
            await run.events.add(TurnEventKind.STEP, {"name": call.name, "label": self._label(call, run)})
        outcomes = await self._run(calls, state, run)
        pieces, messages, done = [], list(state.get("messages", [])), []
        for outcome in outcomes:
            piece = await self.pictures.drawn(self.presenter.show(outcome, run.lang), run)
            pieces.append(
                {
                    "text": piece.text,
                    "cards": [card.model_dump(mode="json") for card in piece.cards],
                    "files": [file.model_dump(mode="json") for file in piece.files],
                }
            )
            if outcome.call.id:
                content = json.dumps(piece.for_planner, ensure_ascii=False, default=str)
                told = fenced(content, source=outcome.call.name, limit=8000)
                messages.append({"role": "tool", "tool_call_id": outcome.call.id, "content": told})
            done.append({"name": outcome.call.name, "arguments": outcome.call.arguments, "ok": outcome.ok})
            known = outcome.call.name if self.catalogue.effect(outcome.call.name) else "unknown"
            TOOL_CALLS.labels(known, "ok" if outcome.ok else "failed").inc()
            await run.events.add(TurnEventKind.STEP_DONE, {"name": outcome.call.name, "ok": outcome.ok})
        self._record(outcomes, run)
        stopped, notices = self._after_failure(outcomes, waiting, run)
        return {
            "stages": [] if stopped else waiting,
            "ran": ran + len(calls),
            "pieces": [*state.get("pieces", []), *pieces],
            "messages": messages,
            "tool_calls": [*state.get("tool_calls", []), *done],
            "notices": [*state.get("notices", []), *notices],
        }

    async def _run(self, calls: list[Call], state: TurnState, run: TurnRun) -> list[Outcome]:
        """Run what may run, keep the order; a change nobody asked for in this message is refused, not run."""
        meant = [self._is_meant(call, state) for call in calls]
        allowed = [call for call, ok in zip(calls, meant, strict=True) if ok]
        ran = iter(await self.catalogue.run_all(allowed, run.context(tuple(state["said"])), first=state.get("ran", 0)))
        return [
            next(ran) if ok else Outcome(call, None, NotAllowed("not_asked_for", tool=self._label(call, run)), 0)
            for call, ok in zip(calls, meant, strict=True)
        ]

    def _is_meant(self, call: Call, state: TurnState) -> bool:
        if self.catalogue.effect(call.name) is not Effect.CHANGES:
            return True
        context = to_context(state["planning"])
        return may_change(
            call.name,
            call.arguments,
            state["said"][-1],
            shortlist=people_of(context) or context.shortlist,
            focus=context.last_focus,
        )

    def _label(self, call: Call, run: TurnRun) -> str:
        key = f"step_{call.name}"
        return self.texts.say(key if key in self.texts else "step_other", run.lang)

    def _after_failure(
        self, outcomes: list[Outcome], waiting: list[list[dict[str, Any]]], run: TurnRun
    ) -> tuple[bool, list[str]]:
        """Later stages build on earlier ones: after a failure they would work on something else than was meant."""
        if not waiting or all(outcome.ok for outcome in outcomes):
            return False, []
        left = [self._label(Call(call["name"], {}), run) for stage in waiting for call in stage]
        return True, [self.texts.say("not_done_after_failure", run.lang, steps="、".join(left))]

    def _record(self, outcomes: list[Outcome], run: TurnRun) -> None:
        for outcome in outcomes:
            run.tool_records.append(
                {
                    "name": outcome.call.name,
                    "arguments": outcome.call.arguments,
                    "ok": outcome.ok,
                    "error": outcome.error.text_key if outcome.error else None,
                    "effect": str(self.catalogue.effect(outcome.call.name) or Effect.READS),
                    "milliseconds": outcome.milliseconds,
                }
            )
