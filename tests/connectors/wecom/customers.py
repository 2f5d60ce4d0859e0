"""An account of 微信客服 in an invented office, on the emulator, and processes of the product that come and go."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import httpx
from fastapi import FastAPI

from connectors.ports.channels import OpenChannel
from connectors.ports.door import Admitted, TurnedAway
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.calls import Calls
from connectors.wecom.errands import Errands
from connectors.wecom.importing import Importing
from connectors.wecom.kf.callbacks import ADDRESS, KfCallbacks
from connectors.wecom.kf.channel import KfChannel
from connectors.wecom.kf.client import KfClient
from connectors.wecom.kf.inbound import CONNECTOR
from connectors.wecom.kf.keeping import KfKeeper, KfLine
from connectors.wecom.kf.pulling import Pulling
from connectors.wecom.kf.pushing import KfPusher
from connectors.wecom.rations.giving import Giving
from connectors.wecom.rations.hearing import Hearing
from connectors.wecom.rations.voice import RationedTelling
from evals.emulators.serving import serving
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.server import Emulator
from memory.domain.bindings import Arrival
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.chat import Reply
from memory.domain.ids import BrandId, ChannelId
from prompts.render import texts
from tests.connectors.wecom.apps import app_of, now_of
from tests.connectors.wecom.lines import VirtualTime, until
from tests.connectors.wecom.offices import CHANNEL, Building, building
from tests.support import fake_office as invented
from tests.support.fake_desk import FakeQueries
from tests.support.fake_safe import FakeSafe

KF_PATH = f"{CHANNEL}-of-kf"
MEMBERS = {"xiaolin": "lina", "ahua": "wangwei"}
PUSHED = ("运营群",)
CODE = "绑定 K3F9-7QX2"
SENDS, SYNCS = "kf/send_msg", "kf/sync_msg"
LONG = "\n".join(f"第 {number} 行：" + "字" * 200 for number in range(20))
HOUR = 3_600
DECIDED = ["已批准 K7 的 1、2。", "K7 的发送计划"]


@dataclass
class KfBuilding(Building):
    """Lets two of the three WeChat users in, as the members they are; the third is bound by a code."""

    names: dict[str, str] = field(default_factory=dict)
    bound: dict[str, str] = field(default_factory=dict)

    async def enter(self, arrival: Arrival) -> Admitted | TurnedAway:
        """By the user's id on WeChat."""
        person = self.names.get(arrival.user, "")
        if arrival.text == CODE:
            self.bound[person] = "zhaomin"
            return TurnedAway("绑好了。")
        return await super().enter(replace(arrival, user=(MEMBERS | self.bound).get(person, person)))

    async def known(self, arrival: Arrival) -> Admitted | None:
        """Whoever is bound."""
        is_bound = self.names.get(arrival.user, "") in MEMBERS | self.bound
        entry = await self.enter(replace(arrival, text="")) if is_bound else None
        return entry if isinstance(entry, Admitted) else None


def kf_building(emulator: Emulator) -> KfBuilding:
    """A fresh one for the people of an emulator."""
    plain, wechat = building(), emulator.platform.wechat
    names = {one.external_userid: one.userid for one in wechat.people.values()}
    names |= {one.openid: one.userid for one in wechat.people.values()}
    return KfBuilding(plain.desk, mark="", names=names)


@dataclass
class OneKf:
    """The one account that is set up."""

    opened: OpenChannel

    def path(self, channel: ChannelId) -> str:
        """Always the same."""
        del channel
        return KF_PATH

    async def channel(self, kind: ChannelKind, path: str) -> OpenChannel | None:
        """By its whole path alone."""
        return self.opened if (kind, path) == (ChannelKind.WECOM_KF, KF_PATH) else None


def kfid_of(emulator: Emulator) -> str:
    """The account that is set up."""
    return next(iter(emulator.platform.wechat.kf))


def kf_row(emulator: Emulator, **other: str) -> OpenChannel:
    """The account's row as a lead saved it when the emulator began."""
    app = app_of(emulator)
    secrets = {
        "corp_id": emulator.platform.corp.corpid,
        "app_secret": app.secret,
        "token": app.callback.token,
        "aes_key": app.callback.aes_key,
        "open_kfid": kfid_of(emulator),
    }
    setting = ChannelSetting(
        CHANNEL, invented.TENANT, ChannelKind.WECOM_KF, "客服", None, {}, active=True,
        changed_at=datetime.fromtimestamp(emulator.platform.clock.now, UTC), sealed=b"",
    )  # fmt: skip
    return OpenChannel(setting, {**secrets, **other})


