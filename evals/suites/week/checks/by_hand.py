"""Sending by hand: the ledger against the diary, and every member's send list against the ledger. Pure."""

from collections.abc import Iterator
from datetime import timedelta

from evals.suites.week.diary import Fate, InHand
from evals.suites.week.facts import Facts, named, zone_of
from evals.suites.week.rows import DraftRow, SendRow
from memory.domain.cards import SendListCard
from memory.domain.ids import BrandId, MemberId

DONE_FOR = timedelta(hours=24)
# What a member says → the step, and how the last line of the ledger ended.
_ENDS = {
    Fate.TAKEN: ("sending", "claimed"),
    Fate.SENT: ("sent", "accepted"),
    Fate.FAILED: ("failed", "refused"),
    Fate.SKIPPED: ("stopped", "refused"),
    Fate.UNSURE: ("unknown", "unknown"),
}
_OPEN_AGAIN = ("planned", "held", "stopped")  # offered anew, unless an answer or a stop came in between
_PLACES = {
    "unknown": ("unsure",),
    "failed": ("failed",),
    "sent": ("done",),
    "planned": ("ready", "night", "later", "held"),
    "held": ("ready", "night", "later", "held"),
}


def diary_against_ledger(facts: Facts) -> Iterator[str]:
    """Every item is in the ledger as its member says, under their name and with the text they copied; no other is."""
    by_hand = {(draft.batch, draft.number): draft for draft in facts.books.drafts if draft.channel == "by_hand"}
    for what, item in facts.diary.by_hand.items():
        draft = by_hand.get(what)
        if draft is None:
            yield f"{what[0]} {what[1]}: in somebody's hands, but no draft to be sent by hand"
        else:
            yield from _item(draft, item, facts.sends.get(draft.draft, []))
    for what, draft in by_hand.items():
        if what not in facts.diary.by_hand and facts.sends.get(draft.draft):
            yield f"{named(draft)}: in the ledger, and nobody took it"
        elif what not in facts.diary.by_hand and draft.state in ("sent", "failed", "unknown", "sending"):
            yield f"{named(draft)}: {draft.state}, and nobody took it"


def _item(draft: DraftRow, item: InHand, sends: list[SendRow]) -> Iterator[str]:
    last = sends[-1] if sends else None
    if item.fate is Fate.OFFERED:
        if draft.state not in _OPEN_AGAIN or (last is not None and last.state != "refused"):
            yield f"{named(draft)}: offered again, but {draft.state} and {last and last.state}"
        return
    state, end = _ENDS[item.fate]
    if draft.state != state:
        yield f"{named(draft)}: {item.fate} says the member, {draft.state} the step"
    if item.text is None:  # skipped unread
        if sends and last is not None and last.state != "refused":
            yield f"{named(draft)}: skipped unread, but {last.state} in the ledger"
        return
    if last is None:
        yield f"{named(draft)}: {item.fate} says the member, and the ledger holds nothing"
        return
    if last.state != end:
        yield f"{named(draft)}: {item.fate} says the member, {last.state} the ledger"
    if last.member != item.member:
        yield f"{named(draft)}: taken by {item.member}, in the ledger of {last.member}"
    if last.text != item.text:
        yield f"{named(draft)}: copied {item.text[:60]!r}, in the ledger {last.text[:60]!r}"
    if sum(send.state in ("accepted", "unknown", "claimed") for send in sends) > 1:
        yield f"{named(draft)}: more than one open or accepted line"


def lists_against_ledger(facts: Facts) -> Iterator[str]:
    """Each member's list holds exactly what is open, in its place, with the text of what they hold and no other."""
    for (member, brand), card in facts.lists.items():
        yield from _list(facts, member, brand, card)


def _list(facts: Facts, member: MemberId, brand: BrandId, card: SendListCard) -> Iterator[str]:
    who = f"list of member {member} at brand {brand}"
    rows = {(row.batch, row.number): row for row in card.items}
    if len(rows) != len(card.items):
        yield f"{who}: an item twice"
    expected = {
        (draft.batch, draft.number): draft
        for draft in facts.books.drafts
        if draft.brand == brand and draft.channel == "by_hand" and _on_list(draft, facts)
    }
    for what in sorted(rows.keys() - expected.keys()):
        yield f"{who}: {what[0]} {what[1]} is on it and not open"
    for what, draft in expected.items():
        row = rows.get(what)
        if row is None:
            yield f"{who}: {named(draft)} is missing"
            continue
        last = next(reversed(facts.sends.get(draft.draft, [])), None)
        holder = last.member if last is not None else None
        in_hand = ("mine" if holder == member else "theirs",)
        places = in_hand if draft.state == "sending" else _PLACES[draft.state or ""]
        if row.place not in places:
            yield f"{who}: {named(draft)} stands under {row.place}, the step is {draft.state}"
        if row.place == "ready" and not _may_go(draft, facts):
            yield f"{who}: {named(draft)} is offered at night, early, or although its batch is stopped"
        if row.text is not None and (row.place != "mine" or last is None or row.text != last.text):
            yield f"{who}: {named(draft)} shows a text it should not"


def _on_list(draft: DraftRow, facts: Facts) -> bool:
    if draft.state == "failed":
        return not draft.stopped
    if draft.state == "sent":
        return draft.sent_at is not None and draft.sent_at >= facts.now - DONE_FOR
    return draft.state in ("planned", "held", "sending", "unknown")


def _may_go(draft: DraftRow, facts: Facts) -> bool:
    due = draft.due_at is not None and draft.due_at <= facts.now
    return due and not draft.stopped and 9 <= facts.now.astimezone(zone_of(draft)).hour < 20
