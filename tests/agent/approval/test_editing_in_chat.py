"""「改 3：佣金改成 15%」 by every role: changing a text takes an operator, deciding about it takes more."""

import pytest

from evals.suites.selling_office import SellingOffice
from evals.suites.talking import Talk, open_talk
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, DraftStatus
from memory.domain.workspace import Role, Scope


def people(shop: SellingOffice) -> dict[Role, Scope]:
    return {Role.VIEWER: shop.viewer, Role.OPERATOR: shop.operator, Role.APPROVER: shop.anna, Role.LEAD: shop.lead}


async def seen(shop: SellingOffice, who: Scope) -> tuple[Talk, Batch]:
    """A batch of three in this member's conversation, read by them."""
    talk = await open_talk(shop, who)
    batch = await shop.draft(
        await shop.creators(3), texts=["You earn 18%."] * 3, offer=Offer(1800), conversation=talk.conversation
    )
    await talk.see(batch)
    return talk, batch


async def text_of(shop: SellingOffice, batch: Batch, number: int) -> str:
    return (await shop.read(batch))[number - 1].version.content.text


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("line", ["改 3：佣金改成 15%", "change 3: commission 15%"])
async def test_an_operator_edits_and_a_viewer_does_not(shop: SellingOffice, role: Role, line: str) -> None:
    talk, batch = await seen(shop, people(shop)[role])
    said = await talk.say(line)
    may = role.covers(Role.OPERATOR)
    assert await text_of(shop, batch, 3) == ("You earn 15%." if may else "You earn 18%.")
    assert (f"{batch.code}" in said) is may
    if not may:
        assert said in (
            "这一步需要「运营」及以上权限，请找管理员。",
            'This needs the role "Operator" or above; ask an admin.',
        )


@pytest.mark.parametrize("role", list(Role))
async def test_of_a_line_that_mixes_both_the_edit_is_done_and_the_refusal_said(shop: SellingOffice, role: Role) -> None:
    talk, batch = await seen(shop, people(shop)[role])
    said = await talk.say("批准 1，改 3：佣金改成 15%，拒 2")
    decides, edits = role.covers(Role.APPROVER), role.covers(Role.OPERATOR)
    assert await text_of(shop, batch, 3) == ("You earn 15%." if edits else "You earn 18%.")
    expected = [DraftStatus.APPROVED, DraftStatus.REJECTED] if decides else [DraftStatus.OPEN] * 2
    assert [draft.status for draft in (await shop.read(batch))[:2]] == expected
    assert ("已改 3" in said, "审批要由审批人或负责人来做" in said) == (edits, not decides)
    assert ("已批准 1" in said, "已拒 2" in said) == (decides, decides)


async def test_an_operators_decision_alone_is_refused_as_before(shop: SellingOffice) -> None:
    talk, batch = await seen(shop, shop.operator)
    assert await talk.say("批准 1") == "你的角色是「运营」，审批要由审批人或负责人来做。"
    assert {draft.status for draft in await shop.read(batch)} == {DraftStatus.OPEN}


async def test_an_edit_that_cannot_be_made_is_said_beside_the_refusal(shop: SellingOffice) -> None:
    talk, batch = await seen(shop, shop.operator)
    said = await talk.say("批准 1，改 3：佣金改成 150%")
    assert "审批要由审批人或负责人来做" in said
    assert "3 没改" in said
    assert await text_of(shop, batch, 3) == "You earn 18%."


async def test_what_an_operator_changes_has_to_be_approved_anew(shop: SellingOffice) -> None:
    talk, batch = await seen(shop, shop.operator)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[3])
    await talk.say("改 3：佣金改成 15%")
    reason = (await shop.read(batch))[2].reason
    assert (reason and reason.key, (await shop.dispatch()).claimed) == ("draft_changed", 0)
