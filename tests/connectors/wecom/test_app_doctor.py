"""What `daren doctor` finds about an app, and the next step it tells in both languages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.ports.channels import OpenChannel, Push
from connectors.wecom.app.standing import AppStanding
from connectors.wecom.app.translate import card
from connectors.wecom.cards import settled_card
from evals.emulators.wecom.app.events import event
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.errors import AppError, Refused
from memory.domain.ids import ChannelId
from tests.connectors.wecom.apps import AGENT, PATH, AppProcess, app_of, app_process, opened
from tests.connectors.wecom.lines import after, live, plan
from tests.connectors.wecom.offices import building
from tests.support.doctors import says

SENDS = "message/send"
OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"


async def found(process: AppProcess) -> AppError | None:
    """What looking at the app raises."""
    try:
        await process.pusher.look(process.channel)
    except AppError as failure:
        return failure
    return None


@asynccontextmanager
async def saved(
    emulator: Emulator, channel: OpenChannel | None = None, *, public: bool = True
) -> AsyncIterator[AppProcess]:
    """An app whose address was saved in the console a minute ago."""
    async with app_process(emulator, building(), channel=channel, public=public) as process:
        await emulator.callbacks.verify_url(app_of(emulator))
        await live(emulator, 60, step=20)
        yield process


async def heard(emulator: Emulator, process: AppProcess, text: str = "批准 1") -> None:
    """A callback, with its repetitions."""
    process.says("lina", text)
    delivery = emulator.callbacks.deliveries[-1]
    await after(emulator, 20, lambda: delivery.over)
    await process.apps.settle()


async def happens(emulator: Emulator, process: AppProcess, name: str) -> None:
    """The platform says something of the app itself; a moment passes."""
    fields = {"EffectTime": int(emulator.platform.clock.now) + 7 * 86_400}
    emulator.callbacks.deliver(app_of(emulator), "sys", event(emulator.platform, app_of(emulator), "sys", name, fields))
    await process.quiet()
    await live(emulator, 20, step=10)


async def test_an_app_that_works_has_nothing_wrong(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        await heard(emulator, process)
        await process.pusher.push(process.channel, Push("一"), key="k1")
        assert await found(process) is None


async def test_an_app_that_was_never_called_says_what_is_left_to_do(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        says(await found(process), "app_never_called", "填好地址、Token 和 EncodingAESKey", "Enter the address, Token")


async def test_the_doctors_own_call_proves_nothing_about_the_platform(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await found(process)
        assert (await found(process) or Refused("x")).text_key == "app_never_called"


async def test_the_address_to_allow_is_named(emulator: Emulator) -> None:
    app_of(emulator).trusted_ips = ("203.0.113.9",)
    async with saved(emulator) as process:
        says(await found(process), "app_address_not_allowed", "加上 127.0.0.1", "Add 127.0.0.1")


async def test_an_address_that_is_not_allowed_while_answering_is_remembered(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        plan(emulator, FaultKind.IP_NOT_ALLOWED, SENDS)
        await heard(emulator, process)
        says(await found(process), "app_address_not_allowed", "加上 203.0.113.7", "Add 203.0.113.7")
        await live(emulator, 60, step=20)
        await heard(emulator, process, "批准 2")
        assert await found(process) is None


@pytest.mark.parametrize(
    ("name", "value", "key", "zh", "en"),
    [
        ("token", "AnotherToken", "app_wrong_token", "回调签名不对", "wrong signature"),
        ("aes_key", OTHER_KEY, "app_wrong_aes_key", "回调解不开", "could not be decrypted"),
    ],
)
async def test_a_wrong_token_or_key_is_found_by_the_callbacks_that_do_not_open(
    emulator: Emulator, name: str, value: str, key: str, zh: str, en: str
) -> None:
    row = opened(emulator)
    row = replace(row, secrets={**row.secrets, name: value})
    async with app_process(emulator, building(), channel=row) as process:
        assert not (await emulator.callbacks.verify_url(app_of(emulator))).passed
        says(await found(process), key, zh, en)


async def test_what_opens_again_is_wrong_no_more(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        plan(emulator, FaultKind.TAMPERED_SIGNATURE, "callback/app", times=3)
        await heard(emulator, process)
        says(await found(process), "app_wrong_token", "Token", "Token")
        await live(emulator, 20, step=10)
        await heard(emulator, process)
        assert await found(process) is None


@pytest.mark.parametrize(
    ("kind", "key", "zh", "en"),
    [
        (FaultKind.WRONG_RECEIVEID, "app_wrong_corp", "检查「渠道」页里的企业 ID", "check the corp ID"),
        (FaultKind.OLD_TIMESTAMP, "app_clock", "自动校时", "automatic time"),
    ],
)
async def test_callbacks_of_another_corp_or_time_are_found(
    emulator: Emulator, kind: FaultKind, key: str, zh: str, en: str
) -> None:
    async with saved(emulator) as process:
        plan(emulator, kind, "callback/app", times=3)
        await heard(emulator, process)
        says(await found(process), key, zh, en)


async def test_a_machine_whose_clock_is_off_is_found_before_any_callback(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        now = process.pusher.probe.now
        probe = replace(process.pusher.probe, now=lambda: now() + timedelta(minutes=17))
        process.pusher = replace(process.pusher, probe=probe)
        says(await found(process), "clock_skew", "差了 17 分钟", "17 minutes")


async def test_another_apps_callbacks_are_found_and_so_is_its_agent_id(emulator: Emulator) -> None:
    row = opened(emulator, agent_id="1000003")
    async with saved(emulator, row) as process:
        await heard(emulator, process)
        says(await found(process), "app_wrong_agent", "另一个应用", "another app")
        with pytest.raises(Refused, match="app_wrong_agent_id"):
            await process.pusher.push(process.channel, Push("一"), key="k1")
        standing = await AppStanding(process.safe, process.pusher.probe).state(ChannelId(3))
        assert [flag.key for flag in standing.wrong] == ["app_wrong_agent", "app_wrong_agent_id"]


@pytest.mark.parametrize("errcode", [40056, 301002])
async def test_a_wrong_agent_id_is_found_by_what_it_could_not_send(emulator: Emulator, errcode: int) -> None:
    async with saved(emulator) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=errcode)
        with pytest.raises(Refused):
            await process.pusher.push(process.channel, Push("一"), key="k1")
        says(await found(process), "app_wrong_agent_id", "同一个应用的页面复制", "Copy both from the same app")


async def test_a_callback_address_that_cannot_be_reached_is_named(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        gone = replace(process.pusher.probe, public_url="http://127.0.0.1:9")
        process.pusher = replace(process.pusher, probe=gone)
        says(await found(process), "app_callback_unreachable", "把 /wecom/app/ 转过来", "pass /wecom/app/ on")


@pytest.mark.parametrize(
    ("warns", "key", "zh", "en", "over"),
    [
        ("inactive_alert", "app_going_asleep", "再没人用就会停用", "will be switched off", "active_restored"),
        ("low_active_alert", "app_going_asleep", "让团队用一用", "Let the team use it", "active_restored"),
        ("low_active", "app_asleep", "重新启用", "switch it on again", "active_restored"),
        ("close_inactive_agent", "app_asleep", "管理后台", "admin console", "reopen_inactive_agent"),
    ],
)
async def test_an_app_that_nobody_uses_is_told_of_before_and_after_it_is_switched_off(
    emulator: Emulator, warns: str, key: str, zh: str, en: str, over: str
) -> None:
    async with saved(emulator) as process:
        await happens(emulator, process, warns)
        says(await found(process), key, zh, en)
        standing = await AppStanding(process.safe, process.pusher.probe).state(ChannelId(3))
        assert [flag.key for flag in standing.wrong] == [key]
        await heard(emulator, process)
        assert (await found(process) or Refused("x")).text_key == key
        await happens(emulator, process, over)
        assert await found(process) is None


async def test_an_address_where_something_else_answers_is_named(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        elsewhere = replace(process.pusher.probe, public_url=emulator.base_url)
        process.pusher = replace(process.pusher, probe=elsewhere)
        says(await found(process), "app_callback_answers_wrong", "（404）", "(404)")


async def test_without_a_public_address_that_is_said(emulator: Emulator) -> None:
    async with saved(emulator, public=False) as process:
        says(await found(process), "app_no_public_url", "DAREN_PUBLIC_URL", "DAREN_PUBLIC_URL")
        state = await AppStanding(process.safe, process.pusher.probe).state(ChannelId(3))
        assert (state.address, state.called_at is not None) == (None, True)


async def test_the_address_for_the_console_is_shown_with_the_last_callback(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        before = process.pusher.probe.now()
        await heard(emulator, process)
        state = await AppStanding(process.safe, process.pusher.probe).state(ChannelId(3))
        assert state.address == f"{process.address}/wecom/app/{PATH}"
        assert state.called_at is not None
        assert state.called_at >= before
        assert state.wrong == ()


@pytest.mark.parametrize("errcode", [81013, 60011, 40003])
async def test_a_member_who_does_not_see_the_app_is_named(emulator: Emulator, errcode: int) -> None:
    async with saved(emulator) as process:
        plan(emulator, FaultKind.ERRCODE, SENDS, errcode=errcode)
        await heard(emulator, process)
        says(
            await found(process),
            "app_not_visible",
            "lina。到自建应用的「可见范围」",
            "lina. Add them to the app's visible range",
        )


async def test_a_member_left_out_of_a_push_is_named_and_so_is_one_without_a_licence(emulator: Emulator) -> None:
    async with app_process(emulator, building(), people=("lina", "chenjie")) as process:
        await emulator.callbacks.verify_url(app_of(emulator))
        await process.pusher.push(process.channel, Push("一"), key="k1")
        says(await found(process), "app_not_visible", "chenjie", "chenjie")
        app_of(emulator).visible.add("chenjie")
        emulator.platform.corp.users["chenjie"].licensed = False
        await process.pusher.push(process.channel, Push("二"), key="k2")
        says(await found(process), "app_unlicensed", "分配许可", "assign one")


async def test_a_card_without_a_callback_address_is_found(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        app_of(emulator).callback.url = ""
        shown = settled_card("t-1", "K7", "", button="done")
        with pytest.raises(Refused, match="app_needs_callback"):
            await process.apps.client.send(process.channel, card(AGENT, ["lina"], shown))
        says(await found(process), "app_needs_callback", "设置「接收消息」的地址", "address for “Receive messages”")


async def test_a_secret_that_was_made_anew_is_found(emulator: Emulator) -> None:
    row = opened(emulator)
    app_of(emulator).secret = "another" * 6
    async with saved(emulator, row) as process:
        says(await found(process), "app_wrong_secret", "重新查看 Secret", "View the Secret again")


@pytest.mark.parametrize("errcode", [40001, 40013, 40091])
async def test_a_secret_or_corp_the_platform_does_not_take_is_found(emulator: Emulator, errcode: int) -> None:
    async with saved(emulator) as process:
        plan(emulator, FaultKind.ERRCODE, "gettoken", errcode=errcode)
        says(await found(process), "app_wrong_secret", f"（{errcode}）", f"({errcode})")


async def test_a_platform_that_cannot_be_reached_is_named(emulator: Emulator) -> None:
    async with saved(emulator) as process:
        process.apps.client.calls._base_url = "http://127.0.0.1:9"  # as a wrong setting has it
        says(await found(process), "channel_unreachable", "127.0.0.1", "127.0.0.1")
