"""What can go wrong with calls to WeChat, raised against running accounts: nothing lost, nothing twice, told."""

from collections import Counter

import pytest

from evals.emulators.wecom.core.faults import CALLS, FAILURES, FLOODS, FaultKind
from memory.domain.outreach import Batch
from prompts.render import texts
from tests.agent.deliveries.conftest import shop
from tests.support.called_back import STOP, STOPPED
from tests.support.channel_kinds import AccountStruck, KfStruck
from tests.support.faults import ACCOUNT, BUSY, KF, NOT_TAKEN, SILENT, raises
from tests.support.struck_channels import account, kf

__all__ = ["account", "kf", "shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

DAY = 86_400.0
# What goes on until somebody, or the platform, mends it: what is told of it, and a part of the next step.
LASTING = {
    FaultKind.ERRCODE: ("channel_busy", "故障公告", "reports trouble"),
    FaultKind.QUOTA_EXHAUSTED: ("channel_too_often", "歇一分钟自动再发", "after a minute"),
    FaultKind.TOKEN_ALWAYS_BAD: ("{of}_token_rejected", "过一会儿再试", "try "),
    FaultKind.IP_NOT_ALLOWED: ("{of}_address_not_allowed", "加上 203.0.113.7", "Add 203.0.113.7"),
}


@raises(KF, *SILENT, *BUSY, FaultKind.TOKEN_REVOKE_NOW)
async def test_kf_hears_and_says_once_whatever_became_of_its_calls(kf: KfStruck) -> None:
    for kind in (*SILENT, *BUSY, FaultKind.TOKEN_REVOKE_NOW):
        before = len(kf.told())
        for endpoint in (kf.pulls, kf.sends):
            kf.strike(kind, endpoint)
        kf.types(STOP)
        await kf.hears(before + 1)
        await kf.mend(kind)
        assert kf.told()[before:] == [STOPPED], kind
        assert (await kf.page(), await kf.found(), await kf.named()) == ([], [], []), kind


@raises(KF, *LASTING, FaultKind.HTTP_500)
async def test_kf_tells_what_lasts_and_says_what_waited_once_it_is_over(kf: KfStruck) -> None:
    silent = {FaultKind.HTTP_500: ("channel_silent", "检查这台机器的网络", "this machine's network")}
    fails = [(kf.sends, kind, texts) for kind, texts in (LASTING | silent).items()]
    fails.append((kf.pulls, FaultKind.HTTP_500, LASTING[FaultKind.ERRCODE]))
    for endpoint, kind, (key, zh, en) in fails:
        before = len(kf.told())
        kf.strike(kind, endpoint, times=0)
        kf.types(STOP)
        advice = await kf.tells(key.format(of="app"))
        assert (zh in advice[0], en in advice[1]) == (True, True), advice
        await kf.mend(kind)
        if kind is FaultKind.IP_NOT_ALLOWED:  # for good, until a lead has mended it: what waits comes with what is next
            await kf.passes(60)
            assert len(kf.told()) == before
            kf.types("更多")
        await kf.hears(before + 1)
        assert kf.told()[before:] == [STOPPED], kind
        assert (await kf.page(), await kf.found(), await kf.named()) == ([], [], []), kind


@raises(KF, *FLOODS, *FAILURES)
async def test_kf_answers_nothing_again_and_gives_again_what_did_not_arrive(kf: KfStruck) -> None:
    kf.types(STOP)
    await kf.hears(1)
    kf.strike(FaultKind.KF_HISTORY_FLOOD, kf.pulls)
    kf.types(STOP)
    await kf.hears(2)
    assert kf.told() == [STOPPED] * 2
    kf.strike(FaultKind.KF_SEND_FAIL_EVENT, kf.sends)
    kf.types(STOP)
    advice = await kf.advises("kf_not_delivered")
    assert ("会在对方下次发消息时补发" in advice[0], "given again when they write next" in advice[1]) == (True, True)
    assert kf.told() == [STOPPED] * 2
    kf.types(STOP)
    await kf.hears(5)
    assert kf.told() == [STOPPED] * 2 + [texts().say("ration_again", "zh"), STOPPED, STOPPED]


@raises(ACCOUNT, *BUSY, FaultKind.TOKEN_REVOKE_NOW)
async def test_an_account_says_once_what_was_not_taken(account: AccountStruck) -> None:
    for kind in (*BUSY, FaultKind.TOKEN_REVOKE_NOW):
        batch, before = await drafted(account), len(account.told())
        account.strike(kind, account.sends)
        await asked(account, batch)
        assert account.told()[before:] == [f"{batch.code} 的全文还没给你看过，看完再定："], kind
        assert (await account.page(), await account.found(), await account.named()) == ([], [], []), kind
    await approved(account, batch)


@raises(ACCOUNT, *SILENT)
async def test_an_account_repeats_nothing_that_may_have_arrived_and_says_so(account: AccountStruck) -> None:
    doubt = texts().say("ration_not_all_shown", "zh")
    for kind in SILENT:
        batch, before = await drafted(account), len(account.told())
        account.strike(kind, account.sends)
        account.types(f"批准 {batch.code} 1")
        await account.hears(before + 1)
        await account.mend(kind)
        shown = f"{batch.code} 的全文还没给你看过，看完再定："
        assert Counter(account.told()[before:]) == Counter([doubt] if kind in NOT_TAKEN else [shown, doubt]), kind
        advice = await account.tells("oa_doubted")
        assert ("对方再问一次就能看到" in advice[0], "asks once more" in advice[1]) == (True, True)
    # Nothing may be approved of which a text may not have arrived; asked for once more it is shown, and may be.
    await asked(account, batch)
    assert account.told()[-1] == shown
    await approved(account, batch)
    await account.emulator.platform.clock.advance(DAY)
    assert (await account.page(), await account.named()) == ([], [("unknown", "channel_unclear")] * len(SILENT))


@raises(ACCOUNT, *LASTING)
async def test_an_account_tells_what_lasts_and_says_what_waited_once_it_is_over(account: AccountStruck) -> None:
    for kind, (key, zh, en) in LASTING.items():
        batch, before = await drafted(account), len(account.told())
        account.strike(kind, account.sends, times=0)
        account.types(f"批准 {batch.code} 1")
        advice = await account.tells(key.format(of="oa"))
        assert (zh in advice[0], en in advice[1]) == (True, True), advice
        await account.mend(kind)
        if kind is FaultKind.IP_NOT_ALLOWED:
            await account.passes(60)
            assert len(account.told()) == before
            account.types("更多")
        await account.hears(before + 1)
        assert account.told()[before:] == [f"{batch.code} 的全文还没给你看过，看完再定："], kind
        assert (await account.page(), await account.found(), await account.named()) == ([], [], []), kind
    await approved(account, batch)


async def drafted(account: AccountStruck) -> Batch:
    """A batch of one draft that nobody has read."""
    return await account.shop.office.draft(await account.shop.office.creators(1))


async def asked(account: AccountStruck, batch: Batch) -> None:
    """They ask for it, and have its text and a menu, which is never told as an answer to a callback."""
    before = len(account.said())
    account.types(f"批准 {batch.code} 1")
    await account.comes(lambda: bool(account.said()[before:]) and bool(account.said()[-1].card) and account.is_quiet())
    await account.passes(60)


async def approved(account: AccountStruck, batch: Batch) -> None:
    """What they read they may approve, once."""
    before = len(account.told())
    account.types(f"批准 {batch.code} 1")
    await account.hears(before + 1)
    assert account.told()[before:] == [f"{batch.code}：已批准 1"]


def test_every_call_that_can_go_wrong_is_raised_here() -> None:
    assert {*SILENT, *LASTING, FaultKind.TOKEN_REVOKE_NOW} == CALLS
