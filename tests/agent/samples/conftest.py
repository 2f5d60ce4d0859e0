"""A team that records samples."""

import pytest

from memory.database import Database
from tests.support.database import Office
from tests.support.sampling import SampleTeam


@pytest.fixture
def team(database: Database, office: Office) -> SampleTeam:
    return SampleTeam(database, office)
