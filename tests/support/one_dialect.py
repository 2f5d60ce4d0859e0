"""Engines of one test process share what they compiled: each test opens a database of its own and asks the same.

SQLAlchemy keeps compiled statements by engine and dialect, so every test would compile them anew (a sixth of what all
tests cost). The dialects of these engines are alike, and so is what they compile.
Source: https://docs.sqlalchemy.org/en/21/core/connections.html#sql-compilation-caching (read 2026-11-29).
"""

from collections.abc import MutableMapping
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg, PGDialectAsync_psycopg
from sqlalchemy.engine import URL

_COMPILED: MutableMapping[Any, Any] = {}


class OneDialect(PGDialectAsync_psycopg):
    """Equal to every other of its kind."""

    supports_statement_cache = True

    @classmethod
    def engine_created(cls, engine: Engine) -> None:
        """Let it find what others compiled."""
        engine.update_execution_options(compiled_cache=_COMPILED)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OneDialect)

    def __hash__(self) -> int:
        return hash(OneDialect)


class _Psycopg(PGDialect_psycopg):
    """What the URL names; engines that do not wait, as migrations use, are as they were."""

    supports_statement_cache = True

    @classmethod
    def get_async_dialect_cls(cls, url: URL) -> type[OneDialect]:
        """Ours for engines that wait."""
        del url
        return OneDialect


def use() -> None:
    """From now on every engine that waits for PostgreSQL is such a one."""
    registry.register("postgresql.psycopg", __name__, _Psycopg.__name__)
