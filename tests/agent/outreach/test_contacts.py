"""New contacts of a week: who counts, once, and when the others go."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from evals.suites.selling_office import SellingOffice
from memory.domain.contacts import Contacts
from memory.domain.ids import CreatorId
from memory.domain.outreach import DraftStatus
from memory.domain.weeks import next_week
from memory.domain.workspace import BrandPolicy

NEW_YORK = ZoneInfo("America/New_York")
ONE, TWO = CreatorId(1), CreatorId(2)
SUNDAY = datetime(2026, 11, 29, 5, tzinfo=UTC)


async def test_what_is_above_the_weeks_contacts_goes_when_they_are_counted_anew(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(contacts_per_week=2))
    batch = await shop.approved(await shop.creators(3))
    assert (await shop.dispatch()).claimed == 2
    (waits,) = [draft for draft in await shop.read(batch) if draft.status is DraftStatus.APPROVED]
    again = next_week(await shop.now(), NEW_YORK)
    assert waits.due_at is not None
    assert timedelta(0) <= waits.due_at - again < timedelta(hours=10)
    assert (await shop.dispatch()).claimed == 0
    await shop.move_clock(waits.due_at - await shop.now())
    assert (await shop.dispatch()).claimed == 1


async def test_who_wrote_back_and_who_was_written_to_this_week_cost_nothing(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(contacts_per_week=1, cool_down_days=0))
    known, stranger = await shop.creators(2)
    await shop.answer(known)
    await shop.approved([known])
    assert (await shop.dispatch()).claimed == 1
    for _ in range(2):
        await shop.approved([stranger])
        assert (await shop.dispatch()).claimed == 1


def test_a_second_message_is_no_second_contact() -> None:
    contacts = Contacts(1, frozenset({ONE, TWO}), SUNDAY)
    assert not contacts.bars(ONE)
    after = contacts.after(ONE)
    assert (after.bars(ONE), after.bars(TWO)) == (False, True)
    assert not Contacts(None, frozenset({ONE}), SUNDAY).after(ONE).bars(ONE)
