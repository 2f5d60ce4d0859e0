"""From a cause to the group on a phone: the webhook against the emulated platform over loopback, on real rows."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta

import httpx
import pytest

from agent.channels.checking import ChannelDoctor
from agent.channels.forms import ChannelForms
from agent.deliveries.carrying import DeliveryReport, Post, deliver_due
from agent.deliveries.wording import PushWords
from connectors.ports.channels import OpenChannel, Page, Push
from connectors.wecom.webhook import translate
from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.pushing import WebhookPusher
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.server import Emulator, running
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.deliveries import DeliveryState
from memory.domain.errors import BadRequest, Refused, Unavailable
from memory.domain.ids import ChannelId
from prompts.render import texts
from tests.agent.deliveries.conftest import BOX, DAY, HOOK, PushShop, shop
from tests.support.doctors import says
from tests.support.loud_logs import everything_logged

__all__ = ["shop"]
PNG = b"\x89PNG\r\n\x1a\n" + bytes(60)


@dataclass
class Line:
    """A shop whose team's group is on the emulated platform."""

    shop: PushShop
    emulator: Emulator
    pusher: WebhookPusher
    channel: ChannelId

    @property
    def key(self) -> str:
        (key,) = self.emulator.platform.corp.webhooks
        return key

    @property
    def forms(self) -> ChannelForms:
        return ChannelForms(BOX, texts(), {HOOK: self.pusher})

    async def deliver(self) -> DeliveryReport:
        post = Post(self.shop.database, {HOOK: self.pusher}, BOX, PushWords(texts()).say, DAY)
        return await deliver_due(post)

    def group(self) -> list[str]:
        """What the group shows, oldest first."""
        hook = self.emulator.platform.corp.webhooks[self.key]
        return [message.content for message in self.emulator.platform.chats.of(hook.chatid)]

    def strike(self, kind: FaultKind, *, errcode: int = -1) -> None:
        self.emulator.platform.faults.add(Fault(kind=kind, endpoint="webhook/send", errcode=errcode))

    async def submit(self, form: SaveChannel | TestChannel) -> str:
        async with self.shop.database.unit(self.shop.office.lead) as unit:
            return (await self.forms.carry_out(unit, form)).text


@pytest.fixture
async def line(shop: PushShop) -> AsyncIterator[Line]:
    async with running() as emulator, httpx.AsyncClient(trust_env=False, timeout=20) as http:
        pusher = WebhookPusher(WebhookClient(emulator.base_url, http=http))
        made = Line(shop, emulator, pusher, ChannelId(0))
        form = SaveChannel(
            name="运营群", brand=shop.office.brand,
            typed={"address": f"{emulator.base_url}/cgi-bin/webhook/send?key={made.key}"},
        )  # fmt: skip
        await made.submit(form)
        async with shop.database.unit(shop.office.lead) as unit:
            (channel,) = await unit.channels.all()
        yield replace(made, channel=channel.id)


async def test_a_creators_answer_reaches_the_group(line: Line) -> None:
    await line.shop.answers(2)
    report = await line.deliver()
    assert report.ends == {DeliveryState.DELIVERED: 2}
    (said,) = line.group()
    assert said.splitlines()[:4] == [
        "演示数据",
        "**Eval：收到 2 条达人回复**",
        "> ＠c1（谈价）：10%?",
        "> ＠c2（谈价）：10%?",
    ]


async def test_a_long_digest_reaches_the_group_as_its_beginning_a_file_and_a_card_that_leads_to_its_page(
    line: Line,
) -> None:
    async with line.shop.database.unit(line.shop.office.lead) as unit:
        (setting,) = await unit.channels.all()
    text = "**Eval 日报**\n" + "> 一行\n" * 5_000
    page = Page("Eval 的数字", "明细和导出", "https://daren.example/performance")
    await line.pusher.push(OpenChannel(setting, {"key": line.key}), Push(text, page=page), key="d1-1")
    hook = line.emulator.platform.corp.webhooks[line.key]
    beginning, whole, card = line.emulator.platform.chats.of(hook.chatid)
    assert (beginning.content[:11], beginning.content[-2:]) == ("**Eval 日报**", "……")
    assert (whole.filename, whole.data.decode("utf-8-sig").count("一行")) == ("Eval 日报.txt", 5_000)
    assert card.card is not None
    assert card.card["card_action"] == {"type": 1, "url": page.url}


async def test_a_test_is_sent_at_night_too_and_says_who_sent_it(line: Line) -> None:
    await line.shop.at(23)
    assert await line.submit(TestChannel(channel=line.channel)) == texts().say("channel_test_queued", "zh")
    await line.deliver()
    assert line.group() == ["演示数据\n**Eval：测试消息**\nlead 在 Daren 里点了「发测试」。能看到这条，推送就通了。"]


