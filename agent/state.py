"""What a turn carries from node to node: JSON-shaped, for one turn, ids instead of rows."""

from typing import Any, TypedDict


class TurnState(TypedDict, total=False):
    """The state of one attempt at one turn. Every value can be written as JSON."""

    text: str
    said: list[str]  # the member's lines of this conversation, oldest first, the present one last
    summary: str
    planning: dict[str, Any]  # shortlist handles, open batches, products, last criteria, preferences
    planner: str  # "model" | "offline"
    stages: list[list[dict[str, Any]]]  # calls still to run, stage by stage: {name, arguments, id}
    planned: bool  # the built-in planner has read the message
    history: list[dict[str, str]]  # the last exchanges, oldest first: {role, content}
    messages: list[dict[str, Any]]  # what the model has been told so far, in its protocol's JSON
    ran: int  # how many calls have run: numbers their occasions
    steps: int
    tool_calls: list[dict[str, Any]]  # {name, arguments, ok}
    pieces: list[dict[str, Any]]  # shown results: {text, cards, files}
    closing: str  # the model's own words
    notices: list[str]
