"""Why a creator is on a list: two to four facts of its own row, the asked ones first. Pure; nothing is inferred."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from memory.domain.creator import Creator, CreatorQuery, Reason, Relation, Sort, Stage
from memory.domain.money import BASIS_POINTS, Money, MoneySpan, Span, sign

MOST = 4
QUOTE_LENGTH = 60
_WORDS = re.compile(r"[^\W\d_]+")
_SENTENCES = re.compile(r"[^.!?|•·。！？\n]+")
_CJK = re.compile(r"[\u3400-\u9fff]")
_STEM = 5  # letters: "skincare" meets "skin", "training" meets "trainer"
_SHORTEST = 3
_ALWAYS_WORTH_SAYING = ("gmv_30d", "engagement_bp", "fulfilment_bp", "followers", "avg_views")
_SORTED_BY = {
    Sort.GMV: "gmv_30d",
    Sort.FOLLOWERS: "followers",
    Sort.ENGAGEMENT: "engagement_bp",
    Sort.FULFILMENT: "fulfilment_bp",
    Sort.VIEWS: "avg_views",
}


def reasons(
    creator: Creator,
    query: CreatorQuery,
    *,
    subjects: Sequence[str],
    relation: Relation | None,
    now: datetime,
) -> tuple[Reason, ...]:
    """What to say of one row. `subjects` are the subject's wordings, as asked and as translated."""
    said: dict[str, Reason] = {}
    for reason in _in_order(creator, query, subjects=subjects, relation=relation, now=now):
        said.setdefault(reason.key, reason)
        if len(said) == MOST:
            break
    return tuple(said.values())


def _in_order(
    creator: Creator, query: CreatorQuery, *, subjects: Sequence[str], relation: Relation | None, now: datetime
) -> Iterator[Reason]:
    facts = creator.facts
    quote = quoted(creator, subjects)
    if quote:
        yield Reason("reason_topic", {"quote": quote})
    else:
        yield from (Reason(f"reason_category_{slug}", {}) for slug in facts.categories if slug in query.categories)
    if relation is not None and relation.stage is not Stage.NEW:
        yield Reason(f"reason_ours_{relation.stage}", {})
    asked = [_SORTED_BY[query.sort]] if query.sort in _SORTED_BY else []
    for field in dict.fromkeys([*asked, *query.bounds, *_ALWAYS_WORTH_SAYING]):
        yield from _number(creator, field)
    if query.has_email and facts.email:
        yield Reason("reason_email", {})
    if facts.last_active_at is not None and (days := max(0, (now - facts.last_active_at).days)) <= 30:
        yield Reason("reason_active", {"days": days}) if days else Reason("reason_active_today", {})
    yield from (Reason(f"reason_category_{slug}", {}) for slug in facts.categories[:1])


def quoted(creator: Creator, subjects: Sequence[str]) -> str | None:
    """A piece of the creator's own bio, captions or hashtags that has a word of the subject in it."""
    wanted = {stem for subject in subjects for stem in _stems(subject)}
    if not wanted:
        return None
    facts = creator.facts
    pieces = [piece.strip() for text in (facts.bio, *facts.captions) for piece in _SENTENCES.findall(text)]
    best = max(pieces, key=lambda piece: len(wanted & _stems(piece)), default="")
    if wanted & _stems(best):
        return best if len(best) <= QUOTE_LENGTH else best[: QUOTE_LENGTH - 1].rstrip() + "…"
    tag = next((tag for tag in facts.hashtags if any(stem in tag.casefold() for stem in wanted)), None)
    return f"#{tag.removeprefix('#')}" if tag else None


def _stems(text: str) -> set[str]:
    stems: set[str] = set()
    for word in _WORDS.findall(text.casefold()):
        if _CJK.search(word):
            stems |= {word[at : at + 2] for at in range(len(word) - 1)}
        elif len(word) >= _SHORTEST and word not in _SAY_NOTHING:
            stems.add(word[:_STEM].rstrip("s") if len(word) > _SHORTEST else word)
    return stems


_SAY_NOTHING = frozenset(
    (
        *("the", "and", "for", "with", "from", "that", "this", "your", "you", "are", "all", "our"),
        *("supplies", "products", "product", "stuff", "items", "gear", "things", "care"),
    )
)


def _number(creator: Creator, field: str) -> Iterator[Reason]:
    facts = creator.facts
    if field == "gmv_30d" and facts.gmv_30d is not None and facts.gmv_30d.high > 0:
        yield Reason("reason_gmv", {"amount": _money(facts.gmv_30d)})
    if field == "avg_price" and facts.avg_price is not None:
        yield Reason("reason_price", {"amount": _money(facts.avg_price)})
    for name, key, span in (
        ("followers", "reason_followers", facts.followers),
        ("avg_views", "reason_views", facts.avg_views),
    ):
        if field == name and span is not None:
            yield Reason(key, {"count": _ends(f"{span.low:,}", f"{span.high:,}")})
    for name, key, span in (
        ("engagement_bp", "reason_engagement", facts.engagement_bp),
        ("fulfilment_bp", "reason_fulfilment", facts.fulfilment_bp),
        ("commission_bp", "reason_commission", facts.commission_bp),
    ):
        if field == name and span is not None:
            yield Reason(key, {"rate": _percent(span)})


def _percent(span: Span) -> str:
    low, high = (f"{end * 100 / BASIS_POINTS:.4g}" for end in (span.low, span.high))
    return f"{_ends(low, high)}%"


def _money(span: MoneySpan) -> str:
    low, high = (Money(end, span.currency).amount for end in (span.low, span.high))
    return sign(span.currency) + _ends(f"{low:,.0f}", f"{high:,.0f}")


def _ends(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"
