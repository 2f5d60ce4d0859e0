"""The message as tokens: quotes, handles, ranks, quantities and lexicon words, longest first, then what is unread."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from agent.planner.offline.reading.bounds import bound
from agent.planner.offline.reading.message import Reading, fold
from agent.planner.offline.reading.quantities import Quantity, Unit, quantity_at
from agent.planner.offline.reading.ranks import RankReference, rank_at
from agent.planner.offline.reading.vocabulary import Subject, known_subjects, narrows
from prompts import words

LEXICONS = ("categories", "markets", "languages", "metrics", "sizes", "traits", "comparatives", "offers", "purposes")
_QUOTE = re.compile(r"「[^」]*」|『[^』]*』|“[^”]*”|\"[^\"\n]*\"|《[^》]*》|【[^】]*】")
_URL = re.compile(
    r"https?://[^\s,，。；;]+|(?<![\w@.])(?:www\.)[^\s,，。；;]+|[a-z0-9.+_-]+@[a-z0-9-]+\.[a-z0-9.]+[a-z]"
)
_HANDLE = re.compile(r"@[a-z0-9_](?:[a-z0-9_.]*[a-z0-9_])?")
_BATCH = words.phrase("references", "batch_code")
_CODE = re.compile(r"[a-z]\d{1,4}(?![a-z0-9])")
_SPECIAL = (
    ("quote", frozenset('「『“"《【'), _QUOTE),
    ("link", frozenset("abcdefghijklmnopqrstuvwxyz0123456789.+_-"), _URL),
    ("handle", frozenset("@"), _HANDLE),
    ("batch", frozenset("abdefghjklmnpqrstuvwxyz"), _BATCH),
)
_GLUED_METRIC = re.compile(r"(?<![a-z])(?:gmv|aov|er|followers|views|fans)$")
"""gmv5000刀: a figure may stand right against its number."""
_WORD = re.compile(r"sub(?=-?\d)|[a-z][a-z0-9'&+-]*")
_IN_THE_STYLE = re.compile(r"系(?!列)|风格|风(?=的|穿|美|妆|家)")
"""日韩系穿搭 names a look and no market."""
_FOREIGN = re.compile(r"[^\W\d_]+")
Meaning = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    """A read or unread piece of the folded text; `meanings` are (lexicon, key) pairs, none for an unread one."""

    kind: str
    start: int
    end: int
    text: str
    meanings: tuple[Meaning, ...] = ()
    quantity: Quantity | None = None
    ranks: RankReference | None = None

    def value(self, lexicon: str) -> str | None:
        """What this token means in one lexicon."""
        return next((key for name, key in self.meanings if name == lexicon), None)

    def has(self, *lexicons: str) -> bool:
        """Whether it means something in any of them."""
        for name, _ in self.meanings:  # noqa: SIM110 - asked a hundred times a letter, a generator doubles its cost
            if name in lexicons:
                return True
        return False


@lru_cache(maxsize=4)
def tokenise(reading: Reading) -> tuple[Token, ...]:
    """Every token of a message in order, blanks and punctuation left out as kind `mark`."""
    return tuple(_widen(reading.text, list(_scan(reading))))


def find_terms(lexicon: str, text: str, prefix: str = "") -> Iterator[tuple[str, int, int]]:
    """Words of one lexicon in a text, longest first at each place: (key, start, end).

    With `prefix` only keys such as `prefix.key` count, and the key comes without it.
    """
    table = _tables(lexicon, prefix)
    at = 0
    while at < len(text):
        found = _longest(table, text, at)
        if found is None:
            at += 1
            continue
        end, meanings = found
        yield meanings[0][1], at, end
        at = end


def _scan(reading: Reading) -> Iterator[Token]:
    text = reading.text
    subjects = known_subjects(text)
    starts = sorted(subjects)
    at = 0
    while at < len(text):
        place = bisect_right(starts, at)
        following = subjects[starts[place]] if place < len(starts) else Subject(len(text), len(text))
        token = (
            _open_batch(reading, at)
            or _special(text, at)
            or _subject(reading, subjects.get(at))
            or _number_or_word(reading, at, following)
        )
        token = token or _unread(text, at, following.start)
        yield token
        at = token.end


def _open_batch(reading: Reading, at: int) -> Token | None:
    """The code of a batch that is open: M12 there, though elsewhere it may be a model's name."""
    text = reading.text
    if not reading.codes or (at and text[at - 1].isascii() and text[at - 1].isalnum()):
        return None
    found = _CODE.match(text, at)
    known = found is not None and found.group() in reading.codes
    return Token("batch", at, found.end(), found.group()) if found is not None and known else None


