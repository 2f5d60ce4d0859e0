"""Rows as only a race could leave them."""

import psycopg

from evals.suites.selling_office import SellingOffice


async def behind_our_back(shop: SellingOffice, *statements: str) -> None:
    """Bring rows into a state that only a race could leave."""
    async with await psycopg.AsyncConnection.connect(shop.database.url) as connection:
        await connection.execute("set local role daren_service")
        for statement in statements:
            await connection.execute(statement.encode())
