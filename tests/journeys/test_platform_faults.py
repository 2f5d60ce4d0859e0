"""What can go wrong with a bot and a webhook, raised against running ones: nothing lost, nothing twice, told.

Callbacks that come several times or in disorder are in `test_late_and_repeated`.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

import httpx
import pytest

from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.pushing import WebhookPusher
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.server import Emulator, running
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.ids import ChannelId
from memory.domain.workspace import Role
from prompts.render import texts
from tests.agent.deliveries.conftest import HOOK, PushShop, shop
from tests.connectors.wecom.lines import VirtualTime
from tests.support.bots import BOT_ID, HoldingProcess, Stand, rest_is_over, until, until_true
from tests.support.database import looking
from tests.support.faults import BOT, BUSY, NOT_TAKEN, SILENT, WEBHOOK, raises

__all__ = ["shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

LINA = private(BOT_ID, "lina")
SOON = 0.3  # real seconds a webhook is waited for, where the platform's stand still
ANSWERS, PINGS = "aibot/aibot_respond_msg", "aibot/ping"
DONE, UNCLEAR, NO_ACK = ("delivered", None), ("unknown", "channel_unclear"), ("unknown", "wecom_no_ack")
WEBHOOK_SENDS, MEDIA = "webhook/send", "media/download"


@dataclass
class Struck:
    """An office whose bot is up and whose group has a webhook."""

    stand: Stand
    process: HoldingProcess
    bot: ChannelId
    webhook: ChannelId

    @property
    def emulator(self) -> Emulator:
        """The platform."""
        return self.stand.emulator

    def strike(self, kind: FaultKind, endpoint: str, **more: object) -> None:
        """Let it go wrong."""
        fault = Fault.model_validate({"kind": kind, "endpoint": endpoint, **more})
        self.stand.emulator.platform.faults.add(fault)

    def says(self, text: str = "停") -> None:
        """A member types in their own chat."""
        self.stand.emulator.phone.says_to_bot("lina", text, bot_id=BOT_ID)

    def told(self) -> list[str]:
        """What they were told."""
        return [one.content for one in self.stand.said(LINA)]

    def group(self) -> list[str]:
        """What the webhook's group shows."""
        (hook,) = self.stand.emulator.platform.corp.webhooks.values()
        return [one.content for one in self.stand.emulator.platform.chats.of(hook.chatid)]

    def rows(self) -> list[tuple[str, str | None]]:
        """Deliveries."""
        return self.stand.shop.rows()

    async def time(self, seconds: float) -> None:
        """The platform's time goes on."""
        await self.stand.passes(seconds)

    async def named(self) -> list[tuple[str, str]]:
        """What the channels page says went wrong."""
        async with self.stand.shop.database.unit(self.stand.shop.office.lead) as unit:
            lost = await unit.pushes.undelivered()
        return [(str(one.state), one.reason.key if one.reason else "") for one in lost]

    async def found(self) -> list[str]:
        """What the doctor finds of the bot."""
        looked = await self.process.doctor.look()
        return [one.failure.text_key for one in looked if one.failure is not None and one.channel.id == self.bot]

    async def push(self) -> None:
        """Something for the webhook's group alone."""
        async with self.stand.shop.database.unit(self.stand.shop.office.lead) as unit:
            await self.process.forms.carry_out(unit, TestChannel(channel=self.webhook))

    async def settled(self, *rows: tuple[str, str | None]) -> None:
        """Return once deliveries stand like this, oldest first."""
        await until(lambda: self.rows() == list(rows))


@pytest.fixture
async def struck(shop: PushShop) -> AsyncIterator[Struck]:
    async with running() as emulator, httpx.AsyncClient(trust_env=False, timeout=SOON) as http:
        webhook = WebhookPusher(WebhookClient(emulator.base_url, http=http))
        stand = Stand(shop, emulator, {HOOK: webhook}, VirtualTime(emulator.platform.clock))
        process = await stand.process()
        (key,) = emulator.platform.corp.webhooks
        address = f"{emulator.base_url}/cgi-bin/webhook/send?key={key}"
        form = SaveChannel(of=HOOK, name="群", brand=shop.office.brand, typed={"address": address})
        bot = await process.save(stand)
        async with shop.database.unit(shop.office.lead) as unit:
            await process.forms.carry_out(unit, form)
            hook = next(one.id for one in await unit.channels.all() if one.kind is HOOK)
        await stand.bind(bot, "lina", shop.office.anna)
        assert shop.office.anna.role is Role.APPROVER
        async with process.holder.holding():
            await until(lambda: BOT_ID in emulator.hub.lines)
            yield Struck(stand, process, bot, hook)


async def a_busy_webhook_is_asked_again(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, WEBHOOK_SENDS, errcode=-1)
    await struck.push()
    await struck.settled(("waiting", BUSY[kind]))
    with looking(struck.stand.shop.database.url) as line:
        await rest_is_over(line, rests=kind is FaultKind.QUOTA_EXHAUSTED)
    await struck.stand.shop.office.move_clock(timedelta(minutes=1))
    await struck.settled(DONE)
    assert len(struck.group()) == 1


