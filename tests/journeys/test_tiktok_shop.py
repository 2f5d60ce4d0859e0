"""A seller's own TikTok Shop: let in and out again, fetched, looked after; what is sold over it is the other file's."""

import pytest

from agent.settings import Settings
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from memory.domain.cards import ReportCard
from memory.domain.shops import DAILY, SyncState
from tests.support.shop_office import shop_office

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]


async def test_a_sync_that_broke_off_goes_on_where_it_stood(empty_settings: Settings) -> None:
    async with shop_office(empty_settings) as office:
        await office.connect()
        office.platform.faults.add(Fault(kind=FaultKind.CODE, endpoint="creators/search", calls=(4,), code=45101004))
        broken = await office.synced(SyncState.FAILED)
        assert (broken.sync.found, broken.sync.trouble and broken.sync.trouble.key) == (60, "shop_daily_quota")
        assert "10,000" in await office.page()
        asked = len(office.platform.records.of("creators/search"))
        office.line.execute("update shop_link set sync_state = 'running'")  # as a process that dies leaves it
        await office.daren.workshop.sync_shop(broken.id, broken.tenant)
        assert len(office.platform.records.of("creators/search")) == asked
        whole = await office.swept()
        pages = len(office.platform.records.of("creators/search")) - asked
        assert (whole.sync.found, pages) == (len(office.platform.people), 5)
        rows = office.line.execute("select source, count(*) from creator group by source").fetchall()
        assert rows == [("tiktok_shop", len(office.platform.people))]
        assert whole.sync.ended_at is not None
        assert whole.sync.due_at == whole.sync.ended_at + DAILY
        again = await office.swept()
        assert (again.sync.found, again.sync.started_at != whole.sync.started_at) == (whole.sync.found, True)


async def test_a_return_is_its_members_own_once_and_for_what_was_asked(empty_settings: Settings) -> None:
    async with shop_office(empty_settings) as office:
        back = await office.agreed()
        stranger = back.replace("state=", "state=9")
        assert "不是刚才那一次" in (await office.browser.get(stranger)).text
        office.browser.cookies.set("daren_lang", "en")
        assert "begin again" in (await office.browser.get(stranger)).text
        office.browser.cookies.delete("daren_lang")
        assert (await office.browser.get(back)).status_code == 303
        again = await office.browser.get(back)
        assert (again.status_code, "不是刚才那一次" in again.text) == (422, True)
        office.platform.faults.add(Fault(kind=FaultKind.DENIED, endpoint="authorize"))
        assert "没有同意授权" in (await office.browser.get(await office.agreed())).text
        foreign = await office.browser.post("/tiktok-shop/disconnect", headers={"sec-fetch-site": "cross-site"})
        assert foreign.status_code == 403
        assert "已连接" in await office.page()


async def test_the_doctor_says_what_to_do_about_each_shop(empty_settings: Settings) -> None:
    async with shop_office(empty_settings) as office:
        platform = office.platform
        seller, app = platform.partner.seller, platform.partner.app
        assert await office.found() == []
        await office.connect()
        assert await office.found() == [None]

        right, app.secret = app.secret, "another"
        assert await office.found() == ["shop_secret_wrong"]
        app.secret = right
        every, seller.scopes = seller.scopes, ("seller.authorization.info",)
        await office.connect()
        assert await office.found() == ["shop_scope_missing"]
        seller.scopes = every
        await office.connect()
        platform.tokens.revoke(seller)
        office.line.execute("update shop_kept set made_at = made_at - interval '1 minute'")
        assert await office.found() == ["shop_authorise_again"]
        await office.connect()
        assert await office.found() == [None]
        await platform.clock.advance(3_600)
        assert await office.found() == ["shop_clock_off"]


async def test_only_a_lead_of_their_own_connects_and_without_an_app_there_is_nothing(empty_settings: Settings) -> None:
    async with shop_office(empty_settings) as office:
        office.line.execute("update member set role = 'approver'")
        page = await office.page()
        assert 'action="/tiktok-shop/connect"' not in page
        assert "只有负责人可以修改" in page
        refused = await office.press("connect")
        assert refused.status_code == 403
        assert office.line.execute("select count(*) from shop_link").fetchall() == [(0,)]
        bare = await office.without_the_app("/settings")
        assert (bare.status_code, "tiktok-shop" in bare.text) == (200, False)
        assert (await office.without_the_app("/tiktok-shop")).status_code == 404


async def test_of_a_sellers_shops_one_is_worked_with_and_the_platforms_own_count_stands_beside_ours(
    empty_settings: Settings,
) -> None:
    async with shop_office(empty_settings) as office:
        office.platform.partner.at_the_page = 1
        await office.connect()
        first, second = office.platform.partner.seller.shops
        await office.synced()
        assert (await office.press("choose", shop="7")).status_code == 422
        assert (await office.link()).shop == first.id
        await office.press("choose", shop=second.id)
        link = await office.link()
        assert (link.shop, link.sync.state, link.sync.found) == (second.id, SyncState.NEVER, 0)

        reply = await office.owner.ask("今天还能发多少条")
        own = next(one for one in reply.cards if isinstance(one, ReportCard) and one.source == "TikTok Shop")
        assert own.rows == (("0", "27", "0", "0"),)
        office.platform.faults.add(Fault(kind=FaultKind.HTTP_500, endpoint="outreach/quota", times=0))
        assert "TikTok Shop 自己的名额现在查不到" in (await office.owner.ask("今天还能发多少条")).text
