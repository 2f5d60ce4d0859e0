"""A member who works through the send list in a process of their own, made to be killed in the middle of a mark.

`python marking_process.py URL TENANT BRAND MEMBER COUNT`: takes and marks COUNT items, says so, then marks one more
and never gets to commit it.
"""

import asyncio
import sys
from pathlib import Path

from agent.by_hand.claiming import Terms, hand_out
from agent.by_hand.listing import listing
from agent.by_hand.marking import mark
from connectors.by_hand.messenger import ByHandMessenger
from memory.database import Database
from memory.domain.by_hand import HandMark, HandPlace
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.workspace import Role, Scope


async def main(url: str, scope: Scope, count: int) -> None:
    """Work until killed."""
    messengers = (ByHandMessenger(),)
    async with Database.open(home=Path(), url=url) as database:
        async with database.unit(scope) as unit:
            items = await listing(unit, messengers)
        drafts = [item.of.draft for item in items if item.place is HandPlace.READY]
        for place, draft in enumerate(drafts[: count + 1]):
            async with database.unit(scope) as unit:
                await hand_out(unit, [draft], Terms(messengers))
            async with database.unit(scope) as unit:
                await mark(unit, [draft], HandMark.SENT)
                if place == count:
                    sys.stdout.write("marking\n")
                    sys.stdout.flush()
                    await asyncio.Event().wait()


if __name__ == "__main__":
    tenant, brand, member, most = (int(one) for one in sys.argv[2:])
    person = Scope(TenantId(tenant), BrandId(brand), MemberId(member), Role.OPERATOR)
    asyncio.run(main(sys.argv[1], person, most))
