"""A lead whose own chat is about all brands is told of each row whose it is; a chat of one brand needs no such word."""

import pytest

from agent.settings import Settings
from memory.domain.workspace import Role
from tests.support.group_talk import group_talk
from tests.support.neighbourhoods import built, owner_of
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BOT = "AIBOT1"


async def test_every_row_names_its_brand_where_a_chat_is_about_several(empty_settings: Settings) -> None:
    houses = await built(empty_settings)
    ours, sister = houses[0], houses[1]
    async with group_talk(empty_settings) as talk:
        channel = await talk.bot(owner_of(talk, ours), BOT)
        boss, one = Seat(BOT, "lina"), Seat(BOT, "wangwei")
        await talk.seat(channel, boss, owner_of(talk, ours))
        await talk.seat(channel, one, ours.scopes[Role.LEAD])

        drafts = "\n".join(message.content for message in await talk.ask(boss, "列出草稿"))
        for house in (ours, sister):
            (part,) = [text for text in drafts.split("「") if text.startswith(f"{house.batch}#")]
            assert f"品牌：{house.brand.name}" in part
        replies = "\n".join(message.content for message in await talk.ask(boss, "有谁回我们了"))
        for house in (ours, sister):
            (block,) = [text for text in replies.split("**@") if house.word in text]
            assert f"（{house.brand.name}）" in block

        said = [*await talk.ask(one, "列出草稿"), *await talk.ask(one, "有谁回我们了")]
        own = "\n".join(message.content for message in said)
        assert ours.word in own
        assert "品牌：" not in own
        assert f"（{ours.brand.name}）" not in own
