"""From clauses to segments: each clause is given to the request it belongs to."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.planner.offline.asking.asked import ASKS_FIGURES, EXCEPTION, asked, filters
from agent.planner.offline.asking.cuts import AGENDA, RANKED, TEXT_TAKERS, WHOSE, Clause, clauses_of, names_creators
from agent.planner.offline.asking.evidence import hear, intent_of
from agent.planner.offline.asking.questions import only_asks
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.tokens import Token, find_terms, tokenise
from prompts import words

_MOST_NAMING = 3
"""Clauses in a row that may only say who is meant."""
_MOST_HEARD = 40
"""Clauses of a message that may ask for something; what comes after them belongs to the last request."""
_EXPLICIT_REVISION = re.compile(r"k\d+|第.{1,4}(?:条|封)|改成|重写|润色|改一下|\b(?:revise|rewrite|change)\b")
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
_TAKES_CREATORS = _WORKS_ON_CREATORS | {"campaigns.plan", "cancel_follow_ups", "list_replies", "tracking", "share_text"}
"""Requests that a reference said after them is about."""
_SAID_OF_RECORDS = frozenset(
    [
        ("list_drafts", "revise_drafts"),
        ("preferences.list", "preferences.forget"),
        ("products.list", "products.change"),
        ("list_shortlists", "save_shortlist"),
    ]
)
"""A request that only names the record which the one after it changes."""
_ASKS = re.compile(
    r"(?<!只)看|列|哪|什么|多少|几|[?？]|有没有|\b(?:show|list|see|what|which|any|how|open|pull|bring|view)\b"
)
_SAID_OF_CREATORS = frozenset(["crm_update", "samples.record", "revise_drafts", "list_replies", "samples.list"])
_BARE_LOOK = re.compile(
    r"^(?:帮我|帮忙|请|麻烦|给我|你|再|来|先|快)*(?:查|看|瞅|瞧|瞄|列)(?:一)?(?:下|查|看|眼)?"
    r"(?:呗|吧|哈|啊|呀|嘛|呢|咯|谢谢|[?!~ ])*$|"
    r"^(?:please |pls |just |can you |could you |go )*(?:check|have a (?:quick )?look|take a (?:quick )?look|look)"
    r"(?: it| that)?(?: up)?(?: for me)?(?: please| pls| thanks| thx| will you| would you)*[?!. ]*$"
)
"""「查下呗」, "have a look": asks to look at what was just asked for."""
_NOVELTY = re.compile(
    r"^(?:我们?|咱们?|最近|刚|这边|店里|公司|家)*"
    r"(?:上新了?|新出了?|新上了?|出了|上了|推出了?|有了?|来了|要上|要推|准备上|要出)"
    r"(?!.*(?:价|元|刀|佣金|链接|产品库|录入|登记))|"
    r"^(?:we|we've|i've|i) (?:just |have |got |are |'re )*"
    r"(?:launched|launching|releas\w+|got|have|dropping|bringing out)\b"
)
_A_LIST = re.compile(r"名单|清单|列表|达人|\b(?:short)?lists?\b|\bcreators\b")
_LISTS = frozenset(["search_creators", "refine_search", "similar_creators", "draft_messages"])
_OFFERS = frozenset(["draft_messages", "campaigns.plan", "collaborations"])
"""Requests with terms of their own: 佣金涨到18% behind one is its commission, no product's."""
_NAMES_A_PRODUCT = re.compile(r"〒|产品|商品|上限|\b(?:products?|items?|ceiling|cap)\b")
_LOOKS = re.compile(
    r"(?:再|顺便|另外|还有|也)+(?:帮我|给我)?(?:看|查|列|瞅|翻)|(?:and |also )+(?:show|check|list|see)\b"
)
"""「写前5个邀约，再看看有谁回了」: a look of its own, rather than whom the messages are for."""
_STARTS_AFRESH = words.phrase("clauses", "starts_afresh")
_CONDITION = words.phrase("clauses", "condition")
_MAIN_CLAUSE = words.phrase("clauses", "main_clause")
_STATEMENT = words.phrase("clauses", "statement")
_COMMAND = words.phrase("clauses", "command")
_ONLY_WHOSE = words.phrase("clauses", "only_whose")
_BARE_REFERENCE = words.phrase("clauses", "bare_reference")
_SAYS = re.compile(r"^(?:并)?(?:告诉|说|备注|强调|提到|注明|写明)|^(?:and )?(?:mention|tell|say|note)\b")
_ABOUT_THE_RELATION = words.phrase("clauses", "about_the_relation")
_CHANGES_THE_RELATION = words.phrase("clauses", "changes_the_relation")
_HANDLES = re.compile(r"(?:@[a-z0-9_.]++[ 、,和及与&]*(?:and )?)+")
_ONLY_IF = words.phrase("clauses", "only_if")
_ROUND_TEMPLATE = words.phrase("clauses", "round_template")
_IN_ROUNDS = frozenset(["campaigns.plan", "schedule_follow_up"])
_LATER = words.phrase("clauses", "later")
_ALL_DRAFTS_BUT = re.compile(r"(?:除了|除开|except|other than|apart from|everything but).*(?:[条封稿]|\d)")


