"""All checks as lines of a scorecard, and the totals that make their zeros worth something."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from evals.scorers.scorecard import Line
from evals.suites.week.checks import answers, by_hand, sending, standing
from evals.suites.week.facts import AT_WORK, Facts
from memory.domain.ids import MemberId
from memory.domain.workspace import Role

Check = Callable[[Facts], Iterator[str]]
CHECKS: Final[Mapping[str, Check]] = {
    "accepted in the ledger ≠ received by the playground": sending.playground_against_ledger,
    "sent otherwise than read and approved": sending.approved_texts,
    "by hand: ledger ≠ diary": by_hand.diary_against_ledger,
    "send lists ≠ ledger": by_hand.lists_against_ledger,
    "steps ≠ ledger": standing.steps_against_ledger,
    "statuses shown ≠ rows": standing.statuses_shown,
    "quotas ≠ ledger": standing.quotas,
    "daily counters ≠ ledger": standing.counters,
    "second first messages of a brand": sending.second_first_messages,
    "written to after an opt-out or a block": sending.silenced,
    "outside 09:00-20:00 of the creator": sending.daytime,
    "without an approval by whoever may": sending.signed,
    "while stopped, taken back or rejected": sending.called_off,
    "follow-ups too early or after an answer": sending.follow_ups,
    "above the minute's limit": sending.pace,
    "decisions ≠ what members were told": sending.verdicts,
    "answers stored ≠ written": answers.stored_once,
    "answers told ≠ once where drafted": answers.told_once,
}
# Each must have happened at least once, or the zeros are those of an empty week.
HAPPENED: Final = (
    "batches", "approvals", "batches signed by their count",
    "rejections", "edits by hand", "edits by command", "approvals refused", "withdrawals",
    "stops", "resumptions", "blocks", "undone changes", "deputies", "dispatchers killed", "dispatchers cancelled",
    "downtimes", "downtimes told", "unknown settled: accepted", "unknown settled: never seen", "handed out",
    "by hand: sent", "by hand: failed", "by hand: skipped", "by hand: left untouched", "by hand: settled by asking",
)  # fmt: skip


def disagreements(facts: Facts) -> dict[str, list[str]]:
    """Check → what it found."""
    return {name: list(check(facts)) for name, check in CHECKS.items()}


def check_lines(found: Mapping[str, Iterable[str]], *, seed: int) -> tuple[Line, ...]:
    """One line a check; the seed stands with whatever disagrees."""
    lines = []
    for name, each in found.items():
        several = list(each)
        shown = f"{len(several)}" + (f" (seed {seed}): {'; '.join(several[:3])}" if several else "")
        lines.append(Line(name, shown, "= 0", not several))
    return tuple(lines)


def total_lines(facts: Facts) -> tuple[Line, ...]:
    """How much happened; nothing may be missing."""
    happened, sends = facts.diary.happened, facts.books.sends
    totals = {
        "messages by the playground": sum(_sent(facts, "playground")),
        "messages by hand": sum(_sent(facts, "by_hand")),
        "messages of each brand": min(
            sum(facts.of(send).brand == brand for send in sends if send.state in AT_WORK) for brand in facts.policies
        ),
        "follow-ups planned": sum(draft.after is not None for draft in facts.books.drafts),
        "refused attempts": sum(send.state == "refused" for send in sends),
        "answers by the playground": sum(answer.source == "playground" for answer in facts.books.answers),
        "answers pasted": len(facts.diary.pastes),
        "opt-outs": sum(answer.intent == "opt_out" for answer in facts.books.answers),
        "creators met twice by two members": _overlaps(facts),
        "approvals by a deputy": sum(
            one.verdict == "approve" and facts.roles[MemberId(one.member)] is Role.OPERATOR
            for one in facts.books.decisions
        ),
    }
    totals |= {name: happened[name] for name in HAPPENED}
    needed = tuple(Line(name, str(count), "≥ 1", count >= 1) for name, count in totals.items())
    others = {name: happened[name] for name in sorted(happened.keys() - totals.keys())}
    # In a short cut all creators may answer before a follow-up is due.
    if followed := sum(facts.of(send).after is not None for send in sends if send.state in AT_WORK):
        others["follow-ups sent"] = followed
    return needed + tuple(Line(name, str(count), "", ok=True) for name, count in others.items())


def _sent(facts: Facts, channel: str) -> Iterator[bool]:
    return (send.state == "accepted" and facts.of(send).channel == channel for send in facts.books.sends)


def _overlaps(facts: Facts) -> int:
    """Creators for whom two members of a brand drafted a first message."""
    makers: dict[tuple[int, str], set[int]] = {}
    for draft in facts.books.drafts:
        if draft.purpose in sending.FIRST:
            makers.setdefault((draft.brand, draft.handle), set()).add(draft.made_by)
    return sum(len(each) > 1 for each in makers.values())
