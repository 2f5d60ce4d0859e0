"""Reading what creators wrote: nothing is lost, whoever has opened a conversation, and little is asked twice."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.ports.platforms import Answer
from connectors.tiktok_shop.client import TRIES
from connectors.tiktok_shop.conversations import MOST_LISTED, Conversations, Listed
from connectors.tiktok_shop.listening import ALL_AGAIN, MOST_DOWN, Listening
from connectors.tiktok_shop.messages import Said
from evals.emulators.tiktok_shop.contacts import Contact
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.domain.errors import Refused, Unavailable
from tests.support.shop_talk import ShopTalk, shop_talk

LISTS, READS = "conversations/list", "conversations/messages"


@dataclass
class Ears:
    """One shop that is listened to. `position`: how far, as it would be kept between two processes."""

    talk: ShopTalk
    listening: Listening
    since: datetime
    position: str = ""
    heard: list[Answer] = field(default_factory=list)

    async def contact(self, *, nth: int = 0) -> Contact:
        """Somebody the shop has written to."""
        creator = self.talk.somebody(nth=nth)
        conversation = await self.listening.conversations.with_creator(self.talk.place, creator.username)
        await self.listening.conversations.say(self.talk.place, conversation, Said("TEXT", "Hi"))
        return self.talk.bench.platform.contacts.of(self.talk.shop, creator)

    def acquainted(self, nth: int) -> Contact:
        """Any creator with a conversation in which nothing was said yet."""
        platform = self.talk.bench.platform
        contact = platform.contacts.of(self.talk.shop, list(platform.people.values())[nth])
        contact.conversation = f"71{nth:03d}"
        return contact

    def writes(self, contact: Contact, text: str) -> str:
        """A creator writes; the message's id."""
        return self.talk.bench.platform.contacts.answer(contact, text).id

    def opened(self, contact: Contact) -> None:
        """A person of the team opens it in Seller Center."""
        contact.read_until = len(contact.shown(self.talk.bench.platform.clock.now))

    async def listed(self) -> Sequence[Listed]:
        """The shop's conversations in the platform's order."""
        return (await self.listening.conversations.listed(self.talk.place, "ALL")).conversations

    async def look(self) -> list[str]:
        """What one look brings."""
        page = await self.listening.look(self.talk.place, self.position, self.since)
        self.position = page.position
        self.heard += page.answers
        return [answer.text for answer in page.answers]

    async def pass_time(self, seconds: float = 1.0) -> None:
        await self.talk.bench.platform.clock.advance(seconds)

    def asked(self, endpoint: str) -> int:
        return len(self.talk.bench.platform.records.of(endpoint))


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    async with shop_talk() as talk:
        since = datetime.fromtimestamp(talk.bench.platform.clock.now, UTC)
        yield Ears(talk, Listening(Conversations(talk.bench.client, talk.bench.safe)), since)


async def test_an_answer_comes_under_its_own_id_and_time_from_the_handle_we_wrote_to(ears: Ears) -> None:
    contact = await ears.contact()
    handle = contact.creator.username
    await ears.pass_time(3_600)
    number = ears.writes(contact, "I would love to!")
    contact.creator.username = "another.name"
    await ears.pass_time(7_200)
    assert await ears.look() == ["I would love to!"]
    written_at = ears.since + timedelta(seconds=3_600)
    assert ears.heard == [Answer(number, "tiktok", handle, "I would love to!", written_at)]


async def test_who_writes_first_is_heard_under_the_handle_they_have(ears: Ears) -> None:
    contact = ears.acquainted(3)
    ears.writes(contact, "Do you send samples?")
    await ears.look()
    assert [(one.handle, one.text) for one in ears.heard] == [(contact.creator.username, "Do you send samples?")]


async def test_what_was_read_is_not_asked_for_again_until_there_is_more(ears: Ears) -> None:
    contact = await ears.contact()
    ears.writes(contact, "One")
    await ears.look()
    await ears.pass_time(60)
    before = (ears.asked(LISTS), ears.asked(READS))
    assert await ears.look() == []
    assert (ears.asked(LISTS), ears.asked(READS)) == (before[0] + 1, before[1])
    ears.writes(contact, "Two")
    assert (await ears.look())[-1] == "Two"


async def test_what_a_person_opened_before_us_is_found_within_the_hour(ears: Ears) -> None:
    first, second = await ears.contact(), await ears.contact(nth=1)
    await ears.look()
    await ears.pass_time(600)
    ears.writes(first, "Seen already")
    ears.opened(first)
    assert await ears.look() == []
    await ears.pass_time(ALL_AGAIN.total_seconds())
    ears.writes(second, "Not seen yet")
    assert sorted(await ears.look()) == ["Not seen yet", "Seen already"]
    await ears.pass_time(2 * ALL_AGAIN.total_seconds())
    assert await ears.look() == ["Not seen yet"]  # within the overlap of the walk before
    await ears.pass_time(2 * ALL_AGAIN.total_seconds())
    assert await ears.look() == []


