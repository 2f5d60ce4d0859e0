"""What people write first: three tables and executemany. And the rows as DuckDB gets them, joined beforehand."""

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import Any

import psycopg

from memory.domain.sales import Sale

_TABLES = """
create table bare_line (
    order_no text, sku text, placed_at timestamptz, creator text, product text, content text, price bigint,
    quantity bigint, currency text, source text, primary key (order_no, sku));
create table bare_refund (order_no text, sku text, amount bigint, quantity bigint, primary key (order_no, sku));
create table bare_owed (
    order_no text, sku text, settlement text, rate bigint, base bigint, estimated bigint, actual bigint,
    primary key (order_no, sku));
"""
_JOINED = (
    "copy (select l.day, l.creator_id, l.product_id, coalesce(l.rule, ''), l.gross_minor, l.refunded_minor,"
    " l.commission_minor, l.provisional_minor, l.final, l.quantity from order_line l) to stdout with (format csv)"
)


def executemany_seconds(url: str, sales: Sequence[Sale]) -> float:
    """How long a bare executemany takes for the same facts, in batches of two thousand, each committed."""
    with psycopg.connect(url) as line:
        line.execute(_TABLES.encode())
        line.commit()
        began = perf_counter()
        for start in range(0, len(sales), 2_000):
            _write(line, sales[start : start + 2_000])
            line.commit()
        seconds = perf_counter() - began
        for name in ("bare_line", "bare_refund", "bare_owed"):
            line.execute(f"drop table {name}".encode())
    return seconds


def _write(line: psycopg.Connection, sales: Sequence[Sale]) -> None:
    with line.cursor() as cursor:
        cursor.executemany(
            "insert into bare_line values (%s, %s, %s, %s, %s, %s, %s, %s, %s, 'file')",
            [
                (one.order, one.sku, one.placed_at, one.handle, one.product, one.content, one.price.minor, one.quantity,
                 one.price.currency)
                for one in (sale.line for sale in sales)
            ],
        )  # fmt: skip
        cursor.executemany(
            "insert into bare_refund values (%s, %s, %s, %s)",
            [
                (sale.line.order, sale.line.sku, refund.amount.minor, refund.quantity)
                for sale in sales
                for refund in sale.refunds
            ],
        )
        cursor.executemany(
            "insert into bare_owed values (%s, %s, %s, %s, %s, %s, %s)",
            [
                (sale.line.order, sale.line.sku, one.settlement.value, one.rate_bp, one.base and one.base.minor,
                 one.estimated and one.estimated.minor, one.actual and one.actual.minor)
                for sale in sales
                for one in sale.commissions
            ],
        )  # fmt: skip


def analyse(url: str) -> None:
    """What the server's own housekeeping does by itself some minutes after so many rows."""
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("vacuum analyze order_line, rollup_day, commission_line, refund")


class Duck:
    """DuckDB on the same lines, in memory, in one thread: what it is best at."""

    def __init__(self, url: str, folder: Path) -> None:
        path = folder / "lines.csv"
        with psycopg.connect(url) as line, path.open("wb") as file, line.cursor() as cursor:
            cursor.execute("set role daren_service")
            with cursor.copy(_JOINED.encode()) as copy:
                for part in copy:
                    file.write(part)
        self._duck: Any = import_module("duckdb").connect()
        self._duck.execute("set threads = 1")
        self._duck.execute(
            "create table fact as select * from read_csv(?, header = false, columns = {'day': 'date', 'creator':"
            " 'bigint', 'product': 'bigint', 'rule': 'text', 'gross': 'bigint', 'refunded': 'bigint', 'commission':"
            " 'bigint', 'provisional': 'bigint', 'final': 'boolean', 'quantity': 'bigint'})",
            [str(path)],
        )

    def ask(self, statement: str, *given: object) -> list[tuple[Any, ...]]:
        """Rows of an answer."""
        rows: list[tuple[Any, ...]] = self._duck.execute(statement, list(given)).fetchall()
        return rows
