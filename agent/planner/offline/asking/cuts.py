"""From a message to clauses: cut at punctuation, at 然后 and where a second request starts in one breath."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from agent.planner.offline.asking.evidence import intent_of
from agent.planner.offline.reading.tokens import Token
from prompts import words

_LONGEST_SPOKEN = 300
_STRONG = ".。;!?\n…"
_INNER = words.phrase("clauses", "inner")
_ANOTHER = words.phrase("clauses", "another_reference")
_DONE_TO_CREATORS = frozenset(["crm_update", "draft_messages", "samples.record", "schedule_follow_up", "show_creator"])
_THE_REST = words.phrase("references", "the_rest")
_LIKEWISE = words.phrase("clauses", "likewise")
_THIS_ONE = words.phrase("references", "this_one")
_UNFINISHED = words.phrase("clauses", "unfinished")
_MOST_CUTS = 12
_LONGEST_AGENDA = 40
AGENDA = words.phrase("clauses", "agenda")
"""「今天三件事：」, "two things:": says that requests follow, and is none."""
_NEXT_OF_A_LIST = re.compile(r"next (?:batch|set|lot|bunch|group|round|wave|page|ones?|list|load|\d)")
RANKED = re.compile(
    r"第.{1,4}(?:个|位|条|封|号)|前.{1,3}(?:个|位|条)|@\w|#\d|number \d{1,3}\b|最后|"
    r"(?<![月\d到])\d{1,2}号(?!前|之前|早|晚|到|提醒|跟进|催|再)|^\d{1,2}号催|^\d{1,2} (?:as|goes|gets) |"
    r"the (?:first|second|third|last)"
)
WHOSE = words.phrase("clauses", "whose")
TEXT_TAKERS = frozenset(["translate", "check_compliance", "preferences.set", "products.add", "products.change"])
"""Requests whose words are a text of the person's own."""


_OPENS = re.compile(r"打开|看|调|翻|载入|切|回到|\b(?:open|load|show|see|bring|pull|switch)\b")
"""What makes the name of a list a request of its own, before it is to be exported."""
_ONE_BREATH = frozenset([("list_shortlists", "save_shortlist"), ("list_shortlists", "export_shortlist")])


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]` of the folded message; `heard` is what asks in it; `after_connector` after 然后 or the like."""

    start: int
    end: int
    text: str
    heard: str
    after_connector: bool = False
    after_stop: bool = False


def clauses_of(text: str, heard: str, tokens: tuple[Token, ...]) -> Iterator[Clause]:
    """The clauses of a folded message in order; `heard` is the same text without the names in it."""
    start, stop, connector = 0, True, False
    for token in (*tokens, None):
        if token is None:
            cut, resume, next_stop, next_connector = len(text), len(text), True, False
        elif token.kind == "mark" and _ends_clause(text, token):
            cut, resume = token.start, token.end
            next_stop, next_connector = token.text in _STRONG, False
        elif token.has("connector") and _may_connect(text, token, start):
            cut, resume, next_stop, next_connector = token.start, token.end, False, True
        else:
            continue
        piece = Clause(start, cut, text[start:cut].strip(), heard[start:cut].strip(), connector, stop)
        if piece.text:
            yield from _divide(text, heard, piece)
            stop, connector = next_stop, next_connector
        else:
            stop, connector = stop or next_stop, connector or next_connector
        start = resume


def _ends_clause(text: str, token: Token) -> bool:
    if token.text == ":":
        return bool(AGENDA.search(text, max(0, token.start - _LONGEST_AGENDA), token.start))
    if token.text == ".":
        return text[token.end : token.end + 1] in ("", " ", "\n") or not text[token.end].isascii()
    return token.text in _STRONG or token.text == ","


def _may_connect(text: str, token: Token, clause_start: int) -> bool:
    """同时 or "next" inside a phrase connects nothing; at the start of a clause, or 然后 anywhere, it does."""
    if _NEXT_OF_A_LIST.match(text, token.start) or (token.text == "再给" and text.startswith("我", token.end)):
        return False
    at_start = not text[clause_start : token.start].strip()
    return at_start or token.text in (
        "然后",
        "然后再",
        "接着",
        "之后再",
        "and then",
        "then",
        "after that",
        "接下来",
        "再帮我",
        "最后再",
        "and also",
        "再给",
    )


def _divide(text: str, heard: str, clause: Clause) -> Iterator[Clause]:
    """A clause that holds two requests without a word between them, cut where the second starts."""
    if clause.end - clause.start > _LONGEST_SPOKEN:
        yield clause
        return
    for way, apart in ((_INNER, _parts), (_ANOTHER, _each_its_own)):
        for cut in islice(way.finditer(heard, clause.start + 1, clause.end), _MOST_CUTS):
            before = Clause(
                clause.start,
                cut.start(),
                text[clause.start : cut.start()].strip(),
                heard[clause.start : cut.start()].strip(),
                clause.after_connector,
                clause.after_stop,
            )
            after = Clause(
                cut.end(),
                clause.end,
                text[cut.end() : clause.end].strip(),
                heard[cut.end() : clause.end].strip(),
                after_connector=True,
            )
            first, second = intent_of(before.heard, weak=False), intent_of(after.heard, weak=False)
            if first and second and apart(before, first, after, second):
                yield before
                yield from _divide(text, heard, after)
                return
    yield clause


def names_creators(clause: Clause) -> bool:
    """Whether a clause names some of a list: 第3个, @mia, 1和2."""
    return "№" in clause.heard or bool(RANKED.search(clause.text))


def _parts(before: Clause, first: words.Intent, after: Clause, second: words.Intent) -> bool:
    """Whether two requests meet here, rather than two words of one."""
    if first.name in TEXT_TAKERS and "〇" not in before.heard:
        return False
    if WHOSE.search(before.text) and first.name != "search_creators":
        return False
    if (first.name, second.name) in _ONE_BREATH:
        return False
    if (first.name, second.name) == ("open_shortlist", "export_shortlist") and not _OPENS.search(before.text):
        return False
    if first.name == second.name:
        return first.name == "crm_update" and names_creators(before) and names_creators(after)
    return True


def _each_its_own(before: Clause, first: words.Intent, after: Clause, second: words.Intent) -> bool:
    """「第一个拉黑 第二个打个标签 优质」: what is done to each is said right after it, with no word between."""
    aimed = names_creators(before) or _THIS_ONE.search(before.text)
    whom = names_creators(after) or _THE_REST.search(after.text)
    if _LIKEWISE.search(after.text) or not aimed or not whom or _UNFINISHED.search(before.text):
        return False
    return first.name in _DONE_TO_CREATORS and second.name in _DONE_TO_CREATORS
