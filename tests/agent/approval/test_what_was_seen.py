"""A decision covers exactly what was seen: numbers by their full texts, a large batch by its count."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from typing import cast

import pytest

from agent.approval.recording import STAYS_VALID
from agent.approval.seen import MOST_BY_CHAT, Sealed
from agent.approval.showing import show
from evals.suites.selling_office import SellingOffice, content
from memory.domain.cards import DraftsCard
from memory.domain.errors import Conflict, NotAllowed
from memory.domain.ids import BrandId
from memory.domain.outreach import Batch, Channel, Content, DraftStatus, NewDraft, Presentation, Purpose, Tone
from memory.domain.stores import Unit
from memory.domain.workspace import BrandPolicy, Scope
from prompts.render import texts as load_texts
from tests.support.fake_drafting import creator, occasion
from tools.drafting.composing import Said, compose

SIZE = 24
BY_COUNT = Sealed(SIZE)
WIDE = BrandPolicy(batch_ceiling=200)


@cache
def written(count: int = SIZE) -> tuple[Content, ...]:
    """Template drafts of one batch, no two alike."""
    said = Said()
    return tuple(
        compose(occasion(who=creator(number)), language="en", tone=Tone.WARM, said=said)
        for number in range(1, count + 1)
    )


async def kept(shop: SellingOffice, contents: Sequence[Content]) -> Batch:
    """A published batch of these texts; the brand lets an approver sign two hundred at once."""
    await shop.save_policy(WIDE)
    creators = await shop.creators(len(contents))
    async with shop.database.unit(shop.operator) as unit:
        return await unit.drafts.add_batch(
            [NewDraft(each, text, ()) for each, text in zip(creators, contents, strict=True)],
            brand=shop.brand,
            conversation=None,
            purpose=Purpose.INVITE,
            channel=Channel.PLAYGROUND,
            product=None,
            decide_by=unit.now + timedelta(hours=72),
            fence=None,
        )


async def shown_to(
    shop: SellingOffice, batch: Batch, who: Scope, *, numbers: Sequence[int] | None = None
) -> tuple[DraftsCard, Presentation]:
    """The card as the member gets it, delivered."""
    async with shop.database.unit(who) as unit:
        card = await show(unit, batch.code, conversation=None, lang="zh", texts=load_texts(), numbers=numbers)
        assert card.presentation is not None
        await unit.drafts.delivered(card.presentation, now=unit.now)
        found = await unit.drafts.presentation(card.presentation)
    assert found is not None
    return card, found


def reasons(result: object) -> dict[int, str]:
    return {refusal.number: refusal.reason.key for refusal in result.refused}  # type: ignore[attr-defined]  # a DecisionResult


async def test_only_what_is_its_variant_to_the_letter_is_shown_as_one(shop: SellingOffice) -> None:
    texts = list(written())
    texts[3] = content("A model wrote this one for @creator.")
    texts[6] = replace(texts[6], text=texts[6].text + " And one more thing.")
    texts[8] = replace(texts[8], variables=None)
    texts[9] = replace(texts[9], text_zh="自由文字", paired=False)
    card, shown = await shown_to(shop, await kept(shop, texts), shop.anna)
    assert {row.number for row in card.items if row.in_full} == {4, 7, 9, 10} == shown.in_full
    assert (card.count, len(card.items)) == (SIZE, SIZE)


async def test_twenty_drafts_are_shown_in_full(shop: SellingOffice) -> None:
    card, shown = await shown_to(shop, await kept(shop, written()[:20]), shop.anna)
    assert (card.count, card.wordings, shown.in_full) == (None, (), frozenset(range(1, 21)))


async def test_the_whole_is_signed_with_its_count_and_sent(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    _, shown = await shown_to(shop, batch, shop.anna)
    everything = range(1, SIZE + 1)
    with pytest.raises(NotAllowed, match="too_many_at_once"):
        await shop.decide(shown, shop.anna, approve=everything)
    for wrong in (SIZE - 1, SIZE + 1, 0):
        with pytest.raises(NotAllowed, match="sign_wrong_count"):
            await shop.decide(shown, shop.anna, approve=everything, sealed=Sealed(wrong))
    assert {draft.status for draft in await shop.read(batch)} == {DraftStatus.OPEN}
    result = await shop.decide(shown, shop.anna, approve=everything, sealed=BY_COUNT)
    assert result.approved == tuple(everything)
    await shop.dispatch()
    await shop.move_clock(timedelta(minutes=5))
    await shop.dispatch()
    texts = {draft.version.content.text for draft in await shop.read(batch)}
    assert shop.messenger.received
    assert {ticket.text for ticket in shop.messenger.received} <= texts


async def test_a_number_by_itself_needs_its_full_text(shop: SellingOffice) -> None:
    texts = list(written())
    texts[0] = content("A model wrote this one.")
    batch = await kept(shop, texts)
    _, shown = await shown_to(shop, batch, shop.anna)
    result = await shop.decide(shown, shop.anna, approve=[1, 2, 3])
    assert (result.approved, reasons(result)) == ((1,), {2: "shown_as_variant", 3: "shown_as_variant"})
    _, full = await shown_to(shop, batch, shop.anna, numbers=[2, 3])
    assert (await shop.decide(full, shop.anna, approve=[2, 3])).approved == (2, 3)


async def test_a_rejection_needs_no_full_text(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    _, shown = await shown_to(shop, batch, shop.anna)
    assert (await shop.decide(shown, shop.anna, reject=[5])).rejected == (5,)


async def test_full_texts_read_before_the_overview_still_count_in_a_conversation(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    async with shop.database.unit(shop.anna) as unit:
        talk = await unit.conversations.start(connector="web", chat="direct", now=unit.now)
        for numbers in ([2], None):
            card = await show(unit, batch.code, conversation=talk.id, lang="en", texts=load_texts(), numbers=numbers)
            assert card.presentation is not None
            await unit.drafts.delivered(card.presentation, now=unit.now)
        newest = await unit.drafts.newest_presentation(batch.id, conversation=talk.id)
    assert newest is not None
    result = await shop.decide(newest, shop.anna, approve=[2, 3])
    assert (result.approved, reasons(result)) == ((2,), {3: "shown_as_variant"})


async def test_what_somebody_else_read_in_full_does_not_count(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    await shown_to(shop, batch, shop.ben, numbers=[2])
    _, shown = await shown_to(shop, batch, shop.anna)
    assert reasons(await shop.decide(shown, shop.anna, approve=[2])) == {2: "shown_as_variant"}


async def test_an_edit_of_one_row_voids_that_row_alone(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    _, old = await shown_to(shop, batch, shop.anna)
    await shop.edit(batch.drafts[2], "Changed by hand, no template any more")
    everything = range(1, SIZE + 1)
    result = await shop.decide(old, shop.anna, approve=everything, sealed=BY_COUNT)
    assert len(result.approved) == SIZE - 1
    assert (reasons(result), result.changed_since) == ({3: "draft_changed"}, (3,))
    card, again = await shown_to(shop, batch, shop.anna)
    assert [row.number for row in card.items if row.in_full] == [3]
    assert (await shop.decide(again, shop.anna, approve=[3])).approved == (3,)


async def test_an_edit_after_the_signature_sends_the_others_only(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    _, shown = await shown_to(shop, batch, shop.anna)
    await shop.decide(shown, shop.anna, approve=range(1, SIZE + 1), sealed=BY_COUNT)
    await shop.edit(batch.drafts[0], "Not seen by anybody")
    for _ in range(4):
        await shop.dispatch()
        await shop.move_clock(timedelta(minutes=2))
    assert len(shop.messenger.received) == SIZE - 1
    assert all(ticket.text != "Not seen by anybody" for ticket in shop.messenger.received)


async def test_two_signatures_and_double_clicks_at_once_approve_once(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    cards = [(who, (await shown_to(shop, batch, who))[1]) for who in (shop.anna, shop.ben)]
    results = await asyncio.gather(
        *(
            shop.decide(shown, who, approve=range(1, SIZE + 1), sealed=BY_COUNT)
            for who, shown in cards
            for _ in range(2)
        )
    )
    assert sorted(len(result.already) for result in results) == [0, 0, SIZE, SIZE]
    for _ in range(4):
        await shop.dispatch()
        await shop.move_clock(timedelta(minutes=2))
    assert (len(shop.messenger.received), shop.messenger.duplicates()) == (SIZE, 0)


async def test_above_the_brands_ceiling_a_lead_signs_the_count(shop: SellingOffice) -> None:
    batch = await kept(shop, written())
    await shop.save_policy(BrandPolicy(batch_ceiling=20))
    _, shown = await shown_to(shop, batch, shop.anna)
    with pytest.raises(NotAllowed, match="sign_above_ceiling"):
        await shop.decide(shown, shop.anna, approve=range(1, SIZE + 1), sealed=BY_COUNT)
    _, leads = await shown_to(shop, batch, shop.lead)
    assert len((await shop.decide(leads, shop.lead, approve=range(1, SIZE + 1), sealed=BY_COUNT)).approved) == SIZE


async def test_above_two_hundred_a_lead_signs_on_the_page(shop: SellingOffice) -> None:
    size = MOST_BY_CHAT + 1
    batch = await shop.draft(await shop.creators(size))
    card, leads = await shown_to(shop, batch, shop.lead)
    assert (card.count, card.lead_only) == (size, True)
    with pytest.raises(NotAllowed, match="sign_on_page"):
        await shop.decide(leads, shop.lead, approve=[1, 2], sealed=Sealed(size))
    _, annas = await shown_to(shop, batch, shop.anna)
    with pytest.raises(NotAllowed, match="sign_by_lead"):
        await shop.decide(annas, shop.anna, approve=[1, 2], sealed=Sealed(size, on_page=True))
    result = await shop.decide(leads, shop.lead, approve=[1, 2], sealed=Sealed(size, on_page=True))
    assert result.approved == (1, 2)


class ChangingDrafts:
    """A store in which somebody edits number 1 between reading a batch and remembering what is shown, so many times."""

    def __init__(self, batch: Batch, *, edits: int) -> None:
        self._batch, self._edits, self._version = batch, edits, 0

    async def batch(self, code: str) -> Batch:
        first, *others = self._batch.drafts
        version = replace(first.version, digest=f"digest-{self._version}", content=content(f"text {self._version}"))
        return replace(self._batch, drafts=(replace(first, version=version), *others))

    async def present(self, batch: object, **asked: object) -> Presentation:
        if self._edits:
            self._edits, self._version = self._edits - 1, self._version + 1
        drafts = (await self.batch("")).drafts
        first = drafts[0]
        return Presentation(
            1,  # type: ignore[arg-type]  # any id
            self._batch.id,
            self._batch.code,
            first.version.author,
            None,
            {draft.number: draft.version.digest for draft in drafts},
            None,
            self._batch.decide_by,
        )


class ChangingUnit:
    """As much of a unit as showing needs."""

    def __init__(self, drafts: ChangingDrafts, batch: Batch) -> None:
        self.drafts, self.now, self.people = drafts, batch.made_at, self

    async def policy(self, brand: BrandId) -> BrandPolicy:
        return BrandPolicy()


async def test_a_card_never_shows_another_text_than_it_records(shop: SellingOffice) -> None:
    batch = await shop.draft(await shop.creators(2))
    unit = cast("Unit", ChangingUnit(ChangingDrafts(batch, edits=2), batch))
    card = await show(unit, batch.code, conversation=None, lang="zh", texts=load_texts())
    assert (card.items[0].text, card.items[0].digest) == ("text 2", "digest-2")
    restless = cast("Unit", ChangingUnit(ChangingDrafts(batch, edits=9), batch))
    with pytest.raises(Conflict):
        await show(restless, batch.code, conversation=None, lang="zh", texts=load_texts())


async def test_an_approval_is_good_for_seven_days_after_the_last_one_is_due(shop: SellingOffice) -> None:
    creators = [*await shop.creators(1), *await shop.creators(1, market="TH", zone="Asia/Bangkok")]
    batch = await shop.draft(creators)
    _, shown = await shown_to(shop, batch, shop.anna)
    result = await shop.decide(shown, shop.anna, approve=[1, 2])
    due = [draft.due_at for draft in result.planned if draft.due_at is not None]
    async with shop.database.unit(shop.anna) as unit:
        signed = await unit.drafts.signatures([draft.id for draft in batch.drafts])
    assert min(due) < max(due)
    assert {one.valid_until for signatures in signed.values() for one in signatures} == {max(due) + STAYS_VALID}
