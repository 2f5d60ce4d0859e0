"""An app in an invented office, on the emulator: its address, what is kept for it, and processes that come and go."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random

import httpx
from fastapi import FastAPI

from connectors.ports.callbacks import LeftCallback
from connectors.ports.channels import OpenChannel
from connectors.wecom.app.callbacks import ADDRESS, AppCallbacks
from connectors.wecom.app.channel import AppChannel
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.pushing import AppPusher
from connectors.wecom.app.taking import Taking
from connectors.wecom.app.telling import AppTelling
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.calls import Calls
from evals.emulators.serving import serving
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.server import Emulator
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.ids import BrandId, ChannelId
from prompts.render import texts
from tests.connectors.wecom.lines import VirtualTime, until
from tests.connectors.wecom.offices import CHANNEL, Building
from tests.support import fake_office as invented
from tests.support.fake_desk import FakeQueries
from tests.support.fake_safe import FakeSafe

PATH = f"{CHANNEL}-unguessable"
AGENT = 1_000_002
SOON = 0.3  # real seconds that an answer is waited for, where the platform's stand still
LINA = private(str(AGENT), "lina")


@dataclass
class FakeInbox:
    """Rows that outlive processes; closed with the building."""

    house: Building
    rows: dict[str, str] = field(default_factory=dict)

    async def keep(self, channel: OpenChannel, name: str, text: str) -> None:
        """Unless the house is closed."""
        if self.house.closed is not None:
            raise self.house.closed
        self.rows[name] = text

    def handled(self, name: str) -> None:
        """At once."""
        self.rows.pop(name, None)

    async def left(self, channel: ChannelId) -> Sequence[LeftCallback]:
        """All of them."""
        return [LeftCallback(name, text) for name, text in self.rows.items()]


@dataclass
class OnePath:
    """The one app of the office."""

    opened: OpenChannel

    def path(self, channel: ChannelId) -> str:
        """Always the same."""
        assert channel == CHANNEL
        return PATH

    async def channel(self, kind: ChannelKind, path: str) -> OpenChannel | None:
        """By its whole path alone."""
        return self.opened if (kind, path) == (ChannelKind.WECOM_APP, PATH) else None


def app_of(emulator: Emulator) -> App:
    """The example corp's app."""
    return emulator.platform.corp.apps[AGENT]


def opened(emulator: Emulator, *, options: dict[str, str] | None = None, **other: str) -> OpenChannel:
    """The app's row as a lead saved it; `other`: what was typed otherwise than the console shows it."""
    app = app_of(emulator)
    secrets = {
        "corp_id": emulator.platform.corp.corpid,
        "agent_id": str(AGENT),
        "app_secret": app.secret,
        "token": app.callback.token,
        "aes_key": app.callback.aes_key,
    }
    setting = ChannelSetting(
        CHANNEL, invented.TENANT, ChannelKind.WECOM_APP, "达人助手", None, options or {}, active=True,
        changed_at=datetime(2026, 11, 20, tzinfo=UTC), sealed=b"",
    )  # fmt: skip
    return OpenChannel(setting, {**secrets, **other})


@dataclass
class AppProcess:
    """One running process of the product. `address`: where it is reached."""

    emulator: Emulator
    apps: AppChannel
    pusher: AppPusher
    channel: OpenChannel
    safe: FakeSafe
    address: str

    async def quiet(self) -> None:
        """Return once every callback is over and answered; only where nothing waits for the clock."""
        callbacks = self.emulator.callbacks
        await until(lambda: all(delivery.over for delivery in callbacks.deliveries))
        await self.apps.settle()

    def says(self, user: str, text: str) -> Message:
        """Somebody types in the app."""
        return self.emulator.phone.says_to_app(user, text, agentid=AGENT)


def now_of(emulator: Emulator) -> Callable[[], datetime]:
    """The platform's time as the machine's."""
    return lambda: datetime.fromtimestamp(emulator.platform.clock.now, UTC)


@asynccontextmanager
async def app_process(
    emulator: Emulator,
    house: Building,
    *,
    safe: FakeSafe | None = None,
    inbox: FakeInbox | None = None,
    channel: OpenChannel | None = None,
    people: Sequence[str] = ("lina", "wangwei"),
    public: bool = True,
    patience_seconds: float = 30,
) -> AsyncIterator[AppProcess]:
    """A process whose address is saved in the console. `patience_seconds`, real ones: how long it waits for answers."""
    now, time, say = now_of(emulator), VirtualTime(emulator.platform.clock), texts().say
    row = channel or opened(emulator)
    kept = safe or FakeSafe(now)
    paths = OnePath(row)

    async def bound(_: OpenChannel, __: BrandId | None) -> Sequence[str]:
        return people

    async with httpx.AsyncClient(trust_env=False, timeout=patience_seconds) as http:
        calls = Calls(emulator.base_url, http=http)
        client = AppClient(calls, Tokens(calls, kept, now), Notes(kept, now))
        telling = AppTelling(house.desk, house, say, time, FakeQueries(house.desk.office))
        taking = Taking(inbox or FakeInbox(house), lambda text: text.startswith("批准"), 8)
        house.moments.seconds = time.seconds
        apps = AppChannel(house.desk, house, telling, client, kept, say, Random(5), taking, house.moments)
        web = FastAPI()
        web.include_router(AppCallbacks(paths, apps, client.notes, now).router())
        async with serving(web) as address:
            app_of(emulator).callback.url = f"{address}{ADDRESS}{PATH}"
            probe = CallbackProbe(address if public else None, paths, now, through_proxy=False)
            try:
                pusher = AppPusher(client, kept, bound, probe, say, house.moments)
                yield AppProcess(emulator, apps, pusher, row, kept, address)
            finally:
                await apps.stop()


def said_in(emulator: Emulator, chat: str = LINA) -> list[Message]:
    """What the app has said in a chat."""
    return [message for message in emulator.platform.chats.of(chat) if message.sender == str(AGENT)]


def words_in(emulator: Emulator, chat: str = LINA) -> list[str]:
    """The words of it, cards left out."""
    return [message.content for message in said_in(emulator, chat) if not message.card]
