"""The embedded server: one per home, shared by processes, stopped with the last of them, revived after a SIGKILL."""

import asyncio
import hashlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from memory.database import Database
from memory.domain.errors import Conflict, Misconfigured, Unavailable, Unclear
from memory.domain.workspace import Scope
from memory.embedded import LOGIN, ROOT_PLACE, EmbeddedServer, data_folder
from tests.support.database import make_workspace, temporary_home

_ROOT = Path(__file__).parents[2]


@pytest.fixture
def home() -> Iterator[Path]:
    with temporary_home() as folder:
        yield folder


@contextmanager
def _holder(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that uses the home's server."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.memory.hold_server", str(home)],
        cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(_ROOT)},
    ) as process:  # fmt: skip
        assert process.stdout is not None
        while (line := process.stdout.readline()) and b"joined" not in line:
            continue
        try:
            yield process
        finally:
            process.kill()


def _answers(server: EmbeddedServer) -> bool:
    try:
        psycopg.connect(server.url(user="postgres", database="postgres"), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


def _postmaster(server: EmbeddedServer) -> int:
    return int((server.folder / "postmaster.pid").read_text().splitlines()[0])


def _kill_postmaster(server: EmbeddedServer) -> None:
    os.kill(_postmaster(server), signal.SIGKILL)


def test_the_data_folder_is_in_the_home_or_for_root_where_the_home_says(home: Path) -> None:
    server = EmbeddedServer(home)
    server.join()
    server.leave()
    if os.geteuid() == 0:
        assert server.folder == ROOT_PLACE / hashlib.sha256(str(home).encode()).hexdigest()[:12]
        assert (home / "postgres.path").read_text().strip() == str(server.folder)
        assert server.folder.stat().st_uid != 0
    else:
        assert server.folder == home / "postgres"
    assert server.folder.stat().st_mode & 0o077 == 0


def test_a_home_that_names_a_lost_folder_says_so_and_makes_no_new_one(home: Path) -> None:
    if os.geteuid() != 0:
        assert data_folder(home) == home / "postgres"
        return
    (home / "postgres.path").write_text("/var/lib/daren/gone\n")
    with pytest.raises(Misconfigured, match="data_folder_missing"):
        EmbeddedServer(home)


def test_the_product_is_no_superuser(home: Path) -> None:
    server = EmbeddedServer(home)
    server.join()
    try:
        with psycopg.connect(server.url()) as connection:
            found = connection.execute("select rolname, rolsuper, rolbypassrls from pg_roles where rolname = user")
            assert found.fetchall() == [(LOGIN, False, False)]
            assert connection.execute("show listen_addresses").fetchone() == ("",)
    finally:
        server.leave()


@pytest.mark.parametrize(("durable", "setting"), [(True, "on"), (False, "off")])
def test_it_keeps_what_it_holds_unless_nobody_needs_it(home: Path, durable: bool, setting: str) -> None:
    server = EmbeddedServer(home, durable=durable)
    server.join()
    try:
        with psycopg.connect(server.url()) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"show {name}").fetchone() == (setting,)
    finally:
        server.leave()


def test_the_last_to_leave_stops_it(home: Path) -> None:
    first, second = EmbeddedServer(home), EmbeddedServer(home)
    first.join()
    with _holder(home) as process:
        second.join()
        first.leave()
        second.leave()
        assert _answers(first)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=60) == 0
    assert not _answers(first)


def test_a_killed_user_does_not_keep_it_running(home: Path) -> None:
    server = EmbeddedServer(home)
    with _holder(home) as process:
        server.join()
        process.kill()
        process.wait(timeout=60)
    assert _answers(server)
    server.leave()
    assert not _answers(server)


def test_a_killed_server_is_revived_with_every_committed_row(home: Path) -> None:
    server = EmbeddedServer(home)
    server.join()
    try:
        with psycopg.connect(server.url(), autocommit=True) as connection:
            connection.execute("create table kept as select generate_series(1, 5000) as id")
            for _ in range(2):
                _kill_postmaster(server)
                server.revive()
                with psycopg.connect(server.url()) as again:
                    assert again.execute("select count(*) from kept").fetchone() == (5000,)
    finally:
        server.leave()


def test_a_killed_server_is_revived_by_the_next_process(home: Path) -> None:
    server = EmbeddedServer(home)
    with _holder(home):
        server.join()
        before = _postmaster(server)
        _kill_postmaster(server)
        with _holder(home):
            assert _answers(server)
            assert _postmaster(server) != before
    server.leave()
    assert not _answers(server)


def test_a_half_made_folder_is_made_again(home: Path) -> None:
    server = EmbeddedServer(home)
    server.folder.mkdir(parents=True)
    (server.folder / "PG_VERSION").write_text("18\n")
    server.join()
    assert _answers(server)
    server.leave()


@pytest.fixture
def deep(home: Path) -> EmbeddedServer:
    """A server whose data folder's path is too long for a socket."""
    server = EmbeddedServer(home)
    server.folder = server.folder.with_name("d" * 100)
    assert server.sockets != server.folder
    return server


def test_a_path_too_long_for_a_socket_works(deep: EmbeddedServer) -> None:
    deep.join()
    try:
        assert _answers(deep)
        assert deep.sockets.stat().st_mode & 0o077 == 0
    finally:
        deep.leave()
        deep.sockets.rmdir()


def test_a_socket_folder_of_somebody_else_is_refused(deep: EmbeddedServer, home: Path) -> None:
    deep.sockets.symlink_to(home)
    try:
        with pytest.raises(Misconfigured, match="belongs to somebody else"):
            deep.join()
    finally:
        deep.sockets.unlink()


async def test_a_database_survives_its_server_being_killed_under_it(home: Path) -> None:
    async with Database.open(home=home) as database:
        await database.migrate()
        office = await make_workspace(database)
        async with database.unit(office.operator()) as unit:
            await unit.counters.bump("searches")
        server = EmbeddedServer(home)
        _kill_postmaster(server)
        # No call to mend it. A unit may meet the dying server: it is told so, tries again and finds it revived.
        async with asyncio.timeout(30):
            while (counted := await _counters(database, office.operator())) is None:
                continue
        assert counted == {"searches": 1}


async def _counters(database: Database, scope: Scope) -> dict[str, int] | None:
    try:
        async with database.unit(scope) as unit:
            return await unit.counters.today()
    except (Unavailable, Unclear):  # met as it began, or as it ended
        return None


async def test_two_processes_open_an_empty_home_at_once(home: Path) -> None:
    async def start() -> str | None:
        async with Database.open(home=home) as database:
            return (await database.migrate()).revision_after

    revisions = await asyncio.gather(start(), start())
    assert revisions[0] == revisions[1] is not None


async def test_a_second_server_on_one_home_is_refused(home: Path) -> None:
    async with Database.open(home=home) as database, Database.open(home=home) as another:
        async with database.leadership("serve").claimed():
            with pytest.raises(Conflict, match="held_by_another_process"):
                async with another.leadership("serve").claimed():
                    pytest.fail("two servers on one home")
        async with another.leadership("serve").claimed():
            pass


async def test_leadership_passes_on_when_its_holder_is_cut_off(home: Path) -> None:
    async with Database.open(home=home) as database, database.leadership("socket").awaited() as lost:
        with psycopg.connect(EmbeddedServer(home).url(user="postgres"), autocommit=True) as connection:
            connection.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and granted")
        async with asyncio.timeout(20):
            await lost.wait()
            async with database.leadership("socket").awaited():
                pass
