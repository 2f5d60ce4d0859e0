"""Many rows of one table in one statement: arrays of columns unnested, which the session's own inserts may not be.

The hook cannot read such rows, so tenant and brand are filled in and checked here; row-level security checks them too.
"""

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any
from typing import cast as as_type

from sqlalchemy import BigInteger, Table, bindparam, cast, func, inspect, select
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from memory.domain.ids import BrandId
from memory.models.base import BrandRow
from memory.narrowing import TenancyError
from memory.tenancy import ScopedSession, reach_of


async def upsert_many(
    session: ScopedSession,
    table: type[BrandRow],
    rows: Sequence[Mapping[str, Any]],
    *,
    brand: BrandId,
    unique: tuple[str, ...],
    kept: Collection[str] = (),
    added: Collection[str] = (),
) -> None:
    """Insert rows of a brand, or change those that are there by `unique`: all columns but those `kept`.

    Columns of `added` gain the new value instead. Every row has the same columns, tenant and brand not among them.

    Raises:
        TenancyError: the scope is another brand's, or a row names whose it is.
    """
    scope = reach_of(session).scope
    connection = session.bind
    if scope is None or scope.brand not in (None, brand) or not isinstance(connection, AsyncConnection):
        message = "refused: rows of another brand"
        raise TenancyError(message)
    if not rows:
        return
    names = tuple(rows[0])
    if {"tenant_id", "brand_id"} & set(names):
        message = "refused: rows that name whose they are"
        raise TenancyError(message)
    await session.flush()
    given: dict[str, Any] = {f"all_{name}": [row[name] for row in rows] for name in names}
    statement = _statement(as_type(Table, inspect(table).local_table), names, unique, frozenset(kept), frozenset(added))
    await connection.execute(statement, {**given, "own_tenant": scope.tenant, "own_brand": brand})


@lru_cache(maxsize=50)
def _statement(
    table: Table, names: tuple[str, ...], unique: tuple[str, ...], kept: frozenset[str], added: frozenset[str]
) -> Insert:
    columns = table.c
    arrays = [func.unnest(cast(bindparam(f"all_{name}"), ARRAY(columns[name].type))) for name in names]
    own = [cast(bindparam(name), BigInteger) for name in ("own_tenant", "own_brand")]
    statement = insert(table).from_select(["tenant_id", "brand_id", *names], select(*own, *arrays))
    changes = {
        name: columns[name] + statement.excluded[name] if name in added else statement.excluded[name]
        for name in names
        if name not in unique and name not in kept
    }
    return statement.on_conflict_do_update(index_elements=list(unique), set_=changes)
