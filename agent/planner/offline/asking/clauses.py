"""From a message to segments: clauses cut at punctuation and 然后, each given to the request it belongs to."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token, tokenise
from agent.planner.offline.reading.vocabulary import masked
from prompts import words

_LONGEST_SPOKEN = 300
_LONGEST_HEARD, _LONGEST_END = 300, 60
_STRONG = ".。;!?\n…"
_RANKED = re.compile(
    r"第.{1,4}(?:个|位|条|封|号)|前.{1,3}(?:个|位|条)|@\w|#\d|number \d{1,3}\b|最后|^\d{1,2}号催|"
    r"the (?:first|second|third|last)"
)
_INNER = re.compile(
    r"(?:再|并|并且|和|,)?(?=给(?:前|第|他们|她们|每|这|上面|@|所有|最后)|导出|存成|保存成|存为|保存为|另存|按.{1,8}排)"
    r"|\s(?:and|then) (?=(?:then |also )?(?:draft|write|send|save|export|invite|show|tag|mark|"
    r"find|reach|follow|schedule|thank|list|check|give|message|dm|offer|remind|search|tell|"
    r"open)\b)"
)
_EXPLICIT_REVISION = re.compile(r"k\d+|第.{1,4}(?:条|封)|改成|重写|润色|改一下|\b(?:revise|rewrite|change)\b")
_TEXT_TAKERS = frozenset(["translate", "check_compliance", "preferences.set", "products.add", "products.change"])
_CONTINUES = {
    "samples.record": frozenset(["crm_update", "samples.list"]),
    "subscribe_digest": frozenset(["digest", "preferences.set"]),
    "schedule_follow_up": frozenset(["draft_messages", "list_follow_ups"]),
    "performance": frozenset(["digest"]),
    "campaigns.plan": frozenset(["schedule_follow_up", "draft_messages", "performance", "search_creators"]),
    "similar_creators": frozenset(["search_creators"]),
    "products.add": frozenset(["products.change", "draft_messages"]),
    "save_shortlist": frozenset(["open_shortlist"]),
    "draft_messages": frozenset(["list_replies", "crm_update"]),
    "crm_update": frozenset(["list_replies"]),
}
_WORKS_ON_CREATORS = frozenset(
    ["draft_messages", "crm_update", "schedule_follow_up", "save_shortlist", "export_shortlist"]
)
_NEXT_OF_A_LIST = re.compile(r"next (?:batch|set|lot|bunch|group|round|wave|page|ones?|list|load|\d)")
_OVERHEARD = frozenset(
    ["performance", "preferences.forget", "list_replies", "samples.list", "samples.record", "save_shortlist"]
)
"""Requests whose words also occur where creators are left out of a search."""
_OTHER_THINGS = re.compile(
    r"草稿|标签|名单|存|导出|跟进|备注|\b(?:drafts?|messages?|tags?|lists?|save|export|follow|notes?)\b"
)
_FORGETS = re.compile(r"forget|忘")
_NAMED = frozenset(["handle", "rank"])
_OFFERED = (None, "commission_rate", "flat_fee", "price")
_LISTS = frozenset(["search_creators", "refine_search", "similar_creators", "draft_messages"])
_ASKS_FIGURES = re.compile(
    r"多少|怎么样|如何|趋势|为什么|报表|对比|[?]|\b(?:how|what|which|why|compare|chart|report|show)\b"
)
_SEARCHING = re.compile(
    r"找|搜|先?(?:来|推荐|挑|要)\s?(?:\d+|[一二两三四五六七八九十]+)(?:个|位)|"
    r"\b(?:find|search|look for|start (?:me )?(?:off )?with \d+|(?:get|give|show) me \d+)\b"
)
_SAYS = re.compile(r"^(?:并)?(?:告诉|说|备注|强调|提到|注明|写明)|^(?:and )?(?:mention|tell|say|note)\b")
_WHOSE = re.compile(r"(?:的|的人|的达人|的博主|们)$")
_EXCEPTION = re.compile(r"^(?:除了|除开|except|other than|apart from|everyone but|all but)")


@dataclass(frozen=True, slots=True)
class Clause:
    """`text[start:end]` of the folded message; `after_connector` when 然后 or the like stands before it."""

    start: int
    end: int
    text: str
    after_connector: bool = False
    after_stop: bool = False


@dataclass(slots=True)
class Segment:
    """One request of the message and the clauses that say it; `intent` is empty when none was recognised."""

    intent: str
    clauses: list[Clause] = field(default_factory=list)
    reading: Reading = field(default_factory=lambda: Reading("", "", ()))
    tokens: list[Token] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The folded words of the request, clauses joined by commas."""
        return ",".join(clause.text for clause in self.clauses)

    @property
    def start(self) -> int:
        """Where the request starts in the message."""
        return self.clauses[0].start

    @property
    def end(self) -> int:
        """Where it ends."""
        return self.clauses[-1].end


