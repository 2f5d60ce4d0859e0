"""Two brands in one app, another tenant in its own, every role: what a member is told is theirs, and no row foreign."""

from collections.abc import AsyncIterator
from itertools import product

import pytest

from agent.settings import Settings
from memory.domain.ids import ChannelId
from memory.domain.workspace import Role
from tests.support.app_talk import CARDS, AppTalk, app_talk
from tests.support.database import TestServer
from tests.support.neighbourhoods import Neighbourhood, Place, built, owner_of, require_own_decisions
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

APP, THEIR_APP = 1_000_002, 1_000_003
APPS = {APP: "达人助手", THEIR_APP: "桦树助手"}
ASKING = [Place(house, Role.LEAD, presses=False) for house in range(3)]


@pytest.fixture
async def neighbourhood(empty_settings: Settings) -> AsyncIterator[Neighbourhood[AppTalk]]:
    houses = await built(empty_settings)
    async with app_talk(empty_settings) as talk:
        channels: dict[int, ChannelId] = {}
        for app, house in ((APP, houses[0]), (THEIR_APP, houses[2])):
            await talk.daren.workshop.index(house.lead.tenant)
            channels[app] = await talk.app(owner_of(talk, house), app, name=APPS[app])
        seats: dict[Place, Seat] = {}
        for (number, house), role, asks in product(enumerate(houses), Role, (True, False)):
            if number == 2 and role is not Role.LEAD:
                continue
            app = THEIR_APP if number == 2 else APP
            # An app says no more than twenty things a minute to one person: who asks and who presses are two.
            seat = Seat(str(app), f"u{number}-{role}-{'asks' if asks else 'presses'}")
            await talk.seat(channels[app], seat, house.scopes[role])
            seats[Place(number, role, asks=asks, presses=not asks)] = seat
        yield Neighbourhood(talk, houses, seats)


async def test_no_member_sees_a_row_of_another_brand_or_tenant_a_local_link_or_a_refused_card(
    neighbourhood: Neighbourhood[AppTalk], postgres: TestServer, empty_settings: Settings
) -> None:
    here = neighbourhood
    await here.strangers_learn_nothing(strangers(here))
    await their_callbacks_do_not_open(here)
    await here.all_converse()
    before = decisions(here)
    await here.all_press({place: approval(here, place) for place in ASKING})
    assert decisions(here) == before
    here.require_separate()
    assert here.refused(CARDS) == []
    assert here.talk.emulator.sending.dropped == []
    require_own_decisions(postgres, empty_settings)


def strangers(here: Neighbourhood[AppTalk]) -> list[Seat]:
    """Nobody's member, and a lead of another tenant, each in our app."""
    seats = [Seat(str(APP), user) for user in ("stranger", here.seats[ASKING[2]].user)]
    for seat in seats:
        here.talk.hire(seat)
    return seats


async def their_callbacks_do_not_open(here: Neighbourhood[AppTalk]) -> None:
    """What the other tenant's app seals is nothing at our address."""
    apps, callbacks = here.talk.emulator.platform.corp.apps, here.talk.emulator.callbacks
    theirs, at = here.seats[ASKING[2]], apps[THEIR_APP].callback.url
    apps[THEIR_APP].callback.url = apps[APP].callback.url
    here.talk.types(theirs, f"批准 {here.houses[0].batch} 1")
    lost = callbacks.deliveries[-1]
    await here.talk.until(lambda: lost.over)
    apps[THEIR_APP].callback.url = at
    assert {attempt.status for attempt in lost.attempts} == {403}
    assert here.talk.rows("select count(*) from callback") == [(0,)]


def approval(here: Neighbourhood[AppTalk], place: Place) -> tuple[str, str]:
    """The task of the first card of drafts that somebody was sent, and the key that approves all of it."""
    cards = [one.card for one in here.talk.said(here.seats[place]) if one.card and "button_list" in one.card]
    found = [(card["task_id"], button["key"]) for card in cards for button in card["button_list"]]
    return next((task, key) for task, key in found if key.startswith("approve:"))


def decisions(here: Neighbourhood[AppTalk]) -> list[tuple[object, ...]]:
    """Everything that was decided."""
    return here.talk.rows("select id, member_id, draft_id, voided_at from decision order by id")
