"""With a public address an app's messages may lead to a page, and to that address alone."""

import re

import pytest

from agent.settings import Settings
from memory.domain.workspace import WorkspaceKind
from tests.support.app_talk import app_talk
from tests.support.database import make_workspace, opened
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

ADDRESS = "https://daren.example.com"
ASKED = "给品牌方一个只读报告链接，7天有效"


async def test_a_link_that_a_lead_asks_for_comes_with_the_public_address(empty_settings: Settings) -> None:
    async with opened(str(empty_settings.database_url)) as database:
        office = await make_workspace(database, kind=WorkspaceKind.REAL, name="Alder")
    async with app_talk(empty_settings.model_copy(update={"public_url": ADDRESS})) as talk:
        channel = await talk.app(office.owner, 1_000_009, name="达人")
        lina = Seat("1000009", "lina")
        await talk.seat(channel, lina, office.lead(0))
        asked = "\n".join(one.content for one in await talk.ask(lina, ASKED))
        (code,) = re.findall(r"确认 (C\w+)", asked)
        made = "\n".join(one.content for one in await talk.ask(lina, f"确认 {code}"))
        links = re.findall(r"https?://\S+", f"{asked}\n{made}")
        assert [link.startswith(f"{ADDRESS}/") for link in links] == [True]
        assert not any("127.0.0.1" in frame or "localhost" in frame for frame in talk.frames(lina))
