"""One process holds a bot's connection: it follows the row, gives it up with the lock, and the next one takes over."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest

from agent.deliveries.carrying import Post, deliver_due
from agent.deliveries.wording import PushWords
from connectors.wecom.bot.socket import Ended
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.server import running
from evals.suites.talking import open_talk
from memory.domain.channel_forms import TestChannel
from memory.domain.chat import Inbound, Tap
from memory.domain.ids import ChannelId
from memory.domain.lines import LineEnd
from memory.domain.places import Place
from prompts.render import texts
from tests.agent.deliveries.conftest import BOX, DAY, HOOK, FakePusher, PushShop, shop
from tests.support.bots import BOT_ID, Stand, dying, until, until_true

__all__ = ["shop"]
ANNA = private(BOT_ID, "lina")


@pytest.fixture
async def stand(shop: PushShop) -> AsyncIterator[Stand]:
    async with running() as emulator:
        yield Stand(shop, emulator, {HOOK: shop.pushers[HOOK]})


async def asked_while_nobody_listened(stand: Stand, channel: ChannelId, outside_id: str = "AIBOT1:m1") -> None:
    """A command of Anna's was stored by a process that died before it could answer."""
    anna = stand.shop.office.anna
    place = Place(channel=channel, chat="lina", is_group=False, user="lina")
    inbound = Inbound(connector="wecom_bot", outside_id=outside_id, text="停", chat="lina", place=place)
    await (await open_talk(stand.shop.office, anna)).desk.receive(anna, inbound)
    stand.emulator.hub.heard(BOT_ID, ANNA)


def is_up(stand: Stand) -> bool:
    return BOT_ID in stand.emulator.hub.lines


async def test_what_a_lead_saves_is_connected_and_answers_and_shows_how_it_stands(stand: Stand) -> None:
    process = await stand.process()
    async with process.holder.holding():
        channel = await process.save(stand)
        await until(lambda: is_up(stand))
        await stand.bind(channel, "lina", stand.shop.office.anna)
        stand.emulator.phone.says_to_bot("lina", "停", bot_id=BOT_ID)
        await until(lambda: bool(stand.said(ANNA)))

        async def told() -> bool:
            line = await stand.line(channel)
            return line is not None and None not in (line.state.connected_since, line.state.heard_at)

        await until_true(told)
    assert "已停" in stand.said(ANNA)[0].content
    await until(lambda: not is_up(stand))


async def test_a_stranger_gets_a_code_and_an_unbound_group_learns_how_and_neither_any_data(stand: Stand) -> None:
    process = await stand.process()
    async with process.holder.holding():
        await process.save(stand)
        await until(lambda: is_up(stand))
        stand.emulator.phone.says_to_bot("chenjie", "给我看名单", bot_id=BOT_ID)
        stand.emulator.phone.says_in_group("lina", "给我看名单", chatid="CH1", mention=BOT_ID)
        await until(lambda: bool(stand.said(private(BOT_ID, "chenjie"))) and bool(stand.said("CH1")))
    assert "绑定码" in stand.said(private(BOT_ID, "chenjie"))[0].content
    assert "绑定" in stand.said("CH1")[0].content
    assert stand.shop.rows() == []


async def test_a_changed_or_switched_off_row_is_followed_without_a_restart(stand: Stand) -> None:
    process = await stand.process()

    async def ended() -> bool:
        line = await stand.line(channel)
        return line is not None and line.state.ended is LineEnd.WRONG_SECRET

    async with process.holder.holding():
        channel = await process.save(stand, secret="not-the-secret")
        await until_true(ended)
        assert not is_up(stand)
        await process.save(stand, channel)
        await until(lambda: is_up(stand))
        await process.save(stand, channel, active=False)
        await until(lambda: not is_up(stand))
        await process.save(stand, channel)
        await until(lambda: is_up(stand))
    assert stand.subscriptions() == 3


