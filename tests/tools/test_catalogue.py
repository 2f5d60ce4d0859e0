"""The loop that runs what a planner called."""

import asyncio
from dataclasses import dataclass, field

import pytest

from memory.domain.chat_stores import Fence, Superseded
from memory.domain.errors import BadRequest, Unavailable
from memory.domain.ids import BrandId, ConversationId, MemberId, TenantId, TurnId
from memory.domain.workspace import Role, Scope
from tools.catalogue import AnyTool, Call, Catalogue
from tools.contract import Arguments, Effect, Tool, TurnContext

CONTEXT = TurnContext(
    scope=Scope(TenantId(1), BrandId(1), MemberId(1), Role.LEAD),
    conversation=ConversationId(1),
    fence=Fence(TurnId(7), 1),
    lang="zh",
    occasion="turn:7",
)


class NumberArgs(Arguments):
    """One number."""

    number: int


@dataclass
class Log:
    """What tools did, in order."""

    events: list[str] = field(default_factory=list)


def recording(name: str, effect: Effect, log: Log, *, meets: asyncio.Barrier | None = None) -> AnyTool:
    async def run(args: NumberArgs, turn: TurnContext) -> str:
        log.events.append(f"{name}{args.number} begins")
        if meets is not None:
            await meets.wait()
        log.events.append(f"{name}{args.number} ends as {turn.occasion}")
        return f"{name}{args.number}"

    return Tool(name, effect, NumberArgs, run)


def failing(name: str, failure: Exception) -> AnyTool:
    async def run(args: NumberArgs, turn: TurnContext) -> str:
        del args, turn
        raise failure

    return Tool(name, Effect.READS, NumberArgs, run)


def call(name: str, number: object = 1) -> Call:
    return Call(name, {"number": number})  # type: ignore[dict-item]  # a planner may send anything


async def test_reads_run_side_by_side() -> None:
    log = Log()
    # Each waits for the other: one after another they would never end.
    catalogue = Catalogue([recording("read", Effect.READS, log, meets=asyncio.Barrier(2))])
    outcomes = await asyncio.wait_for(catalogue.run_all([call("read", 1), call("read", 2)], CONTEXT), timeout=5)
    assert [outcome.result for outcome in outcomes] == ["read1", "read2"]


async def test_changes_run_one_after_another_in_the_planners_order() -> None:
    log = Log()
    catalogue = Catalogue([recording("change", Effect.CHANGES, log)])
    await catalogue.run_all([call("change", 1), call("change", 2)], CONTEXT, first=4)
    assert log.events == [
        "change1 begins",
        "change1 ends as turn:7:4",
        "change2 begins",
        "change2 ends as turn:7:5",
    ]


@pytest.mark.parametrize(
    ("name", "arguments", "key"),
    [("nothing", 1, "tool_unknown"), ("read", "many", "bad_arguments")],
)
async def test_a_wish_that_cannot_be_carried_out_is_an_answer(name: str, arguments: object, key: str) -> None:
    catalogue = Catalogue([recording("read", Effect.READS, Log())])
    (outcome,) = await catalogue.run_all([call(name, arguments)], CONTEXT)
    assert isinstance(outcome.error, BadRequest)
    assert outcome.error.text_key == key


async def test_a_failing_tool_takes_nobody_with_it() -> None:
    catalogue = Catalogue(
        [
            failing("down", Unavailable()),
            failing("broken", ZeroDivisionError("a bug")),
            recording("read", Effect.READS, Log()),
        ]
    )
    down, broken, read = await catalogue.run_all([call("down"), call("broken"), call("read")], CONTEXT)
    assert down.error is not None
    assert broken.error is not None
    assert (down.error.text_key, broken.error.text_key, read.ok) == ("unavailable", "tool_broke", True)


async def test_an_overtaken_attempt_stops_with_exactly_that() -> None:
    catalogue = Catalogue([failing("late", Superseded()), recording("read", Effect.READS, Log())])
    with pytest.raises(Superseded):
        await catalogue.run_all([call("late"), call("read")], CONTEXT)


def test_two_tools_never_share_a_name() -> None:
    with pytest.raises(ValueError, match="share a name"):
        Catalogue([recording("read", Effect.READS, Log()), recording("read", Effect.READS, Log())])
