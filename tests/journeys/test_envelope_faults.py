"""Callbacks that come spoilt, several times or in disorder, over every channel that is called back.

What does not open is refused and told while that is so; its repetition is handled, once.
"""

import pytest

from evals.emulators.wecom.core.faults import ATTEMPTS, ORDER, FaultKind
from memory.domain.outreach import Batch, DraftStatus
from tests.agent.deliveries.conftest import shop
from tests.connectors.wecom.lines import plan
from tests.support.bots import until
from tests.support.called_back import STOP, STOPPED, Struck
from tests.support.channel_kinds import AccountStruck, AppStruck, KfStruck
from tests.support.faults import ACCOUNT, APP, KF, raises
from tests.support.struck_channels import account, app, kf

__all__ = ["account", "app", "kf", "shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

UNREADABLE = ("wecom_xml_unreadable", "反向代理有没有改动请求", "reverse proxy changes requests")
TOLD: dict[FaultKind, tuple[str, str, str]] = {
    FaultKind.TAMPERED_SIGNATURE: ("app_wrong_token", "两边填成一样的", "Make them the same"),
    FaultKind.WRONG_RECEIVEID: ("app_wrong_corp", "检查「渠道」页里的企业 ID", "check the corp ID"),
    FaultKind.OLD_TIMESTAMP: ("app_clock", "自动校时", "automatic time"),
    FaultKind.XML_BOMB: UNREADABLE,
    FaultKind.HUGE_BODY: UNREADABLE,
}
# What an account's own settings are called.
OF_ACCOUNT = {
    FaultKind.TAMPERED_SIGNATURE: ("oa_wrong_signature", "「服务器配置」里的不一样", "Make them the same"),
    FaultKind.WRONG_RECEIVEID: ("oa_wrong_app_id", "检查「渠道」页里的 AppID", "check the AppID"),
}


@raises(APP, *ATTEMPTS)
async def test_an_app_handles_once_what_opens_and_tells_what_does_not(app: AppStruck) -> None:
    await what_does_not_open_is_told_and_handled_once_it_does(app)


@raises(KF, *ATTEMPTS)
async def test_kf_handles_once_what_opens_and_tells_what_does_not(kf: KfStruck) -> None:
    await what_does_not_open_is_told_and_handled_once_it_does(kf)


@raises(ACCOUNT, *ATTEMPTS)
async def test_an_account_handles_once_what_opens_and_tells_what_does_not(account: AccountStruck) -> None:
    await what_does_not_open_is_told_and_handled_once_it_does(account)


async def what_does_not_open_is_told_and_handled_once_it_does(struck: Struck) -> None:
    struck.types(STOP)
    await struck.hears(1)
    for kind in TOLD:
        await it_is_told_while_it_is_so(struck, kind)
    # The nonce of the callback before: it is heard all the same, and nothing is wrong.
    struck.strike(FaultKind.REPLAYED_NONCE, struck.callbacks)
    struck.types(STOP)
    await struck.hears(len(TOLD) + 2)
    assert struck.told() == [STOPPED] * (len(TOLD) + 2)
    assert (await struck.found(), await struck.page(), await struck.named()) == ([], [], [])


async def it_is_told_while_it_is_so(struck: Struck, kind: FaultKind) -> None:
    """The first attempt is refused, and told; the second is handled, and nothing is wrong any more."""
    key, zh, en = (TOLD | OF_ACCOUNT if isinstance(struck, AccountStruck) else TOLD)[kind]
    said = len(struck.told())
    struck.strike(kind, struck.callbacks)
    struck.types(STOP)
    delivery = struck.called.deliveries[-1]
    await until(lambda: delivery.attempts[0].over if delivery.attempts else False)
    assert [(one.status, one.faults) for one in delivery.attempts] == [(403, (kind,))]
    advice = await struck.tells(key)
    assert (zh in advice[0], en in advice[1]) == (True, True), advice
    await struck.comes(lambda: len(delivery.attempts) == 2)
    await until(lambda: bool(delivery.over))
    await struck.hears(said + 1)
    assert [one.status for one in delivery.attempts] == [403, 200]
    assert (await struck.found(), await struck.page()) == ([], [])


@raises(APP, *ORDER)
async def test_an_app_decides_once_in_whichever_order_it_is_called(app: AppStruck) -> None:
    await what_comes_thrice_counts_once(app)
    code = await what_was_typed_last_is_called_first(app)
    assert app.told()[-2:] == [f"{code}：已拒 1", f"{code}：没有改动"]
    assert app.decided() == [("approve", 1), ("reject", 1)]


@raises(KF, *ORDER)
async def test_kf_decides_once_in_the_order_of_its_stream(kf: KfStruck) -> None:
    await what_comes_thrice_counts_once(kf)
    code = await what_was_typed_last_is_called_first(kf)
    assert kf.told()[-2:] == [f"{code}：已批准 1", f"{code}：已拒 1"]
    assert kf.decided() == [("approve", 2), ("reject", 1)]


@raises(ACCOUNT, *ORDER)
async def test_an_account_decides_once_in_whichever_order_it_is_called(account: AccountStruck) -> None:
    await what_comes_thrice_counts_once(account)
    code = await what_was_typed_last_is_called_first(account)
    assert account.told()[-2:] == [f"{code}：已拒 1", f"{code}：没有改动"]
    assert account.decided() == [("approve", 1), ("reject", 1)]


async def what_comes_thrice_counts_once(struck: Struck) -> None:
    """And once more, late."""
    batch = await shown(struck)
    before = len(struck.told())
    plan(struck.emulator, FaultKind.DUPLICATE_CALLBACK, struck.callbacks, copies=3)
    struck.types(f"批准 {batch.code} 1")
    await struck.hears(before + 1)
    for delivery in (struck.called.deliveries[-1], struck.called.deliveries[0]):
        struck.called.again(delivery)
    await struck.hears(before + 1)
    assert struck.told()[before:] == [f"{batch.code}：已批准 1"]
    assert (struck.decided(), await struck.named()) == ([("approve", 1)], [])


async def what_was_typed_last_is_called_first(struck: Struck) -> str:
    """The code of the batch, which is rejected whatever comes first: a rejection by anyone ends it."""
    batch = await shown(struck)
    before = len(struck.told())
    struck.strike(FaultKind.REORDER_CALLBACKS, struck.callbacks)
    struck.types(f"批准 {batch.code} 1")
    struck.types(f"拒 {batch.code} 1")
    await struck.hears(before + 2)
    assert len(struck.told()) == before + 2
    assert [draft.status for draft in await struck.shop.office.read(batch)] == [DraftStatus.REJECTED]
    assert (await struck.found(), await struck.named()) == ([], [])
    return batch.code


async def shown(struck: Struck) -> Batch:
    """A draft they have read, and may decide."""
    batch = await struck.shop.office.draft(await struck.shop.office.creators(1))
    before = len(struck.said())
    struck.types(f"批准 {batch.code} 1")
    await struck.comes(lambda: any(one.card for one in struck.said()[before:]) and struck.is_quiet())
    return batch
