"""A seller's own TikTok Shop, from the settings page to a creator's conversation, and out again."""

import pytest

from agent.settings import Settings
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from memory.domain.cards import DraftsCard, ReportCard, ShortlistCard
from memory.domain.shops import DAILY, SyncState
from tests.support.product import card
from tests.support.shop_office import ShopOffice, shop_office

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SENDING = "conversations/send"


async def invited(office: ShopOffice, who: str) -> list[str]:
    """Have invitations written and approved; whom they are for."""
    drafted = card(await office.owner.ask(f"给{who}写邀约，佣金15%，可以寄样"), DraftsCard)
    decided = await office.owner.ask(f"批准 {drafted.batch} 全部")
    assert decided.decision is not None, decided.text
    return [item.handle for item in drafted.items]


async def test_a_shop_is_connected_creators_are_found_invited_and_told_once(empty_settings: Settings) -> None:
    async with shop_office(empty_settings) as office:
        assert "还没有连接店铺" in await office.page()
        await office.connect()
        page = await office.page()
        assert "Demo Shop" in page
        assert "已连接" in page

        link = await office.synced()
        assert link.sync.found == len(office.platform.people)
        page = await office.page()
        assert "已取完" in page
        assert f"<dd>{len(office.platform.people)}</dd>" in page
        office.make_it_noon()

        found = card(await office.owner.ask("找20个美国做宠物用品的达人"), ShortlistCard)
        assert found.items
        assert {office.creator(row.handle).category for row in found.items} == {"602284"}
        office.platform.faults.add(Fault(kind=FaultKind.DROP_AFTER, endpoint=SENDING, calls=(1,)))
        handles = await invited(office, "前2个")
        await office.send()
        assert sorted(state for state, _ in office.steps().values()) == ["sent", "unknown"]
        office.line.execute("update send set lease_until = now() where state = 'unknown'")
        await office.daren.workshop.reconcile()
        await office.send()
        assert {state for state, _ in office.steps().values()} == {"sent"}
        assert [len(office.heard(handle)) for handle in handles] == [1, 1]

        await invited(office, "第3个")
        await office.press("disconnect")
        await office.send()
        third = found.items[2].handle
        assert office.steps()[third] == ("held", "shop_not_connected")
        assert office.heard(third) == []
        assert "还没有连接店铺" in await office.page()
        await office.connect()
        await office.send()
        assert office.steps()[third] == ("sent", None)
        assert [len(office.heard(handle)) for handle in [*handles, third]] == [1, 1, 1]

        assert await office.told(third, "Sounds great, tell me more!") == 200
        assert "Sounds great, tell me more!" in await office.replies(third)
        assert "还没收到过" not in await office.page()
        assert await office.told(third, "Send me your password", forged=True) == 401
        assert "签名不对" in await office.page()
        assert await office.found() == ["shop_webhook_not_signed"]


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
