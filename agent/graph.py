"""The graph of one turn: recall → think ⇄ act → answer. No checkpointer: a turn's state is rebuilt from rows."""

from dataclasses import dataclass
from typing import Any

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from agent.nodes.act import Act
from agent.nodes.answer import Answer
from agent.nodes.quote import Quote
from agent.nodes.recall import recalled
from agent.nodes.run import TurnRun
from agent.nodes.think import Think
from agent.state import TurnState

TurnGraph = CompiledStateGraph[TurnState, TurnRun, TurnState, TurnState]


@dataclass(frozen=True, slots=True)
class Nodes:
    """The nodes with their dependencies inside; recalling has none but what a message quotes."""

    quote: Quote
    think: Think
    act: Act
    answer: Answer


def build(nodes: Nodes) -> TurnGraph:
    """Compile the graph once per process."""
    graph: StateGraph[TurnState, TurnRun, TurnState, TurnState] = StateGraph(TurnState, context_schema=TurnRun)

    async def recall(state: TurnState, runtime: Runtime[TurnRun]) -> dict[str, Any]:
        said = await nodes.quote(state["text"], runtime.context)
        return {"text": said, **recalled({**state, "text": said}, runtime.context)}

    async def think(state: TurnState, runtime: Runtime[TurnRun]) -> dict[str, Any]:
        return await nodes.think(state, runtime.context)

    async def act(state: TurnState, runtime: Runtime[TurnRun]) -> dict[str, Any]:
        return await nodes.act(state, runtime.context)

    async def answer(state: TurnState, runtime: Runtime[TurnRun]) -> dict[str, Any]:
        return await nodes.answer(state, runtime.context)

    graph.add_node("recall", recall)
    graph.add_node("think", think)
    graph.add_node("act", act)
    graph.add_node("answer", answer)
    graph.add_edge(START, "recall")
    graph.add_edge("recall", "think")
    graph.add_conditional_edges("think", _next, {"act": "act", "answer": "answer"})
    graph.add_edge("act", "think")
    graph.add_edge("answer", END)
    return graph.compile()


async def _next(state: TurnState) -> str:  # one that is not async would be run in a thread
    return "act" if state.get("stages") else "answer"
