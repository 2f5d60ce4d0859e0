"""A sync of creators whose figures do not all come: everybody is kept, and the run says of how many it is so."""

from dataclasses import replace

from agent.shops.syncing import ShopSync
from connectors.tiktok_shop.source import Wanted
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.shops import SyncState
from tests.support.heard_shop import heard_shop

DETAIL = "creators/detail"


async def test_who_cannot_be_asked_about_is_kept_and_the_run_says_so_until_the_next_one(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        detailed = replace(shop.platform, wanted=Wanted(most=30, with_detail=True))
        sync = ShopSync(database, detailed, shop.hearing.scope_of_tenant)
        shop.plan(FaultKind.CODE, DETAIL, code=45101021, calls=(2, 25))
        ends = []
        for _ in range(2):
            shop.row("update shop_link set sync_due_at = clock_timestamp() - interval '1 day'")
            await sync.run(shop.link, shop.tenant)
            ends.append((await shop.state()).sync)
        rows = shop.row("select count(*) from creator where source = 'tiktok_shop'")
    assert [(end.state, end.found, end.bare) for end in ends] == [(SyncState.DONE, 30, 2), (SyncState.DONE, 30, 0)]
    assert rows == [(30,)]
