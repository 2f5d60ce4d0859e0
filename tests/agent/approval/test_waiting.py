"""What waits for a decision is counted in the database by the rules by which a draft is read."""

from collections import Counter

from evals.suites.selling_office import SellingOffice
from memory.domain.outreach import DraftStatus, Flag


async def test_the_count_agrees_with_what_each_draft_says(shop: SellingOffice) -> None:
    open_ = await shop.draft(await shop.creators(5))
    failing = await shop.draft(await shop.creators(2), flags=(Flag("too_long", {}),), hours=1)
    lapsed = await shop.draft(await shop.creators(2), hours=1)
    stopped = await shop.draft(await shop.creators(1))
    later = await shop.follow_up(open_)
    await shop.stop(stopped, by=shop.anna)
    await shop.decide(await shop.show(open_, shop.anna), shop.anna, approve=[1, 2], reject=[3], wait=False)
    await shop.edit(open_.drafts[0], "Another text")
    async with shop.database.unit(shop.operator) as unit:
        await unit.steps.cancel_follow_ups([later.drafts[4].id])
    async with shop.database.unit(shop.anna) as unit:
        found = await unit.drafts.waiting()
    assert found == {failing.code: 2, lapsed.code: 2, open_.code: 3, later.code: 4}
    await shop.move_to_hour(12)
    async with shop.database.unit(shop.anna) as unit:
        found = await unit.drafts.waiting()
        said = await unit.drafts.find(statuses=(DraftStatus.OPEN, DraftStatus.FAILING))
    assert found == dict(Counter(draft.batch_code for draft in said))
    assert lapsed.code not in found
