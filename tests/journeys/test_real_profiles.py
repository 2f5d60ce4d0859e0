"""Real people in a demo: found and drafted for, never written to by itself."""

from pathlib import Path

import pytest

from memory.domain.cards import DraftsCard, PlanCard, SendListCard, ShortlistCard
from memory.domain.outreach import Channel
from tests.support.product import (
    Person,
    accepted_by_the_playground,
    answered_by_the_playground,
    card,
    import_creators,
)

pytestmark = pytest.mark.journey

REAL = Path(__file__).parents[3] / "shared" / "data" / "tiktok_creators_public.csv"
MOVES = 4


async def test_real_profiles_approved_in_a_demo_wait_for_a_person_and_are_never_sent(approver: Person) -> None:
    daren = approver.daren
    content = REAL.read_bytes()
    assert await import_creators(approver, name=REAL.name, content=content) == 59

    found = await approver.ask("找5个搞笑达人，粉丝1000万以上")
    shortlist = card(found, ShortlistCard)
    real = {line.split(b",")[0].decode() for line in content.splitlines()[1:]}
    assert shortlist.items
    assert {row.handle for row in shortlist.items} <= real
    assert all(row.gmv_30d is None for row in shortlist.items)

    drafted = await approver.ask("给他们写邀约，佣金18%")
    drafts = card(drafted, DraftsCard)
    assert "没有发送渠道" not in str(drafts)
    decided = await approver.ask(f"批准 {drafts.batch}")
    assert decided.decision is not None
    assert decided.decision.approved == tuple(row.number for row in drafts.items)
    assert {row.state for row in card(decided, PlanCard).items} == {"approved"}
    assert "在发送清单里等人来发" in decided.text

    for _ in range(MOVES):
        await approver.forward()
    batch = await daren.queries.batch(approver.scope, drafts.batch)
    assert {draft.status for draft in batch.batch.drafts} == {"approved"}
    assert {draft.channel for draft in batch.batch.drafts} == {Channel.BY_HAND}
    assert accepted_by_the_playground(daren) == []
    assert answered_by_the_playground(daren) == []

    listed = card(await approver.ask("发送清单"), SendListCard)
    assert {row.handle for row in listed.items} == {row.handle for row in shortlist.items}
    assert {row.place for row in listed.items} <= {"mine", "night", "later", "ready"}
    mine = [row for row in listed.items if row.place == "mine"]
    texts = {row.number: row.text for row in drafts.items}
    assert [row.text for row in mine] == [texts[row.number] for row in mine]
    assert accepted_by_the_playground(daren) == []
