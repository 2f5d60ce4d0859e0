"""A creator as a Qdrant point: names of vectors and payload fields, their indexes, and the translation."""

from collections.abc import Sequence

from qdrant_client import models

from memory.creator_index.standing import standing
from memory.creator_index.tokens import name_vector
from memory.domain.creator import NUMERIC_FIELDS, IndexEntry
from memory.domain.ids import TenantId

TEXT_VECTOR = "text"
NAME_VECTOR = "names"
PUBLIC = "public"
SCHEMA_VERSION = 1  # grows when points change shape: an older folder is then built again

KEYWORD_FIELDS = ("tenant", "market", "languages", "categories", "content", "audience_gender", "audience_age", "handle")
INTEGER_FIELDS = (
    "has_email",
    "last_active",
    "standing",
    *(f"{name}_{end}" for name in NUMERIC_FIELDS for end in ("low", "high", "middle")),
)

Payload = dict[str, str | int | list[str]]


def tenant_mark(tenant: TenantId | None) -> str:
    """Return what the payload says of the owner: a tenant's own mark, or the one of public creators."""
    return PUBLIC if tenant is None else f"t{tenant}"


def to_payload(entry: IndexEntry) -> Payload:
    """Exact facts of a creator. What is unknown has no field, so that it can be asked for as empty."""
    facts: dict[str, str | int | list[str] | None] = {
        "tenant": tenant_mark(entry.tenant),
        "handle": entry.handle.casefold(),
        "market": entry.market,
        "languages": list(entry.languages),
        "categories": list(entry.categories),
        "content": entry.content,
        "audience_gender": entry.audience_gender,
        "audience_age": entry.audience_age,
        "has_email": int(entry.has_email),  # an integer: the embedded engine never matches booleans
        "last_active": int(entry.last_active_at.timestamp()) if entry.last_active_at else None,
        "standing": standing(entry.numbers),
    }
    for name, span in entry.numbers.items():
        facts |= {f"{name}_low": span.low, f"{name}_high": span.high, f"{name}_middle": span.middle}
    return {name: value for name, value in facts.items() if value is not None and value != []}


def to_point(entry: IndexEntry, vector: Sequence[float]) -> models.PointStruct:
    """A creator with its meaning, its names and its facts."""
    names = name_vector((entry.handle, entry.name, *entry.hashtags))
    meaning = list(vector)
    if names.is_empty:
        return models.PointStruct(id=int(entry.id), vector={TEXT_VECTOR: meaning}, payload=to_payload(entry))
    sparse = models.SparseVector(indices=list(names.indices), values=list(names.values))
    return models.PointStruct(
        id=int(entry.id), vector={TEXT_VECTOR: meaning, NAME_VECTOR: sparse}, payload=to_payload(entry)
    )
