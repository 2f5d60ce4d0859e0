"""Stops whoever is about to write a certain row, until the test lets go: a named point in the life of any process."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import sql

_KEY = 471_100


@dataclass(frozen=True, slots=True)
class Gate:
    """Closed while its block runs."""

    line: psycopg.Connection

    def is_reached(self) -> bool:
        """Whether somebody stands before it."""
        found = self.line.execute(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted and objid = %s"
            " and database = (select oid from pg_database where datname = current_database())",
            [_KEY],
        ).fetchone()
        return found is not None and found[0] > 0


@contextmanager
def closed(url: str, table: str, moment: LiteralString, condition: LiteralString) -> Iterator[Gate]:
    """A gate before rows of `table`. `moment`: "insert" or "update"; `condition` in plpgsql, about `new`."""
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("select pg_advisory_lock(%s)", [_KEY])
        line.execute(
            sql.SQL(
                "create function test_gate() returns trigger language plpgsql as"
                " $$ begin if {condition} then perform pg_advisory_xact_lock({key}); end if; return new; end $$"
            ).format(condition=sql.SQL(condition), key=sql.Literal(_KEY))
        )
        line.execute(
            sql.SQL(
                "create trigger test_gate before {moment} on {table} for each row execute function test_gate()"
            ).format(moment=sql.SQL(moment), table=sql.Identifier(table))
        )
        try:
            yield Gate(line)
        finally:
            # Whoever waits goes on first: one whose process was killed finds nobody to answer, and is rolled back.
            line.execute("select pg_advisory_unlock(%s)", [_KEY])
            line.execute(sql.SQL("drop trigger test_gate on {}").format(sql.Identifier(table)))
            line.execute("drop function test_gate()")
