"""What was sent, against what the playground received and against everything that forbids a message. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta

from evals.suites.week.facts import AT_WORK, Facts, named, zone_of
from evals.suites.week.rows import DecisionRow, DraftRow, SendRow
from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Role

FIRST = ("invite", "sample_offer")
OPENS, CLOSES = 9, 20


def playground_against_ledger(facts: Facts) -> Iterator[str]:
    """Accepted lines of the channel and messages received are the same, one to one: text, creator and brand."""
    received = {message.key: message for message in facts.shop.received}
    claimed = {draft.key: draft for draft in facts.books.drafts if draft.key}
    accepted: Counter[str] = Counter()
    for draft in facts.books.drafts:
        if draft.channel != "playground":
            continue
        for send in facts.sends.get(draft.draft, ()):
            if send.state != "accepted":
                continue
            key = draft.key or ""
            accepted[key] += 1
            got = received.get(key)
            if got is None:
                yield f"{named(draft)}: accepted in the ledger, never received"
            elif (got.text, got.handle, got.brand) != (send.text, draft.handle, draft.brand):
                yield f"{named(draft)}: received otherwise: brand {got.brand} @{got.handle} {got.text[:60]!r}"
    for key, count in accepted.items():
        if count > 1:
            yield f"{named(claimed[key])}: {count} accepted lines"
    for key, got in received.items():
        if key not in accepted:
            yield f"@{got.handle} of brand {got.brand} received what no accepted line says ({key}): {got.text[:60]!r}"


def approved_texts(facts: Facts) -> Iterator[str]:
    """What went out is word for word what a member read when they were told it is approved."""
    for send in _went(facts):
        draft = facts.of(send)
        if send.text not in facts.diary.texts.get((draft.batch, draft.number), set()):
            yield f"{named(draft)}: sent {send.text[:60]!r}, which nobody read and approved"


def second_first_messages(facts: Facts) -> Iterator[str]:
    """At most one first message of a brand to a creator, over both channels."""
    found: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
    for send in _went(facts):
        draft = facts.of(send)
        if draft.purpose in FIRST:
            found[draft.brand, draft.handle].append(named(draft))
    keys = {draft.key: draft for draft in facts.books.drafts}
    arrived = Counter(
        (message.brand, message.handle)
        for message in facts.shop.received
        if message.key in keys and keys[message.key].purpose in FIRST
    )
    for (brand, handle), which in found.items():
        if len(which) > 1:
            yield f"@{handle} of brand {brand}: {len(which)} first messages: {', '.join(which)}"
    for (brand, handle), count in arrived.items():
        if count > 1:
            yield f"@{handle} received {count} first messages of brand {brand}"


def silenced(facts: Facts) -> Iterator[str]:
    """Nobody is written to after they opted out, or while the brand has them blocked."""
    asked: dict[str, datetime] = {}
    meant = {written.outside_id for written in facts.shop.written if written.intent == "opt_out"}
    pasted = {(paste.handle, paste.text) for paste in facts.diary.pastes if paste.opted_out}
    for answer in facts.books.answers:
        if answer.outside_id in meant or (answer.handle, answer.text) in pasted:
            asked[answer.handle] = min(answer.stored_at, asked.get(answer.handle, answer.stored_at))
    for send in facts.books.sends:
        draft = facts.of(send)
        since = asked.get(draft.handle)
        if since is not None and send.claimed_at > since:
            yield f"{named(draft)}: claimed at {send.claimed_at}, opted out at {since}"
        for block in facts.diary.blocks:
            if (block.brand, block.handle) == (draft.brand, draft.handle) and block.covers(send.claimed_at):
                yield f"{named(draft)}: claimed at {send.claimed_at}, blocked since {block.since}"


def daytime(facts: Facts) -> Iterator[str]:
    """Nothing outside 09:00-20:00 of the creator's zone, but by hand where a member confirmed the night."""
    for send in facts.books.sends:
        draft = facts.of(send)
        local = send.claimed_at.astimezone(zone_of(draft))
        at_night = (draft.batch, draft.number) in facts.diary.nights
        if not OPENS <= local.hour < CLOSES and not at_night:
            yield f"{named(draft)}: claimed at {local:%Y-%m-%d %H:%M %Z}"
    zones = {draft.key: zone_of(draft) for draft in facts.books.drafts if draft.key}
    for message in facts.shop.received:
        if message.key in zones and not OPENS <= message.at.astimezone(zones[message.key]).hour < CLOSES:
            yield f"@{message.handle} received at {message.at.astimezone(zones[message.key])}"


def signed(facts: Facts) -> Iterator[str]:
    """Every claim has the approval of somebody who saw the text, may decide it, and had not taken it back."""
    together = Counter((one.member, one.decided_at) for one in facts.books.decisions if one.verdict == "approve")
    for send in facts.books.sends:
        draft = facts.of(send)
        decided = facts.decisions.get(draft.draft, [])
        if not any(
            _counts(one, send) and _may(facts, one, send, draft, size=together[one.member, one.decided_at])
            for one in decided
        ):
            yield f"{named(draft)}: claimed at {send.claimed_at} without an approval that counts"
        if any(one.verdict == "reject" and _live(one, send.claimed_at) for one in decided):
            yield f"{named(draft)}: claimed at {send.claimed_at} although rejected"


