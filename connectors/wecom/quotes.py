"""What heads a message with a shortlist: a member who quotes that message means that list. Pure."""

import re

from connectors.wecom.saying import Say
from memory.domain.chat import Reply
from memory.domain.ids import ShortlistId
from memory.domain.workspace import Lang

# At the beginning alone, under the mark of a demo: what stands further down may be somebody else's words.
_HEAD = re.compile(r"\A\s*(?:【[^】\n]*】\s*)?(?:名单|List )#(?P<shortlist>\d{1,18})(?!\d)")


def head(reply: Reply, *, lang: Lang, say: Say) -> str:
    """What names the list a reply shows, the last of several; empty where it shows none."""
    shown = [card.shortlist for card in reply.cards if card.kind == "shortlist"]
    return say("wecom_list_head", lang, number=shown[-1]) if shown else ""


def listed(text: str) -> ShortlistId | None:
    """The list that a quoted message of ours shows."""
    found = _HEAD.match(text)
    return ShortlistId(int(found["shortlist"])) if found else None
