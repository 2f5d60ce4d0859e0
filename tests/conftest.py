"""Fixtures every folder may use."""

import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from memory.database import Database
from tests.support import one_dialect
from tests.support.database import Office, TestServer, fresh_url, make_workspace, opened, running_server

# Where a change is judged the same examples are drawn every time; everywhere else new ones are looked for.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")


# What tests write is thrown away. An index syncs every file it makes: on a disk that is most of the time it takes.
MEMORY = Path("/dev/shm")  # a folder of the system's, in which the names are ours
ENOUGH_BYTES = 6_000_000_000
if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ENOUGH_BYTES:
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None


one_dialect.use()


@pytest.fixture(scope="session")
def postgres() -> Iterator[TestServer]:
    """The session's PostgreSQL with a migrated template."""
    with running_server() as server:
        yield server


@pytest.fixture
def database_url(postgres: TestServer) -> Iterator[str]:
    """The URL of a fresh, migrated database of this test alone."""
    with fresh_url(postgres) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database of this test alone, without a workspace."""
    async with opened(database_url) as opened_database:
        yield opened_database


@pytest.fixture
async def office(database: Database) -> Office:
    """A demo workspace of one tenant with two brands and members of every role."""
    return await make_workspace(database)
