"""`daren migrate`: roles, job tables, our tables, guards and the rate table. Tables only: it makes no workspace."""

import asyncio
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import structlog
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import AsyncConnection, OperationalError, errors, sql
from sqlalchemy import Connection, create_engine

from memory.address import sqlalchemy_url
from memory.domain.errors import Misconfigured, Unavailable
from memory.migrations import jobs_schema
from memory.migrations.guards import APP, SERVICE, guard_statements, table_names

log = structlog.get_logger(__name__)

OLDEST_SERVER = 160_000
_ONE_AT_A_TIME = 0x6461_7265_6E  # an advisory lock's key: "daren"
_HERE = Path(__file__).parent
_RATES = _HERE.parent / "repositories" / "rates.toml"


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What `migrate` found and left. Revisions are None on an empty database; `jobs_*` are Procrastinate's."""

    revision_before: str | None
    revision_after: str | None
    jobs_before: str | None
    jobs_after: str

    @property
    def changed(self) -> bool:
        """Whether there was anything to do."""
        return (self.revision_before, self.jobs_before) != (self.revision_after, self.jobs_after)


def ours(name: str | None, kind: str, parents: object) -> bool:
    """Whether Alembic should compare a table: Procrastinate's and our own notes are not mapped."""
    del parents
    return kind != "table" or name in table_names()


def head() -> str | None:
    """The revision this version of the code needs."""
    return ScriptDirectory.from_config(alembic_config()).get_current_head()


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's settings, which live here and in no ini file."""
    config = Config()
    config.set_main_option("script_location", str(_HERE))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


async def migrate(conninfo: str) -> MigrationReport:
    """Bring a database up to this version of the code. Safe to run twice, and by several processes at once.

    Raises:
        Misconfigured: the login may not make the two roles (the fact `sql` is what an administrator runs), or
            the server is older than PostgreSQL 16 (not retryable).
        Unavailable: the database does not answer (retryable).
    """
    try:
        connection = await AsyncConnection.connect(conninfo, autocommit=True, connect_timeout=10)
    except OperationalError as refused:
        raise Unavailable("database_unavailable", reason=str(refused)) from refused
    async with connection:
        if connection.info.server_version < OLDEST_SERVER:
            raise Misconfigured("database_too_old", version=connection.info.server_version // 10_000, needed=16)
        await connection.execute("select pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        await _make_roles(connection)
        jobs_before = await jobs_schema.apply(connection)
        before, after = await asyncio.to_thread(_upgrade, conninfo)
        async with connection.transaction():
            for statement in guard_statements():
                await connection.execute(statement.encode())
            await _seed_rates(connection)
    report = MigrationReport(before, after, jobs_before, jobs_schema.pinned())
    log.info("database.migrated", revision=after, changed=report.changed)
    return report


def _upgrade(conninfo: str) -> tuple[str | None, str | None]:
    engine = create_engine(sqlalchemy_url(conninfo))
    try:
        with engine.connect() as connection:
            before = MigrationContext.configure(connection).get_current_revision()
            connection.rollback()
            command.upgrade(alembic_config(connection), "head")
            connection.commit()
            after = MigrationContext.configure(connection).get_current_revision()
    finally:
        engine.dispose()
    return before, after


async def _make_roles(connection: AsyncConnection) -> None:
    """Make both roles and let the login switch to them; where it may not, say what an administrator must run."""
    wanted = []
    for role in (APP, SERVICE):
        found = await (
            await connection.execute("select rolsuper or rolbypassrls from pg_roles where rolname = %s", [role])
        ).fetchone()
        if found is None:
            wanted.append(sql.SQL("create role {} nologin nosuperuser nobypassrls").format(sql.Identifier(role)))
        elif found[0]:
            raise Misconfigured("role_too_strong", role=role)
        may = await (
            await connection.execute(
                "select rolsuper or (%(role)s = any(array(select rolname from pg_roles)) and exists("
                " select from pg_auth_members m join pg_roles g on g.oid = m.roleid"
                " where g.rolname = %(role)s and m.member = me.oid and m.set_option))"
                " from pg_roles me where rolname = current_user",
                {"role": role},
            )
        ).fetchone()
        if may is None or not may[0]:
            login = sql.Identifier(connection.info.user)
            wanted.append(sql.SQL("grant {} to {} with inherit false, set true").format(sql.Identifier(role), login))
    for statement in wanted:
        try:
            await connection.execute(statement)
        except (errors.DuplicateObject, errors.UniqueViolation):
            continue  # another database of this server was migrated at the same moment
        except errors.InsufficientPrivilege as denied:
            script = "; ".join(each.as_string(connection) for each in wanted) + ";"
            raise Misconfigured("roles_needed", sql=script) from denied


async def _seed_rates(connection: AsyncConnection) -> None:
    table = tomllib.loads(_RATES.read_text(encoding="utf-8"), parse_float=Decimal)
    day: date = table["day"]
    await connection.execute("set local role daren_service")
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "insert into exchange_rate (day, currency, per_usd) values (%s, %s, %s) on conflict do nothing",
            [(day, currency, rate) for currency, rate in table["per_usd"].items()],
        )
