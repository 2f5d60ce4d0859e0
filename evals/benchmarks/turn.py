"""CPU of a whole durable turn against LangGraph's prebuilt agent, and how soon a follower sees the first event.

Ours: `Desk.receive` → message row and job in one transaction → worker → graph → answer stored, its events followed.
Theirs: the prebuilt agent streaming its steps, with its own PostgreSQL saver on the same server (`make install-dev`
brings it; without it the saver is in memory and the card says so). Both get the same scripted model (one tool call,
then an answer in pieces) and the same tool on the same database; rounds alternate in one run, each in a conversation
of its own. CPU is this process's, PostgreSQL's own is not in it; medians.
"""

import json
import tempfile
import time
import uuid
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.tools import StructuredTool
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.prebuilt import create_react_agent
from pydantic import JsonValue

from agent.accounts import OpenAccounts
from agent.jobs.blueprint import Workshop
from agent.jobs.worker import make_app, working
from agent.planner.model import ModelAnswer
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.working_desk import WorkingDesk, inbound, open_working_desk
from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.database import Database
from memory.domain.chat import Accepted
from memory.domain.chat_stores import Fence
from memory.domain.clock import SystemClock
from memory.domain.ids import ConversationId, ImportRunId, TenantId, TurnId
from memory.domain.stores import Unit
from memory.domain.workspace import Scope
from tools.catalogue import Call
from tools.contract import TurnContext
from tools.products.tool import products

MOST_TIMES = 2.5
MOST_FIRST_EVENT_MILLISECONDS = 50.0
WARM_UP = 3
QUESTION = "我们有哪些产品"
PIECES = ("现在有一个产品", "：Cat Litter Box，", "29.9 美金，", "可以寄样。")
_TOOL, _ARGUMENTS = "products", {"action": "list"}


class ScriptedModel:
    """Ours: asks for the products, then answers in pieces. Satisfies both doors of a model."""

    async def chat(
        self,
        messages: list[dict[str, JsonValue]],
        *,
        tools: list[dict[str, JsonValue]],
        on_text: Callable[[str], Awaitable[None]],
    ) -> ModelAnswer:
        """See `PlannerModel.chat`."""
        del tools
        if messages[-1].get("role") == "tool":
            for piece in PIECES:
                await on_text(piece)
            text = "".join(PIECES)
            return ModelAnswer(text, (), {"role": "assistant", "content": text})
        function: JsonValue = {"name": _TOOL, "arguments": json.dumps(_ARGUMENTS)}
        told: JsonValue = [{"id": "call_0", "type": "function", "function": function}]
        return ModelAnswer(
            "",
            (Call(_TOOL, {**_ARGUMENTS}, "call_0"),),
            {"role": "assistant", "content": None, "tool_calls": told},
        )

    async def write(self, *, system: str, user: str, purpose: str, max_tokens: int = 800) -> str:
        """See `TextModel.write`."""
        return f"{system[:0]}{user[:0]}{purpose}"[:max_tokens]

    async def write_json(
        self, *, system: str, user: str, purpose: str, schema: dict[str, JsonValue], max_tokens: int = 1200
    ) -> dict[str, JsonValue]:
        """See `TextModel.write_json`."""
        return {"text": await self.write(system=system, user=user, purpose=purpose, max_tokens=max_tokens), **schema}


class ScriptedChatModel(BaseChatModel):
    """Theirs: the same script in LangChain's shape."""

    @property
    def _llm_type(self) -> str:
        return "scripted"

    def bind_tools(self, tools: Sequence[Any], **kwargs: Any) -> "ScriptedChatModel":  # noqa: ANN401  # LangChain's own signature
        """The script needs no schemas."""
        del tools, kwargs
        return self

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: Any = None,  # noqa: ANN401  # LangChain's own signature
        **kwargs: Any,  # noqa: ANN401  # as above
    ) -> ChatResult:
        del stop, run_manager, kwargs
        if messages[-1].type == "tool":
            answer = AIMessage("".join(PIECES))
        else:
            answer = AIMessage("", tool_calls=[{"name": _TOOL, "args": _ARGUMENTS, "id": "call_0"}])
        return ChatResult(generations=[ChatGeneration(message=answer)])


@dataclass(slots=True)
class Measured:
    """Seconds of every round."""

    ours: list[float] = field(default_factory=list)
    theirs: list[float] = field(default_factory=list)
    first_event: list[float] = field(default_factory=list)
    wrong: int = 0
    saver: str = ""


@dataclass(frozen=True, slots=True)
class _Unfenced:
    """The tool outside our turn: nobody else owns it."""

    database: Database

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[Unit]:
        del fence
        return self.database.unit(scope)


