"""What /metrics counts of this process; names no tenant, member or creator."""

from prometheus_client import Counter, Histogram

TURNS = Counter("daren_turns", "Turns ended, by planner and outcome", ["planner", "outcome"])
TURN_SECONDS = Histogram("daren_turn_seconds", "Seconds from an attempt's begin to its answer")
TOOL_CALLS = Counter("daren_tool_calls", "Tool calls, by tool and outcome", ["tool", "outcome"])
DECISIONS = Counter("daren_decisions", "Drafts decided, by verdict", ["verdict"])
SENDS = Counter("daren_sends", "Send attempts, by how they ended", ["end"])
ANSWERS = Counter("daren_creator_answers", "Creators' answers taken in")
