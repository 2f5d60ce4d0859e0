"""An Official Account in an invented office, on the emulator, and processes of the product that come and go."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.notes import Notes
from connectors.wecom.calls import Calls
from connectors.wecom.errands import Errands
from connectors.wecom.importing import Importing
from connectors.wecom.oa.callbacks import ADDRESS, AccountCallbacks
from connectors.wecom.oa.channel import AccountChannel
from connectors.wecom.oa.client import AccountClient
from connectors.wecom.oa.inbound import CONNECTOR
from connectors.wecom.oa.keeping import AccountKeeper, AccountLine
from connectors.wecom.oa.probe import AccountProbe
from connectors.wecom.oa.pushing import AccountPusher
from connectors.wecom.oa.tokens import AccountTokens
from connectors.wecom.rations.giving import Giving
from connectors.wecom.rations.hearing import Hearing
from connectors.wecom.rations.voice import RationedTelling
from evals.emulators.serving import serving
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.wechat import Mode
from evals.emulators.wecom.server import Emulator
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.ids import BrandId, ChannelId
from prompts.render import texts
from tests.connectors.wecom.apps import now_of
from tests.connectors.wecom.customers import PUSHED, KfBuilding
from tests.connectors.wecom.lines import VirtualTime, after, until
from tests.connectors.wecom.offices import CHANNEL
from tests.support import fake_office as invented
from tests.support.fake_desk import FakeQueries
from tests.support.fake_safe import FakeSafe

OA_PATH = f"{CHANNEL}-of-oa"


@dataclass
class OneAccount:
    """The one account that is set up."""

    opened: OpenChannel

    def path(self, channel: ChannelId) -> str:
        """Always the same."""
        del channel
        return OA_PATH

    async def channel(self, kind: ChannelKind, path: str) -> OpenChannel | None:
        """By its whole path alone."""
        return self.opened if (kind, path) == (ChannelKind.WECHAT_ACCOUNT, OA_PATH) else None


def account_row(emulator: Emulator, **other: str) -> OpenChannel:
    """The account's row as a lead saved it."""
    account = emulator.platform.wechat.account
    secrets = {
        "app_id": account.appid,
        "app_secret": account.secret,
        "original_id": account.original_id,
        "token": account.token,
        "aes_key": account.aes_key,
        "mode": account.mode,
    }
    setting = ChannelSetting(
        CHANNEL, invented.TENANT, ChannelKind.WECHAT_ACCOUNT, "公众号", None, {}, active=True,
        changed_at=datetime.fromtimestamp(emulator.platform.clock.now, UTC), sealed=b"",
    )  # fmt: skip
    return OpenChannel(setting, {**secrets, **other})


@dataclass
class AccountProcess:
    """One running process of the product."""

    emulator: Emulator
    accounts: AccountChannel
    pusher: AccountPusher
    line: AccountLine
    channel: OpenChannel
    safe: FakeSafe

    async def quiet(self) -> None:
        """Return once every callback is over and answered; what follows an answer leaves it half a second."""
        await until(lambda: all(delivery.over for delivery in self.emulator.oa.callbacks.deliveries))
        await after(self.emulator, 10, lambda: self.accounts.hearing.errands.is_idle)

    def says(self, user: str, text: str) -> Message:
        """Somebody types."""
        return self.emulator.oa.people.says(user, text)


@asynccontextmanager
async def account_process(
    emulator: Emulator,
    house: KfBuilding,
    *,
    mode: Mode = Mode.SAFE,
    safe: FakeSafe | None = None,
    channel: OpenChannel | None = None,
) -> AsyncIterator[AccountProcess]:
    """A process whose address is saved in the console; two people follow the account already."""
    account = emulator.platform.wechat.account
    account.mode = mode
    account.followers |= {"xiaolin", "ahua"}
    now, time, say = now_of(emulator), VirtualTime(emulator.platform.clock), texts().say
    row, kept = channel or account_row(emulator), safe or FakeSafe(now)
    paths = OneAccount(row)

    async def pushed(_: OpenChannel, __: BrandId | None) -> Sequence[str]:
        return PUSHED

    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        calls = Calls(emulator.base_url, http=http)
        client = AccountClient(calls, AccountTokens(calls, kept, now), Notes(kept, now))
        telling = RationedTelling(house.desk, house, say, time)
        queries = FakeQueries(house.desk.office)
        giving = Giving(house.desk, queries.file, house, kept, say, time, now)
        importing = Importing(house.desk, queries, say)
        hearing = Hearing(
            CONNECTOR, house.desk, house, telling, giving, importing, say, pushed, Errands(CONNECTOR)
        )  # fmt: skip
        accounts = AccountChannel(hearing, client, kept, time, now)
        web = FastAPI()
        web.include_router(AccountCallbacks(paths, accounts, client.notes, now).router())
        async with serving(web) as address:
            account.url = f"{address}{ADDRESS}{OA_PATH}"
            pusher = AccountPusher(client, kept, AccountProbe(address, paths, now, through_proxy=False))
            async with AccountKeeper(accounts, now).opened(row) as line:
                try:
                    yield AccountProcess(emulator, accounts, pusher, line, row, kept)
                finally:
                    await accounts.stop()


def oa_said(emulator: Emulator, user: str = "xiaolin") -> list[Message]:
    """What the account has said to somebody."""
    chat = private(emulator.platform.wechat.account.original_id, user)
    return [message for message in emulator.platform.chats.of(chat) if message.sender != user]


def oa_words(emulator: Emulator, user: str = "xiaolin") -> list[str]:
    """The words of it; a menu's head."""
    return [message.card["head"] if message.card else message.content for message in oa_said(emulator, user)]
