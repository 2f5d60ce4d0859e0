"""Calls of an app: one token for all, renewed once and never in a loop; what the platform's answers mean."""

import asyncio

import pytest

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.errors import address_in, failure_of
from connectors.wecom.app.translate import message
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.errors import AppError, Refused, Unavailable
from tests.connectors.wecom.apps import AGENT, AppProcess, app_process, opened, words_in
from tests.connectors.wecom.lines import live, plan
from tests.connectors.wecom.offices import building

SENDS = "message/send"


async def say(process: AppProcess, text: str, channel: OpenChannel | None = None) -> None:
    """One message to Lina."""
    await process.apps.client.send(channel or process.channel, message(AGENT, ["lina"], text, plain=True))


def fetched(emulator: Emulator) -> int:
    return len(emulator.platform.records.of("gettoken"))


async def test_many_at_once_and_many_processes_fetch_one_token(emulator: Emulator) -> None:
    house = building()
    async with app_process(emulator, house) as process:
        await asyncio.gather(*(say(process, f"第 {number} 条") for number in range(8)))
        async with app_process(emulator, house, safe=process.safe) as other:
            await say(other, "另一个进程")
    assert (fetched(emulator), len(words_in(emulator))) == (1, 9)


async def test_a_token_is_renewed_before_it_is_over(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await say(process, "一")
        await live(emulator, 6_840, step=60)
        await say(process, "二")
        assert fetched(emulator) == 1
        await live(emulator, 90, step=30)
        await say(process, "三")
        assert fetched(emulator) == 2
    assert [call.errcode for call in emulator.platform.records.of(SENDS)] == [0, 0, 0]


async def test_a_revoked_token_is_renewed_once_and_the_call_repeated_once(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await say(process, "一")
        await live(emulator, 60, step=10)
        plan(emulator, FaultKind.TOKEN_REVOKE_NOW, SENDS)
        await say(process, "二")
    assert [call.errcode for call in emulator.platform.records.of(SENDS)] == [0, 40014, 0]
    assert (fetched(emulator), words_in(emulator)) == (2, ["一", "二"])


async def test_a_platform_that_rejects_every_token_is_not_asked_in_a_loop(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await say(process, "一")
        await live(emulator, 60, step=10)
        plan(emulator, FaultKind.TOKEN_ALWAYS_BAD, SENDS, times=0)
        with pytest.raises(Unavailable, match="app_token_rejected"):
            await say(process, "二")
    assert (fetched(emulator), len(emulator.platform.records.of(SENDS))) == (2, 3)


async def test_a_token_rejected_as_soon_as_it_was_given_is_not_fetched_anew(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        plan(emulator, FaultKind.TOKEN_ALWAYS_BAD, SENDS, times=0)
        with pytest.raises(Unavailable, match="app_token_rejected"):
            await say(process, "一")
    assert (fetched(emulator), len(emulator.platform.records.of(SENDS))) == (1, 1)


async def test_a_changed_secret_is_another_token(emulator: Emulator) -> None:
    async with app_process(emulator, building()) as process:
        await say(process, "一")
        with pytest.raises(Refused, match="app_wrong_secret"):
            await say(process, "二", opened(emulator, app_secret="wrong" * 8))
        await say(process, "三")
    assert words_in(emulator) == ["一", "三"]


@pytest.mark.parametrize(
    ("errcode", "kind", "key"),
    [
        (-1, Unavailable, "channel_busy"),
        (6000, Unavailable, "channel_busy"),
        (45033, Unavailable, "channel_busy"),
        (45009, Unavailable, "channel_too_often"),
        (45011, Unavailable, "channel_too_often"),
        (42001, Unavailable, "app_token_rejected"),
        (40001, Refused, "app_wrong_secret"),
        (40013, Refused, "app_wrong_secret"),
        (40091, Refused, "app_wrong_secret"),
        (60020, Refused, "app_address_not_allowed"),
        (48001, Refused, "app_no_right"),
        (48002, Refused, "app_no_right"),
        (60011, Refused, "app_not_visible"),
        (81013, Refused, "app_not_visible"),
        (40003, Refused, "app_not_visible"),
        (40056, Refused, "app_wrong_agent_id"),
        (301002, Refused, "app_wrong_agent_id"),
        (43012, Refused, "app_needs_callback"),
        (40007, Refused, "app_media_over"),
        (45001, Refused, "app_media_unfit"),
        (45002, Refused, "channel_rejects_message"),
        (42018, Refused, "channel_rejects_message"),
        (40201, Refused, "wecom_blocked"),
        (99999, Refused, "channel_error"),
    ],
)
def test_every_code_of_the_reference_means_one_thing(errcode: int, kind: type[AppError], key: str) -> None:
    failure = failure_of(errcode, "whatever it says")
    assert isinstance(failure, kind)
    assert failure.text_key == key


def test_success_is_no_failure_and_a_used_code_is_known_by_its_text() -> None:
    assert failure_of(0, "ok") is None
    used = failure_of(40058, "response_code: used")
    assert used is not None
    assert used.text_key == "app_card_code_used"


@pytest.mark.parametrize(
    ("errmsg", "address"),
    [
        ("not allow to access from your ip, hint: [1732], from ip: 203.0.113.7, more info at …", "203.0.113.7"),
        ("from ip: 2001:db8::7, more info", "2001:db8::7"),
        ("version 1.2.3 of nothing", "?"),
        ("", "?"),
    ],
)
def test_the_address_to_allow_is_found(errmsg: str, address: str) -> None:
    assert address_in(errmsg) == address
