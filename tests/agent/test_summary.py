"""What is remembered of a long conversation."""

from agent.summary import LINE_LENGTH, LINES, roll
from memory.domain.chat import ToolCall


def test_a_turn_adds_what_was_asked_and_done() -> None:
    calls = (
        ToolCall(name="search_creators", arguments={}, ok=True),
        ToolCall(name="draft_messages", arguments={}, ok=False),
    )
    summary = roll("你好", said="找20个\n宠物达人", calls=calls)
    assert summary == "你好\n找20个 宠物达人 → search_creators, draft_messages (failed)"


def test_it_never_grows_beyond_its_lines() -> None:
    summary = ""
    for number in range(LINES + 5):
        summary = roll(summary, said=f"{number} " + "很长" * 200, calls=())
    lines = summary.splitlines()
    assert len(lines) == LINES
    assert lines[-1].startswith(f"{LINES + 4} ")
    assert max(map(len, lines)) == LINE_LENGTH
