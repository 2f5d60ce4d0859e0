"""Every kind of channel on the emulator, as whoever pushes and whoever keeps lines meets it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from random import Random

import httpx

from connectors.ports.channels import Chat, OpenChannel, Pusher
from connectors.ports.lines import LineKeeper, OpenLine
from connectors.wecom.app.keeping import AppKeeper
from connectors.wecom.bot.keeping import BotKeeper, Lines
from connectors.wecom.bot.pushing import BotPusher
from connectors.wecom.kf.keeping import KfKeeper
from connectors.wecom.oa.keeping import AccountKeeper
from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.pushing import WebhookPusher
from evals.emulators.wecom.server import Emulator
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.ids import BrandId
from prompts.render import texts
from tests.connectors.wecom.apps import app_of, app_process, now_of
from tests.connectors.wecom.customers import kf_building, kf_process
from tests.connectors.wecom.followers import account_process
from tests.connectors.wecom.lines import BOT, VirtualTime, until
from tests.connectors.wecom.offices import CHANNEL, LINA, Building, building, masked
from tests.support import fake_office as invented
from tests.support.fake_desk import FakeQueries


@dataclass(frozen=True)
class Talk:
    """What people say back on it. `line`: kept open by `lines`; `person`: somebody bound, by the platform's id."""

    lines: LineKeeper
    line: OpenLine
    person: str
    says: Callable[[str], object]
    settle: Callable[[], Awaitable[None]]


@dataclass(frozen=True)
class Stand:
    """A channel of one kind, set up and called once.

    `typed`: what a lead typed; `wrong`: the same row with another secret; `talk` None: nobody is heard on it.
    """

    pusher: Pusher
    channel: OpenChannel
    typed: Mapping[str, str]
    wrong: OpenChannel
    house: Building
    talk: Talk | None = None

    def heard(self) -> Talk:
        """Where people are heard."""
        assert self.talk is not None
        return self.talk


Open = Callable[[Emulator], AbstractAsyncContextManager[Stand]]


def said(emulator: Emulator) -> list[str]:
    """Everything that stands in any chat and that no person wrote."""
    people = {*emulator.platform.corp.users, *emulator.platform.wechat.people}
    return [one.content for one in emulator.platform.chats.messages if one.sender not in people]


@asynccontextmanager
async def _bot(emulator: Emulator) -> AsyncIterator[Stand]:
    house, lines, now = building(), Lines(), now_of(emulator)
    queries, time = FakeQueries(house.desk.office), VirtualTime(emulator.platform.clock)
    keeper = BotKeeper(
        emulator.ws_url, lines, house.desk, queries, house, house, house, texts().say, masked, now, time, Random(5)
    )
    (bot,) = emulator.platform.corp.bots.values()
    secrets = {"bot_id": bot.bot_id, "secret": bot.secret}
    row = OpenChannel(_setting(ChannelKind.WECOM_BOT), secrets)

    async def team_chat(_: OpenChannel, __: BrandId | None) -> Chat:
        return Chat("lina", is_group=False)

    async def deciders(_: OpenChannel, __: BrandId | None) -> Sequence[str]:
        return ()

    async with keeper.opened(row) as line:
        await until(lambda: line.state().connected_since is not None)
        emulator.hub.heard(BOT, LINA)
        pusher = BotPusher(lines, team_chat, deciders, emulator.ws_url, now)
        typed = {"bot_id": bot.bot_id, "bot_secret": bot.secret}

        def says(text: str) -> object:
            return emulator.phone.says_to_bot("lina", text, bot_id=BOT)

        talk = Talk(keeper, line, "lina", says, line.channel.settle)
        yield Stand(pusher, row, typed, _otherwise(row, secret="x" * 32), house, talk)


@asynccontextmanager
async def _app(emulator: Emulator) -> AsyncIterator[Stand]:
    house = building()
    async with app_process(emulator, house, people=("lina",)) as process:
        assert (await emulator.callbacks.verify_url(app_of(emulator))).passed
        keeper, row = AppKeeper(process.apps, now_of(emulator)), process.channel
        async with keeper.opened(row) as line:
            talk = Talk(keeper, line, "lina", lambda text: process.says("lina", text), process.quiet)
            yield Stand(process.pusher, row, row.secrets, _otherwise(row, app_secret="x" * 32), house, talk)


@asynccontextmanager
async def _kf(emulator: Emulator) -> AsyncIterator[Stand]:
    house = kf_building(emulator)
    async with kf_process(emulator, house) as process:
        assert (await emulator.callbacks.verify_url(app_of(emulator))).passed
        keeper, row = KfKeeper(process.kf, process.pulling, now_of(emulator)), process.channel
        person = emulator.platform.wechat.people["xiaolin"].external_userid
        talk = Talk(keeper, process.line, person, lambda text: process.says("xiaolin", text), process.quiet)
        yield Stand(process.pusher, row, row.secrets, _otherwise(row, app_secret="x" * 32), house, talk)


@asynccontextmanager
async def _account(emulator: Emulator) -> AsyncIterator[Stand]:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        assert (await emulator.oa.callbacks.verify_url()).passed
        keeper, row = AccountKeeper(process.accounts, now_of(emulator)), process.channel
        person = emulator.platform.wechat.people["xiaolin"].openid
        talk = Talk(keeper, process.line, person, lambda text: process.says("xiaolin", text), process.quiet)
        yield Stand(process.pusher, row, row.secrets, _otherwise(row, app_secret="x" * 32), house, talk)


@asynccontextmanager
async def _webhook(emulator: Emulator) -> AsyncIterator[Stand]:
    (key,) = emulator.platform.corp.webhooks
    row = OpenChannel(_setting(ChannelKind.WECOM_WEBHOOK), {"key": key})
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        yield Stand(
            WebhookPusher(WebhookClient(emulator.base_url, http=http)), row,
            {"address": f"{emulator.base_url}/cgi-bin/webhook/send?key={key}"},
            _otherwise(row, key="00000000-0000-0000-0000-000000000000"), building(),
        )  # fmt: skip


KINDS: dict[ChannelKind, Open] = {
    ChannelKind.WECOM_BOT: _bot,
    ChannelKind.WECOM_APP: _app,
    ChannelKind.WECOM_WEBHOOK: _webhook,
    ChannelKind.WECOM_KF: _kf,
    ChannelKind.WECHAT_ACCOUNT: _account,
}


def _setting(kind: ChannelKind) -> ChannelSetting:
    return ChannelSetting(
        CHANNEL, invented.TENANT, kind, "达人助手", None, {}, active=True,
        changed_at=datetime(2026, 11, 20, tzinfo=UTC), sealed=b"",
    )  # fmt: skip


def _otherwise(row: OpenChannel, **secrets: str) -> OpenChannel:
    return replace(row, secrets={**row.secrets, **secrets})
