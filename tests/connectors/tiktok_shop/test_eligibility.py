"""Whom a shop may write to first, by what the platform says of each."""

import pytest

from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.eligibility import Eligibilities
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.domain.errors import Unavailable
from memory.domain.shops import Eligibility
from tests.support.shop_talk import ShopTalk, shop_talk

CHECK = "outreach/eligibility"


def eligibilities(talk: ShopTalk) -> Eligibilities:
    return Eligibilities(Conversations(talk.bench.client, talk.bench.safe))


async def test_each_creator_is_told_by_level_size_and_standing() -> None:
    async with shop_talk() as talk:
        talk.shop.follower_cap = 50_000
        everybody = list(talk.bench.platform.people.values())
        small = next(one for one in everybody if one.followers <= 50_000)
        large = next(one for one in everybody if one.followers > 50_000)
        small.blocked.add(talk.shop.id)
        contacts = talk.bench.platform.contacts
        talk.bench.platform.contacts.answer(contacts.of(talk.shop, large), "Hi")
        await talk.bench.platform.clock.advance(1)
        handles = [small.username, large.username, "nobody.at.all", small.username]
        said = await eligibilities(talk).of(talk.place, handles)
        assert said == {
            handles[0]: Eligibility(small.level, blocked=True, connected=False, small_enough=True, has_room=True),
            handles[1]: Eligibility(large.level, blocked=False, connected=True, small_enough=False, has_room=True),
        }


async def test_they_are_asked_about_in_hundreds() -> None:
    async with shop_talk() as talk:
        handles = [one.username for one in talk.bench.platform.people.values()][:120]
        said = await eligibilities(talk).of(talk.place, handles)
        assert said.keys() == set(handles)
        assert talk.bench.calls(CHECK) == [0, 0]


async def test_a_platform_that_fails_tells_nothing() -> None:
    async with shop_talk() as talk:
        talk.bench.plan(FaultKind.HTTP_500, CHECK, times=0)
        with pytest.raises(Unavailable):
            await eligibilities(talk).of(talk.place, [talk.somebody().username])
