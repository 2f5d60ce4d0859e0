"""A seller's whole way over their TikTok Shop, its process killed at every step and webhooks repeated and out of order:
let in, fetch, find, write, invite, be answered, give samples, see posts, sell, wait for Sunday, erase, be shut out.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from agent.settings import Settings
from evals.benchmarks.dispatch import UNLIMITED
from evals.emulators.tiktok_shop.applications import Application
from evals.emulators.tiktok_shop.invitations import Collaboration, Guest, Line
from evals.emulators.tiktok_shop.sellers import LevelQuota
from memory.domain.cards import DraftsCard, ReportCard, ShortlistCard
from memory.domain.performance import GroupBy, Metric, Query
from memory.domain.periods import PeriodName, period_of
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import SyncState
from tests.support.product import card
from tests.support.shop_office import ShopOffice, shop_office

pytestmark = [pytest.mark.journey, pytest.mark.timeout(150)]

QUOTA, WANTED, PRICE = 20, 30, 4_990
CAPTIONS = {
    "My cat loves this tree, link in bio": {"没有广告标注"},
    "#ad This tree cures anxiety in two days, link in bio": {"健康功效"},
    "#ad My cat loves this tree, link in bio": set[str](),
}


@pytest.fixture
async def office(empty_settings: Settings) -> AsyncIterator[ShopOffice]:
    """The shop may contact twenty new creators a week, and the brand writes as fast as the platform takes it."""
    async with shop_office(empty_settings) as made:
        made.shop.unlimited, made.shop.quotas = False, (LevelQuota((0, 1, 2, 3, 4, 5), QUOTA),)
        link = f"https://shop.tiktok.com/view/product/{number(made)}"
        async with made.daren.database.unit(made.owner.scope) as unit:
            [product] = await unit.products.all()
            await unit.products.save(product, {"link": link}, brand=product.brand)
            await unit.people.save_policy(product.brand, UNLIMITED)
        yield made


def number(office: ShopOffice) -> str:
    """The shop's own for the brand's product."""
    return next(iter(office.shop.products))


async def test_from_the_sellers_consent_to_their_farewell(office: ShopOffice) -> None:
    await lets_us_in(office)
    await fetches_the_marketplace(office)
    found = await finds_and_writes_to(office, WANTED)
    written = await sends_what_the_week_allows(office, found)
    await invites_to_a_collaboration(office, written)
    await days_pass(office, 1)
    await is_answered(office, written)
    sample = await gives_samples(office, written)
    await reminds_once(office, written[0])
    await posts(office, sample)
    await sells(office, written[0])
    queued = [handle for handle in found if handle not in written]
    await goes_on_next_sunday(office, queued)
    assert {handle: len(office.heard(handle)) for handle in found} == dict.fromkeys(found, 1) | {written[0]: 2}
    await erases(office, written[-1])
    await is_shut_out(office)


async def days_pass(office: ShopOffice, count: int) -> None:
    """A real workspace has no clock to move: what happened lies so much further back. Orders are read whole daily."""
    for what in (
        "send set claimed_at = claimed_at", "outreach_step set sent_at = sent_at",
        "relation set last_contacted_at = last_contacted_at", "sample set delivered_at = delivered_at",
    ):  # fmt: skip
        await office.change(f"update {what} - interval '{count} days'")
    await office.change("update shop_source set position = '' where source = 'orders' and state = 'done'")


async def lets_us_in(office: ShopOffice) -> None:
    assert "还没有连接店铺" in await office.page()
    back = await office.agreed()
    await office.restart()
    assert (await office.browser.get(back)).headers["location"] == "/tiktok-shop?saved=1"
    await office.restart()
    page = await office.page()
    assert ("Demo Shop" in page, "已连接" in page) == (True, True)
    assert await office.found() == [None]


async def fetches_the_marketplace(office: ShopOffice) -> None:
    link, everybody = await office.link(), len(office.platform.people)
    async with office.before_it_dies():
        await office.press("sync")
        await office.under_way(office.daren.workshop.sync_shop(link.id, link.tenant), "creators/search", calls=3)
    assert (await office.link()).sync.found == 40
    assert (await office.swept()).sync.found == everybody
    assert len(office.platform.records.of("creators/search")) == 3 + 6  # the third page twice, nothing else
    page = await office.page()
    assert ("已取完" in page, f"<dd>{everybody}</dd>" in page) == (True, True)
    office.make_it_noon()


async def finds_and_writes_to(office: ShopOffice, count: int) -> list[str]:
    """Whom messages are approved for; the process ends before the first is due."""
    pets = card(await office.owner.ask("找20个美国做宠物用品的达人"), ShortlistCard)
    assert {office.creator(row.handle).category for row in pets.items} == {"602284"}
    found = card(await office.owner.ask(f"找{count}个美国的达人"), ShortlistCard)
    handles = [row.handle for row in found.items]
    for whom in (f"前{QUOTA}个", f"第{QUOTA + 1}到{count}个"):
        drafted = card(await office.owner.ask(f"给{whom}写邀约，佣金15%，可以寄样，带上商品卡"), DraftsCard)
        assert {row.flags[0] for row in drafted.items} == {f"附商品卡：Cat tree（{number(office)}）"}
        decided = await office.owner.ask(f"批准 {drafted.batch} 全部")
        assert decided.decision is not None, decided.text
    await office.restart()
    assert set(office.steps()) == set(handles)
    assert Counter(office.steps().values()) == {("planned", None): count}
    return handles


async def sends_what_the_week_allows(office: ShopOffice, found: list[str]) -> list[str]:
    """Killed with ten messages at the platform and none of its answers read; who was written to."""
    async with office.before_it_dies():
        office.line.execute("update outreach_step set due_at = now(), look_at = now()")
        await office.under_way(office.daren.workshop.dispatch(), "conversations/send", calls=10)
        assert Counter(state for state, _ in office.steps().values())["sending"] > 0
    await office.daren.workshop.reconcile()
    await office.until("select count(*) from send where state in ('claimed', 'unknown')", 0)
    await office.send()
    await office.until("select count(*) from card_send where state <> 'sent'", 0)
    written = [handle for handle in found if office.steps()[handle][0] == "sent"]
    assert Counter(len(office.heard(handle)) for handle in found) == {1: QUOTA, 0: WANTED - QUOTA}
    shown = ("PRODUCT_CARD", f'{{"product_id": "{number(office)}"}}')
    assert [office.shown(handle) for handle in found if office.heard(handle)] == [[shown]] * QUOTA
    assert written == [handle for handle in found if office.heard(handle)]
    said = await office.owner.ask("这周还能联系谁")
    assert f"已用 {QUOTA}，已批准待发 {WANTED - QUOTA}" in said.text
    return written


async def invites_to_a_collaboration(office: ShopOffice, written: list[str]) -> None:
    """Two have one already, which is seen before; one leaves before it is made, and then nothing is."""
    now, product = office.platform.clock.now, number(office)
    old = Collaboration(
        office.platform.name(), office.shop, "Summer", "", now + 30 * 86_400, now, now, {},
        has_sample=False, exempt=False,
    )  # fmt: skip
    old.lines = {product: Line(product, 1_500, now, 1_500)}
    old.guests = {office.creator(handle).open_id: Guest(office.creator(handle)) for handle in written[:2]}
    office.platform.invitations.add(old)
    ends = datetime.now(UTC) + timedelta(days=60)
    offer = f"建定向合作，佣金15%，到{ends.month}月{ends.day}日，送样"
    asked = await office.owner.ask(f"给前{QUOTA}个{offer}")
    rows = card(asked, ReportCard).rows
    assert [value.split("：")[0] for name, value in rows if name == "已在别的合作里"] == [
        f"@{handle} · {old.id}" for handle in written[:2]
    ]
    left = office.platform.people.pop(office.creator(written[2]).open_id)
    await office.owner.ask("批准 T1 的 1")
    await office.until("select count(*) from shop_proposal where state = 'failed'", 1)
    [(reason,)] = office.line.execute("select reason #>> '{facts,handles}' from shop_proposal").fetchall()
    assert (reason, list(office.platform.invitations.of(office.shop))) == (f"@{left.username}", [old])
    await office.owner.ask(f"给{' '.join(f'@{handle}' for handle in written[3:])}{offer}")
    async with office.before_it_dies():
        await office.owner.ask("批准 T2")
        await office.under_way(office.daren.workshop.do_deeds(), "collaborations/create")
        assert proposals(office)["T2"] == ("doing", "")
    await done(office)
    [made, _] = office.platform.invitations.of(office.shop)
    assert {guest.creator.username for guest in made.guests.values()} == set(written[3:])
    assert proposals(office) == {"T1": ("failed", ""), "T2": ("done", made.id)}
    assert len(office.platform.records.of("collaborations/create")) == 1
    office.platform.people[left.open_id] = left


async def done(office: ShopOffice) -> None:
    """Everything that was decided to be done in the shop."""
    await office.daren.workshop.do_deeds()
    await office.until("select count(*) from shop_proposal where state not in ('done', 'failed')", 0)


def proposals(office: ShopOffice) -> dict[str, tuple[str, str]]:
    """State and outcome of each."""
    rows = office.line.execute("select 'T' || serial, state, outcome from shop_proposal").fetchall()
    return {code: (state, outcome) for code, state, outcome in rows}


async def is_answered(office: ShopOffice, written: list[str]) -> None:
    """Six answers, told the latest first and each twice, one of them with a false signature before; one wants out."""
    stops = written[5]
    texts = {handle: f"Sounds great! {handle}" for handle in written[:5]} | {stops: "Please stop messaging me."}
    bodies = [office.writes(handle, text) for handle, text in texts.items()]
    assert await office.webhook(bodies[0], forged=True) == 401
    assert "签名不对" in await office.page()
    assert await office.found() == ["shop_webhook_not_signed"]
    async with office.before_it_dies():
        for body in reversed(bodies):
            assert [await office.webhook(body) for _ in range(2)] == [200, 200]
    for handle, text in texts.items():
        assert text in await office.replies(handle)
    await office.daren.workshop.collect_answers()
    assert Counter(text for (text,) in office.line.execute("select text from creator_message")) == dict.fromkeys(
        texts.values(), 1
    )
    refused = await office.owner.ask(f"给@{stops}写邀约，佣金15%")
    assert f"@{stops} 已退订或被屏蔽" in refused.text
    assert refused.cards == ()


async def gives_samples(office: ShopOffice, written: list[str]) -> Application:
    """Four ask; three get one, of which one comes, its way told backwards: that one."""
    asked = [
        office.platform.applications.ask(office.shop, office.creator(handle), number(office)) for handle in written[:4]
    ]
    async with office.before_it_dies():
        for one in asked:
            assert await office.webhook(office.emulator.webhooks.of_sample(one).body) == 200
    await office.until("select count(*) from shop_event", 0)
    listed = card(await office.owner.ask("样品申请有哪些"), ReportCard)
    assert {row[0] for row in listed.rows} == {f"@{handle}" for handle in written[:4]}
    for place, handle in enumerate(written[:4]):
        words = f"拒绝@{handle}的样品申请，没货了" if place == 3 else f"批准@{handle}的样品申请"
        await office.owner.ask(words)
    async with office.before_it_dies():
        for code in ("T3", "T4", "T5", "T6"):
            await office.owner.ask(f"批准 {code}")
        await office.under_way(office.daren.workshop.do_deeds(), "samples/review", calls=2)
    await done(office)
    assert [one.status for one in asked] == [*["AWAITING_SHIPMENT"] * 3, "REJECT_CANCELLED"]
    assert len(office.platform.records.of("samples/review")) == 4
    await comes(office, asked[0])
    assert samples(office) == {written[0]: "delivered", written[1]: "approved", written[2]: "approved"}
    return asked[0]


def samples(office: ShopOffice) -> dict[str, str]:
    """How each creator's stands."""
    rows = office.line.execute("select c.handle, s.status from sample s join creator c on c.id = s.creator_id")
    return dict(rows.fetchall())


