"""What `daren doctor` finds about 微信客服 and an Official Account: the next step is told where theirs is."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.wecom.rations.pushing import SilentPusher
from evals.emulators.wecom.core.wechat import Mode
from evals.emulators.wecom.server import Emulator
from memory.domain.errors import AppError
from tests.connectors.wecom.apps import app_of
from tests.connectors.wecom.customers import KfProcess, kf_building, kf_process, kf_row
from tests.connectors.wecom.followers import AccountProcess, account_process
from tests.connectors.wecom.lines import until
from tests.support.doctors import says

OTHER_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
KINDS = ("kf", "oa")


@asynccontextmanager
async def running(emulator: Emulator, kind: str) -> AsyncIterator[KfProcess | AccountProcess]:
    """A process of either kind whose address is saved in the console."""
    if kind == "kf":
        async with kf_process(emulator, kf_building(emulator)) as customers:
            yield customers
    else:
        async with account_process(emulator, kf_building(emulator)) as followers:
            yield followers


async def found(process: KfProcess | AccountProcess, pusher: SilentPusher | None = None) -> AppError | None:
    """What looking at the channel raises."""
    try:
        await (pusher or process.pusher).look(process.channel)
    except AppError as failure:
        return failure
    return None


@pytest.mark.parametrize("kind", KINDS)
async def test_a_callback_address_that_cannot_be_reached_is_named_with_its_own_path(
    emulator: Emulator, kind: str
) -> None:
    async with running(emulator, kind) as process:
        gone = replace(process.pusher, probe=replace(process.pusher.probe, public_url="http://127.0.0.1:9"))
        failure = await found(process, gone)
    says(failure, "app_callback_unreachable", f"把 /wecom/{kind}/ 转过来", f"pass /wecom/{kind}/ on")


@pytest.mark.parametrize("kind", KINDS)
async def test_a_machine_whose_clock_is_off_is_found(emulator: Emulator, kind: str) -> None:
    async with running(emulator, kind) as process:
        probe = process.pusher.probe
        late = replace(probe, now=lambda: probe.now() + timedelta(minutes=17))
        says(await found(process, replace(process.pusher, probe=late)), "clock_skew", "差了 17 分钟", "17 minutes")


@pytest.mark.parametrize(
    ("kind", "key", "zh", "en"),
    [
        ("kf", "kf_never_called", "点客服链接发一句话", "over the account's link"),
        ("oa", "oa_never_called", "公众平台「服务器配置」", "in 服务器配置"),
    ],
)
async def test_a_channel_that_was_never_called_says_what_is_left_to_do(
    emulator: Emulator, kind: str, key: str, zh: str, en: str
) -> None:
    async with running(emulator, kind) as process:
        says(await found(process), key, zh, en)


async def test_a_right_that_was_not_granted_is_named_with_its_menu(emulator: Emulator) -> None:
    async with running(emulator, "kf") as process:
        app_of(emulator).manages_kf = False
        says(await found(process), "kf_not_granted", "可调用接口的应用」里加上它", "可调用接口的应用")
    async with running(emulator, "oa") as process:
        emulator.platform.wechat.account.verified = False
        says(await found(process), "oa_not_granted", "一般要认证", "verified")


async def test_a_wrong_key_of_an_account_is_found_by_what_does_not_open(emulator: Emulator) -> None:
    emulator.platform.wechat.account.aes_key, typed = OTHER_KEY, emulator.platform.wechat.account.aes_key
    async with account_process(emulator, kf_building(emulator), mode=Mode.SAFE) as process:
        assert process.channel.secrets["aes_key"] == OTHER_KEY
        emulator.platform.wechat.account.aes_key = typed
        process.says("xiaolin", "批准 1")
        await until(lambda: any(attempt.over for attempt in emulator.oa.callbacks.deliveries[0].attempts))
        says(await found(process), "oa_wrong_aes_key", "「服务器配置」", "服务器配置")


async def test_a_wrong_key_of_customer_service_is_found_by_what_does_not_open(emulator: Emulator) -> None:
    row = kf_row(emulator, aes_key=OTHER_KEY)
    async with kf_process(emulator, kf_building(emulator), channel=row) as process:
        assert not (await emulator.callbacks.verify_url(app_of(emulator))).passed
        says(await found(process), "app_wrong_aes_key", "应用「接收消息」", "Receive messages")