async def a_webhook_that_never_answers_is_unknown(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, WEBHOOK_SENDS, seconds=60)
    await struck.push()
    await struck.settled(UNCLEAR)
    struck.stand.shop.rest_no_longer()
    await struck.stand.shop.office.move_clock(timedelta(hours=1))
    await struck.push()
    await struck.settled(UNCLEAR, DONE)
    await struck.time(61)
    assert await struck.named() == [UNCLEAR]
    assert len(struck.group()) == (1 if kind in NOT_TAKEN else 2)
    assert len(struck.stand.emulator.platform.records.of(WEBHOOK_SENDS)) == (1 if kind is FaultKind.DROP_BEFORE else 2)


async def the_line_is_made_again_and_the_answer_named(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, ANSWERS)
    struck.says()
    await struck.settled(NO_ACK)
    await struck.stand.after(30, lambda: BOT_ID in struck.stand.emulator.hub.lines)
    assert (await struck.named(), struck.told()) == ([NO_ACK], [])
    struck.says()
    await struck.settled(NO_ACK, DONE)
    assert len(struck.told()) == 1


async def a_dead_line_is_noticed_told_and_made_again(struck: Struck, kind: FaultKind) -> None:
    first = struck.stand.emulator.hub.lines[BOT_ID]
    struck.strike(kind, PINGS)
    socket = struck.process.lines[struck.bot].socket
    await struck.stand.after(120, lambda: socket.state.last_error == "no_heartbeat", step=0.2)

    async def told() -> bool:
        return await struck.found() == ["bot_down"]

    await until_true(told)
    await struck.stand.after(30, lambda: struck.stand.emulator.hub.lines.get(BOT_ID, first) is not first)
    struck.says()
    await struck.settled(DONE)
    assert len(struck.told()) == 1


async def who_was_kicked_stays_down_and_says_so(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, ANSWERS)
    struck.says()
    await struck.settled(NO_ACK)

    async def told() -> bool:
        return await struck.found() == ["bot_taken_over"]

    await until_true(told)
    await struck.time(120)
    assert (struck.stand.subscriptions(), struck.told(), await struck.named()) == (1, [], [NO_ACK])


async def it_comes_once_after_a_while(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, ANSWERS, seconds=8, errcode=-1)
    struck.says()
    await until(lambda: bool(struck.stand.emulator.platform.records.of(ANSWERS)))
    await struck.stand.after(90, lambda: struck.rows() == [DONE], step=2)
    assert len(struck.told()) == 1


async def it_is_there_and_named_as_unknown(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, ANSWERS)
    struck.says()
    await until(lambda: bool(struck.told()))
    await struck.stand.after(15, lambda: struck.rows() == [NO_ACK])
    await struck.time(60)
    assert (len(struck.told()), await struck.named()) == (1, [NO_ACK])


async def the_sender_is_told_why_the_file_is_not_read(struck: Struck, kind: FaultKind) -> None:
    struck.strike(kind, MEDIA)
    struck.stand.emulator.phone.sends_file_to_bot("lina", "达人.csv", b"handle\nmia\n", bot_id=BOT_ID)
    await until(lambda: bool(struck.told()))
    why = "wecom_media_gone" if kind is FaultKind.MEDIA_EXPIRED else "wecom_media_broken"
    assert struck.told() == [f"【{texts().say('demo_mark', 'zh')}】\n{texts().say(why, 'zh')}"]


Case = Callable[[Struck, FaultKind], Awaitable[None]]
OVER_A_WEBHOOK: dict[FaultKind, Case] = {
    **dict.fromkeys(BUSY, a_busy_webhook_is_asked_again),
    **dict.fromkeys(SILENT, a_webhook_that_never_answers_is_unknown),
}
OVER_A_BOT: dict[FaultKind, Case] = {
    FaultKind.WS_CLOSE: the_line_is_made_again_and_the_answer_named,
    FaultKind.WS_HALF_OPEN: a_dead_line_is_noticed_told_and_made_again,
    FaultKind.WS_KICK: who_was_kicked_stays_down_and_says_so,
    FaultKind.ACK_DELAY: it_comes_once_after_a_while,
    FaultKind.ACK_ERROR: it_comes_once_after_a_while,
    FaultKind.ACK_LOST: it_is_there_and_named_as_unknown,
    FaultKind.MEDIA_EXPIRED: the_sender_is_told_why_the_file_is_not_read,
    FaultKind.MEDIA_BAD_PADDING: the_sender_is_told_why_the_file_is_not_read,
    FaultKind.QUOTA_EXHAUSTED: it_comes_once_after_a_while,
}


@raises(WEBHOOK, *OVER_A_WEBHOOK)
async def test_a_webhook_loses_nothing_repeats_nothing_and_tells(struck: Struck, kind: FaultKind) -> None:
    await OVER_A_WEBHOOK[kind](struck, kind)


@raises(BOT, *OVER_A_BOT)
async def test_a_bot_loses_nothing_repeats_nothing_and_tells(struck: Struck, kind: FaultKind) -> None:
    await OVER_A_BOT[kind](struck, kind)
