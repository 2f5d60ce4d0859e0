"""Members at the send list: they take texts, send them somewhere else, and say what came of them, or forget to."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from evals.suites.week.diary import Diary, Fate, InHand, Number, Paste
from evals.suites.week.person import Person

# What becomes of one text after the other.
_ENDS = (
    Fate.SENT, Fate.FAILED, Fate.SENT, Fate.SENT, Fate.SKIPPED, Fate.SENT, Fate.SENT, Fate.SENT, Fate.SENT,
)  # fmt: skip
_SAID = (
    ("Please stop messaging me.", True),
    ("Sounds great, happy to collaborate.", False),
    ("Could you do 25% commission?", False),
    ("Can you send me a free sample first?", False),
    ("Thanks for thinking of me, but it's not a fit for my page right now.", False),
    ("Do not contact me again please.", True),
)


async def shift(person: Person, diary: Diary, draw: Random, *, codes: Sequence[str]) -> None:
    """One look at the list. `codes`: the batches of the person's brand."""
    await person.take_texts()
    fates: dict[Fate, list[Number]] = {}
    for what, item in _mine(person, diary, codes):
        if (fate := _fate(item, draw)) is not None:
            fates.setdefault(fate, []).append(what)
    for fate, numbers in fates.items():
        await person.mark(numbers, fate)


async def stand_in_at_the_list(person: Person, diary: Diary, *, codes: Sequence[str]) -> None:
    """An approver says for somebody else what came of an item."""
    others = [
        what
        for what, item in diary.by_hand.items()
        if item.fate is Fate.TAKEN and not item.forgotten and item.member != person.member and what[0] in codes
    ]
    if others:
        await person.mark(others[:1], Fate.SENT)
        diary.happened["by hand: marked for somebody else"] += 1


async def have_doubts(person: Person, diary: Diary, *, codes: Sequence[str]) -> None:
    """Take one 「已发」 of the last day back."""
    now = await person.house.now()
    sent = [
        what
        for what, item in _mine(person, diary, codes)
        if item.fate is Fate.SENT and now - item.at < timedelta(hours=20)
    ]
    if sent:
        await person.doubt(sent[-1])


async def at_night(person: Person) -> None:
    """Send one where the creator sleeps, confirmed."""
    card = await person.send_list()
    row = next((row for row in card.items if row.place == "night"), None)
    if row is not None:
        await person.take_at_night((row.batch, row.number), row.draft)


async def skip_unread(person: Person) -> None:
    """Skip one that nobody has taken yet."""
    card = await person.send_list()
    row = next((row for row in card.items if row.place in ("ready", "night")), None)
    if row is not None:
        await person.mark([(row.batch, row.number)], Fate.SKIPPED)


async def paste(person: Person, diary: Diary, draw: Random, *, handles: dict[Number, str], most: int) -> None:
    """Paste answers of creators who were written to by hand."""
    told = {one.handle for one in diary.pastes}
    sent = [
        handles[what]
        for what, item in diary.by_hand.items()
        if item.fate is Fate.SENT and what in handles and handles[what] not in told
    ]
    for handle in draw.sample(sent, min(most, len(sent))):
        text, opted_out = _SAID[len(diary.pastes) % len(_SAID)]
        await person.say(f"@{handle} 回复：{text}")
        diary.pastes.append(Paste(person.brand, handle, text, opted_out))


def _mine(person: Person, diary: Diary, codes: Sequence[str]) -> list[tuple[Number, InHand]]:
    return [(what, item) for what, item in diary.by_hand.items() if item.member == person.member and what[0] in codes]


def _fate(item: InHand, draw: Random) -> Fate | None:
    """What a member says of an item at this look; None: nothing."""
    if item.fate is Fate.TAKEN and not item.forgotten:
        return _ENDS[item.place % len(_ENDS)]
    luck = draw.random()
    if item.fate is Fate.UNSURE:
        return Fate.SENT if luck < 0.5 else Fate.FAILED if luck < 0.8 else None
    if item.fate is Fate.FAILED:
        return Fate.OFFERED if luck < 0.2 else None
    return None
