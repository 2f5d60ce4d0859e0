"""The explicit list of tools, and the one loop that runs what a planner called."""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from pydantic import JsonValue, ValidationError

from memory.domain.chat_stores import Superseded
from memory.domain.errors import AppError, BadRequest
from tools.contract import Effect, Tool, TurnContext

log = structlog.get_logger()

# Each tool validates with its own argument model before it runs, so the list may mix them.
AnyTool = Tool[Any]


@dataclass(frozen=True, slots=True)
class Call:
    """A planner's wish: which tool with which arguments. `id` pairs a model's call with its answer."""

    name: str
    arguments: dict[str, JsonValue]
    id: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call: a result, or the failure to tell. Milliseconds include waiting."""

    call: Call
    result: object | None
    error: AppError | None
    milliseconds: int

    @property
    def ok(self) -> bool:
        """Whether the tool did its work."""
        return self.error is None


class Catalogue:
    """Every tool of one installation, in planner order."""

    def __init__(self, tools: Sequence[AnyTool]) -> None:
        self._tools = {tool.name: tool for tool in tools}
        if len(self._tools) != len(tools):
            message = "two tools share a name"
            raise ValueError(message)

    def __iter__(self) -> Iterator[AnyTool]:
        return iter(self._tools.values())

    def names(self) -> tuple[str, ...]:
        """Names in planner order."""
        return tuple(self._tools)

    def effect(self, name: str) -> Effect | None:
        """What a tool may do; None for an unknown name."""
        tool = self._tools.get(name)
        return tool.effect if tool else None

    async def run_all(self, calls: Sequence[Call], turn: TurnContext, *, first: int = 0) -> list[Outcome]:
        """Run calls in order; neighbours that only read run side by side. `first` numbers their occasions."""
        outcomes: list[Outcome] = []
        numbered = [
            (call, replace(turn, occasion=f"turn:{turn.fence.turn}:{first + place}"))
            for place, call in enumerate(calls)
        ]
        while numbered:
            reads = 0
            while reads < len(numbered) and self.effect(numbered[reads][0].name) is Effect.READS:
                reads += 1
            group, numbered = numbered[: max(reads, 1)], numbered[max(reads, 1) :]
            outcomes += await self._side_by_side(group)
        return outcomes

    async def _side_by_side(self, group: Sequence[tuple[Call, TurnContext]]) -> list[Outcome]:
        overtaken: Superseded | None = None
        running: list[asyncio.Task[Outcome]] = []
        try:
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(self._run(call, context)) for call, context in group]
        except* Superseded:
            overtaken = Superseded()
        if overtaken is not None:  # alone, not in a group: the turn looks for exactly this
            raise overtaken
        return [task.result() for task in running]

    async def _run(self, call: Call, turn: TurnContext) -> Outcome:
        began = time.monotonic()
        result: object | None = None
        error: AppError | None = None
        try:
            result = await self._call(call, turn)
        except Superseded:
            raise
        except AppError as failure:
            error = failure
        except Exception:  # tool dispatch: one broken tool must not take the answer with it
            log.exception("tool.failed", tool=call.name)
            error = AppError("tool_broke", tool=call.name)
        return Outcome(call, result, error, round((time.monotonic() - began) * 1000))

    async def _call(self, call: Call, turn: TurnContext) -> object:
        tool = self._tools.get(call.name)
        if tool is None:
            raise BadRequest("tool_unknown", tool=call.name)
        try:
            arguments = tool.arguments.model_validate(call.arguments)
        except ValidationError as failure:
            raise _bad(call.name, failure) from failure
        return await tool.run(arguments, turn)


def _bad(tool: str, failure: ValidationError) -> BadRequest:
    """What is wrong with arguments; of a value with a text of its own, that text."""
    for problem in failure.errors():
        if problem["type"] == "market_unknown":
            return BadRequest("market_unknown", **problem["ctx"])
    return BadRequest("bad_arguments", tool=tool, problems=_problems(failure))


def _problems(failure: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in problem['loc'])}: {problem['msg']}" for problem in failure.errors()[:5]
    )
