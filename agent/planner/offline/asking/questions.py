"""Questions about how things work or what would be best: they are no request, and nothing is done or searched for them.

「拉黑了以后还能放出来吗」 and "do creators see my notes" ask; 「能不能帮我找10个」 and "could you block 4" request.
"""

from agent.planner.offline.asking.cuts import Clause, names_creators
from agent.planner.offline.reading.tokens import find_terms
from prompts import words

_WORKINGS = words.phrase("questions", "workings")
_WONDERING = words.phrase("questions", "wondering")
_REQUESTING = words.phrase("questions", "requesting")
_OF_A_TEXT = frozenset(["translate", "check_compliance"])
"""What is asked about there is the text."""
_ANSWERED_BY_A_LOOK = frozenset(
    [
        "campaigns.failed",
        "campaigns.list",
        "campaigns.show",
        "digest",
        "list_drafts",
        "list_follow_ups",
        "list_replies",
        "list_shortlists",
        "open_shortlist",
        "performance",
        "preferences.list",
        "products.list",
        "quota_status",
        "samples.list",
        "show_creator",
        "similar_creators",
    ]
)
"""Requests that are questions themselves."""


def only_asks(clause: Clause, intent: words.Intent | None) -> bool:
    """Whether a clause asks about the world or the desk, whatever request its words remind of."""
    name = intent.name if intent else ""
    if name in _OF_A_TEXT:
        return False
    if not name and any(True for _ in find_terms("reports", clause.text, "compare")):
        return False  # 「比前一周多吗」: figures are to be compared
    if _WORKINGS.search(clause.text):
        return True
    if name == "samples.record" and names_creators(clause):
        return False  # 「3号的样品到了吗」: how a sample stands is looked up
    return name not in _ANSWERED_BY_A_LOOK and bool(
        _WONDERING.search(clause.text) and not _REQUESTING.search(clause.text)
    )