async def test_a_revoked_key_is_refused_once_and_named_on_the_page_and_by_the_doctor(line: Line) -> None:
    doctor = ChannelDoctor(line.shop.database, BOX, {HOOK: line.pusher})
    assert [found.failure for found in await doctor.look()] == [None]
    assert line.group() == []  # looking says nothing in the group
    line.emulator.platform.corp.webhooks[line.key].revoked = True
    await line.shop.answers(1)
    await line.deliver()
    await line.deliver()
    (found,) = await doctor.look()
    assert isinstance(found.failure, Refused)
    says(found.failure, "webhook_key_dead", "到群里「消息推送」复制新地址", "copy the new one")
    async with line.shop.database.unit(line.shop.office.lead) as unit:
        (state,) = await unit.pushes.states()
        (lost,) = await unit.pushes.undelivered()
    assert state.is_failing
    assert state.reason is not None
    assert (state.reason.key, lost.state, lost.channel) == ("webhook_key_dead", DeliveryState.REFUSED, "运营群")
    assert len(line.shop.tries()) == 1


async def test_an_answer_lost_after_the_group_had_it_is_unknown_and_never_sent_again(line: Line) -> None:
    line.strike(FaultKind.DROP_AFTER)
    await line.shop.answers(1)
    await line.deliver()
    line.shop.rest_no_longer()
    await line.shop.office.move_clock(timedelta(hours=1))
    await line.deliver()
    assert line.shop.rows() == [("unknown", "channel_unclear")]
    assert len(line.group()) == 1


@pytest.mark.parametrize("kind", [FaultKind.HTTP_500, FaultKind.BAD_JSON, FaultKind.DROP_BEFORE])
async def test_no_readable_answer_is_unknown(line: Line, kind: FaultKind) -> None:
    line.strike(kind)
    await line.shop.answers(1)
    await line.deliver()
    await line.deliver()
    assert line.shop.rows() == [("unknown", "channel_unclear")]


async def test_a_busy_platform_is_asked_again(line: Line) -> None:
    line.strike(FaultKind.ERRCODE)
    await line.shop.answers(1)
    await line.deliver()
    assert line.shop.rows() == [("waiting", "channel_busy")]
    await line.shop.office.move_clock(timedelta(minutes=1))
    await line.deliver()
    assert (line.shop.rows(), len(line.group())) == ([("delivered", None)], 1)


async def test_the_platforms_minute_is_never_used_up(line: Line) -> None:
    await line.shop.answers(8 * 25)
    await line.deliver()
    calls = [call for call in line.emulator.platform.records.calls if call.endpoint == "webhook/send"]
    assert (len(calls), {call.errcode for call in calls}) == (18, {0})
    assert line.shop.rows().count(("waiting", None)) == 8 * 7


async def test_an_unreachable_host_is_named_by_the_doctor_and_waited_for(line: Line) -> None:
    async with httpx.AsyncClient(trust_env=False, timeout=5) as http:
        gone = WebhookPusher(WebhookClient("http://127.0.0.1:9", http=http))
        (found,) = await ChannelDoctor(line.shop.database, BOX, {HOOK: gone}).look()
        await line.shop.answers(1)
        await deliver_due(Post(line.shop.database, {HOOK: gone}, BOX, PushWords(texts()).say, DAY))
    assert isinstance(found.failure, Unavailable)
    assert found.failure.facts == {"host": "127.0.0.1"}
    assert line.shop.rows() == [("waiting", "channel_unreachable")]


async def test_images_arrive(line: Line) -> None:
    await line.pusher.client.send(line.key, translate.image(PNG))
    hook = line.emulator.platform.corp.webhooks[line.key]
    (image,) = line.emulator.platform.chats.of(hook.chatid)
    assert image.data == PNG


async def test_what_is_called_for_mentions_people(line: Line) -> None:
    async with line.shop.database.unit(line.shop.office.lead) as unit:
        channel = await unit.channels.by_id(line.channel)
    assert channel is not None
    await line.submit(SaveChannel(id=line.channel, name="运营群", brand=line.shop.office.brand, mentions="@all"))
    async with line.shop.database.unit(line.shop.office.lead) as unit:
        changed = await unit.channels.by_id(line.channel)
    assert changed is not None
    assert changed.sealed == channel.sealed  # no address typed: the key stays
    secrets = BOX.unseal(changed.sealed, of=f"channel:{changed.tenant}:{changed.kind}")
    await line.pusher.push(OpenChannel(changed, secrets), Push("**Eval：1 批**", calls=True), key="x")
    hook = line.emulator.platform.corp.webhooks[line.key]
    (message,) = line.emulator.platform.chats.of(hook.chatid)
    assert (message.msgtype, message.mentions) == ("text", ("@all",))


async def test_no_log_holds_the_key_however_much_is_logged(line: Line, capsys: pytest.CaptureFixture[str]) -> None:
    with everything_logged() as written:
        line.strike(FaultKind.HTTP_500)
        await line.shop.answers(9)
        await line.deliver()
        await line.deliver()
    said = written.getvalue() + "".join(capsys.readouterr())
    assert "/cgi-bin/webhook/send?key=***" in said
    assert "delivery.settled" in said
    assert line.key not in said
    assert "＠c1" not in said
    assert "secret of" not in said


async def test_what_was_typed_wrong_is_told_at_its_field_and_nothing_is_kept(line: Line) -> None:
    for typed, key in (({}, "webhook_address_missing"), ({"address": "hello"}, "webhook_address_unreadable")):
        with pytest.raises(BadRequest, match=key):
            await line.submit(SaveChannel(name="另一个群", brand=line.shop.office.brand, typed=typed))
    async with line.shop.database.unit(line.shop.office.lead) as unit:
        assert len(await unit.channels.all()) == 1
