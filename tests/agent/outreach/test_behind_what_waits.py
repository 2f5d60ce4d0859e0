"""A follow-up written by hand keeps a day's distance from the message before it, and never overtakes it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from agent.approval.recording import Behind, DecisionResult
from agent.cards.decisions import DecisionWords
from evals.suites.selling_office import SellingOffice
from memory.domain.follow_ups import Before
from memory.domain.outreach import Batch, DraftStatus, Flag, Purpose
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.races import behind_our_back

DAY = timedelta(days=1)
NEW_YORK = ZoneInfo("America/New_York")
NOON = datetime(2026, 11, 20, 17, tzinfo=UTC)


def test_nothing_before_it_is_waited_for_where_nothing_was_written() -> None:
    assert Before().earliest(NEW_YORK, now=NOON) is None


def test_it_comes_a_day_after_what_went() -> None:
    sent = Before(sent_at=NOON - timedelta(hours=3))
    assert sent.earliest(NEW_YORK, now=NOON) == NOON + timedelta(hours=21)


def test_a_day_is_the_same_time_on_the_creators_clock_though_clocks_change() -> None:
    before_summer_time_ends = datetime(2026, 10, 31, 16, tzinfo=UTC)
    earliest = Before(sent_at=before_summer_time_ends).earliest(NEW_YORK, now=before_summer_time_ends)
    assert earliest == before_summer_time_ends + timedelta(hours=25)


def test_it_comes_a_day_after_what_is_planned_or_may_still_be_approved() -> None:
    planned = Before(waits="K1", due_at=NOON + 2 * DAY, sent_at=NOON - 9 * DAY)
    assert planned.earliest(NEW_YORK, now=NOON) == NOON + 3 * DAY
    assert Before(waits="K1").earliest(NEW_YORK, now=NOON) == NOON + DAY


def test_an_answer_makes_a_talk_of_it() -> None:
    assert Before(sent_at=NOON, answered=True).earliest(NEW_YORK, now=NOON) is None


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", ("1、2 是跟进，K3 里的前一条还没发出", "4 是跟进，前一条刚发出不久")),
        (
            "en",
            ("1, 2: a follow-up, and the message before it (K3) has not gone out", "4: a follow-up, and the message"),
        ),
    ],
)
def test_whoever_approves_is_told_why_it_goes_later(lang: Lang, said: tuple[str, str]) -> None:
    done = DecisionResult("K4", approved=(1, 2, 4), behind=(Behind(1, "K3"), Behind(2, "K3"), Behind(4, None)))
    reply = DecisionWords(texts()).result(done, lang=lang, team_zone="Asia/Shanghai")
    _, unsent, sent = (reply.text or "").splitlines()
    assert (unsent.startswith(said[0]), sent.startswith(said[1])) == (True, True)


async def approve(shop: SellingOffice, batch: Batch) -> DecisionResult:
    return await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[d.number for d in batch.drafts])


async def went(shop: SellingOffice) -> list[str]:
    """What went out by now, in order."""
    await shop.dispatch()
    return [ticket.text for ticket in shop.messenger.received]


async def test_approved_beside_the_invitation_it_goes_a_day_later_and_says_so(shop: SellingOffice) -> None:
    creators = await shop.creators(2)
    invited = await shop.draft(creators)
    nudge = await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Any news 1", "Any news 2"))
    await approve(shop, invited)
    done = await approve(shop, nudge)
    assert done.behind == (Behind(1, invited.code), Behind(2, invited.code))
    assert await went(shop) == ["Hi 1", "Hi 2"]
    await shop.move_clock(timedelta(hours=20))
    assert await went(shop) == ["Hi 1", "Hi 2"]
    await shop.move_clock(timedelta(hours=5))
    await shop.move_to_hour(12)
    assert await went(shop) == ["Hi 1", "Hi 2", "Any news 1", "Any news 2"]


async def test_both_due_in_one_minute_only_the_invitation_goes(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    for purpose, text in ((Purpose.INVITE, "Hi"), (Purpose.FOLLOW_UP, "Any news")):
        await approve(shop, await shop.draft(creators, purpose=purpose, texts=(text,)))
    await behind_our_back(shop, "update outreach_step set due_at = '2000-01-01', look_at = '2000-01-01'")
    assert await went(shop) == ["Hi"]
    assert await went(shop) == ["Hi"]


async def test_it_waits_at_the_claim_for_an_invitation_approved_after_it(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    invited = await shop.draft(creators)
    nudge = await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Any news",))
    await approve(shop, nudge)
    await shop.move_clock(DAY)
    await shop.move_to_hour(12)
    assert await went(shop) == []  # the invitation may still be approved
    await approve(shop, invited)
    assert await went(shop) == ["Hi 1"]
    await shop.move_clock(DAY)
    await shop.move_to_hour(12)
    assert await went(shop) == ["Hi 1", "Any news"]


async def test_a_rejected_invitation_holds_nothing_up_and_an_old_one_neither(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    await shop.move_clock(3 * DAY)
    other = await shop.draft(creators, purpose=Purpose.NEGOTIATE)
    await shop.decide(await shop.show(other, shop.anna), shop.anna, reject=[1])
    done = await approve(shop, await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Any news",)))
    await shop.move_to_hour(12)
    assert done.behind == ()
    assert await went(shop) == ["Hi 1", "Any news"]


async def test_one_approved_behind_an_invitation_that_is_rejected_has_nothing_to_come_back_to(
    shop: SellingOffice,
) -> None:
    creators = await shop.creators(1)
    invited = await shop.draft(creators)
    nudge = await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Any news",))
    await approve(shop, nudge)
    await shop.decide(await shop.show(invited, shop.anna), shop.anna, reject=[1])
    await shop.move_clock(DAY)
    await shop.move_to_hour(12)
    assert await went(shop) == []
    (stopped,) = await shop.read(nudge)
    assert (stopped.status, stopped.reason) == (DraftStatus.STOPPED, Flag("nothing_to_follow", {}))
    done = await approve(shop, await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("We talked elsewhere",)))
    assert done.behind == ()  # whoever knows that the invitation is gone means what they approve
    assert await went(shop) == ["We talked elsewhere"]


async def test_another_wording_that_nobody_took_holds_nothing_up(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    other = await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Hello again",))
    await approve(shop, await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Any news",)))
    await shop.decide(await shop.show(other, shop.anna), shop.anna, reject=[1])
    assert await went(shop) == ["Any news"]


async def test_who_has_answered_is_written_to_at_once(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await shop.approved(creators)
    await shop.dispatch()
    await shop.answer(creators[0])
    done = await approve(shop, await shop.draft(creators, purpose=Purpose.FOLLOW_UP, texts=("Any news",)))
    assert done.behind == ()
    assert await went(shop) == ["Hi 1", "Any news"]