def segments(reading: Reading) -> list[Segment]:
    """The requests of a message in order, with their tokens."""
    tokens = tokenise(reading)
    clauses = list(_clauses(reading.text, tokens))
    return _with_tokens(reading, tokens, _group(clauses, tokens))


def whole(reading: Reading, intent: str) -> Segment:
    """The whole message as one request."""
    clause = Clause(0, len(reading.text), reading.text.strip(), after_stop=True)
    return _with_tokens(reading, tokenise(reading), [Segment(intent, [clause])])[0]


def _with_tokens(reading: Reading, tokens: tuple[Token, ...], found: list[Segment]) -> list[Segment]:
    starts = [token.start for token in tokens]
    for segment in found:
        segment.reading = reading
        segment.tokens = [
            token
            for clause in segment.clauses
            for token in tokens[bisect_left(starts, clause.start) : bisect_left(starts, clause.end)]
            if token.end <= clause.end
        ]
    return found


@lru_cache(maxsize=256)
def intent_of(clause: str, *, weak: bool = True) -> words.Intent | None:
    """What a clause asks for, by the first pattern that fits; the names of known subjects ask for nothing."""
    heard = masked(clause if len(clause) <= _LONGEST_HEARD else clause[:_LONGEST_HEARD] + clause[-_LONGEST_END:])
    return next((intent for intent in words.intents() if (weak or not intent.weak) and intent.matches(heard)), None)


def _heard(clause: Clause, tokens: tuple[Token, ...]) -> words.Intent | None:
    """What a clause asks for; a figure beside its own bound is a condition of a search, no question about figures."""
    intent = intent_of(clause.text)
    if intent is None or intent.name not in _OVERHEARD:
        return intent
    inside = _inside(clause, tokens)
    if intent.name == "preferences.forget":
        searching = _forgets_a_filter(inside)
    else:
        figures = intent.name == "performance" and not _ASKS_FIGURES.search(clause.text)
        searching = (figures and states_a_condition(clause, tokens)) or _opens_with_removal(clause, inside)
    if not searching:
        return intent
    seeking, refining = _named("search_creators"), _named("refine_search")
    return seeking if seeking.matches(clause.text) else refining


def _opens_with_removal(clause: Clause, inside: tuple[Token, ...]) -> bool:
    """ "Drop anyone who hasn't posted", 「除了@mia其他都留」: creators are left out of a list and nothing else."""
    first = next((token for token in inside if token.kind != "mark" and not token.has("noise", "connector")), None)
    removes = first is not None and (first.has("removal") or _EXCEPTION.search(first.text) is not None)
    return removes and not _OTHER_THINGS.search(clause.text)


def _named(name: str) -> words.Intent:
    return next(intent for intent in words.intents() if intent.name == name)


def _forgets_a_filter(inside: tuple[Token, ...]) -> bool:
    """「忘掉加拿大，看美国」, "forget @mia": what is dropped is part of a search, right behind the word for it."""
    for index, token in enumerate(inside):
        if token.has("negation") and _FORGETS.match(token.text):
            ahead = [one for one in inside[index + 1 :] if one.kind != "mark" and one.text not in ("the", "about")]
            return bool(ahead) and (ahead[0].has("markets", "categories", "languages") or ahead[0].kind in _NAMED)
    return False


def states_a_condition(clause: Clause, tokens: tuple[Token, ...]) -> bool:
    """Whether a clause bounds a figure by a number, or asks for an order."""
    inside = _inside(clause, tokens)
    if any(token.has("orders") for token in inside) and any(token.has("sorts") for token in inside):
        return True
    if any(token.has("superlatives") for token in inside) and any(token.has("markets", "known") for token in inside):
        return True
    if any(token.has("metrics") for token in inside) and any(token.has("removal") for token in inside):
        return True
    numbers = [token.quantity for token in inside if token.quantity is not None]
    counted = [number for number in numbers if number.unit in (Unit.MONEY, Unit.PERCENT) or number.scaled]
    moved = [number for number in numbers if number.bounded or number.moved]
    return any(token.has("metrics") for token in inside) and bool(counted or [n for n in moved if n.unit is Unit.PLAIN])


def _filters(clause: Clause, tokens: tuple[Token, ...]) -> bool:
    """Whether a clause says anything a search could filter by, rather than an offer or a person."""
    facts = ("markets", "languages", "categories", "sizes", "traits", "comparatives", "sorts", "negation", "known")
    return any(
        token.has(*facts) or token.value("metrics") not in _OFFERED or token.kind in ("unread", "quote")
        for token in _inside(clause, tokens)
    )


