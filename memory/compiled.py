"""A statement as the server is told it, worked out once: its text, the order of its values, its columns."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import Executable, Result
from sqlalchemy.dialects.postgresql.psycopg import PGDialectAsync_psycopg
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from memory.pipeline import Row, Words

_Change = Callable[[Any], Any]
_DIALECT = PGDialectAsync_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]  # $1, as the protocol has it
_NUMERIC = 1700  # the server's number for a type that SQLAlchemy tells apart by it


class Compiled:
    """What never changes between two executions of one statement; `sql` is its text.

    Raises:
        ValueError: it cannot be told so: a list in it grows with its values, or one is worked out at each execution.
    """

    def __init__(self, statement: Executable, columns: frozenset[str]) -> None:
        made = cast(ClauseElement, statement).compile(dialect=_DIALECT, column_keys=sorted(columns) or None)
        assert isinstance(made, SQLCompiler)
        if any(one.expanding for one in made.binds.values()) or made.insert_prefetch or made.update_prefetch:
            message = f"no standing statement: {made}"
            raise ValueError(message)
        self.sql = str(made).encode()
        self._places = [
            (name, made.binds[name].required, made.binds[name].effective_value, _sending(made.binds[name].type))
            for name in made.positiontup or ()
        ]
        self._reading = [_reading(one.type) for one in made._result_columns]  # noqa: SLF001 -- the public way knows no function
        self._is_read_as_it_comes = not any(self._reading)
        self._columns = SimpleResultMetaData([one.keyname for one in made._result_columns])  # noqa: SLF001 -- as above

    def words(self, given: Mapping[str, object]) -> Words:
        """It with the values of one execution. Raises KeyError where one is missing."""
        return Words(
            self.sql,
            [
                _changed(given[name] if required else given.get(name, own), change)
                for name, required, own, change in self._places
            ],
        )

    def result(self, rows: Sequence[Row]) -> Result[*tuple[Any, ...]]:
        """What the server gave, as SQLAlchemy hands it out."""
        if not self._is_read_as_it_comes:
            rows = [tuple(map(_changed, row, self._reading)) for row in rows]
        return IteratorResult(self._columns, iter(rows))


def _changed(value: object, change: _Change | None) -> object:
    return value if change is None else change(value)


def _sending(kind: TypeEngine[Any]) -> _Change | None:
    return kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)


def _reading(kind: TypeEngine[Any]) -> _Change | None:
    return kind.dialect_impl(_DIALECT).result_processor(_DIALECT, _NUMERIC)
