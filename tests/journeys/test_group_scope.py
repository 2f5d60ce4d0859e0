"""Two brands, groups and 1:1 chats, every role: what a chat is told comes from its binding alone, no row is foreign."""

from collections.abc import AsyncIterator
from itertools import product

import pytest

from agent.settings import Settings
from evals.emulators.wecom.core.corp import User
from memory.domain.ids import ChannelId
from memory.domain.workspace import Role
from tests.support.database import TestServer
from tests.support.group_talk import CARDS, GroupTalk, group_talk
from tests.support.neighbourhoods import Neighbourhood, Place, built, owner_of, require_own_decisions
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

BOT, THEIR_BOT = "AIBOT1", "AIBOT2"
BOTS = {BOT: "达人助手", THEIR_BOT: "桦树助手"}


@pytest.fixture
async def neighbourhood(empty_settings: Settings) -> AsyncIterator[Neighbourhood[GroupTalk]]:
    houses = await built(empty_settings)
    async with group_talk(empty_settings) as talk:
        channels: dict[str, ChannelId] = {}
        for bot, house in ((BOT, houses[0]), (THEIR_BOT, houses[2])):
            await talk.daren.workshop.index(house.lead.tenant)
            channels[bot] = await talk.bot(owner_of(talk, house), bot, name=BOTS[bot])
        seats: dict[Place, Seat] = {}
        for (number, house), role, kind in product(enumerate(houses), Role, ("group", "single")):
            if number == 2 and role is not Role.LEAD:
                continue
            bot = THEIR_BOT if number == 2 else BOT
            seat = Seat(bot, f"u{number}-{role}-{kind}", f"G{number}-{role}" if kind == "group" else "")
            await talk.seat(channels[bot], seat, house.scopes[role])
            seats[Place(number, role, kind)] = seat
        yield Neighbourhood(talk, houses, seats)


async def test_no_chat_shows_a_row_of_another_brand_or_tenant_a_local_link_or_a_refused_card(
    neighbourhood: Neighbourhood[GroupTalk], postgres: TestServer, empty_settings: Settings
) -> None:
    here = neighbourhood
    await here.strangers_learn_nothing(strangers(here))
    await here.all_converse()
    here.require_separate()
    assert here.refused(CARDS) == []
    require_own_decisions(postgres, empty_settings)


def strangers(here: Neighbourhood[GroupTalk]) -> list[Seat]:
    """Nobody's member, and a lead of another tenant: in our group, and alone with our bot."""
    corp = here.talk.emulator.platform.corp
    corp.users["stranger"] = User("stranger", "stranger")
    group = here.seats[Place(0, Role.LEAD, "group")].group
    users = ("stranger", here.seats[Place(2, Role.LEAD)].user)
    corp.groups[group].members += users
    return [Seat(BOT, user, chat) for user in users for chat in ("", group)]
