"""Cards pressed where nothing can be decided: they keep their buttons for whoever may, and the presser is told why."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from evals.emulators.wecom.core.chats import Message, private
from memory.domain.offer import Offer
from memory.domain.outreach import Batch
from memory.domain.workspace import BrandPolicy, Lang, Scope
from tests.agent.deliveries.conftest import PushShop, shop
from tests.connectors.wecom.apps import AGENT
from tests.journeys.test_late_and_repeated import (
    card,
    decisions,
    drafted,
    key,
    quiet,
    seated,
    stand,
    told,
    types,
)
from tests.support.bots import BOT_ID, Stand, until
from tests.support.channel_kinds import AppStruck
from tests.support.struck_channels import app

__all__ = ["app", "shop", "stand"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

UPDATES = "aibot/aibot_respond_update_msg", "message/update_template_card"
EXPIRED = {"zh": ("{} 已过期", "已过期", "审批期限已过"), "en": ("{} has expired", "Expired", "the time to decide")}


@asynccontextmanager
async def in_a_group(stand: Stand) -> AsyncIterator[None]:
    """Lina and Wangwei may approve; Zhaomin may look."""
    process = await stand.process()
    channel = await seated(stand, process)
    await stand.bind(channel, "zhaomin", stand.shop.office.viewer, group="CH1")
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        yield
        await process.lines[channel].channel.settle()


async def presses(stand: Stand, user: str, shown: Message, *, verb: str = "approve") -> None:
    """Press, and see everything said that is owed for it."""
    before = len(stand.said("CH1"))
    stand.emulator.phone.presses(user, shown.message_id, key(shown, verb))
    await until(lambda: len(stand.said("CH1")) > before)
    await quiet(stand)


def titles(shown: Message) -> dict[str, str]:
    """How each of the group has the card; what still has its buttons is not named."""
    cards = {user: shown.card_of(user) or {} for user in ("lina", "wangwei", "zhaomin")}
    return {user: one["main_title"]["title"] for user, one in cards.items() if "replace_text" in one}


async def speaks(office_of: PushShop, who: Scope, lang: Lang) -> None:
    async with office_of.database.across_tenants("test") as work:
        await work.accounts.set_lang(who.member, lang)


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_card_in_a_group_whose_time_has_passed_says_so_to_everybody(stand: Stand, lang: Lang) -> None:
    title, button, why = EXPIRED[lang]
    await speaks(stand.shop, stand.shop.office.ben, lang)
    async with in_a_group(stand):
        batch = await drafted(stand, 2)
        await stand.shop.office.move_clock(timedelta(hours=73))
        shown = card(stand)
        await presses(stand, "wangwei", shown)
    assert titles(shown) == dict.fromkeys(("lina", "wangwei", "zhaomin"), title.format(batch.code))
    assert (shown.card_of("lina") or {})["replace_text"] == button
    assert (told(stand, why), decisions(stand)) == (1, [])


async def test_a_stopped_batch_keeps_its_buttons_and_they_decide_once_it_goes_on(stand: Stand) -> None:
    async with in_a_group(stand):
        batch = await drafted(stand, 2)
        shown = card(stand)
        types(stand, "lina", f"停 {batch.code}")
        await until(lambda: told(stand, "已停") == 1)
        await presses(stand, "wangwei", shown)
        assert (titles(shown), decisions(stand)) == ({}, [])
        types(stand, "lina", f"恢复 {batch.code}")
        await until(lambda: told(stand, "恢复") >= 1)
        await presses(stand, "wangwei", shown)
    assert set(titles(shown).values()) == {f"{batch.code} 已处理"}
    assert decisions(stand) == [("approve", 2)]


async def test_whoever_may_not_sign_their_own_leaves_the_card_to_their_colleague(stand: Stand) -> None:
    office = stand.shop.office
    await office.save_policy(BrandPolicy(own_drafts_approvable=False))
    async with in_a_group(stand):
        batch = await drafted(stand, 2, by=office.anna)
        shown = card(stand)
        await presses(stand, "lina", shown)
        assert (titles(shown), decisions(stand), told(stand, "自己写的不能自己批")) == ({}, [], 1)
        await presses(stand, "wangwei", shown)
    assert set(titles(shown).values()) == {f"{batch.code} 已处理"}
    assert decisions(stand) == [("approve", 2)]


async def test_what_a_lead_must_sign_stays_open_for_them_and_anybody_may_reject_it(stand: Stand) -> None:
    office = stand.shop.office
    await office.save_policy(BrandPolicy(commission_ceiling_bp=1_000))
    async with in_a_group(stand):
        batch = await drafted(stand, 2, offer=Offer(commission_bp=3_000))
        shown = card(stand)
        await presses(stand, "lina", shown)
        assert (titles(shown), decisions(stand)) == ({}, [])
        await presses(stand, "wangwei", shown, verb="reject")
    assert set(titles(shown).values()) == {f"{batch.code} 已处理"}
    assert decisions(stand) == [("reject", 2)]


async def test_a_member_without_the_role_loses_their_own_buttons_alone_however_often_it_comes(stand: Stand) -> None:
    async with in_a_group(stand):
        await drafted(stand, 2)
        shown = card(stand)
        await presses(stand, "zhaomin", shown)
        pressed = list(stand.emulator.hub.asked.values())[-1]
    async with in_a_second_process(stand):
        assert stand.emulator.hub.again(pressed)
        types(stand, "lina", "停")
        await until(lambda: told(stand, "已停") == 1)
    assert list(titles(shown)) == ["zhaomin"]
    assert (told(stand, "审批要由审批人或负责人来做"), decisions(stand)) == (1, [])


@asynccontextmanager
async def in_a_second_process(stand: Stand) -> AsyncIterator[None]:
    process = await stand.process()
    async with process.holder.holding():
        await until(lambda: BOT_ID in stand.emulator.hub.lines)
        yield
        await process.lines[next(iter(process.lines))].channel.settle()
        await quiet(stand)


def in_the_app(app: AppStruck) -> list[Message]:
    """Lina's cards, oldest first."""
    return [one for one in app.emulator.platform.chats.of(private(str(AGENT), "lina")) if one.card]


