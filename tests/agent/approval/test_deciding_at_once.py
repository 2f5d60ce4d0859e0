"""A whole batch is decided in as many statements as two drafts are: 「停」 of it waits for one breath, not for each."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Engine

from agent.approval.seen import Sealed
from evals.suites.selling_office import SellingOffice
from memory.domain.outreach import DraftStatus
from memory.domain.workspace import BrandPolicy

WIDE = BrandPolicy(batch_ceiling=200)


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement sent to the database, an executemany counting once."""
    seen: list[str] = []

    def note(connection: object, cursor: object, statement: str, *others: object) -> None:
        del connection, cursor, others
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def decided(shop: SellingOffice, size: int, *, reject: bool = False) -> list[str]:
    """The statements of one decision of a whole new batch."""
    batch = await shop.draft(await shop.creators(size))
    numbers = range(1, size + 1)
    card = await shop.show(batch, shop.anna)
    with statements() as seen:
        if reject:
            await shop.decide(card, shop.anna, reject=numbers)
        else:
            await shop.decide(card, shop.anna, approve=numbers, sealed=Sealed(size), wait=False)
    wanted = DraftStatus.REJECTED if reject else DraftStatus.APPROVED
    assert {draft.status for draft in await shop.read(batch)} == {wanted}
    return seen


async def test_two_hundred_are_decided_in_as_many_statements_as_two(shop: SellingOffice) -> None:
    await shop.save_policy(WIDE)
    await decided(shop, 2)  # the first one reads what later ones have in memory
    few, many = await decided(shop, 2), await decided(shop, 200)
    assert (len(few), [one.split()[0] for one in few]) == (len(many), [one.split()[0] for one in many])
    few, many = await decided(shop, 2, reject=True), await decided(shop, 200, reject=True)
    assert len(few) == len(many)


async def test_two_whole_batches_of_the_same_creators_at_once(shop: SellingOffice) -> None:
    await shop.save_policy(WIDE)
    creators = await shop.creators(40)
    first, second = await shop.draft(creators), await shop.draft(creators[::-1])
    cards = [(await shop.show(batch, who), who) for batch, who in ((first, shop.anna), (second, shop.ben))]
    numbers = range(1, 41)
    results = await asyncio.gather(*(shop.decide(card, who, approve=numbers, sealed=Sealed(40)) for card, who in cards))
    assert sorted(len(result.approved) for result in results) == [0, 40]
    (late,) = [result for result in results if not result.approved]
    assert {refusal.reason.key for refusal in late.refused} <= {"first_message_exists", "first_message_open"}
    assert [refusal.number for refusal in late.refused] == [*numbers]


async def test_what_one_batch_lost_the_other_keeps(shop: SellingOffice) -> None:
    """Half of each batch is the other's too; whoever comes second loses that half and nothing else."""
    await shop.save_policy(WIDE)
    creators = await shop.creators(30)
    first, second = await shop.draft(creators[:20]), await shop.draft(creators[:9:-1])
    cards = [(await shop.show(batch, who), who) for batch, who in ((first, shop.anna), (second, shop.ben))]
    results = await asyncio.gather(
        *(shop.decide(card, who, approve=range(1, 21), sealed=Sealed(20)) for card, who in cards)
    )
    assert sum(len(result.approved) for result in results) == 30
    assert sum(len(result.refused) for result in results) == 10
