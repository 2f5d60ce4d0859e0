"""Real people in a demo: found and drafted for, never written to."""

from pathlib import Path

import pytest

from memory.domain.cards import DraftsCard, PlanCard, ShortlistCard
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


async def test_real_profiles_approved_in_a_demo_are_held_and_never_sent(approver: Person) -> None:
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
    assert "没有发送渠道" in str(drafts)
    decided = await approver.ask(f"批准 {drafts.batch}")
    assert decided.decision is not None
    assert decided.decision.approved == tuple(row.number for row in drafts.items)
    assert {row.state for row in card(decided, PlanCard).items} == {"held"}
    assert "没有发送渠道" in str(decided)

    for _ in range(MOVES):
        await approver.forward()
    batch = await daren.queries.batch(approver.scope, drafts.batch)
    assert {draft.status for draft in batch.batch.drafts} == {"held"}
    assert accepted_by_the_playground(daren) == []
    assert answered_by_the_playground(daren) == []