@dataclass
class KfProcess:
    """One running process of the product."""

    emulator: Emulator
    kf: KfChannel
    pulling: Pulling
    pusher: KfPusher
    line: KfLine
    channel: OpenChannel
    safe: FakeSafe

    async def quiet(self) -> None:
        """Return once every callback is over, pulled and answered; only where nothing waits for the clock."""
        await until(lambda: all(delivery.over for delivery in self.emulator.callbacks.deliveries))
        await self.settled()

    async def quiet_but_turns(self) -> None:
        """Return once every callback is over and pulled; turns may go on."""
        await until(lambda: all(delivery.over for delivery in self.emulator.callbacks.deliveries))
        await self.pulling.settle()

    async def settled(self) -> None:
        """Return once what was heard is answered."""
        for _ in range(3):
            await self.pulling.settle()
            await self.kf.hearing.errands.settle()

    async def kill(self) -> None:
        """As SIGKILL leaves it."""
        await self.pulling.stop()
        await self.kf.hearing.errands.stop()

    async def catch_up(self) -> None:
        """What whoever holds the account does every few seconds."""
        await self.line.catch_up()
        await self.settled()

    def says(self, user: str, text: str) -> Message:
        """Somebody types."""
        return self.emulator.kf.people.says(user, text, open_kfid=kfid_of(self.emulator))

    def taps(self, user: str, message: Message, place: int = 0) -> Message:
        """Somebody taps a line of a menu."""
        assert message.card is not None
        return self.emulator.kf.people.taps(user, message.message_id, message.card["items"][place]["id"])


@asynccontextmanager
async def kf_process(
    emulator: Emulator, house: KfBuilding, *, safe: FakeSafe | None = None, channel: OpenChannel | None = None
) -> AsyncIterator[KfProcess]:
    """A process whose address is saved in the console."""
    now, time, say = now_of(emulator), VirtualTime(emulator.platform.clock), texts().say
    row, kept = channel or kf_row(emulator), safe or FakeSafe(now)
    paths = OneKf(row)

    async def pushed(_: OpenChannel, __: BrandId | None) -> Sequence[str]:
        return PUSHED

    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        calls = Calls(emulator.base_url, http=http)
        client = KfClient(calls, Tokens(calls, kept, now), Notes(kept, now))
        queries = FakeQueries(house.desk.office)
        giving = Giving(house.desk, queries.file, house, kept, say, time, now)
        telling = RationedTelling(house.desk, house, say, time)
        importing = Importing(house.desk, queries, say)
        hearing = Hearing(
            CONNECTOR, house.desk, house, telling, giving, importing, say, pushed, Errands(CONNECTOR)
        )  # fmt: skip
        kf = KfChannel(hearing, client, kept, now)
        pulling = Pulling(client, kept, time, now, kf.handle)
        web = FastAPI()
        web.include_router(KfCallbacks(paths, pulling, client.notes, now).router())
        async with serving(web) as address:
            app_of(emulator).callback.url = f"{address}{ADDRESS}{KF_PATH}"
            probe = CallbackProbe(address, paths, now, through_proxy=False, at=ADDRESS)
            pusher = KfPusher(client, kept, probe)
            async with KfKeeper(kf, pulling, now).opened(row) as line:
                process = KfProcess(emulator, kf, pulling, pusher, line, row, kept)
                try:
                    yield process
                finally:
                    await process.kill()


def kf_said(emulator: Emulator, user: str = "xiaolin") -> list[Message]:
    """What the account has said to somebody."""
    chat = private(kfid_of(emulator), user)
    return [message for message in emulator.platform.chats.of(chat) if message.sender != user]


def kf_words(emulator: Emulator, user: str = "xiaolin") -> list[str]:
    """The words of it; a menu's head."""
    return [message.card["head"] if message.card else message.content for message in kf_said(emulator, user)]


def heads(emulator: Emulator, user: str = "xiaolin") -> list[str]:
    """The first lines of what was said."""
    return [text.partition("\n")[0] for text in kf_words(emulator, user)]


async def answered(process: KfProcess, text: str = "找达人", reply: str = "找到 6 位。") -> None:
    """A question whose turn has ended."""
    process.kf.hearing.desk.told.clear()  # type: ignore[attr-defined]  # the office's
    process.says("xiaolin", text)
    process.kf.hearing.desk.answer(Reply(text=reply))  # type: ignore[attr-defined]  # the office's
    await process.quiet()
