"""The product a journey goes through."""

from collections.abc import AsyncIterator, Iterator

import pytest

from agent.bootstrap import Installation
from agent.settings import Settings
from tests.support.database import TestServer
from tests.support.product import Person, SeededDemo, at_work, copied, empty, person, seeded_demo


@pytest.fixture(scope="session")
def seeded(postgres: TestServer) -> Iterator[SeededDemo]:
    """The demo every test copies."""
    with seeded_demo(postgres) as demo:
        yield demo


@pytest.fixture
def demo_settings(seeded: SeededDemo) -> Iterator[Settings]:
    """A demo of this test alone, without a past: what its books hold is what the test did."""
    with copied(seeded) as settings:
        yield settings


@pytest.fixture
def empty_settings(postgres: TestServer) -> Iterator[Settings]:
    """A home nobody has set up."""
    with empty(postgres) as settings:
        yield settings


@pytest.fixture
async def demo(seeded: SeededDemo) -> AsyncIterator[Installation]:
    """The demo at work as a person finds it, with its brands' past."""
    with copied(seeded, lived=True) as settings:
        async with at_work(settings) as daren:
            yield daren


@pytest.fixture
async def approver(demo: Installation) -> Person:
    """Somebody who may ask, draft and decide for the pet brand."""
    return await person(demo, login="approver")
