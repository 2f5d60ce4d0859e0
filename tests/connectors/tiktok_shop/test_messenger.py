"""What a platform without keys asks of its messenger: look before writing, and after what ended unclear."""

from random import Random

import pytest

from connectors.ports.platforms import SendFate
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.people import Answer, Creator
from evals.emulators.tiktok_shop.platform import Rules
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, CreatorId, SendId, StepId
from memory.domain.outreach import SendTicket
from tests.support.shop_talk import FAST, ShopTalk, shop_talk

SENDING = "conversations/send"


def ticket(creator: Creator, key: str = "k1", *, text: str = "Hi there", brand: int = 1) -> SendTicket:
    return SendTicket(SendId(1), StepId(1), BrandId(brand), CreatorId(1), creator.username, "tiktok", text, key)


async def send(talk: ShopTalk, sent: SendTicket) -> str:
    return (await talk.messenger.send(sent, now=talk.bench.client.now())).outside_id


async def test_the_same_words_of_before_are_not_taken_for_a_message_that_was_lost() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody()
        await send(talk, ticket(creator, "first"))
        talk.bench.plan(FaultKind.DROP_BEFORE, SENDING)
        with pytest.raises(Unclear):
            await send(talk, ticket(creator, "second"))
        await talk.bench.platform.clock.advance(600)
        assert await talk.messenger.fate(ticket(creator, "first")) is SendFate.ACCEPTED
        assert await talk.messenger.fate(ticket(creator, "second")) is SendFate.NEVER_SEEN


async def test_for_ten_minutes_what_is_not_there_may_still_come() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody()
        talk.bench.plan(FaultKind.DROP_BEFORE, SENDING)
        with pytest.raises(Unclear):
            await send(talk, ticket(creator))
        await talk.bench.platform.clock.advance(599)
        with pytest.raises(Unavailable, match="shop_under_way"):
            await talk.messenger.fate(ticket(creator))
        await talk.bench.platform.clock.advance(1)
        assert await talk.messenger.fate(ticket(creator)) is SendFate.NEVER_SEEN


async def test_the_words_of_the_creator_are_not_ours() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody()
        talk.bench.plan(FaultKind.DROP_BEFORE, SENDING)
        with pytest.raises(Unclear):
            await send(talk, ticket(creator))
        contacts = talk.bench.platform.contacts
        contacts.answer(contacts.of(talk.shop, creator), "Hi there")
        await talk.bench.platform.clock.advance(600)
        assert await talk.messenger.fate(ticket(creator)) is SendFate.NEVER_SEEN


async def test_a_message_is_found_in_a_long_conversation() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody()
        talk.bench.platform.rules = Rules(messages_before_reply=1_000, per_second=1_000.0, burst=1_000)
        talk.bench.plan(FaultKind.DROP_AFTER, SENDING)
        with pytest.raises(Unclear):
            await send(talk, ticket(creator))
        contact = talk.bench.platform.contacts.of(talk.shop, creator)
        for number in range(70):
            talk.bench.platform.contacts.say(contact, "TEXT", f'{{"content":"{number}"}}')
        assert await talk.messenger.fate(ticket(creator)) is SendFate.ACCEPTED
        assert len(talk.bench.calls("conversations/messages")) > 4


async def test_a_message_without_an_id_is_a_message() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody()
        talk.bench.plan(FaultKind.NO_MESSAGE_ID, SENDING)
        assert await send(talk, ticket(creator)) == talk.bench.platform.contacts.of(talk.shop, creator).conversation
        assert await talk.messenger.fate(ticket(creator)) is SendFate.ACCEPTED


async def test_a_creator_is_looked_for_once_and_never_mistaken_for_who_has_the_handle_now() -> None:
    async with shop_talk() as talk:
        creator, other = talk.somebody(), talk.somebody(nth=1)
        for key in ("a", "b"):
            await send(talk, ticket(creator, key, text=key))
        assert talk.bench.calls("creators/search") == [0]
        asked = ticket(creator, "c")
        creator.username, other.username = "new.name", creator.username
        with pytest.raises(Refused, match="shop_creator_gone"):
            await send(talk, asked)
        assert talk.heard(other) == []


async def test_what_must_be_mended_first_stops_no_message_for_good() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody()
        talk.bench.plan(FaultKind.CODE, SENDING, code=36009033)
        with pytest.raises(Unavailable, match="shop_address_not_allowed"):
            await send(talk, ticket(creator))
        await send(talk, ticket(creator))
        assert talk.heard(creator) == ["Hi there"]


async def test_a_quota_that_is_used_up_refuses_and_a_brand_without_a_shop_reaches_nobody() -> None:
    async with shop_talk() as talk:
        talk.shop.unlimited, talk.shop.quotas = False, ()
        with pytest.raises(Refused, match="16030002"):
            await send(talk, ticket(talk.somebody()))
        with pytest.raises(Unavailable, match="shop_not_connected"):
            await send(talk, ticket(talk.somebody(), brand=2))
        with pytest.raises(Unavailable, match="shop_not_connected"):
            await talk.messenger.fate(ticket(talk.somebody(), brand=2))


async def test_nothing_goes_where_nothing_can_be_kept() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody(Answer.YES)
        talk.bench.safe.off = True
        with pytest.raises(Unavailable, match="shop_not_connected"):
            await send(talk, ticket(creator))
        assert talk.heard(creator) == []


async def test_of_many_messages_with_answers_lost_none_comes_twice_and_none_is_lost() -> None:
    async with shop_talk(rules=FAST) as talk:
        everybody = list(talk.bench.platform.people.values())
        for kind in (FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE, FaultKind.HTTP_500):
            talk.bench.plan(kind, SENDING, times=0, probability=0.1)
        waiting, sent, unclear, rng = [ticket(one, f"k{one.open_id}") for one in everybody], 0, 0, Random(3)
        while waiting:
            rng.shuffle(waiting)
            left = []
            for one in waiting:
                try:
                    await send(talk, one)
                    sent += 1
                except Unclear:
                    left.append(one)
            unclear += len(left)
            await talk.bench.platform.clock.advance(600)
            fates = {one.idempotency_key: await talk.messenger.fate(one) for one in left}
            sent += sum(fate is SendFate.ACCEPTED for fate in fates.values())
            waiting = [one for one in left if fates[one.idempotency_key] is SendFate.NEVER_SEEN]
        assert unclear > 20
        assert sent == len(everybody)
        assert [talk.heard(one) for one in everybody] == [["Hi there"]] * len(everybody)