async def comes(office: ShopOffice, sample: Application) -> None:
    """It is shipped and delivered; what is told of it comes twice, the latest first."""
    told = []
    for deed in ("ship", "deliver"):
        office.platform.applications.step(sample, deed, tracking="1Z999AA10123456784" if deed == "ship" else "")
        told.append(office.emulator.webhooks.of_sample(sample).body)
    async with office.before_it_dies():
        for body in [*reversed(told), *told]:
            assert await office.webhook(body) == 200
    await office.until("select count(*) from shop_event", 0)


async def reminds_once(office: ShopOffice, handle: str) -> None:
    """Whoever has a sample and posts nothing; killed with the reminder at the platform and its answer not read."""
    planned = card(await office.owner.ask(f"@{handle} 样品签收2天后还没发视频的话，自动提醒一次"), DraftsCard)
    assert [row.handle for row in planned.items] == [handle]
    decided = await office.owner.ask(f"批准 {planned.batch} 全部")
    assert decided.decision is not None, decided.text
    await days_pass(office, 3)
    async with office.before_it_dies():
        await office.change("update outreach_step set due_at = now(), look_at = now() where state = 'planned'")
        await office.under_way(office.daren.workshop.dispatch(), "conversations/send")
    await office.daren.workshop.reconcile()
    await office.until("select count(*) from send where state in ('claimed', 'unknown')", 0)
    await office.send()
    assert len(office.heard(handle)) == 2


