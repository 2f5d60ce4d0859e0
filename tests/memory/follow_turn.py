"""A second process that follows one turn and prints each event as a line. Run by the tests of turn events."""

import asyncio
import json
import sys
from pathlib import Path

from memory.database import Database
from memory.domain.ids import BrandId, MemberId, TenantId, TurnId
from memory.domain.workspace import Role, Scope


async def follow(url: str, tenant: int, brand: int, member: int, turn: int, after: int) -> None:
    scope = Scope(TenantId(tenant), BrandId(brand), MemberId(member), Role.OPERATOR)
    async with Database.open(home=Path(), url=url) as database:
        await database.wakeups.ready()
        async for event in database.turn_events.follow(scope, TurnId(turn), after=after):
            sys.stdout.write(json.dumps([event.seq, event.kind.value]) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(follow(sys.argv[1], *(int(given) for given in sys.argv[2:7])))
