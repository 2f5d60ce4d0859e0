"""Where things are said to stand, against the ledger: steps, statuses people see, quotas and daily counters. Pure."""

from collections import Counter
from collections.abc import Iterator
from datetime import date

from evals.suites.week.facts import AT_WORK, Facts, named
from evals.suites.week.rows import DraftRow, SendRow
from memory.domain.ids import BrandId
from memory.domain.markets import MARKETS

_STATUS = {
    "planned": "approved",
    "held": "held",
    "sending": "sending",
    "sent": "sent",
    "unknown": "unknown",
    "failed": "failed",
    "stopped": "stopped",
}
_WAITS = ("planned", "held")
_REOPENED = ("draft_changed", "withdrawn")


def steps_against_ledger(facts: Facts) -> Iterator[str]:
    """A step is where the last of its attempts left it, and has as many attempts as the ledger has lines."""
    for draft in facts.books.drafts:
        sends = facts.sends.get(draft.draft, [])
        if draft.state is None:
            if sends:
                yield f"{named(draft)}: {len(sends)} lines in the ledger and no step"
            continue
        if [send.attempt for send in sends] != list(range(1, (draft.attempts or 0) + 1)):
            yield f"{named(draft)}: {draft.attempts} attempts, lines {[send.attempt for send in sends]}"
        states = [send.state for send in sends]
        if any(state in AT_WORK for state in states[:-1]) or not _agrees(draft, states):
            yield f"{named(draft)}: step {draft.state}, ledger {states}"


def _agrees(draft: DraftRow, states: list[str]) -> bool:
    last = states[-1] if states else None
    ends = {"sent": "accepted", "sending": "claimed", "unknown": "unknown", "failed": "refused"}
    if draft.state in ends:
        return last == ends[draft.state] and (draft.state != "sent" or draft.sent_at is not None)
    return last in (None, "refused") or (draft.state == "stopped" and bool(draft.may_have_gone) and last == "unknown")


def statuses_shown(facts: Facts) -> Iterator[str]:
    """People see of each draft what its rows say, and what they were told when they rejected it or took it back."""
    for what in facts.diary.rejected:
        if (shown := facts.shown.get(what)) != "rejected":
            yield f"{what[0]} {what[1]}: rejected, as a member was told, and shown as {shown}"
    for what, spells in facts.diary.withdrawn.items():
        if spells[-1].until is None and (shown := facts.shown.get(what)) in ("approved", "sending", "sent"):
            yield f"{what[0]} {what[1]}: taken back, as a member was told, and shown as {shown}"
    for draft in facts.books.drafts:
        shown, expected = facts.shown.get((draft.batch, draft.number)), _status(draft, facts)
        if shown != expected:
            yield f"{named(draft)}: shown as {shown}, is {expected}"
    for what in sorted(facts.shown.keys() - {(draft.batch, draft.number) for draft in facts.books.drafts}):
        yield f"{what[0]} {what[1]}: shown, and there is no such draft"


def _status(draft: DraftRow, facts: Facts) -> str:
    decided = facts.decisions.get(draft.draft, [])
    if any(one.verdict == "reject" and one.voided_at is None for one in decided):
        return "rejected"
    waits = draft.state in _WAITS
    if draft.state is not None and not (draft.state == "held" and draft.reason in _REOPENED):
        return "stopped" if draft.stopped and waits else _STATUS[draft.state]
    if draft.stopped or draft.ended:
        return "stopped"
    if draft.failing:
        return "failing"
    return "expired" if draft.decide_by <= facts.now else "open"


def quotas(facts: Facts) -> Iterator[str]:
    """What a brand is said to have used today and to have waiting is what its rows count to."""
    for brand, told in facts.quotas.items():
        zone = MARKETS[facts.markets[brand]].zone
        today = facts.now.astimezone(zone).date()
        used = sum(
            send.state in AT_WORK and send.claimed_at.astimezone(zone).date() == today for send in _of(facts, brand)
        )
        states = Counter(draft.state for draft in facts.books.drafts if draft.brand == brand)
        kept, said = (used, states["planned"], states["held"]), (told.day_used, told.planned, told.held)
        if kept != said:
            yield f"{told.brand}: told (used, planned, held) = {said}, are {kept}"


def counters(facts: Facts) -> Iterator[str]:
    """Messages, invites, replies and active creators of each day (UTC) are those of ledger and answers.

    A creator stays active on a day on which somebody said that they were written to, and doubted it afterwards.
    """
    kept: Counter[tuple[date, str]] = Counter()
    active = {(mark.at.date(), mark.handle) for mark in facts.books.marks}
    for draft in facts.books.drafts:
        if draft.state != "sent" or draft.sent_at is None:
            continue
        day = draft.sent_at.date()
        kept[day, "messages"] += 1
        kept[day, "invites"] += draft.purpose == "invite"
        active.add((day, draft.handle))
    for answer in facts.books.answers:
        kept[answer.stored_at.date(), "replies"] += 1
        active.add((answer.stored_at.date(), answer.handle))
    for day, _ in active:
        kept[day, "active_creators"] += 1
    counted = Counter({(row.day, row.name): row.count for row in facts.books.counts})
    shown = Counter(
        {
            (one.day, name): getattr(one, name)
            for one in facts.activity
            for name in ("messages", "invites", "replies", "active_creators")
        }
    )
    for key in sorted(kept.keys() | counted.keys() | shown.keys()):
        if not kept[key] == counted[key] == shown[key]:
            yield f"{key[0]} {key[1]}: the rows make {kept[key]}, counted {counted[key]}, shown {shown[key]}"


def _of(facts: Facts, brand: BrandId) -> Iterator[SendRow]:
    return (send for send in facts.books.sends if facts.of(send).brand == brand)