async def posts(office: ShopOffice, sample: Application) -> None:
    """The content is there, told twice; what two captions break is said to whoever asks, and a clean one passes."""
    handle = sample.creator.username
    office.platform.applications.step(sample, "post")
    told = office.emulator.webhooks.of_sample(sample).body
    async with office.before_it_dies():
        assert [await office.webhook(told) for _ in range(2)] == [200, 200]
    await office.until("select count(*) from shop_event", 0)
    assert samples(office)[handle] == "posted"
    for caption, found in CAPTIONS.items():
        said = await office.owner.ask(f"检查一下这条视频文案：{caption}")
        assert {row[0] for one in said.cards if isinstance(one, ReportCard) for row in one.rows} == found


async def sells(office: ShopOffice, handle: str) -> None:
    """Two orders: estimated at first, then one comes back and one is settled; killed while they are read."""
    orders, placed = office.platform.orders, office.platform.clock.now - 2 * 86_400
    one, two = (orders.sell(office.shop, office.creator(handle), at=placed, price=PRICE) for _ in range(2))
    two.skus[0].pieces = 2
    link = await office.link()
    async with office.before_it_dies():
        await are_due(office)
        await office.under_way(
            office.daren.workshop.read_shop(link.id, link.tenant, ShopSource.ORDERS), "orders/search"
        )
    await are_read(office)
    assert await sold(office, handle) == (3 * PRICE, 0, 749 + 1_497, 749 + 1_497)  # 15 %, halves of a cent up
    orders.refund(one.skus[0], 1)
    two.skus[0].said = "SETTLED"
    await days_pass(office, 1)
    await are_read(office)
    assert await sold(office, handle) == (3 * PRICE, PRICE, 1_497, 0)