async def test_what_was_written_before_the_shop_was_connected_is_left_where_it_is(ears: Ears) -> None:
    contact = await ears.contact()
    ears.writes(contact, "Long ago")
    await ears.pass_time(60)
    ears.since += timedelta(seconds=30)
    ears.writes(contact, "Now")
    assert await ears.look() == ["Now"]


async def test_a_long_conversation_is_read_as_far_back_as_it_is_not_known(ears: Ears) -> None:
    contact = await ears.contact()
    for number in range(45):
        ears.writes(contact, f"No {number}")
        await ears.pass_time()
    assert await ears.look() == [f"No {number}" for number in range(45)]
    await ears.pass_time(ALL_AGAIN.total_seconds())
    await ears.look()
    asked = ears.asked(READS)
    await ears.pass_time(ALL_AGAIN.total_seconds())
    ears.writes(contact, "The last")
    assert await ears.look() == ["The last"]
    assert ears.asked(READS) == asked + 2  # once as unread, once on the walk


async def test_what_a_look_has_no_time_for_comes_with_the_next(ears: Ears) -> None:
    hurried = replace(ears, listening=replace(ears.listening, most=timedelta(0)))
    for number in range(MOST_LISTED + 1):
        ears.writes(ears.acquainted(number), f"From {number}")
    assert len(await hurried.look()) == MOST_LISTED
    assert len(await hurried.look()) == 1
    assert len({answer.text for answer in hurried.heard}) == MOST_LISTED + 1


@pytest.mark.parametrize("trouble", [{"kind": FaultKind.CODE, "code": 16030009}, {"kind": FaultKind.HTTP_500}])
async def test_a_conversation_that_cannot_be_read_keeps_none_of_the_others_and_loses_nothing(
    ears: Ears, trouble: dict[str, Any]
) -> None:
    first, second = await ears.contact(), await ears.contact(nth=1)
    tries = 1 if trouble["kind"] is FaultKind.CODE else TRIES
    for hours in range(4):  # the walk goes over it again and again, and the fence with it
        ears.writes(first, f"First {hours}")
        ears.writes(second, f"Second {hours}")
        ears.opened(first)
        ears.opened(second)
        await ears.pass_time(ALL_AGAIN.total_seconds())
        place = [one.creator for one in (await ears.listed())].index(first.creator.im_id)
        calls = tuple(range(place + 1, place + 1 + tries))
        ears.talk.bench.plan(endpoint=READS, calls=calls, **trouble)
        assert await ears.look() == [f"Second {hours}"]
        ears.talk.bench.platform.faults.clear()
        await ears.pass_time(ALL_AGAIN.total_seconds())
    assert [text for text in await ears.look() if "First" in text] == [f"First {hours}" for hours in range(4)]


async def test_a_platform_that_shows_no_conversation_is_down_and_one_without_a_scope_says_so(ears: Ears) -> None:
    for number in range(MOST_DOWN):
        ears.writes(ears.acquainted(number), f"From {number}")
    ears.talk.bench.plan(FaultKind.HTTP_500, READS, times=0)
    with pytest.raises(Unavailable):
        await ears.look()
    ears.talk.bench.platform.faults.clear()
    ears.talk.bench.plan(FaultKind.CODE, LISTS, code=105005)
    with pytest.raises(Refused, match="shop_scope_missing"):
        await ears.look()
    assert len(await ears.look()) == MOST_DOWN


async def test_a_place_the_platform_has_forgotten_begins_the_walk_anew(ears: Ears) -> None:
    hurried = replace(ears, listening=replace(ears.listening, most=timedelta(0)))
    for number in range(MOST_LISTED + 1):
        ears.writes(ears.acquainted(number), f"From {number}")
    await hurried.look()
    ears.talk.bench.plan(FaultKind.CODE, LISTS, code=36009004, message="page_token", calls=(3,))
    assert await hurried.look() == []
    assert len(await hurried.look()) == MOST_LISTED
    assert len(await hurried.look()) == 1


async def test_a_platform_that_is_down_is_asked_again_from_the_same_position(ears: Ears) -> None:
    ears.writes(await ears.contact(), "Hello")
    ears.talk.bench.plan(FaultKind.HTTP_500, LISTS, times=4)
    with pytest.raises(Unavailable):
        await ears.look()
    assert ears.position == ""
    assert await ears.look() == ["Hello"]
