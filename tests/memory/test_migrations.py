"""`migrate`: from nothing, from the release before, twice, by two at once, and where it may not make roles."""

import asyncio
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine
from sqlalchemy.pool import NullPool

from memory.address import sqlalchemy_url
from memory.domain.errors import Misconfigured, Unavailable
from memory.migrations import jobs_schema
from memory.migrations.run import MigrationReport, alembic_config, head, migrate, ours
from memory.models.tables import TABLES
from tests.support.database import TestServer, fresh_url, make_workspace, opened


@pytest.fixture
def empty_url(postgres: TestServer) -> Iterator[str]:
    with fresh_url(postgres, migrated=False) as url:
        yield url


async def test_an_empty_database_gets_everything_and_a_second_run_changes_nothing(empty_url: str) -> None:
    async with opened(empty_url) as database:
        assert await database.needs_migration()
        with pytest.raises(Misconfigured, match="migrate_first"):
            await database.require_migrated()
        first = await database.migrate()
        assert first == MigrationReport(None, head(), None, jobs_schema.pinned())
        assert not await database.needs_migration()
        again = await database.migrate()
        assert (again.changed, again.revision_before) == (False, head())
        async with database.across_tenants("look") as service:
            assert await service.accounts.workspace() is None
        office = await make_workspace(database)
        async with database.unit(office.viewer()) as unit:
            rates = await unit.knowledge.rates()
            assert {"USD", "CNY", "MXN", "VND"} <= rates.per_usd.keys()
            assert rates.convert(100_00, source="USD", target="JPY") > 10_000


async def test_two_at_once_are_safe(empty_url: str) -> None:
    reports = await asyncio.gather(migrate(empty_url), migrate(empty_url), migrate(empty_url))
    assert sorted(report.changed for report in reports) == [False, False, True]


def test_models_and_migrations_say_the_same(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        options = {"compare_server_default": True, "include_name": ours}
        assert compare_metadata(MigrationContext.configure(connection, opts=options), TABLES) == []


def test_every_revision_can_be_taken_back(database_url: str) -> None:
    engine = create_engine(sqlalchemy_url(database_url), poolclass=NullPool)
    with engine.connect() as connection:
        command.downgrade(alembic_config(connection), "base")
        command.upgrade(alembic_config(connection), "head")
        connection.commit()
        assert MigrationContext.configure(connection).get_current_revision() == head()


def _job_schema(url: str) -> dict[str, list[Any]]:
    """Everything Procrastinate made, by kind, in an order that does not depend on how it was made."""
    queries = {
        "columns": "select table_name, column_name, data_type, is_nullable, column_default"
        " from information_schema.columns where table_name like 'procrastinate%' order by 1, 2",
        "functions": "select proname, pg_get_function_arguments(oid), regexp_replace(prosrc, '\\s+', ' ', 'g')"
        " from pg_proc where proname like 'procrastinate%' order by 1, 2",
        "indexes": "select indexname, indexdef from pg_indexes where tablename like 'procrastinate%' order by 1",
        "triggers": "select tgname, pg_get_triggerdef(oid) from pg_trigger"
        " where tgname like 'procrastinate%' order by 1",
        "enums": "select t.typname, array_agg(e.enumlabel::text order by e.enumlabel) from pg_type t"
        " join pg_enum e on e.enumtypid = t.oid where t.typname like 'procrastinate%' group by 1 order by 1",
    }
    with psycopg.connect(url) as connection:
        return {kind: connection.execute(query.encode()).fetchall() for kind, query in queries.items()}


def _install_release(url: str, *, release: str) -> None:
    """Procrastinate's tables as an older release left them, with the note our `migrate` would have made then."""
    with psycopg.connect(url, autocommit=True) as connection:
        for at, path in jobs_schema.shipped():
            if at <= jobs_schema.release(release):
                connection.execute(path.read_bytes())
        connection.execute("create table applied_schema (part text primary key, version text not null)")
        connection.execute("insert into applied_schema values ('procrastinate', %s)", [release])


async def test_the_job_tables_of_the_release_before_are_upgraded_with_their_jobs(
    postgres: TestServer, database_url: str, empty_url: str
) -> None:
    before = "3.2.0"
    assert any(jobs_schema.release(before) < at for at, _ in jobs_schema.shipped())
    await asyncio.to_thread(_install_release, empty_url, release=before)
    with psycopg.connect(empty_url, autocommit=True) as connection:
        connection.execute("insert into procrastinate_jobs (task_name, queue_name) values ('daren:turn', 'turns')")
    report = await migrate(empty_url)
    assert (report.jobs_before, report.jobs_after) == (before, jobs_schema.pinned())
    assert _job_schema(empty_url) == _job_schema(database_url)
    with psycopg.connect(empty_url) as connection:
        assert connection.execute("select task_name, status from procrastinate_jobs").fetchall() == [
            ("daren:turn", "todo")
        ]
    assert (await migrate(empty_url)).jobs_before == jobs_schema.pinned()


async def test_a_login_that_may_not_make_roles_gets_the_sql_for_an_administrator(postgres: TestServer) -> None:
    with psycopg.connect(postgres.url("postgres", user="postgres"), autocommit=True) as administrator:
        administrator.execute("create role poor login")
        administrator.execute("create database poor owner poor")
        try:
            with pytest.raises(Misconfigured, match="roles_needed") as refused:
                await migrate(postgres.url("poor", user="poor"))
            script = str(refused.value.facts["sql"])
            assert 'grant "daren_app" to "poor" with inherit false, set true' in script
            for statement in filter(None, script.split("; ")):
                administrator.execute(statement.encode())
            assert (await migrate(postgres.url("poor", user="poor"))).changed
            async with opened(postgres.url("poor", user="poor")) as database:
                await make_workspace(database)
        finally:
            administrator.execute("drop database poor with (force)")
            administrator.execute("drop role poor")


async def test_a_role_that_passes_row_security_is_refused(postgres: TestServer, empty_url: str) -> None:
    with psycopg.connect(postgres.url("postgres", user="postgres"), autocommit=True) as administrator:
        administrator.execute("alter role daren_app bypassrls")
        try:
            with pytest.raises(Misconfigured, match="role_too_strong"):
                await migrate(empty_url)
        finally:
            administrator.execute("alter role daren_app nobypassrls")


async def test_a_database_that_does_not_answer_is_unavailable(postgres: TestServer) -> None:
    with pytest.raises(Unavailable):
        await migrate(postgres.url("no_such_database"))
