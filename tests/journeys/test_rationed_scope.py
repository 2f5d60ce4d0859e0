"""Followers and customers of two brands, every role, strangers, another tenant: who is bound decides every word."""

from collections.abc import AsyncIterator
from itertools import product

import pytest

from agent.settings import Settings
from memory.domain.workspace import Role
from tests.support.database import TestServer
from tests.support.neighbourhoods import FORGED, Neighbourhood, Place, built, owner_of, require_own_decisions
from tests.support.rationed_talk import AccountTalk, KfTalk, RationedTalk, rationed_talk
from tests.support.talks import Seat

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

STRANGER = "还不认识你"
KINDS: dict[str, type[AccountTalk] | type[KfTalk]] = {"official account": AccountTalk, "customer service": KfTalk}
OURS, THEIRS = 0, 1
LEAD, THEIR_LEAD = Place(0, Role.LEAD), Place(2, Role.LEAD)


@pytest.fixture(params=KINDS)
async def neighbourhood(
    request: pytest.FixtureRequest, empty_settings: Settings
) -> AsyncIterator[Neighbourhood[RationedTalk]]:
    houses = await built(empty_settings)
    async with rationed_talk(KINDS[request.param], empty_settings) as talk:
        for account, house in ((OURS, houses[0]), (THEIRS, houses[2])):
            await talk.daren.workshop.index(house.lead.tenant)
            await talk.set_up(owner_of(talk, house), account)
        here = Neighbourhood(talk, houses, {})
        # Who may do most and who may do least ask everything; every role asks for what is theirs.
        ours = (Place(house, role, asks=role in (Role.LEAD, Role.VIEWER)) for house, role in product((0, 1), Role))
        for place in (*ours, THEIR_LEAD):
            account = THEIRS if place.house == THEIR_LEAD.house else OURS
            seat = Seat(talk.account(account), f"u{place.house}-{place.role}")
            await talk.seat(talk.channels[account], seat, houses[place.house].scopes[place.role])
            here.seats[place] = seat
        yield here


async def test_nobody_is_told_a_row_of_another_brand_or_tenant_or_a_local_link(
    neighbourhood: Neighbourhood[RationedTalk], postgres: TestServer, empty_settings: Settings
) -> None:
    here = neighbourhood
    here.talk.calls(OURS)
    await strangers_are_told_how_to_be_let_in(here)
    await here.all_converse((0, 1))
    here.talk.calls(THEIRS)
    await ours_are_nobody_there(here)
    await here.all_converse((2,))
    here.require_separate()
    assert here.refused([here.talk.sends]) == []
    assert here.talk.emulator.platform.records.warnings == []
    require_own_decisions(postgres, empty_settings)


async def strangers_are_told_how_to_be_let_in(here: Neighbourhood[RationedTalk]) -> None:
    """Nobody's member, and a lead of another tenant, each with our account: they ask, and tap what is not theirs."""
    seats = [Seat(here.talk.account(OURS), user) for user in ("stranger", here.seats[THEIR_LEAD].user)]
    for seat in seats:
        here.talk.hire(seat)
        await here.talk.presses(seat, task=f"{here.houses[0].batch}-1-{FORGED}", key="approve:1-3")
    await here.strangers_learn_nothing(seats)
    assert [one.content for seat in seats for one in here.talk.said(seat) if STRANGER not in one.content] == []


async def ours_are_nobody_there(here: Neighbourhood[RationedTalk]) -> None:
    """A lead of ours writes where another tenant listens."""
    seat = Seat(here.talk.account(THEIRS), here.seats[LEAD].user)
    told = await here.talk.ask(seat, f"列出{here.houses[0].brand.name}的草稿")
    assert [one.content for one in told if STRANGER not in one.content] == []
