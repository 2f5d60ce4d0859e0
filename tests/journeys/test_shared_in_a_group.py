"""「转发版」 and 「转发成图片」 of a list, asked for in a group: 600 characters at most, a picture, no contacts."""

import pytest

from agent.settings import Settings
from memory.domain.workspace import WorkspaceKind
from tests.journeys.test_quotes_in_a_group import keep_list
from tests.support.database import make_workspace, opened
from tests.support.group_talk import group_talk
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BOT, PNG = "AIBOT1", b"\x89PNG\r\n\x1a\n"


async def test_what_is_to_be_passed_on_arrives_in_the_group_as_words_and_as_a_picture(empty_settings: Settings) -> None:
    async with opened(str(empty_settings.database_url)) as database:
        office = await make_workspace(database, kind=WorkspaceKind.REAL, name="Alder")
    async with group_talk(empty_settings) as talk:
        channel = await talk.bot(office.owner, BOT)
        lina = Seat(BOT, "lina", "CH1")
        await talk.seat(channel, lina, office.operator(0))
        await keep_list(talk, office.operator(0), "a")
        await talk.ask(lina, "打开名单 好物a")

        said = await talk.ask(lina, "转发版")
        (passed,) = [one.content for one in said if "```" in one.content]
        assert len(passed.strip("`\n")) <= 600
        assert all(f"@a{number}" in passed for number in range(1, 7))
        assert "example.com" not in passed

        *words, picture = await talk.ask(lina, "转发成图片")
        assert [one.msgtype for one in words] == ["stream"]
        assert (picture.msgtype, picture.data[:8]) == ("image", PNG)
        assert talk.said(Seat(BOT, "lina")) == []