def _special(text: str, at: int) -> Token | None:
    for kind, openings, pattern in _SPECIAL:
        match = pattern.match(text, at) if text[at] in openings else None
        if match:
            return Token(kind, at, match.end(), match.group())
    ranks = rank_at(text, at)
    return Token("rank", at, ranks.end, text[at : ranks.end], ranks=ranks) if ranks else None


def _subject(reading: Reading, subject: Subject | None) -> Token | None:
    """A known subject, unless a lexicon word covers it; what is also a lexicon word keeps that meaning when alone."""
    if subject is None:
        return None
    text = reading.text
    term = _longest(_tables(*_ALL), text, subject.start)
    if term and term[0] > subject.end:
        return None
    meanings: tuple[Meaning, ...] = (("known", ""),)
    word = text[subject.start : subject.end]
    if narrows(word):
        meanings += (("narrowing", ""),)
    if term and term[0] == subject.end:
        kept = term[1] if not subject.compound else tuple(one for one in term[1] if one[0] == "categories")
        if kept:
            return Token("word", subject.start, subject.end, word, (*kept, *meanings))
    return Token("unread", subject.start, subject.end, word, meanings)


def _number_or_word(reading: Reading, at: int, following: Subject) -> Token | None:
    """A number or lexicon word that ends before the next known subject, or covers it whole."""
    text = reading.text
    quantity = quantity_at(text, at) if _may_start_number(text, at) else None
    if quantity is not None and quantity.end > following.start:
        quantity = quantity_at(text[: following.start], at)
    if quantity is not None and not _plausible(text, quantity):
        quantity = None
    term = _longest(_tables(*_ALL), text, at)
    if term and following.start < term[0] < following.end:
        term = _longest(_tables(*_ALL), text, at, following.start)
    if term and not _stands(reading, at, term[0], term[1]):
        others = tuple(meaning for meaning in term[1] if meaning[0] != "markets")
        term = (term[0], others) if others else None
    if quantity and (not term or term[0] <= quantity.end):
        return Token("quantity", at, quantity.end, text[at : quantity.end], quantity=quantity)
    if term:
        return Token("word", at, term[0], text[at : term[0]], term[1])
    return None


def _may_start_number(text: str, at: int) -> bool:
    previous = text[at - 1 : at] if at else ""
    inside = text[at].isascii() and text[at].isalnum() and previous.isascii() and previous.isalnum()
    return not inside or (text[at].isdigit() and bool(_GLUED_METRIC.search(text, max(0, at - 12), at)))


def _plausible(text: str, quantity: Quantity) -> bool:
    """A numeral in characters needs something that shows it counts (两个, 十万); 三 alone is a part of a word."""
    if not quantity.spelled or quantity.unit is not Unit.PLAIN:
        return True
    written = text[quantity.start : quantity.end]
    if written.isascii():
        return True
    if written in ("千", "百", "十", "万", "亿"):
        return bool(
            re.match(r"粉|个|级", text[quantity.end :]) or re.search(r"[过破上超满近]$", text[: quantity.start])
        )
    return (
        quantity.scaled
        or len(written) > 1
        or bool(re.search(r"(?:至少|最多|要|来|前|第|佣金|成)$", text[: quantity.start]))
    )


def _unread(text: str, at: int, limit: int) -> Token:
    word = _WORD.match(text, at, limit)
    if word:
        return Token("unread", at, word.end(), word.group())
    if _is_han(text[at]):
        return Token("unread", at, at + 1, text[at])
    other = _FOREIGN.match(text, at)
    if other:
        end = next((i for i in range(at, other.end()) if _is_han(text[i])), other.end())
        return Token("unread", at, max(end, at + 1), text[at : max(end, at + 1)])
    return Token("digits" if text[at].isdigit() else "mark", at, at + 1, text[at])


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _stands(reading: Reading, at: int, end: int, meanings: tuple[Meaning, ...]) -> bool:
    """Whether a market word really is one: `exact` ones keep their case, "us" is no pronoun."""
    market = next((key for name, key in meanings if name == "markets"), None)
    if market is None:
        return True
    if _IN_THE_STYLE.match(reading.text, end):
        return False
    entry = words.entries("markets")[market]
    written = reading.text[at:end]
    source = reading.quote(at, end)
    exact = entry.facts.get("exact", [])
    if isinstance(exact, list) and source.upper() in exact and written not in (fold(word) for word in entry.words):
        return source in exact
    barred = entry.facts.get("not_after", [])
    if written == "us" and source != "US" and isinstance(barred, list) and not _names_creators_next(reading.text, end):
        before = re.search(r"([a-z']+)\s*$", reading.text[:at])
        follow = _WORD.match(reading.text, end + 1)
        ahead = entry.facts.get("not_before", [])
        behind = isinstance(ahead, list) and follow is not None and follow.group() in ahead
        return not (behind or (before and before.group(1) in barred))
    return True