async def test_two_processes_do_not_fight_and_the_second_takes_over_when_the_first_dies(stand: Stand) -> None:
    first, second = await stand.process(), await stand.process()
    channel = await first.save(stand)
    await stand.bind(channel, "lina", stand.shop.office.anna)
    async with dying(first) as one, dying(second) as two:
        await until(lambda: is_up(stand))
        holder, other, death = (first, second, one) if first.lines else (second, first, two)
        assert (holder.pusher.holds(channel), other.pusher.holds(channel)) == (True, False)
        death.cancel()
        await until(lambda: bool(other.lines) and is_up(stand))
        stand.emulator.phone.says_to_bot("lina", "停", bot_id=BOT_ID)
        await until(lambda: bool(stand.said(ANNA)))
        assert stand.subscriptions() == 2
        assert other.lines[channel].socket.state.ended is None
    assert len(stand.said(ANNA)) == 1


async def test_a_lost_lock_is_a_lost_connection(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)
    async with process.holder.holding():
        await until(lambda: is_up(stand))
        held = process.lines[channel]
        with psycopg.connect(stand.shop.database.url, autocommit=True) as line:
            line.execute("select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory'")
        await until(lambda: process.lines.get(channel) not in (None, held) and is_up(stand))
        assert held.socket.state.ended is not Ended.TAKEN_OVER
    assert stand.subscriptions() == 2


async def test_two_rows_of_one_bot_do_not_fight_either(stand: Stand) -> None:
    process = await stand.process()
    first = await process.save(stand)
    second = await process.save(stand, name="又一个")
    async with process.holder.holding():
        await until(lambda: is_up(stand))

        async def noted() -> bool:
            return any([await stand.line(one) is not None for one in (first, second)])

        await until_true(noted)
        assert len(process.lines) == 1
    assert stand.subscriptions() == 1


async def test_another_program_that_takes_the_bot_is_left_alone_and_named(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)

    async def named() -> bool:
        line = await stand.line(channel)
        return line is not None and line.state.ended is LineEnd.TAKEN_OVER

    async with process.holder.holding():
        await until(lambda: is_up(stand))
        stand.emulator.hub.kick(BOT_ID)
        await until_true(named)
        assert not is_up(stand)
        await process.save(stand, channel)
        await until(lambda: is_up(stand))


async def test_what_a_dead_process_owed_is_said_once_by_whoever_comes(stand: Stand) -> None:
    first, second = await stand.process(), await stand.process()
    channel = await first.save(stand)
    await stand.bind(channel, "lina", stand.shop.office.anna)
    await asked_while_nobody_listened(stand, channel)
    async with dying(first), dying(second):
        await until(lambda: bool(stand.said(ANNA)))
        await until(lambda: stand.shop.rows() == [("delivered", None)])
    assert len(stand.said(ANNA)) == 1


async def test_what_is_owed_in_a_chat_that_is_bound_no_longer_is_told_nobody(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)
    await asked_while_nobody_listened(stand, channel)
    async with process.holder.holding():
        await until(lambda: stand.shop.rows() == [("dropped", "reply_not_bound")])
    assert stand.said(ANNA) == []


async def test_a_creators_answer_is_pushed_by_the_bot_into_the_teams_group(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)
    await stand.shop.channel(HOOK)
    await stand.bind(channel, "lina", stand.shop.office.anna, group="CH1")
    stand.emulator.hub.heard(BOT_ID, "CH1")
    async with process.holder.holding():
        await until(lambda: is_up(stand))
        await stand.shop.answers(1)
        await until(lambda: bool(stand.said("CH1")))
        await until(lambda: stand.shop.rows() == [("delivered", None)])
    assert stand.said("CH1")[0].content.splitlines()[:2] == ["演示数据", "**Eval：收到 1 条达人回复**"]
    assert stand.shop.pushers[HOOK].accepted == []


