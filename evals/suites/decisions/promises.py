"""What promises 1 to 3 and 8 forbid, said of one message, one word or one mark. Empty: nothing is wrong."""

from datetime import datetime, timedelta

from evals.suites.decisions.books import EVERYTHING, Books
from evals.suites.decisions.nouns import NOT_YET, UNDER_WAY, Card, Known, Tap, Where
from memory.domain.by_hand import HandMark
from memory.domain.outreach import Verdict
from memory.domain.workspace import Role

MOST_READ = 20  # full texts a person reads at once
MOST_BY_CHAT = 200
_GIVEN = timedelta(minutes=1)  # between a card's end and the transaction that answers it


def against_sending(books: Books, known: Known, now: datetime, *, night: bool = False) -> list[str]:
    """Why this message must not be with a platform, or in a person's hands, at this moment.

    `night`: the person said that they would send outside the creator's day. Tries are counted before this one.
    """
    allowed_night = night and books.policy.night_by_hand and known.by_hand
    wrong = {
        "not signed": not books.is_signed(known, now),
        "rejected": known.rejected,
        "stopped": books.is_stopped(known, now),
        "opted out or blocked": books.is_silent(known.creator),
        "at night": not books.is_day(known.creator, now) and not allowed_night,
        "its creator answered": known.needless,
    }
    return [why for why, is_so in wrong.items() if is_so]


def against_setting_out(books: Books, known: Known, now: datetime) -> list[str]:
    """Why it must not set out anew: it did already, another first message did, or too many do at once."""
    minute, day = books.tries_within(now)
    before = known.after
    wrong = {
        "before what it follows": before is not None and before.where is not Where.SENT,
        "too soon after what it follows": before is not None and not books.is_over(before, known.days, now),
        f"a second time, it is {known.where}": known.where is not Where.WAITING,
        "another first message within the cool-down": books.is_too_early(known, now),
        "too many in a minute": minute >= books.policy.sends_per_minute,
        "too many in a day": day >= books.policy.sends_per_day,
    }
    return [why for why, is_so in wrong.items() if is_so]


def against_deciding(
    books: Books, card: Card, tap: Tap, known: Known, verdict: Verdict, now: datetime, *, done: int
) -> list[str]:
    """Why this word on this draft must not have been taken. `done`: how many drafts were approved with it."""
    wrong = {
        "no role": not books.may(tap.who, Role.APPROVER, now),
        "somebody else's card": tap.who != card.to,
        "not delivered": not card.delivered,
        "another wording": card.wordings.get(known.number) != known.now,
        f"it is {known.where}": known.where not in NOT_YET,
    }
    if verdict is Verdict.APPROVE:
        size = len(books.of_batch(card.batch))
        lead = books.may(tap.who, Role.LEAD, now)
        wrong |= {
            "not read": known.number not in card.in_full and tap.count is None,
            "a wrong count": tap.count not in (None, size),
            "too many unread": done > MOST_READ and tap.count is None,
            "a large batch": size > MOST_BY_CHAT and not (tap.on_page and lead),
            "above the batch ceiling": done > books.policy.batch_ceiling and not lead,
            "above a ceiling": books.needs_lead(known) and not lead,
            "more than everything": (known.now.offer.commission_bp or 0) > EVERYTHING,
            "their own": books.is_own(tap.who, known, now),
            "failing": known.now.failing,
            "rejected": known.rejected,
            "stopped": books.is_stopped(known, now),
            "opted out or blocked": books.is_silent(known.creator),
            "its creator answered": known.needless,
            "too late": now > card.shown.decide_by + _GIVEN,
            "another first message waits": any(
                other.where is Where.WAITING and (other.batch != known.batch) for other in books.others_first(known)
            ),
            "another first message went": books.is_too_early(known, now),
        }
    return [why for why, is_so in wrong.items() if is_so]


def against_marking(books: Books, known: Known, said: HandMark, who: str, now: datetime) -> list[str]:
    """Why this must not have been written down of a text that people send."""
    theirs = known.holder == who or books.may(who, Role.APPROVER, now)
    allowed = {
        HandMark.SENT: known.where in UNDER_WAY and theirs,
        HandMark.FAILED: known.where in UNDER_WAY and theirs,
        HandMark.SKIPPED: known.where is Where.WAITING or (known.where in UNDER_WAY and theirs),
        HandMark.AGAIN: known.where is Where.FAILED,
        HandMark.UNDONE: known.where is Where.SENT and theirs,
    }
    wrong = {
        "no role": not books.may(who, Role.OPERATOR, now),
        f"it is {known.where} and {known.holder or 'nobody'} has it": not allowed[said],
    }
    return [why for why, is_so in wrong.items() if is_so]