def _inside(clause: Clause, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    starts = [token.start for token in tokens]
    return tokens[bisect_left(starts, clause.start) : bisect_left(starts, clause.end)]


def _group(clauses: list[Clause], tokens: tuple[Token, ...]) -> list[Segment]:
    found: list[Segment] = []
    waiting: list[Clause] = []
    for clause in clauses:
        intent = _heard(clause, tokens)
        current = found[-1] if found else None
        if current is not None and current.intent in _TEXT_TAKERS and not _leaves(clause, intent):
            current.clauses.append(clause)
        elif intent is None:
            if current is None or (clause.after_stop and clause.after_connector):
                waiting.append(clause)
            else:
                current.clauses.append(clause)
        elif current is not None and _joins(clause, intent, current):
            current.clauses.append(clause)
        elif current is not None and _only_names(current, intent, tokens):
            current.intent = intent.name
            current.clauses.append(clause)
        else:
            found.append(Segment(intent.name, [*waiting, clause]))
            waiting = []
    if waiting:
        if found:
            found[-1].clauses += waiting
        else:
            found.append(Segment("", waiting))
    return found


def _only_names(current: Segment, intent: words.Intent, tokens: tuple[Token, ...]) -> bool:
    """「签收了的，写感谢」, 「那她呢，佣金两成，写一封」: the first clause only says whose or on what offer."""
    if len(current.clauses) > 1 or intent.name not in _WORKS_ON_CREATORS:
        return False
    text = current.clauses[0].text
    if current.intent == "refine_search":
        return bool(_EXCEPTION.search(text)) or not _filters(current.clauses[0], tokens)
    return current.intent in ("samples.list", "list_replies", "samples.record") and bool(_WHOSE.search(text))


def _leaves(clause: Clause, intent: words.Intent | None) -> bool:
    """Whether a clause after a text (a preference, a product) starts something else."""
    if intent is None or intent.weak:
        return False
    return clause.after_connector or clause.after_stop or bool(_SEARCHING.search(clause.text))


def _joins(clause: Clause, intent: words.Intent, current: Segment) -> bool:
    if intent.weak:
        return current.intent in (*intent.joins, "refine_search") or current.intent not in ("", "show_creator")
    if intent.name == current.intent:
        return not _starts_again(clause, current)
    if intent.name == "performance" and current.intent in _LISTS:
        return not _ASKS_FIGURES.search(clause.text)
    if intent.name == "revise_drafts" and current.intent == "draft_messages":
        return not _EXPLICIT_REVISION.search(clause.text)
    if intent.name == "search_creators" and current.intent == "refine_search":
        return not clause.after_connector
    if clause.after_connector:
        return False
    if current.intent in ("draft_messages", "crm_update") and _SAYS.search(clause.text):
        return True
    return intent.name in _CONTINUES.get(current.intent, ()) and not _RANKED.search(clause.text)


def _starts_again(clause: Clause, current: Segment) -> bool:
    """The same kind of request a second time, rather than more words about the first."""
    if current.intent in ("search_creators", "translate", "performance"):
        return clause.after_connector or (clause.after_stop and current.intent == "performance")
    if _RANKED.search(clause.text) and any(_RANKED.search(before.text) for before in current.clauses):
        return True
    return clause.after_connector and bool(_RANKED.search(clause.text))


def _clauses(text: str, tokens: tuple[Token, ...]) -> Iterator[Clause]:
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
        piece = Clause(start, cut, text[start:cut].strip(), connector, stop)
        if piece.text:
            yield from _divide(text, piece)
            stop, connector = next_stop, next_connector
        else:
            stop, connector = stop or next_stop, connector or next_connector
        start = resume


def _ends_clause(text: str, token: Token) -> bool:
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


def _divide(text: str, clause: Clause) -> Iterator[Clause]:
    """A clause that holds two requests without a word between them, cut where the second starts."""
    if clause.end - clause.start > _LONGEST_SPOKEN:
        yield clause
        return
    for cut in _INNER.finditer(text, clause.start + 1, clause.end):
        left, right = text[clause.start : cut.start()].strip(), text[cut.end() : clause.end].strip()
        first, second = intent_of(left, weak=False), intent_of(right, weak=False)
        if first and second and first.name != second.name and first.name not in _TEXT_TAKERS:
            yield Clause(clause.start, cut.start(), left, clause.after_connector, clause.after_stop)
            yield from _divide(text, Clause(cut.end(), clause.end, right, after_connector=True))
            return
    yield clause