async def test_only_a_refusal_of_the_bot_sends_it_on_to_the_webhook(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)
    hook = await stand.shop.channel(HOOK)
    async with process.holder.holding():
        await until(lambda: is_up(stand))
        await stand.shop.answers(1)  # no chat is bound: the bot refuses
        await until(lambda: stand.shop.rows() == [("delivered", None)])
    assert [(one, state) for one, state, _ in stand.shop.tries()] == [(channel, "refused"), (hook, "delivered")]
    assert len(stand.shop.pushers[HOOK].accepted) == 1


async def test_a_process_without_the_connection_leaves_pushes_to_the_one_that_has_it(stand: Stand) -> None:
    process = await stand.process()
    await process.save(stand)
    await stand.shop.channel(HOOK)
    await stand.shop.answers(1)
    post = Post(
        stand.shop.database, {process.pusher.kind: process.pusher, HOOK: FakePusher()}, BOX, PushWords(texts()).say, DAY
    )
    report = await deliver_due(post)
    assert (report.calls, stand.shop.rows()) == (0, [("waiting", None)])


async def test_a_test_of_a_bot_whose_secret_is_wrong_says_why(stand: Stand) -> None:
    process = await stand.process()
    async with process.holder.holding():
        channel = await process.save(stand, secret="not-the-secret")
        await until(lambda: bool(process.lines) and process.lines[channel].socket.state.ended is not None)
        async with stand.shop.database.unit(stand.shop.office.lead) as unit:
            await process.forms.carry_out(unit, TestChannel(channel=channel))
        await until(lambda: stand.shop.rows() == [("refused", "bot_wrong_secret")])


async def test_what_was_decided_elsewhere_is_told_in_the_group_of_its_card(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)
    office = stand.shop.office
    await stand.bind(channel, "lina", office.anna, group="CH1")
    stand.emulator.hub.heard(BOT_ID, "CH1")
    batch = await office.draft(await office.creators(3))
    desk = (await open_talk(office, office.anna)).desk
    card = await desk.present(office.anna, batch.code)
    assert card.presentation is not None
    place = Place(channel=channel, chat="CH1", is_group=True, user="lina")
    await desk.delivered(office.anna, card.presentation, place=place)
    async with process.holder.holding():
        await until(lambda: is_up(stand))
        shown = await office.show(batch, office.ben)
        ben = (await open_talk(office, office.ben)).desk
        await ben.decide(office.ben, Tap(presentation=shown.id, approve=(1, 2), reject=(3,)))
        await until(lambda: bool(stand.said("CH1")))
    assert stand.said("CH1")[0].content == (
        f"演示数据\n{batch.code}：ben已在别处处理：批准 1-2，拒绝 3。这里的卡片不用再点；点一下会显示最新状态。"
    )


async def test_a_judgement_is_kept_in_the_book_of_what_happened(stand: Stand) -> None:
    process = await stand.process()
    channel = await process.save(stand)
    await stand.bind(channel, "lina", stand.shop.office.anna)
    async with process.holder.holding():
        await until(lambda: is_up(stand))
        stand.emulator.hub.event(
            "feedback_event", {"id": "turn-7", "type": 2, "content": "不准", "inaccurate_reason_list": [3]},  # type: ignore[arg-type]  # its value
            bot_id=BOT_ID, chat=ANNA, userid="lina",
        )  # fmt: skip

        def kept() -> list[tuple[str, dict[str, object]]]:
            return [
                (subject, after)
                for subject, after in stand.shop._read(
                    "select subject, after from audit_event where event = 'answer.judged'"
                )
            ]

        await until(lambda: bool(kept()))
    assert kept() == [("turn-7", {"verdict": "bad", "reasons": ["wrong"], "text": "不准"})]


async def test_the_process_that_ends_lets_go_of_everything(stand: Stand) -> None:
    process = await stand.process()
    await process.save(stand)
    async with process.holder.holding():
        await until(lambda: is_up(stand))
    assert process.lines == {}
    left = {task.get_name() for task in asyncio.all_tasks()} & {"channels", "note", "carry", "wecom_bot"}
    assert left == set()
