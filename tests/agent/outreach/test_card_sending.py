"""Cards after texts: each at most once and by itself, looked at before it goes, never a reason to repeat a text."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import psycopg
import pytest

from agent.cards.drafts import draft_row
from agent.outreach.card_sending import send_cards
from evals.suites.selling_office import SellingOffice
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import CreatorId
from memory.domain.outreach import Batch, DraftStatus
from memory.domain.shop_cards import CardKind
from prompts.render import texts
from tests.support.collaborations import CARD, PRODUCT_CARD, approved_offer, collaborate, offer_batch

TEXT = None


async def rows(shop: SellingOffice, *statements: str) -> list[tuple[object, ...]]:
    """Rows as they are; the last statement's answer."""
    async with await psycopg.AsyncConnection.connect(shop.database.url, autocommit=True) as line:
        await line.execute("set role daren_service")
        for statement in statements:
            done = await line.execute(statement.encode())
        return await done.fetchall() if done.description else []


async def cards_again(shop: SellingOffice) -> int:
    """The next round, every rest over."""
    await rows(shop, "update card_send set look_at = look_at - interval '2 hours'")
    return await send_cards(shop.database, shop.messengers)


def went(shop: SellingOffice) -> list[CardKind | None]:
    """What the platform took: texts (None) and cards."""
    return [ticket.card.kind if ticket.card else TEXT for ticket in shop.messenger.received]


async def sent_text(shop: SellingOffice) -> Batch:
    """A message with a product card and the card of a live collaboration, whose text has gone."""
    batch = await offer_batch(shop, await shop.creators(1), cards=(PRODUCT_CARD, CARD))
    await collaborate(shop)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    await shop.dispatch()
    return batch


async def test_cards_go_after_their_text_in_order_and_once(shop: SellingOffice) -> None:
    await sent_text(shop)
    assert [await send_cards(shop.database, shop.messengers) for _ in range(2)] == [2, 0]
    assert went(shop) == [TEXT, CardKind.PRODUCT, CardKind.COLLABORATION]
    assert [ticket.card for ticket in shop.messenger.received] == [None, PRODUCT_CARD, CARD]
    assert len({ticket.idempotency_key for ticket in shop.messenger.received}) == 3


@pytest.mark.parametrize("swallows", [True, False])
async def test_an_unclear_card_is_looked_for_and_its_text_never_repeated(
    shop: SellingOffice, *, swallows: bool
) -> None:
    await sent_text(shop)
    shop.messenger.swallows = swallows
    shop.messenger.script["creator00000"] = [Unclear("shop_unclear")]
    await send_cards(shop.database, shop.messengers)
    assert await send_cards(shop.database, shop.messengers) == 0  # it rests
    for _ in range(3):
        await cards_again(shop)
        await shop.dispatch()
    assert sorted(map(str, went(shop))) == ["None", "collaboration", "product"]
    assert await rows(shop, "select state from card_send") == [("sent",), ("sent",)]


async def test_what_a_dead_process_left_is_looked_for(shop: SellingOffice) -> None:
    await sent_text(shop)
    await rows(shop, "update card_send set state = 'sending', attempts = 1, look_at = now() + interval '1 hour'")
    assert await send_cards(shop.database, shop.messengers) == 0  # somebody may be at it
    for _ in range(2):
        await cards_again(shop)
    assert went(shop) == [TEXT, CardKind.PRODUCT, CardKind.COLLABORATION]


async def test_a_refused_card_is_said_on_its_message_and_the_others_go(shop: SellingOffice) -> None:
    batch = await sent_text(shop)
    shop.messenger.script["creator00000"] = [Refused("shop_refused", code=36009004, text="content")]
    await send_cards(shop.database, shop.messengers)
    await cards_again(shop)
    assert went(shop) == [TEXT, CardKind.COLLABORATION]
    [draft] = await shop.read(batch)
    row = draft_row(draft, lang="zh", texts=texts(), now=None)
    why = "文字发出去了，商品卡没有发：TikTok Shop 拒绝了（错误 36009004）：content"
    assert (draft.status, row.status_text) == (DraftStatus.SENT, f"{texts().say('status_sent', 'zh')}：{why}")


async def test_a_busy_platform_is_tried_again(shop: SellingOffice) -> None:
    await sent_text(shop)
    shop.messenger.script["creator00000"] = [Unavailable("shop_busy"), Unavailable("shop_busy")]
    assert await send_cards(shop.database, shop.messengers) == 0
    assert await cards_again(shop) == 2


Change = Callable[[SellingOffice], Awaitable[None]]


async def lowered(shop: SellingOffice) -> None:
    await collaborate(shop, rate=1_500)


async def opted_out(shop: SellingOffice) -> None:
    await rows(shop, "update relation set opted_out_at = now()")


async def answered(shop: SellingOffice) -> None:
    [(creator,)] = await rows(shop, "select creator_id from outreach_step")
    await shop.answer(CreatorId(int(str(creator))))


async def a_day_later(shop: SellingOffice) -> None:
    await shop.move_clock(timedelta(hours=24))


@pytest.mark.parametrize(
    ("change", "reason", "left"),
    [
        (lowered, "card_rate_differs", 1),
        (opted_out, "opted_out", 0),
        (answered, "replied", 0),
        (a_day_later, "card_too_late", 0),
    ],
)
async def test_what_changed_since_the_text_is_looked_at(
    shop: SellingOffice, change: Change, reason: str, left: int
) -> None:
    await sent_text(shop)
    await change(shop)
    assert await send_cards(shop.database, shop.messengers) == left
    dropped = await rows(shop, "select reason_key from card_send where state = 'dropped' order by position desc")
    assert dropped[0] == (reason,)


async def test_an_erased_creator_gets_none(shop: SellingOffice) -> None:
    await sent_text(shop)
    [(creator,)] = await rows(shop, "select creator_id from outreach_step")
    async with shop.database.unit(shop.owner) as unit:
        await unit.erasing.erase(CreatorId(int(str(creator))))
    assert await cards_again(shop) == 0
    assert went(shop) == [TEXT]
    assert await rows(shop, "select cards from draft_version") == [([],)]


async def test_a_stop_keeps_them_until_it_is_lifted(shop: SellingOffice) -> None:
    await sent_text(shop)
    await rows(shop, "update batch set stopped_at = now()")
    assert await cards_again(shop) == 0
    await rows(shop, "update batch set stopped_at = null")
    assert await cards_again(shop) == 2


async def test_a_card_cannot_be_approved_that_shows_something_else(shop: SellingOffice) -> None:
    batch = await offer_batch(shop, await shop.creators(1), cards=(CARD,))
    await collaborate(shop, sample=True, rate=2_000)
    await rows(shop, "update collaboration set number = 'c2'")
    done = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert [one.reason.key for one in done.refused] == ["card_collaboration_over"]


async def test_cards_are_part_of_what_is_approved_and_shown(shop: SellingOffice) -> None:
    batch = await offer_batch(shop, await shop.creators(2), cards=(PRODUCT_CARD, CARD))
    bare = await approved_offer(shop)
    first, second = batch.drafts
    assert first.version.content.cards == (PRODUCT_CARD, CARD)
    assert len({first.version.digest, second.version.digest, bare.drafts[0].version.digest}) == 3
    assert draft_row(first, lang="en", texts=texts(), now=None).flags == (
        "with the product card: Cat tree (1729382256910270457)",
        "with the target-collaboration card: Autumn (c1), commission 20%, sample: given",
    )
