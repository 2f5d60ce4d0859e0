import pytest

from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    """One brand with people of every role; it is noon in New York."""
    office = await open_office(database)
    await office.move_to_hour(12)
    return office