def called_off(facts: Facts) -> Iterator[str]:
    """Nothing is claimed while a member was told that it is stopped, taken back or rejected."""
    for send in facts.books.sends:
        draft = facts.of(send)
        what = (draft.batch, draft.number)
        for stop in facts.diary.stops:
            if draft.batch in stop.batches and stop.covers(send.claimed_at):
                yield f"{named(draft)}: claimed at {send.claimed_at}, stopped since {stop.since}"
        for spell in facts.diary.withdrawn.get(what, ()):
            if spell.covers(send.claimed_at):
                yield f"{named(draft)}: claimed at {send.claimed_at}, withdrawn at {spell.since}"
        rejected = facts.diary.rejected.get(what)
        if rejected is not None and send.claimed_at > rejected:
            yield f"{named(draft)}: claimed at {send.claimed_at}, rejected at {rejected}"


def follow_ups(facts: Facts) -> Iterator[str]:
    """What comes after another message goes so many days after it, and not to who answered in between."""
    answered: defaultdict[tuple[int, str], list[datetime]] = defaultdict(list)
    for answer in facts.books.answers:
        answered[answer.brand, answer.handle].append(answer.stored_at)
    for send in _went(facts):
        draft = facts.of(send)
        if draft.after is None:
            continue
        before = facts.drafts[draft.after]
        if before.sent_at is None or before.sent_at + timedelta(days=draft.delay_days or 0) > send.claimed_at:
            yield f"{named(draft)}: claimed at {send.claimed_at}, comes after {named(before)} of {before.sent_at}"
        elif any(before.sent_at < at < send.claimed_at for at in answered[draft.brand, draft.handle]):
            yield f"{named(draft)}: claimed at {send.claimed_at} although its creator answered"


def pace(facts: Facts) -> Iterator[str]:
    """No minute of a brand holds more than its limit, after downtime neither."""
    by_brand: defaultdict[int, list[datetime]] = defaultdict(list)
    for send in facts.books.sends:
        if send.state in AT_WORK:
            by_brand[facts.of(send).brand].append(send.claimed_at)
    for brand, moments in by_brand.items():
        limit = facts.policies[BrandId(brand)].sends_per_minute
        ordered = sorted(moments)
        for first, last in zip(ordered, ordered[limit:], strict=False):
            if last - first < timedelta(minutes=1):
                yield f"brand {brand}: more than {limit} claims in the minute from {first}"


def verdicts(facts: Facts) -> Iterator[str]:
    """Decisions are those that members were told of, no more and no less."""
    told = Counter((one.member, one.what, one.verdict) for one in facts.diary.verdicts)
    kept = Counter(
        (MemberId(one.member), (facts.drafts[one.draft].batch, facts.drafts[one.draft].number), one.verdict)
        for one in facts.books.decisions
    )
    for (member, (batch, number), verdict), count in (told - kept).items():
        yield f"{batch} {number}: member {member} was told of {verdict} ({count} times) that no row holds"
    for (member, (batch, number), verdict), count in (kept - told).items():
        yield f"{batch} {number}: {verdict} ({count} times) of member {member}, who was not told"


def _went(facts: Facts) -> Iterator[SendRow]:
    return (send for send in facts.books.sends if send.state in AT_WORK)


def _live(decision: DecisionRow, at: datetime) -> bool:
    return decision.decided_at < at and (decision.voided_at is None or decision.voided_at > at)


def _counts(decision: DecisionRow, send: SendRow) -> bool:
    """Whether it approves this text, was live at the claim, and answers a card that had shown it to its member."""
    seen = (
        decision.shown_to == decision.member
        and decision.shown_digest == decision.digest
        and decision.delivered_at is not None
        and decision.delivered_at <= decision.decided_at < decision.decide_by
    )
    approves = decision.verdict == "approve" and decision.digest == send.digest
    return approves and seen and _live(decision, send.claimed_at) and decision.valid_until > send.claimed_at


def _may(facts: Facts, decision: DecisionRow, send: SendRow, draft: DraftRow, *, size: int) -> bool:
    """Whether the member might sign it: by their role or the one lent to them, the ceilings, and whose work it is."""
    member, policy = MemberId(decision.member), facts.policies[BrandId(draft.brand)]
    above = (send.commission_bp or 0) > policy.commission_ceiling_bp or size > policy.batch_ceiling
    needed = Role.LEAD if above else Role.APPROVER
    if not policy.own_drafts_approvable and member in (send.author, draft.made_by):
        return False
    return facts.diary.stands_as(member, facts.roles[member], at=decision.decided_at).covers(needed)
