"""A CreatorQuery as Qdrant requests, written once for every engine. Pure.

Bounds are inclusive. A creator's number is a range [low, high]: strict asks for ranges wholly inside the bounds,
otherwise ranges that overlap them count too. Unknown numbers have no payload field and satisfy no bound.
"""

from collections.abc import Sequence

from qdrant_client import models

from memory.creator_index.points import NAME_VECTOR, PUBLIC, TEXT_VECTOR, tenant_mark
from memory.creator_index.tokens import NameVector
from memory.domain.creator import Bounds, CreatorQuery, Sort
from memory.domain.ids import TenantId

SORT_FIELDS: dict[Sort, str] = {
    Sort.GMV: "gmv_30d_middle",
    Sort.FOLLOWERS: "followers_middle",
    Sort.ENGAGEMENT: "engagement_bp_middle",
    Sort.FULFILMENT: "fulfilment_bp_middle",
    Sort.VIEWS: "avg_views_middle",
}
STANDING_FIELD = "standing"


def to_filter(query: CreatorQuery, *, tenant: TenantId) -> models.Filter:
    """Every exact condition of the question, and first of all whose creators may be seen."""
    must: list[models.Condition] = [_any("tenant", (PUBLIC, tenant_mark(tenant)))]
    must += [
        _any(field, values)
        for field, values in (
            ("categories", query.categories),
            ("market", query.markets),
            ("languages", query.languages),
        )
        if values
    ]
    must += [
        models.FieldCondition(key=field, match=models.MatchValue(value=value))
        for field, value in (
            ("content", query.content),
            ("audience_gender", query.audience_gender),
            ("audience_age", query.audience_age),
            ("has_email", None if query.has_email is None else int(query.has_email)),
        )
        if value is not None
    ]
    if query.active_since is not None:
        must.append(_range("last_active", low=int(query.active_since.timestamp())))
    for field, bounds in query.bounds.items():
        if field not in query.unknown:
            must += _within(field, bounds, strict=query.strict)
    must += [is_unknown(f"{field}_low") for field in query.unknown]
    if query.only_ids is not None:
        must.append(models.HasIdCondition(has_id=[int(creator) for creator in query.only_ids]))
    excluded: list[models.Condition] = []
    if query.exclude_ids:
        excluded.append(models.HasIdCondition(has_id=[int(creator) for creator in query.exclude_ids]))
    return models.Filter(must=must, must_not=excluded or None)


def nearest(
    vector: Sequence[float], matching: models.Filter, *, limit: int, payload: Sequence[str] = ()
) -> models.QueryRequest:
    """Creators closest in meaning."""
    return models.QueryRequest(
        query=models.NearestQuery(nearest=list(vector)),
        using=TEXT_VECTOR,
        filter=matching,
        limit=limit,
        with_payload=list(payload) or False,
    )


def named(names: NameVector, matching: models.Filter, *, limit: int) -> models.QueryRequest:
    """Creators who share a name token, most shared first."""
    sparse = models.SparseVector(indices=list(names.indices), values=list(names.values))
    return models.QueryRequest(
        query=models.NearestQuery(nearest=sparse), using=NAME_VECTOR, filter=matching, limit=limit, with_payload=False
    )


def ordered(
    field: str, matching: models.Filter, *, ascending: bool, limit: int, offset: int = 0
) -> models.QueryRequest:
    """Creators in the exact order of a number; those without it are not among them."""
    direction = models.Direction.ASC if ascending else models.Direction.DESC
    return models.QueryRequest(
        query=models.OrderByQuery(order_by=models.OrderBy(key=field, direction=direction)),
        filter=matching,
        limit=limit,
        offset=offset,
        with_payload=[field],
    )


def narrowed(matching: models.Filter, condition: models.Condition, *, holds: bool = True) -> models.Filter:
    """The filter with one more condition that must, or must not, hold."""
    must, must_not = _conditions(matching.must), _conditions(matching.must_not)
    (must if holds else must_not).append(condition)
    return models.Filter(must=must, must_not=must_not or None)


def is_unknown(field: str) -> models.IsEmptyCondition:
    """The payload has no such field."""
    return models.IsEmptyCondition(is_empty=models.PayloadField(key=field))


def _conditions(given: list[models.Condition] | models.Condition | None) -> list[models.Condition]:
    if given is None:
        return []
    return list(given) if isinstance(given, list) else [given]


def _any(field: str, values: Sequence[str]) -> models.FieldCondition:
    return models.FieldCondition(key=field, match=models.MatchAny(any=list(values)))


def _within(field: str, bounds: Bounds, *, strict: bool) -> list[models.Condition]:
    below, above = ("low", "high") if strict else ("high", "low")
    conditions: list[models.Condition] = []
    if bounds.low is not None:
        conditions.append(_range(f"{field}_{below}", low=bounds.low))
    if bounds.high is not None:
        conditions.append(_range(f"{field}_{above}", high=bounds.high))
    return conditions


def _range(field: str, *, low: int | None = None, high: int | None = None) -> models.FieldCondition:
    return models.FieldCondition(key=field, range=models.Range(gte=low, lte=high))
