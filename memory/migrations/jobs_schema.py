"""Procrastinate's schema at the pinned version: made whole on an empty database, upgraded from what is stored.

Procrastinate ships one schema and a migration per change, and no record of what was applied: we keep that.
"""

import re
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from procrastinate.schema import SchemaManager
from psycopg import AsyncConnection

_STEP = re.compile(r"(\d+)\.(\d+)\.(\d+)_(\d+)_\w+\.sql")
Release = tuple[int, ...]


def pinned() -> str:
    """The installed version."""
    return version("procrastinate")


def release(text: str) -> Release:
    """A version as numbers that compare."""
    return tuple(int(part) for part in text.split(".")[:3])


def shipped() -> Iterator[tuple[Release, Path]]:
    """Every migration in order, with the release it belongs to. One release's `pre` steps come before its `post`."""
    for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")):
        match = _STEP.fullmatch(path.name)
        if match:
            yield tuple(int(part) for part in match.groups()[:3]), path


async def apply(connection: AsyncConnection) -> str | None:
    """Bring the job tables to the pinned version; what they were before (None: there were none).

    The connection is in autocommit; each migration is its own transaction together with the note of it.
    """
    before = await _stored(connection)
    if before is None:
        async with connection.transaction():
            await connection.execute(_sql(SchemaManager.get_schema()))
            await _remember(connection, pinned())
        return None
    last = release(before)
    for at, path in shipped():
        if at > last:
            async with connection.transaction():
                await connection.execute(_sql(path.read_text(encoding="utf-8")))
    if before != pinned():
        await _remember(connection, pinned())
    return before


async def _stored(connection: AsyncConnection) -> str | None:
    await connection.execute("create table if not exists applied_schema (part text primary key, version text not null)")
    found = await (
        await connection.execute("select version from applied_schema where part = 'procrastinate'")
    ).fetchone()
    return str(found[0]) if found else None


async def _remember(connection: AsyncConnection, text: str) -> None:
    await connection.execute(
        "insert into applied_schema (part, version) values ('procrastinate', %s)"
        " on conflict (part) do update set version = excluded.version",
        [text],
    )


def _sql(text: str) -> bytes:
    # Bytes and no parameters: sent as it is, with its own percent signs.
    return text.encode()