@dataclass(slots=True)
class Segment:
    """One request of the message and the clauses that say it; `intent` is empty when none was recognised.

    `insisted` says that it only puts right what was searched for before.
    """

    intent: str
    clauses: list[Clause] = field(default_factory=list)
    reading: Reading = field(default_factory=lambda: Reading("", "", ()))
    tokens: list[Token] = field(default_factory=list)
    insisted: bool = False

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


def segments(reading: Reading, products: Sequence[str] = ()) -> list[Segment]:
    """The requests of a message in order, with their tokens; `products` are the names of our own."""
    tokens = tokenise(reading)
    clauses = list(clauses_of(reading.text, _as_references(hear(reading.text, products), tokens), tokens))
    return _with_tokens(reading, tokens, _group(clauses, tokens))


def _as_references(heard: str, tokens: tuple[Token, ...]) -> str:
    """Every batch code heard with the same letter (L3 asks for what K3 would), bare numbers of a list as №."""
    letters = list(heard)
    for token in tokens:
        if token.kind == "batch":
            letters[token.start] = "k"
        elif token.ranks is not None and token.ranks.bare:
            letters[token.start : token.end] = "№" * (token.end - token.start)
    return "".join(letters)


def whole(reading: Reading, intent: str, *, start: int = 0) -> Segment:
    """The message from a place on as one request."""
    text = reading.text[start:].strip()
    clause = Clause(start, len(reading.text), text, hear(text), after_stop=True)
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


def _group(clauses: list[Clause], tokens: tuple[Token, ...]) -> list[Segment]:
    found: list[Segment] = []
    waiting: list[Clause] = []
    for position, clause in enumerate(clauses):
        current = found[-1] if found else None
        last = position == len(clauses) - 1
        if not last and AGENDA.search(clause.text):
            continue
        following = None if last else clauses[position + 1]
        if current is not None and not waiting and _says_whom(clause, current, following):
            current.clauses.append(clause)
            continue
        leads_in = not last and _leads_in(clause) and (current is None or current.intent not in TEXT_TAKERS)
        intent = None if leads_in or position >= _MOST_HEARD else asked(clause, waiting, tokens, following)
        if not leads_in and only_asks(clause, intent):
            intent = next(one for one in words.intents() if one.name == "off_topic")
        only_if = current is not None and current.intent == "schedule_follow_up" and _ONLY_IF.search(clause.text)
        of_a_round = current is not None and current.intent in _IN_ROUNDS and _ROUND_TEMPLATE.search(clause.text)
        if current is not None and _goes_on_naming(clause, current):
            current.clauses.append(clause)
        elif current is not None and (only_if or of_a_round):
            current.clauses += [*waiting, clause]
            waiting = []
        elif current is not None and current.intent in TEXT_TAKERS and not _leaves(clause, intent, current):
            current.clauses.append(clause)
        elif intent is None:
            if current is None or leads_in or (clause.after_stop and clause.after_connector):
                waiting.append(clause)
            else:
                current.clauses.append(clause)
                if current.intent == "draft_messages" and _LATER.search(clause.heard):
                    current.intent = "schedule_follow_up"
        elif current is not None and not waiting and _joins(clause, intent, current):
            current.clauses.append(clause)
        elif current is not None and not waiting and _only_names(current, clause, intent, tokens):
            current.intent = intent.name
            current.clauses.append(clause)
        else:
            found.append(Segment(intent.name, [*waiting, clause]))
            waiting = []
    if waiting:
        if found:  # they may have been said before the last words of the request
            found[-1].clauses = sorted([*found[-1].clauses, *waiting], key=lambda clause: clause.start)
        else:
            found.append(Segment("", waiting))
    return found


def _leads_in(clause: Clause) -> bool:
    """「要是3天没回」, 「那他呢」: a condition or a bare reference belongs to the request after it."""
    if _CONDITION.search(clause.heard) and not _MAIN_CLAUSE.search(clause.heard):
        return True
    return bool(_BARE_REFERENCE.match(clause.heard) or _ONLY_WHOSE.match(clause.heard))


def _says_whom(clause: Clause, current: Segment, following: Clause | None) -> bool:
    """「搞个活动，前10个，分三轮」: nothing but a reference, right behind a request that has named nobody yet."""
    if clause.after_stop or clause.after_connector or current.intent not in _TAKES_CREATORS:
        return False
    if not _BARE_REFERENCE.match(clause.heard) or any(map(names_creators, current.clauses)):
        return False
    after = intent_of(following.heard, weak=False) if following is not None else None
    return after is None or following is None or following.after_stop


def _goes_on_naming(clause: Clause, current: Segment) -> bool:
    """「拉黑@mia，@ben」: nothing but more names right after one."""
    if clause.after_stop or clause.after_connector or not _HANDLES.fullmatch(clause.text.strip()):
        return False
    names = [found.end() for found in _HANDLES.finditer(current.clauses[-1].text)]
    return bool(names) and names[-1] == len(current.clauses[-1].text.rstrip())


