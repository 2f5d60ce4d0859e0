"""The daily digest as somebody asks for it in the chat: set, moved, looked at, in full, and stopped."""

import asyncio

import pytest

from memory.domain.cards import ReportCard
from memory.domain.chat_stores import Author
from tests.support.product import PATIENCE_SECONDS, Person

pytestmark = pytest.mark.journey


async def test_a_digest_is_set_moved_looked_at_and_stopped(approver: Person) -> None:
    assert "还没有订日报" in (await approver.ask("什么时候发日报")).text
    daily = await approver.ask("每天早上9点发日报")
    assert daily.text.startswith("好，每天 09:00（Asia/Shanghai）发中文日报。下一份：")
    moved = await approver.ask("日报改到8点半，周末不要")
    assert moved.text.startswith("改好了：周一到周五 08:30（Asia/Shanghai）发中文日报。下一份：")
    assert "出现在这个对话里" in moved.text
    english = await approver.ask("用英文发日报")
    assert "周一到周五 08:30（Asia/Shanghai）发英文日报" in english.text

    today = await approver.ask("今天的日报")
    assert len(today.text.encode()) <= 1_900
    lines = today.text.splitlines()
    assert "America/Los_Angeles" in lines[1]
    assert next(line for line in lines if line.startswith("· ")).startswith("· GMV ")
    assert sum(line.startswith("建议：") for line in lines) == 1

    full = await approver.ask("日报全文")
    assert "日报数字" in [card.title for card in full.cards if isinstance(card, ReportCard)]

    assert "日报停了" in (await approver.ask("取消日报")).text
    assert "周一到周五 08:30" in (await approver.ask("撤销")).text
    assert "发英文日报" in (await approver.ask("什么时候发日报")).text


async def test_it_comes_into_its_conversation_at_its_hour_and_once(approver: Person) -> None:
    asked = await approver.say("每天早上9点发日报")
    moved = await approver.forward()
    assert moved.text.endswith("09:00（团队时间）。")
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (heard := await approver.heard(asked.conversation, author=Author.NOTICE)):
            await approver.daren.workshop.digest()
    await approver.daren.workshop.digest()
    assert await approver.heard(asked.conversation, author=Author.NOTICE) == heard
    (digest,) = heard
    assert "日报 · " in digest.text