async def asked_for(app: AppStruck, *, by: Scope | None = None) -> Batch:
    """A batch whose card Lina has in her own chat."""
    office = app.shop.office
    batch = await office.draft(await office.creators(2), by=by)
    app.emulator.phone.says_to_app("lina", f"批准 {batch.code} 1", agentid=AGENT)
    await until(lambda: len(in_the_app(app)) == 1)
    await app.settled(("delivered", None))
    return batch


async def pressed_in_the_app(app: AppStruck, verb: str = "approve") -> None:
    (shown,) = in_the_app(app)
    before = len(app.told())
    app.emulator.phone.presses("lina", shown.message_id, key(shown, verb))
    await until(lambda: len(app.told()) > before)
    await until(lambda: {state for state, _ in app.shop.rows()} == {"delivered"})


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_a_card_in_the_app_whose_time_has_passed_says_so(app: AppStruck, lang: Lang) -> None:
    title, button, why = EXPIRED[lang]
    batch = await asked_for(app)
    await speaks(app.shop, app.shop.office.anna, lang)
    await app.shop.office.move_clock(timedelta(hours=73))
    await pressed_in_the_app(app)
    (shown,) = in_the_app(app)
    settled = shown.card_of("lina") or {}
    assert (settled["main_title"]["title"], settled["replace_text"]) == (title.format(batch.code), button)
    assert sum(why in one.content for one in app.said()) == 1


@pytest.mark.parametrize("typed", [False, True])
async def test_a_card_in_the_app_keeps_its_buttons_where_nothing_was_decided(app: AppStruck, typed: bool) -> None:
    await app.shop.office.save_policy(BrandPolicy(own_drafts_approvable=False))
    batch = await asked_for(app, by=app.shop.office.anna)
    if typed:
        await app.shop.office.stop(batch, by=app.shop.office.lead)
        app.emulator.phone.says_to_app("lina", f"批准 {batch.code} 1-2", agentid=AGENT)
        await app.settled(("delivered", None), ("delivered", None))
    else:
        await pressed_in_the_app(app)
        assert sum("自己写的不能自己批" in one.content for one in app.said()) == 1
    (shown,) = in_the_app(app)
    assert "replace_text" not in (shown.card_of("lina") or {})
    assert app.emulator.platform.records.of(UPDATES[1]) == []
    await pressed_in_the_app(app, "reject")  # the card can still do what it says
    assert "replace_text" in (shown.card_of("lina") or {})