async def are_due(office: ShopOffice) -> None:
    await office.change("update shop_source set due_at = now() - interval '1 minute' where source = 'orders'")


async def are_read(office: ShopOffice) -> None:
    """Every order, by whichever process."""
    link = await office.link()
    await are_due(office)
    await office.daren.workshop.read_shop(link.id, link.tenant, ShopSource.ORDERS)
    await office.until("select count(*) from shop_source where source = 'orders' and state <> 'done'", 0)


async def sold(office: ShopOffice, handle: str) -> tuple[float, ...]:
    """Sales, refunds, commission and how much of it is provisional, in cents."""
    metrics = (Metric.GMV, Metric.REFUNDS, Metric.COMMISSION, Metric.PROVISIONAL_COMMISSION)
    async with office.daren.database.unit(office.owner.scope) as unit:
        period = period_of(PeriodName.LAST_90_DAYS, today=(await unit.performance.days()).today)
        report = await unit.performance.report(Query(period, metrics, group_by=GroupBy.CREATOR))
    [row] = [row for row in report.rows if row.key.label == handle]
    return tuple(row.figures[metric].value or 0 for metric in metrics)


async def goes_on_next_sunday(office: ShopOffice, queued: list[str]) -> None:
    """The week's contacts are new, and the seller has shut us out and let us in again meanwhile."""
    assert {office.steps()[handle][0] for handle in queued} <= {"planned", "held"}
    await office.press("disconnect")
    office.platform.contacts.begin_anew()
    await days_pass(office, 3)
    await office.send()
    assert {office.steps()[handle] for handle in queued} == {("held", "shop_not_connected")}
    await office.connect()
    await office.restart()
    await office.send()
    assert {office.steps()[handle] for handle in queued} == {("sent", None)}


async def erases(office: ShopOffice, handle: str) -> None:
    """Gone everywhere, and the next reading of the marketplace does not bring them back."""
    await office.owner.ask(f"彻底删除 @{handle}")
    async with office.before_it_dies():
        await office.owner.ask("确认 C1")
    known = f"select count(*) from creator where handle = '{handle}'"
    await office.until(known, 0)
    await office.swept()
    await office.until(known, 0)
    kept = f"select count(*) from suppression where handle_key = '{handle}'"
    assert office.line.execute(kept.encode()).fetchone() == (1,)
    assert handle not in (await office.browser.get("/creators")).text


async def is_shut_out(office: ShopOffice) -> None:
    """The seller revokes what they allowed: fetching stops, and everybody is told what to do about it."""
    office.platform.tokens.revoke(office.platform.partner.seller)
    await office.change("update shop_kept set made_at = made_at - interval '1 minute'")
    await office.restart()
    await office.synced(SyncState.FAILED)
    assert "授权已经失效或没有完成，请商家重新授权。" in await office.page()
    assert await office.found() == ["shop_authorise_again"]
