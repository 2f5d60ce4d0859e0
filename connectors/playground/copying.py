"""People as the text of PostgreSQL's COPY, table by table. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple, fields
from datetime import timedelta

from connectors.playground.people.creators import Person
from connectors.playground.people.traits import Traits
from connectors.playground.translate import to_json
from memory.domain.markets import MARKETS

_TRAITS = tuple(field.name for field in fields(Traits))
_COPIES: dict[str, tuple[str, ...]] = {
    "creator": ("number", "handle", "facts"),
    "trait": ("number", *_TRAITS),
    "order_line": ("id", "number", "placed_at", "product", "price_minor", "quantity", "currency"),
    "refund": ("order_line", "refunded_at", "quantity"),
    "sample": ("number", "product", "asked_at", "shipped_at", "delivered_at", "posted_at"),
    "post": ("number", "posted_at", "product", "selling", "kind", "views"),
    "message": ("number", "brand", "ours", "kind", "at"),
}


def copies_of(people: Sequence[Person]) -> Iterator[tuple[str, str]]:
    """Each table's statement, with the text to send it."""
    rows: dict[str, list[tuple[object, ...]]] = {table: [] for table in _COPIES}
    for person in people:
        _spread(person, rows)
    for table, columns in _COPIES.items():
        yield f"copy playground.{table} ({', '.join(columns)}) from stdin", "".join(map(_line, rows[table]))


def _spread(person: Person, rows: dict[str, list[tuple[object, ...]]]) -> None:
    """Put one person's rows with those of their tables."""
    number, past = person.number, person.history
    currency = MARKETS[person.facts.market or "US"].currency
    rows["creator"].append((number, person.facts.handle, to_json(person.facts)))
    rows["trait"].append((number, *astuple(person.traits)))
    for place, order in enumerate(past.orders):
        own = number * 1_000 + place
        rows["order_line"].append((own, number, order.placed_at, order.product, order.price, order.quantity, currency))
        if order.refunded:
            rows["refund"].append((own, order.placed_at + timedelta(days=3), order.refunded))
    rows["sample"].extend((number, *astuple(sample)) for sample in past.samples)
    rows["post"].extend((number, p.posted_at, p.product, p.selling, p.kind, p.views) for p in past.posts)
    rows["message"].extend((number, m.brand, m.ours, m.kind, m.at) for m in past.messages)


def _line(row: Iterable[object]) -> str:
    """One line of PostgreSQL's text COPY format."""
    return "\t".join("\\N" if value is None else _escaped(str(value)) for value in row) + "\n"


def _escaped(text: str) -> str:
    if "\\" in text or "\n" in text or "\t" in text or "\r" in text:
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return text
