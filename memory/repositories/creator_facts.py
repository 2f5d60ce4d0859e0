"""Creators as rows, as nouns, as index entries, and as what one source said. Pure translation."""

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime
from typing import Any

from memory.domain.creator import Creator, CreatorFacts, IndexEntry, Source
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId, TenantId
from memory.domain.money import MoneySpan, RateTable, Span
from memory.domain.zones import LikelyZone
from memory.models.base import JsonObject
from memory.models.creators import CreatorRow

SPANS = ("followers", "avg_views", "engagement_bp", "commission_bp", "fulfilment_bp")
MONEY_SPANS = ("gmv_30d", "avg_price")
_LISTS = ("languages", "categories", "captions", "hashtags")
_PLAIN = (
    "platform", "handle", "name", "bio", "market", "zone", "content", "audience_gender", "audience_age", "email",
    "last_active_at", "profile_url",
)  # fmt: skip

PROFILE = (
    "id", "tenant_id", "source", "source_as_of", "likely_zone", "likely_zone_bp", "likely_zone_posts", *_PLAIN, *_LISTS,
    *(f"{name}_{end}" for name in (*SPANS, *MONEY_SPANS) for end in ("low", "high")),
    *(f"{name}_currency" for name in MONEY_SPANS),
)  # fmt: skip
"""The columns a creator is made of."""
_ENDS = tuple(
    (name, f"{name}_low", f"{name}_high", f"{name}_currency" if name in MONEY_SPANS else "")
    for name in (*SPANS, *MONEY_SPANS)
)


def to_columns(facts: CreatorFacts) -> dict[str, Any]:
    """Facts as column values; every column is there, unknown as None."""
    columns: dict[str, Any] = {name: getattr(facts, name) for name in _PLAIN}
    columns |= {name: list(getattr(facts, name)) for name in _LISTS}
    for name in (*SPANS, *MONEY_SPANS):
        span: Span | MoneySpan | None = getattr(facts, name)
        columns[f"{name}_low"] = span.low if span else None
        columns[f"{name}_high"] = span.high if span else None
        if name in MONEY_SPANS:
            columns[f"{name}_currency"] = span.currency if isinstance(span, MoneySpan) else None
    return columns


def to_facts(row: CreatorRow) -> CreatorFacts:
    """A row's facts."""
    return _facts({name: getattr(row, name) for name in PROFILE})


def to_creator(row: CreatorRow) -> Creator:
    """A row as a noun."""
    return from_profile([getattr(row, name) for name in PROFILE])


def from_profile(values: Iterable[Any]) -> Creator:
    """The columns of `PROFILE`, in its order, as a noun."""
    columns = dict(zip(PROFILE, values, strict=True))
    tenant = columns["tenant_id"]
    return Creator(
        id=CreatorId(columns["id"]),
        tenant=TenantId(tenant) if tenant is not None else None,
        facts=_facts(columns),
        source=Source(columns["source"], columns["source_as_of"]),
        likely=_likely(columns),
    )


def _likely(columns: Mapping[str, Any]) -> LikelyZone | None:
    zone = columns["likely_zone"]
    return LikelyZone(zone, columns["likely_zone_bp"], columns["likely_zone_posts"]) if zone else None


def _facts(columns: Mapping[str, Any]) -> CreatorFacts:
    known: dict[str, Any] = {name: columns[name] for name in _PLAIN}
    for name in _LISTS:
        known[name] = tuple(columns[name])
    for name, low, high, currency in _ENDS:
        if columns[low] is not None:
            known[name] = (
                MoneySpan(columns[low], columns[high], columns[currency])
                if currency
                else Span(columns[low], columns[high])
            )
    return CreatorFacts(**known)


def merged(old: CreatorFacts, said: CreatorFacts, *, newer: bool) -> CreatorFacts:
    """What holds after a source spoke: it overrules what is older and only fills gaps of what is newer.

    What it leaves out (None, empty) stays. The handle's spelling follows the newer source.
    """
    spoken = {
        each.name: getattr(said, each.name) for each in fields(said) if getattr(said, each.name) not in (None, "", ())
    }
    if not newer:
        spoken = {name: value for name, value in spoken.items() if getattr(old, name) in (None, "", ())}
    return replace(old, **spoken)


def to_said(facts: CreatorFacts) -> JsonObject:
    """What a source said, as JSON, without what it left out."""
    said: JsonObject = {}
    for each in fields(facts):
        value = getattr(facts, each.name)
        match value:
            case None | "" | ():
                continue
            case MoneySpan():
                said[each.name] = [value.low, value.high, value.currency]
            case Span():
                said[each.name] = [value.low, value.high]
            case datetime():
                said[each.name] = value.astimezone(UTC).isoformat()
            case _:
                said[each.name] = list(value) if isinstance(value, tuple) else value
    return said


def to_entry(row: CreatorRow, rates: RateTable) -> IndexEntry:
    """A row as the index keeps it: money in US cents of the rate table; an unknown currency is an unknown amount."""
    facts = to_facts(row)
    numbers = {name: span for name in SPANS if (span := getattr(facts, name)) is not None}
    for name in MONEY_SPANS:
        money: MoneySpan | None = getattr(facts, name)
        dollars = _in_dollars(money, rates) if money else None
        if dollars is not None:
            numbers[name] = dollars
    return IndexEntry(
        id=CreatorId(row.id),
        tenant=TenantId(row.tenant_id) if row.tenant_id is not None else None,
        handle=facts.handle,
        name=facts.name,
        text="\n".join(filter(None, (facts.bio, *facts.captions))),
        hashtags=facts.hashtags,
        market=facts.market,
        languages=facts.languages,
        categories=facts.categories,
        numbers=numbers,
        content=facts.content,
        audience_gender=facts.audience_gender,
        audience_age=facts.audience_age,
        has_email=facts.email is not None,
        last_active_at=facts.last_active_at,
        updated_at=row.changed_at,
    )


def _in_dollars(money: MoneySpan, rates: RateTable) -> Span | None:
    try:
        low, high = (rates.convert(minor, source=money.currency, target="USD") for minor in (money.low, money.high))
    except BadRequest:
        return None
    return Span(low, high)


def handle_key(handle: str) -> str:
    """Handles are the same whatever their case and a leading @."""
    return handle.strip().removeprefix("@").lower()


def differs(row: CreatorRow, columns: Mapping[str, Any]) -> bool:
    """Whether any column would change."""
    return any(getattr(row, name) != value for name, value in columns.items())
