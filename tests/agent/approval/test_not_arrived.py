"""Full texts that did not arrive after all answer no decision: neither one to come nor one that was made meanwhile."""

from dataclasses import replace

import pytest

from evals.suites.selling_office import SellingOffice
from evals.suites.talking import Talk, open_talk
from memory.domain.chat import Tap
from memory.domain.errors import NotAllowed
from memory.domain.ids import PresentationId
from memory.domain.outreach import Batch
from memory.domain.workspace import Lang


async def drafted(shop: SellingOffice, lang: Lang = "zh") -> tuple[Talk, Batch]:
    talk = await open_talk(shop, replace(shop.anna, lang=lang))
    batch = await shop.draft(await shop.creators(2), conversation=talk.conversation)
    return talk, batch


async def seen(talk: Talk, batch: Batch, *, numbers: list[int] | None = None) -> PresentationId:
    """A card of it whose messages were all accepted."""
    card = await talk.desk.present(talk.who, batch.code, conversation=talk.conversation, numbers=numbers)
    assert card.presentation is not None
    await talk.desk.delivered(talk.who, card.presentation)
    return card.presentation


@pytest.mark.parametrize(
    ("lang", "line", "why"),
    [
        ("zh", "批准 {code}", "{code} 的全文还没给你看过"),
        ("en", "approve {code}", "You have not been shown {code} in full yet"),
    ],
)
async def test_a_typed_approval_of_what_did_not_arrive_decides_nothing_and_says_why(
    shop: SellingOffice, lang: Lang, line: str, why: str
) -> None:
    talk, batch = await drafted(shop, lang)
    lost = await seen(talk, batch)
    await talk.desk.undelivered(talk.who, lost)
    assert why.format(code=batch.code) in await talk.say(line.format(code=batch.code))
    with pytest.raises(NotAllowed, match="card_not_shown"):
        await talk.desk.decide(talk.who, Tap(presentation=lost, approve=(1, 2)))
    assert {draft.status for draft in await shop.read(batch)} == {"open"}
    await talk.see(batch)
    await talk.say(line.format(code=batch.code))
    assert {draft.status for draft in await shop.read(batch)} == {"approved"}


async def test_what_arrived_before_still_answers(shop: SellingOffice) -> None:
    talk, batch = await drafted(shop)
    await seen(talk, batch, numbers=[1])
    await talk.desk.undelivered(talk.who, await seen(talk, batch))
    await talk.say(f"批准 {batch.code} 1,2")
    assert [draft.status for draft in await shop.read(batch)] == ["approved", "open"]


async def test_what_was_approved_before_it_was_known_is_held_and_goes_once_it_was_seen(shop: SellingOffice) -> None:
    talk, batch = await drafted(shop)
    lost = await seen(talk, batch)
    await talk.say(f"批准 {batch.code}")
    await talk.desk.undelivered(talk.who, lost)
    await talk.desk.undelivered(talk.who, lost)
    await shop.move_to_hour(12)
    assert (await shop.dispatch()).held == 2
    held = await shop.read(batch)
    assert [(draft.status, draft.reason and draft.reason.key) for draft in held] == [("held", "not_seen")] * 2
    await talk.see(batch)
    await talk.say(f"批准 {batch.code}")
    await shop.move_to_hour(12)
    await shop.dispatch()
    assert [draft.status for draft in await shop.read(batch)] == ["sent", "sent"]


async def test_nobody_else_can_say_that_it_did_not_arrive(shop: SellingOffice) -> None:
    talk, batch = await drafted(shop)
    shown = await seen(talk, batch)
    await talk.desk.undelivered(shop.ben, shown)
    await talk.say(f"批准 {batch.code}")
    assert {draft.status for draft in await shop.read(batch)} == {"approved"}