async def run(*, rounds: int = 60, fast: bool = False, url: str | None = None) -> Scorecard:
    """Alternate `rounds` of each (`fast`: eight). With `url` on that database, else on one of its own."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-", ignore_cleanup_errors=True) as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            async with open_working_desk(database, Path(folder), ScriptedModel(), embedder=Usem3Embedder()) as at_work:
                measured = await measure(at_work, Path(folder), rounds=8 if fast else rounds)
    return _scored(measured)


async def measure(at_work: WorkingDesk, home: Path, *, rounds: int) -> Measured:
    """Run both in turn behind one worker."""
    database, lead = at_work.database, at_work.office.lead
    async with database.unit(lead) as unit:
        await unit.products.save(None, {"name": "Cat Litter Box", "sample": True}, brand=at_work.office.brand)
    accounts = OpenAccounts(database, database, SystemClock(), home)
    workshop = Workshop(
        accounts, at_work.runner.run, _no_import, _nothing, _nothing, _nothing, _no_index, _nothing, _nothing
    )
    async with working(make_app(database.url), workshop, concurrency=4), _their_saver(database.url) as (saver, title):
        theirs = _prebuilt(database, lead, saver)
        measured = Measured(saver=title)
        for place in range(rounds + WARM_UP):
            one = Measured() if place < WARM_UP else measured  # the first few pay for connections and caches
            await _our_turn(at_work, one)
            await _their_turn(theirs, one)
    return measured


async def _our_turn(at_work: WorkingDesk, measured: Measured) -> None:
    lead = at_work.office.lead
    conversation = await at_work.start(lead)
    cpu, began = time.process_time(), time.perf_counter()
    receipt = await at_work.desk.receive(lead, inbound(QUESTION, conversation))
    if not isinstance(receipt, Accepted):
        measured.wrong += 1
        return
    first, said = 0.0, ""
    async for event in at_work.desk.follow(lead, receipt.turn):
        first = first or time.perf_counter() - began
        if event.is_last:
            said = json.dumps(event.data, ensure_ascii=False)
    measured.ours.append(time.process_time() - cpu)
    measured.first_event.append(first)
    measured.wrong += "".join(PIECES) not in said


async def _their_turn(agent: Any, measured: Measured) -> None:  # noqa: ANN401  # LangGraph's compiled graph of its own state
    cpu = time.process_time()
    said = ""
    config = {"configurable": {"thread_id": uuid.uuid4().hex}}
    asked = {"messages": [{"role": "user", "content": QUESTION}]}
    async for mode, part in agent.astream(asked, config, stream_mode=["updates", "messages"]):
        if mode == "updates" and "agent" in part:
            said = str(part["agent"]["messages"][-1].content)
    measured.theirs.append(time.process_time() - cpu)
    measured.wrong += said != "".join(PIECES)


@asynccontextmanager
async def _their_saver(url: str) -> AsyncIterator[tuple[Any, str]]:
    """LangGraph's PostgreSQL saver in a pipeline of its own connection, as its documentation opens it."""
    if find_spec("langgraph.checkpoint.postgres") is None:
        yield InMemorySaver(), "in memory (its PostgreSQL saver is not installed)"
        return
    saver = import_module("langgraph.checkpoint.postgres.aio").AsyncPostgresSaver
    async with saver.from_conn_string(url) as opened:
        await opened.setup()
        yield opened, "PostgreSQL, its own"


def _prebuilt(database: Database, scope: Scope, saver: Any) -> Any:  # noqa: ANN401  # a graph of LangGraph's own state
    tool = products(_Unfenced(database))

    async def call(action: str) -> str:
        turn = TurnContext(
            scope, conversation=ConversationId(0), fence=Fence(TurnId(0), 0), lang="zh", occasion="bench"
        )
        shown = await tool.run(tool.arguments.model_validate({"action": action}), turn)
        return str([product.name for product in getattr(shown, "products", ())])

    wrapped = StructuredTool.from_function(coroutine=call, name=_TOOL, description=tool.about)
    with warnings.catch_warnings():
        # Its successor lives in the `langchain` package, which is not installed; this is the one LangGraph ships.
        warnings.simplefilter("ignore")
        return create_react_agent(ScriptedChatModel(), [wrapped], checkpointer=saver)


def _scored(measured: Measured) -> Scorecard:
    ours, theirs = median(measured.ours) * 1_000, median(measured.theirs) * 1_000
    first = quantiles(measured.first_event, n=20)[-1] * 1_000
    times = ours / theirs
    return Scorecard(
        "turn",
        (
            Line("rounds", str(len(measured.ours)), "", ok=True),
            Line("wrong answers", str(measured.wrong), "= 0", measured.wrong == 0),
            Line("prebuilt agent's saver", measured.saver, "", ok=True),
            Line("prebuilt agent, CPU p50", f"{theirs:.1f} ms", "", ok=True),
            Line("whole durable turn, CPU p50", f"{ours:.1f} ms", "", ok=True),
            Line("turn / prebuilt agent", f"{times:.2f}", f"≤ {MOST_TIMES}", times <= MOST_TIMES),
            Line("first event, p50", f"{median(measured.first_event) * 1_000:.1f} ms", "", ok=True),
            Line("first event, p95", f"{first:.1f} ms", "≤ 50 ms", first <= MOST_FIRST_EVENT_MILLISECONDS),
        ),
    )


async def _nothing() -> None:
    """No upkeep while measuring."""


async def _no_import(scope: Scope, run: ImportRunId) -> None:
    raise LookupError(scope, run)


async def _no_index(tenant: TenantId) -> None:
    raise LookupError(tenant)