def _only_names(current: Segment, clause: Clause, intent: words.Intent, tokens: tuple[Token, ...]) -> bool:
    """「签收了的，写感谢」, 「@mia发了视频，写个感谢」: the first clause only says who or why and asks for nothing."""
    if len(current.clauses) == 1 and current.intent == "products.add" and intent.name == "search_creators":
        return bool(_NOVELTY.search(current.clauses[0].text))
    if (current.intent, intent.name) == ("refine_search", "revise_drafts"):
        return len(current.clauses) == 1 and bool(_ALL_DRAFTS_BUT.search(current.clauses[0].text))
    works = intent.name in _WORKS_ON_CREATORS or (current.intent, intent.name) in _SAID_OF_RECORDS
    if len(current.clauses) > _MOST_NAMING or not works or intent.name == current.intent:
        return False
    if len(current.clauses) > 1 and current.intent != "refine_search":
        return False
    text = current.clauses[0].text
    if current.intent == "refine_search":
        return bool(EXCEPTION.search(text)) or not any(filters(one, tokens) for one in current.clauses)
    if (current.intent, intent.name) in _SAID_OF_RECORDS:
        return not _ASKS.search(text)
    if current.intent not in _SAID_OF_CREATORS or clause.after_connector:
        return False
    if current.intent in ("samples.list", "list_replies", "samples.record") and WHOSE.search(text):
        return True
    heard = current.clauses[0].heard
    return bool(_STATEMENT.match(heard)) and not _COMMAND.search(heard) and not RANKED.search(clause.text)


def _leaves(clause: Clause, intent: words.Intent | None, current: Segment) -> bool:
    """Whether a clause after a text (a preference, a product) starts something else."""
    if intent is None or intent.weak:
        return False
    if clause.after_connector or clause.after_stop or _STARTS_AFRESH.search(clause.text):
        return True
    return intent.name != current.intent and any("〇" in before.heard for before in current.clauses)


def _joins(clause: Clause, intent: words.Intent, current: Segment) -> bool:
    if intent.weak:
        return current.intent in (*intent.joins, "refine_search") or current.intent not in ("", "show_creator")
    if intent.name == "search_creators" and current.intent and _BARE_LOOK.match(clause.text):
        return True
    if intent.name == current.intent:
        return not _starts_again(clause, current)
    if intent.name == "performance" and current.intent in _LISTS:
        return not ASKS_FIGURES.search(clause.text)
    if intent.name == "draft_messages" and current.intent == "revise_drafts":
        return not RANKED.search(clause.text) and any(True for _ in find_terms("offers", clause.text, "tone"))
    if intent.name == "products.change" and current.intent in _OFFERS:
        return not _NAMES_A_PRODUCT.search(clause.heard)
    if intent.name == "revise_drafts" and current.intent == "draft_messages":
        return not _EXPLICIT_REVISION.search(clause.heard)
    if intent.name == "search_creators" and current.intent == "refine_search":
        return not clause.after_connector
    if current.intent == "tracking" and intent.name == "export_shortlist":  # 「把优惠码导出来」
        return not _A_LIST.search(clause.text)
    if current.intent == "draft_messages" and intent.name == "list_replies" and _LOOKS.match(clause.text):
        return False
    if clause.after_connector or (intent.name == "crm_update" and _CHANGES_THE_RELATION.search(clause.text)):
        return False
    if current.intent in ("draft_messages", "crm_update") and _SAYS.search(clause.text):
        return True
    if current.intent == "draft_messages" and intent.name.startswith("samples") and not RANKED.search(clause.text):
        return any(way.search(clause.text) for way in words.senses("free_sample").values())
    if current.intent == "samples.record" and _ABOUT_THE_RELATION.search(clause.text):
        return False
    return intent.name in _CONTINUES.get(current.intent, ()) and not RANKED.search(clause.text)


def _another_period(clause: Clause, current: Segment) -> bool:
    """「昨天gmv，还有上周退货率」: a figure of other days, which compares nothing."""
    if any(True for _ in find_terms("reports", clause.text, "compare")):
        return False
    here, before = (
        {key for key, _, _ in find_terms("reports", said, "period")} for said in (clause.text, current.text)
    )
    figures = any(True for _ in find_terms("reports", clause.text, "metric"))
    return figures and bool(here) and bool(before) and here.isdisjoint(before)


def _starts_again(clause: Clause, current: Segment) -> bool:
    """The same kind of request a second time, rather than more words about the first."""
    if current.intent == "performance" and _another_period(clause, current):
        return True
    if current.intent in ("search_creators", "translate", "performance"):
        return clause.after_connector or (clause.after_stop and current.intent == "performance")
    if names_creators(clause) and any(names_creators(before) for before in current.clauses):
        return True
    return clause.after_connector and names_creators(clause)
