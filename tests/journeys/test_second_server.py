"""A second `daren serve` on one home: refused in words, and the first goes on."""

import asyncio

import pytest

from agent.cli.running import EXIT_CONFLICT
from agent.settings import Settings
from memory.database import Database
from tests.support.database import temporary_home
from tests.support.processes import PATIENCE_SECONDS, daren, environment_of

pytestmark = pytest.mark.journey


async def test_a_second_serve_on_one_home_is_refused_with_its_place() -> None:
    with temporary_home() as home:
        async with Database.open(home=home) as database:
            await database.migrate()
            async with database.leadership("serve").claimed() as lost:
                environment = environment_of(Settings(home=home, port=0), LC_ALL="en_US.UTF-8")
                async with (
                    asyncio.timeout(PATIENCE_SECONDS),
                    daren("serve", environment=environment, stderr=asyncio.subprocess.PIPE) as second,
                ):
                    said, complaint = await second.process.communicate()
                assert second.process.returncode == EXIT_CONFLICT
                assert said == b""
                assert f"Another daren serve runs on this home already ({home})." in complaint.decode()
                assert not lost.is_set()
