"""The rolling summary of a conversation: one line a turn, newest last, what was asked and done. Pure."""

from collections.abc import Sequence

from memory.domain.chat import ToolCall

LINES, LINE_LENGTH = 30, 160


def roll(summary: str, *, said: str, calls: Sequence[ToolCall]) -> str:
    """The summary with one turn more; the oldest lines fall out."""
    asked = " ".join(said.split())
    cut = asked if len(asked) <= LINE_LENGTH else f"{asked[: LINE_LENGTH - 1]}…"
    done = ", ".join(call.name if call.ok else f"{call.name} (failed)" for call in calls)
    line = f"{cut} → {done}" if done else cut
    return "\n".join([*summary.splitlines(), line][-LINES:])
