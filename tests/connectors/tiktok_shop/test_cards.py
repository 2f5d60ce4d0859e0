"""Cards over a shop's conversations: as the platform documents them, at most once each, never in a text's place."""

from dataclasses import replace

import pytest

from connectors.ports.platforms import SendFate
from connectors.tiktok_shop.messages import Said
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.invitations import Collaboration, Guest, Line
from evals.emulators.tiktok_shop.people import Answer, Creator
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, CreatorId, SendId, StepId
from memory.domain.outreach import SendTicket
from memory.domain.shop_cards import CardKind, ShopCard
from tests.support.shop_talk import ShopTalk, shop_talk

SENDING = "conversations/send"
TEXT = SendTicket(SendId(1), StepId(1), BrandId(1), CreatorId(1), "", "tiktok", "Hi there", "k1")


def text_to(creator: Creator) -> SendTicket:
    return replace(TEXT, handle=creator.username)


def card_to(creator: Creator, kind: CardKind, number: str) -> SendTicket:
    return replace(text_to(creator), text="", idempotency_key=f"k1:card:{kind}", card=ShopCard(kind, number, "-"))


async def send(talk: ShopTalk, sent: SendTicket) -> str:
    return (await talk.messenger.send(sent, now=talk.bench.client.now())).outside_id


def product_of(talk: ShopTalk) -> str:
    return next(iter(talk.shop.products))


def invited(talk: ShopTalk, creator: Creator) -> str:
    """A live target collaboration with one guest."""
    platform, product = talk.bench.platform, product_of(talk)
    now = platform.clock.now
    made = Collaboration(platform.name(), talk.shop, "Mats", "", now + 900_000, now, now, {}, True, False)
    made.lines[product] = Line(product, 2_000, now, 2_000)
    made.guests[creator.open_id] = Guest(creator)
    platform.invitations.add(made)
    return made.id


def said(talk: ShopTalk, creator: Creator) -> list[tuple[str, str]]:
    """What the shop wrote to somebody: kind and content."""
    contact = talk.bench.platform.contacts.of(talk.shop, creator)
    return [(one.type, one.content) for one in contact.messages if one.sender == talk.shop.im_id]


async def test_each_kind_goes_as_the_platform_documents_it() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody(Answer.SILENCE)
        number, product = invited(talk, creator), product_of(talk)
        sample = talk.bench.platform.applications.ask(talk.shop, creator, product).id
        await send(talk, text_to(creator))
        for kind, shown in zip(CardKind, (product, number, sample), strict=True):
            await send(talk, card_to(creator, kind, shown))
        assert said(talk, creator) == [
            ("TEXT", '{"content": "Hi there"}'),
            ("PRODUCT_CARD", f'{{"product_id": "{product}"}}'),
            ("TARGET_COLLABORATION_CARD", f'{{"target_collaboration_id": "{number}"}}'),
            ("FREE_SAMPLE_CARD", f'{{"apply_id": "{sample}"}}'),
        ]


@pytest.mark.parametrize("kind", CardKind)
async def test_a_card_of_nothing_of_the_shops_is_refused(kind: CardKind) -> None:
    async with shop_talk() as talk:
        creator = talk.somebody(Answer.SILENCE)
        with pytest.raises(Refused, match="shop_refused"):
            await send(talk, card_to(creator, kind, "7000"))
        assert said(talk, creator) == []


async def test_a_card_whose_answer_was_lost_is_found_under_the_name_it_reads_back_under() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody(Answer.SILENCE)
        card = card_to(creator, CardKind.COLLABORATION, invited(talk, creator))
        await send(talk, text_to(creator))
        talk.bench.plan(FaultKind.DROP_AFTER, SENDING)
        with pytest.raises(Unclear):
            await send(talk, card)
        assert await talk.messenger.fate(card) is SendFate.ACCEPTED
        await send(talk, card)  # handed over again all the same
        assert [kind for kind, _ in said(talk, creator)] == ["TEXT", "TARGET_COLLABORATION_CARD"]


async def test_a_card_that_never_came_goes_again_and_its_text_does_not() -> None:
    async with shop_talk() as talk:
        creator = talk.somebody(Answer.SILENCE)
        card = card_to(creator, CardKind.PRODUCT, product_of(talk))
        await send(talk, text_to(creator))
        talk.bench.plan(FaultKind.DROP_BEFORE, SENDING)
        with pytest.raises(Unclear):
            await send(talk, card)
        with pytest.raises(Unavailable, match="shop_under_way"):
            await talk.messenger.fate(card)
        await talk.bench.platform.clock.advance(600)
        assert await talk.messenger.fate(card) is SendFate.NEVER_SEEN
        assert await talk.messenger.fate(text_to(creator)) is SendFate.ACCEPTED
        await send(talk, card)
        assert [kind for kind, _ in said(talk, creator)] == ["TEXT", "PRODUCT_CARD"]


def test_a_collaborations_card_reads_under_either_name_and_key() -> None:
    wanted = Said("TARGET_COLLABORATION_CARD", "7001")
    assert Said.read("TARGET_INVITATION_CARD", '{"invitation_group_id": "7001"}') == wanted
    assert Said.read("TARGET_COLLABORATION_CARD", '{"target_collaboration_id": "7001"}') == wanted
    assert Said.read("EMOTICONS", "{}") is None
