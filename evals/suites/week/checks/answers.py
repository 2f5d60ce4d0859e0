"""What creators answered, against what is stored and told. Pure."""

from collections import Counter
from collections.abc import Iterator

from connectors.playground.statement import Written
from evals.suites.week.facts import Facts


def stored_once(facts: Facts) -> Iterator[str]:
    """Every answer the shop handed out, and every one pasted, is stored once: creator, brand and text."""
    kept = Counter(answer.outside_id for answer in facts.books.answers if answer.source == "playground")
    rows = {answer.outside_id: answer for answer in facts.books.answers if answer.source == "playground"}
    for written in facts.shop.written:
        if not written.out:
            if written.at <= facts.now:
                yield f"@{written.handle}: {written.text[:60]!r} was written at {written.at} and nobody collected it"
            continue
        row = rows.get(written.outside_id)
        if row is None:
            yield f"@{written.handle}: {written.text[:60]!r} was handed out and is not stored"
        elif (row.handle, row.text, row.brand) != (written.handle, written.text, written.brand):
            yield f"@{written.handle}: stored for brand {row.brand}, written to {written.brand}: {row.text[:60]!r}"
    known = {written.outside_id for written in facts.shop.written}
    for outside_id, count in kept.items():
        if count > 1 or outside_id not in known:
            yield f"{outside_id}: stored {count} times, written {int(outside_id in known)} times"
    pasted = Counter((int(paste.brand), paste.handle, paste.text) for paste in facts.diary.pastes)
    entered = Counter(
        (answer.brand, answer.handle, answer.text) for answer in facts.books.answers if answer.source == "by_hand"
    )
    for brand, handle, text in (pasted - entered) + (entered - pasted):
        yield f"@{handle} of brand {brand}: pasted and stored differ: {text[:60]!r}"


def told_once(facts: Facts) -> Iterator[str]:
    """Each is told once, in the conversation that drafted what it answers, and nowhere else by itself.

    It answers the last message of the brand that its creator had when they wrote it.
    """
    conversation_of = {draft.key: draft.conversation for draft in facts.books.drafts if draft.key}
    asked = {written.outside_id: conversation_of.get(_answered(facts, written)) for written in facts.shop.written}
    notices = Counter((told.message, told.conversation) for told in facts.books.told if told.author == "notice")
    at_once = Counter((told.message, told.conversation) for told in facts.books.told if told.author == "daren")
    for answer in facts.books.answers:
        where = asked.get(answer.outside_id, answer.conversation)
        times = {place: count for (message, place), count in notices.items() if message == answer.id}
        if answer.source == "by_hand" and where is not None and not times and at_once[answer.id, where] == 1:
            continue  # pasted in the very conversation that drafted
        expected = {} if where is None else {where: 1}
        if times != expected:
            yield f"@{answer.handle}: {answer.text[:60]!r} told {times}, should be {expected}"


def _answered(facts: Facts, written: Written) -> str:
    before = [
        message
        for message in facts.shop.received
        if (message.brand, message.handle) == (written.brand, written.handle) and message.at <= written.at
    ]
    return max(before, key=lambda message: message.at).key