def _names_creators_next(text: str, end: int) -> bool:
    """ "for us skincare creators": what follows is a subject, so this is the market after all."""
    at = end + 1
    found = _longest(_tables(*_ALL), text, at) if at < len(text) else None
    return bool(found and any(name in ("categories", "creator") for name, _ in found[1]))


@cache
def _between_number_and_bound() -> re.Pattern[str]:
    """What a number counts may stand before its bound: 5万粉以上, 12% commission or below."""
    named = [fold(word) for entry in words.entries("metrics").values() for word in entry.words]
    units = [fold(word) for currency in words.units().currencies for word in currency.after]
    nouns = "|".join(re.escape(word) for word in sorted([*named, *units], key=len, reverse=True))
    return re.compile(rf"\s?(?:的|个|in |of )?(?:(?:{nouns})\s?){{0,2}}")


_ALL = (*LEXICONS, "superlatives", "sorts", "orders", "fillers")


@dataclass(frozen=True, slots=True)
class _Terms:
    """The terms that begin with one letter, and the lengths they have, longest first."""

    lengths: tuple[int, ...]
    meanings: dict[str, tuple[Meaning, ...]]


@cache
def _tables(*names: str) -> dict[str, _Terms]:
    """Terms by first letter; the last name may be a prefix that keys must have."""
    lexicons, prefix = (names[:-1], names[-1]) if len(names) == 2 else (names, "")
    table: dict[str, dict[str, tuple[Meaning, ...]]] = {}
    for lexicon in lexicons:
        for key, entry in words.entries(lexicon).items():
            if prefix and not key.startswith(f"{prefix}."):
                continue
            exact = entry.facts.get("exact", [])
            terms = entry.words + (tuple(exact) if isinstance(exact, list) else ())
            for term in terms:
                folded = fold(term)
                known = table.setdefault(folded[0], {})
                meaning = (key if lexicon == "fillers" else lexicon, key.removeprefix(f"{prefix}.") if prefix else key)
                if meaning not in known.setdefault(folded, ()):
                    known[folded] = (*known[folded], meaning)
    return {
        letter: _Terms(tuple(sorted({len(term) for term in known}, reverse=True)), known)
        for letter, known in table.items()
    }


def _is_half(table: dict[str, _Terms], text: str, beyond: int, meanings: tuple[Meaning, ...]) -> bool:
    """Whether a word is the first half of another: plus-size, all-natural; non-toxic, but not non-livestream."""
    names = {name for name, _ in meanings}
    if names == {"noise"}:
        return True
    letter = table.get(text[beyond])
    other = _WORD.match(text, beyond)
    return names == {"negation"} and other is not None and (letter is None or other.group() not in letter.meanings)


def _longest(
    table: dict[str, _Terms], text: str, at: int, limit: int | None = None
) -> tuple[int, tuple[Meaning, ...]] | None:
    terms = table.get(text[at])
    if terms is None or (
        text[at].isascii() and text[at].isalpha() and at and text[at - 1].isascii() and text[at - 1].isalnum()
    ):
        return None
    room = (limit or len(text)) - at
    for length in terms.lengths:
        meanings = terms.meanings.get(text[at : at + length]) if length <= room else None
        if meanings is None:
            continue
        last, after = text[at + length - 1], text[at + length : at + length + 1]
        if last.isascii() and last.isalnum() and after.isascii() and after.isalnum():
            glued = after.isdigit() and last.isalpha() and any(name == "metrics" for name, _ in meanings)
            if not glued:
                continue
        beyond = at + length + 1
        if text.startswith("'s", at + length) and {name for name, _ in meanings} == {"traits"}:
            continue  # women's fitness is a subject
        if (
            after == "-"
            and last.isascii()
            and text[beyond : beyond + 1].isalpha()
            and _is_half(table, text, beyond, meanings)
        ):
            continue
        return at + length, meanings
    return None


def _widen(text: str, tokens: list[Token]) -> Iterator[Token]:
    """Quantities with the bounds around them; the words of the bounds become part of them."""
    widened: list[Token] = []
    for token in tokens:
        if token.quantity is None:
            widened.append(token)
            continue
        quantity = bound(text, token.quantity, skip=_between_number_and_bound())
        widened.append(token if quantity is token.quantity else replace(token, quantity=quantity))
    claimed: set[int] = set()
    for token in widened:
        if token.quantity is not None:
            claimed.update(range(token.quantity.start, token.start), range(token.end, token.quantity.end))
    for token in widened:
        inside = token.start in claimed and token.end - 1 in claimed
        if inside and token.quantity is None and not token.has("metrics"):
            continue
        yield token
