"""A change runs only when the member's own present message asks for it; whatever a planner was talked into does not.

Judged with the built-in planner and its lexicon, never with a model: what reads foreign text cannot vouch for itself.
Pure; strict where unsure. What is refused here was not clearly asked for, and the member can say it more plainly.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from pydantic import JsonValue

from agent.guardrails.written_numbers import drop_unwritten
from agent.planner.offline.asking.clauses import segments
from agent.planner.offline.planner import plan
from agent.planner.offline.reading.message import fold, read
from agent.planner.offline.reading.ranks import rank_at
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.texts import taken_whole
from agent.planner.plan import Arguments, PlanningContext

_READING = frozenset(["list", "show"])
_WHO = frozenset(["ranks", "handles", "segment"])
_NOT_A_VALUE = _WHO | {"action"}
_ENOUGH, _ENOUGH_OF_A_NAME = 0.8, 0.5
_WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|[^\W\d_a-z]")
_QUOTED = re.compile(r"「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"]*\"")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")
_ME = frozenset(["me", "我", "自己"])
_MYSELF = re.compile(r"我|自己|\bme\b|\bmyself\b|\bI\b", re.IGNORECASE)
_HANDLE = re.compile(r"@([\w.]+)")
_ANY_DAY = date(2000, 1, 1)  # dates decide no tool


def may_change(
    name: str,
    arguments: Mapping[str, JsonValue],
    said_now: str,
    *,
    shortlist: Sequence[str] = (),
    focus: str | None = None,
) -> bool:
    """Whether a call of a tool that changes something is what the member's present message asks for.

    Three things must hold: outside quoted requests the built-in planner reads the same tool (and action), or a clause
    has the tool's intent words; every value is in the message; the creators meant are the ones named there.
    `shortlist` holds handles by rank, `focus` the handle shown last. Calls that only list always pass.
    """
    if arguments.get("action") in _READING:
        return True
    if taken_whole(read(said_now)) is not None:
        return False  # 「翻译：…」: nothing inside is a wish
    outside = _QUOTED.sub(_unless_a_request, said_now)
    wishes = _wishes(name, arguments, outside, shortlist, focus)
    if not wishes and not _names_intent(name, arguments, outside):
        return False
    values = {
        field: value for field, value in arguments.items() if field not in _NOT_A_VALUE and value not in (None, "")
    }
    return all(_own(field, value, wishes, said_now) for field, value in values.items()) and _own_creators(
        arguments, wishes, said_now, shortlist
    )


def _wishes(
    name: str, arguments: Mapping[str, JsonValue], said_now: str, shortlist: Sequence[str], focus: str | None
) -> list[Arguments]:
    """The built-in planner's own readings of the same tool and action."""
    named = arguments.get("name")
    products = (named,) if isinstance(named, str) else ()
    context = PlanningContext(today=_ANY_DAY, shortlist=tuple(shortlist), last_focus=focus, products=products)
    return [
        call.arguments
        for call in plan(said_now, context).calls
        if call.name == name and call.arguments.get("action") == arguments.get("action")
    ]


def _names_intent(name: str, arguments: Mapping[str, JsonValue], said_now: str) -> bool:
    action = arguments.get("action")
    wanted = f"{name}.{action}" if action else name
    return any(segment.intent == wanted for segment in segments(read(said_now)))


def _unless_a_request(quote: re.Match[str]) -> str:
    """A quoted name stays; a quoted request is somebody else's, and no wish of the member."""
    return "「」" if any(segment.intent for segment in segments(read(quote[0][1:-1]))) else quote[0]


def _own(field: str, value: JsonValue, wishes: Sequence[Arguments], said_now: str) -> bool:
    """Whether a value is one the planner read, or is written in the message."""
    if any(wish.get(field) == value for wish in wishes):
        return True
    match value:
        case bool():
            return False
        case int() | float():
            return _written(value, said_now)
        case str() if field == "stage":
            return value in {key for key, _, _ in find_terms("stages", read(said_now).text, "stage")}
        case str() if field == "price" and (number := _NUMBER.search(value)):
            return _written(float(number[0].replace(",", "")), said_now)
        case str() if field == "owner" and value.casefold() in _ME:
            return bool(_MYSELF.search(said_now))
        case str():
            return _in_message(value, said_now, least=_ENOUGH_OF_A_NAME if field == "name" else _ENOUGH)
        case list() | tuple():
            return all(_own("", one, wishes, said_now) for one in value)
        case dict():
            amount = value.get("amount", value.get("min"))
            return isinstance(amount, int | float) and _written(amount, said_now)
    return False


def _written(number: float, said_now: str) -> bool:
    # As a share, so that 「20%」 and 0.2 are the same number.
    return not drop_unwritten("", {"commission_rate": number}, said=(said_now,)).dropped


def _in_message(text: str, said_now: str, *, least: float) -> bool:
    message, wanted = fold(said_now), fold(text)
    if wanted.strip() and wanted.strip() in message:
        return True
    words, said = _WORD.findall(wanted), set(_WORD.findall(message))
    return bool(words) and sum(word in said for word in words) >= least * len(words)


def _own_creators(
    arguments: Mapping[str, JsonValue], wishes: Sequence[Arguments], said_now: str, shortlist: Sequence[str]
) -> bool:
    """Whether the creators of a call are those of the message; none named means the whole shortlist in both."""
    by_rank = dict(enumerate((_plain(handle) for handle in shortlist), 1))
    ranks = [rank for wish in wishes for rank in _numbers(wish.get("ranks"))]
    handles = {_plain(handle) for wish in wishes for handle in _texts(wish.get("handles"))}
    if not wishes:
        ranks = list(_ranks_in(said_now, len(shortlist)))
        handles = {_plain(found) for found in _HANDLE.findall(_QUOTED.sub(_unless_a_request, said_now))}
    wanted_ranks = set(_numbers(arguments.get("ranks")))
    wanted_handles = {_plain(handle) for handle in _texts(arguments.get("handles"))}
    if not ranks and not handles:
        whole = wanted_handles <= set(by_rank.values()) and (not by_rank or wanted_ranks <= by_rank.keys())
        return whole and arguments.get("segment") in {None, *(wish.get("segment") for wish in wishes)}
    if not wanted_ranks and not wanted_handles:
        return False
    allowed = handles | {by_rank[rank] for rank in ranks if rank in by_rank}
    ranks_of_handles = {rank for rank, handle in by_rank.items() if handle in handles}
    return wanted_ranks <= {*ranks, *ranks_of_handles} and wanted_handles <= allowed


def _ranks_in(said_now: str, size: int) -> Iterator[int]:
    text = read(_QUOTED.sub(_unless_a_request, said_now)).text
    at = 0
    while at < len(text):
        found = rank_at(text, at)
        if found is not None:
            yield from found.resolve(size)
        at = found.end if found is not None else at + 1


def _plain(handle: str) -> str:
    return handle.strip().removeprefix("@").casefold()


def _numbers(value: JsonValue | tuple[JsonValue, ...]) -> Iterator[int]:
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, int))


def _texts(value: JsonValue | tuple[JsonValue, ...]) -> Iterator[str]:
    if isinstance(value, list | tuple):
        yield from (one for one in value if isinstance(one, str))
