"""Translate `qdrant_client.models` to the embedded engine's own classes, which accept nothing else. Pure.

Only what `query.py` and `points.py` write is known here; anything else is a TypeError, never a silent omission.
"""

import qdrant_edge as edge
from qdrant_client import models

# The library names these unions in its type stub only.
Condition = (
    edge.FieldCondition
    | edge.IsEmptyCondition
    | edge.IsNullCondition
    | edge.HasIdCondition
    | edge.HasVectorCondition
    | edge.NestedCondition
    | edge.Filter
)


def to_edge_request(request: models.QueryRequest) -> edge.QueryRequest:
    """A whole request."""
    return edge.QueryRequest(
        limit=request.limit or 10,
        offset=request.offset or 0,
        query=_query(request.query, using=request.using),
        filter=to_edge_filter(request.filter) if request.filter else None,
        with_payload=_payload_fields(request.with_payload),
    )


def to_edge_filter(matching: models.Filter) -> edge.Filter:
    """A filter of must and must_not conditions."""
    return edge.Filter(must=_conditions(matching.must), must_not=_conditions(matching.must_not))


def to_edge_point(point: models.PointStruct) -> edge.Point:
    """A point with its named vectors."""
    if not isinstance(point.vector, dict) or not isinstance(point.id, int):
        raise TypeError("points have whole-number ids and named vectors")
    vectors: dict[str, list[float] | edge.SparseVector | list[list[float]]] = {
        name: _vector(vector) for name, vector in point.vector.items()
    }
    return edge.Point(point.id, vectors, dict(point.payload or {}))


def _query(query: object, *, using: str | None) -> edge.Query | edge.OrderBy | None:
    if query is None:
        return None
    if isinstance(query, models.NearestQuery):
        return edge.Query.Nearest(_vector(query.nearest), using=using)
    if isinstance(query, models.OrderByQuery) and isinstance(query.order_by, models.OrderBy):
        falling = query.order_by.direction is models.Direction.DESC
        return edge.OrderBy(query.order_by.key, edge.Direction.Desc if falling else edge.Direction.Asc)
    raise _untranslated(query)


def _vector(vector: object) -> list[float] | edge.SparseVector:
    if isinstance(vector, models.SparseVector):
        return edge.SparseVector(vector.indices, vector.values)
    if isinstance(vector, list):
        return vector
    raise _untranslated(vector)


def _conditions(given: object) -> list[Condition] | None:
    if not given:
        return None
    return [_condition(condition) for condition in (given if isinstance(given, list) else [given])]


def _condition(condition: object) -> Condition:
    if isinstance(condition, models.FieldCondition):
        return _field(condition)
    if isinstance(condition, models.IsEmptyCondition):
        return edge.IsEmptyCondition(condition.is_empty.key)
    if isinstance(condition, models.HasIdCondition):
        return edge.HasIdCondition({point for point in condition.has_id if isinstance(point, int)})
    raise _untranslated(condition)


def _field(condition: models.FieldCondition) -> edge.FieldCondition:
    if isinstance(condition.match, models.MatchValue):
        if isinstance(condition.match.value, bool):
            raise TypeError("the embedded engine never matches a boolean: store and ask for 0 or 1")
        return edge.FieldCondition(condition.key, match=edge.MatchValue(condition.match.value))
    if isinstance(condition.match, models.MatchAny):
        words = [word for word in condition.match.any if isinstance(word, str)]
        return edge.FieldCondition(condition.key, match=edge.MatchAny(words))
    if isinstance(condition.range, models.Range):
        return edge.FieldCondition(
            condition.key, range=edge.RangeFloat(gte=condition.range.gte, lte=condition.range.lte)
        )
    raise _untranslated(condition)


def _payload_fields(wanted: object) -> list[str] | bool:
    if wanted is None or isinstance(wanted, bool):
        return bool(wanted)
    if isinstance(wanted, list):
        return wanted
    raise _untranslated(wanted)


def _untranslated(what: object) -> TypeError:
    return TypeError("no translation", what)
