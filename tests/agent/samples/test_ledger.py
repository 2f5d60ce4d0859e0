"""Two hundred samples over sixty days of a moved clock, held against a ledger kept by hand beside them."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from memory.domain.sample import SampleStatus
from tests.support.sampling import SampleTeam
from tools.samples.tool import AT_ONCE

S = SampleStatus
DAYS = 60
SAMPLES = 200
COSTS = (305, 799, 1250, 4999)


@dataclass
class Entry:
    """One line of the ledger: what happened to a sample on which day, and what it cost in cents."""

    handle: str
    product: str
    cents: int
    events: list[tuple[int, SampleStatus]]
    happened: dict[SampleStatus, int] = field(default_factory=dict)

    def state(self, day: int) -> SampleStatus:
        """Where it stands at the end of a day, by hand: the last thing that happened, and then the calendar."""
        last = list(self.happened)[-1]
        if last is not S.DELIVERED:
            return last
        late = day - (self.happened[S.DELIVERED] + 14)
        return S.OVERDUE if late >= 0 else S.CONTENT_DUE if late >= -3 else S.DELIVERED


def planned(chance: random.Random, handle: str, product: str) -> Entry:
    """A made-up life: it may skip the agreement, get lost, be excused, be posted early or late, or stay silent."""
    day = chance.randint(0, 30)
    events = [(day, S.ASKED)]
    if chance.random() < 0.5:
        events.append((day := day + chance.randint(1, 2), S.AGREED))
    events.append((day := day + chance.randint(1, 3), S.APPROVED))
    events.append((day := day + chance.randint(1, 4), S.SHIPPED))
    if chance.random() < 0.1:
        events.append((day + chance.randint(5, 9), S.LOST))
        return Entry(handle, product, chance.choice(COSTS), events)
    events.append((day := day + chance.randint(3, 8), S.DELIVERED))
    end = chance.random()
    if end < 0.5:
        events.append((day + chance.randint(1, 20), S.POSTED))
    elif end < 0.6:
        events.append((day + chance.randint(1, 20), S.EXCUSED))
    return Entry(handle, product, chance.choice(COSTS), events)


async def test_two_hundred_samples_over_sixty_days_equal_a_hand_ledger(team: SampleTeam) -> None:
    chance = random.Random(20261129)  # the same made-up days every time
    handles = [f"pet_{number}" for number in range(SAMPLES // 2 + 20)]
    await team.creators(*handles)
    for product in ("Leash", "Bowl"):
        await team.product(product)
    owners = [*handles, *handles[: SAMPLES - len(handles)]]
    ledger = [
        planned(chance, handle, "Leash" if place < len(handles) else "Bowl") for place, handle in enumerate(owners)
    ]
    async with team.database.unit(team.office.viewer()) as unit:
        began = unit.now
    seen: set[SampleStatus] = set()
    for day in range(DAYS):
        today = [(entry, status) for entry in ledger for when, status in entry.events if when == day]
        for (status, product, cents), entries in sorted(alike(today).items()):
            for place in range(0, len(entries), AT_ONCE):
                await tell(team, entries[place : place + AT_ONCE], status, product=product, cents=cents)
        for entry, status in today:
            entry.happened[status] = day
        seen |= {entry.state(day) for entry in ledger if entry.happened}
        if day % 6 == 5:
            await agree(team, ledger, began, day=day)
        await team.days_pass(1)
    assert len([entry for entry in ledger if entry.happened]) == SAMPLES
    assert seen == set(S)


def alike(today: list[tuple[Entry, SampleStatus]]) -> dict[tuple[SampleStatus, str, int], list[Entry]]:
    """What a person would tell in one sentence: the same of the same product, at the same cost when it ships."""
    groups: dict[tuple[SampleStatus, str, int], list[Entry]] = {}
    for entry, status in today:
        cents = entry.cents if status is S.SHIPPED else 0
        groups.setdefault((status, entry.product, cents), []).append(entry)
    return groups


async def tell(team: SampleTeam, entries: list[Entry], status: SampleStatus, *, product: str, cents: int) -> None:
    """Tell the tool what happened, as a person would."""
    arguments: dict[str, object] = {"handles": [entry.handle for entry in entries], "status": status.value}
    if cents:
        arguments["cost"] = f"{cents // 100}.{cents % 100:02}"
    if status is S.APPROVED:
        await team.approved(team.office.approver(), arguments, product)
    else:
        assert (await team.recorded(team.office.operator(), arguments, product)).changed == len(entries)


async def agree(team: SampleTeam, ledger: list[Entry], began: datetime, *, day: int) -> None:
    """Every sample in state, due day and cost; the counts; and what each creator received and posted."""
    async with team.database.unit(team.office.viewer()) as unit:
        products = {product.id: product.name for product in await unit.products.all()}
        found = await unit.samples.find(limit=1000)
        creators = await unit.creators.by_ids([sample.creator for sample in found])
        counts = await unit.samples.counts()
        relations = await unit.relations.of(list(creators))
    ours = {
        (creators[sample.creator].handle, products[sample.product] if sample.product else ""): (
            sample.status,
            (sample.due_at - began) // timedelta(days=1) if sample.due_at else None,
            sample.cost.minor if sample.cost else None,
        )
        for sample in found
    }
    known = [entry for entry in ledger if entry.happened]
    theirs = {
        (entry.handle, entry.product): (
            entry.state(day),
            entry.happened[S.DELIVERED] + 14 if S.DELIVERED in entry.happened else None,
            entry.cents if S.SHIPPED in entry.happened else None,
        )
        for entry in known
    }
    assert ours == theirs
    assert counts == Counter(entry.state(day) for entry in known)
    received = Counter(
        entry.handle for entry in known if S.DELIVERED in entry.happened and S.EXCUSED not in entry.happened
    )
    posted = Counter(entry.handle for entry in known if S.POSTED in entry.happened)
    assert {
        creators[creator].handle: (relation.samples_received, relation.samples_posted)
        for creator, relation in relations.items()
    } == {entry.handle: (received[entry.handle], posted[entry.handle]) for entry in known}
