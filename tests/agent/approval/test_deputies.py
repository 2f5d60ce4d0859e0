"""Standing in for somebody: what it lends while it lasts, what stays of it afterwards, and what takes it away."""

from datetime import timedelta
from pathlib import Path

import pytest

from agent.accounts import OpenAccounts
from agent.approval.pausing import resume
from agent.approval.withdrawing import withdraw
from evals.suites.selling_office import SellingOffice
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.clock import SystemClock
from memory.domain.deputies import Deputy, effective_role
from memory.domain.errors import NotAllowed, NotFound
from memory.domain.ids import BrandId, DeputyId, MemberId
from memory.domain.workspace import BrandPolicy, Member, Role, Scope
from tests.agent.approval.test_decisions import reasons
from tests.support.fake_drafting import NOW

OPERATOR = Member(MemberId(1), "o", "o", Role.OPERATOR, BrandId(1))
TOMORROW = NOW + timedelta(days=1)


def standing_in(*, revoked: bool = False) -> Deputy:
    return Deputy(DeputyId(1), OPERATOR.id, MemberId(2), TOMORROW, MemberId(3), NOW, NOW if revoked else None)


@pytest.mark.parametrize(
    ("principal", "deputy", "moment", "brand", "role"),
    [
        (Member(MemberId(2), "a", "a", Role.LEAD, BrandId(1)), standing_in(), NOW, BrandId(1), Role.LEAD),
        (Member(MemberId(2), "a", "a", Role.LEAD, None), standing_in(), NOW, BrandId(1), Role.LEAD),
        (Member(MemberId(2), "a", "a", Role.VIEWER, None), standing_in(), NOW, BrandId(1), Role.OPERATOR),
        (Member(MemberId(2), "a", "a", Role.LEAD, BrandId(2)), standing_in(), NOW, BrandId(1), Role.OPERATOR),
        (Member(MemberId(2), "a", "a", Role.LEAD, BrandId(1)), standing_in(), NOW, None, Role.OPERATOR),
        (Member(MemberId(2), "a", "a", Role.LEAD, None, active=False), standing_in(), NOW, BrandId(1), Role.OPERATOR),
        (Member(MemberId(2), "a", "a", Role.LEAD, None), standing_in(), TOMORROW, BrandId(1), Role.OPERATOR),
        (
            Member(MemberId(2), "a", "a", Role.LEAD, None), standing_in(), NOW - timedelta(seconds=1), BrandId(1),
            Role.OPERATOR,
        ),
        (Member(MemberId(2), "a", "a", Role.LEAD, None), standing_in(revoked=True), NOW, BrandId(1), Role.OPERATOR),
        (Member(MemberId(4), "b", "b", Role.LEAD, None), standing_in(), NOW, BrandId(1), Role.OPERATOR),
    ],
)  # fmt: skip
def test_the_role_is_the_highest_that_counts_now(
    principal: Member, deputy: Deputy, moment: object, brand: BrandId | None, role: Role
) -> None:
    found = effective_role(OPERATOR, [OPERATOR, principal], [deputy], brand=brand, at=moment)  # type: ignore[arg-type]  # a datetime
    assert found is role


def test_what_was_lent_is_not_lent_on() -> None:
    middle = Member(MemberId(2), "m", "m", Role.VIEWER, None)
    lead = Member(MemberId(3), "l", "l", Role.LEAD, None)
    chain = [standing_in(), Deputy(DeputyId(2), middle.id, lead.id, TOMORROW, lead.id, NOW)]
    assert effective_role(OPERATOR, [OPERATOR, middle, lead], chain, brand=BrandId(1), at=NOW) is Role.OPERATOR


async def test_a_deputy_decides_and_goes_on_counting_after_the_date(shop: SellingOffice) -> None:
    await shop.stand_in(shop.operator, for_=shop.anna, days=1)
    batch = await shop.draft(await shop.creators(2), by=shop.ben)
    shown = await shop.show(batch, shop.operator)
    assert (await shop.decide(shown, shop.operator, approve=[1])).approved == (1,)
    await shop.move_clock(timedelta(days=1))
    await shop.move_to_hour(12)
    assert (await shop.dispatch()).sent == 1
    with pytest.raises(NotAllowed, match="decide_not_allowed"):
        await shop.decide(shown, shop.operator, approve=[2])


async def test_taken_back_it_counts_no_more(shop: SellingOffice) -> None:
    deputy = await shop.stand_in(shop.operator, for_=shop.anna)
    batch = await shop.approved(await shop.creators(1), by=shop.operator)
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.revoke_deputy(deputy)
        with pytest.raises(NotFound):
            await unit.people.revoke_deputy(deputy)
        assert await unit.people.deputies() == []
    assert (await shop.dispatch()).held == 1
    (draft,) = await shop.read(batch)
    assert draft.reason is not None
    assert draft.reason.key == "decider_role"
    await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1])
    assert (await shop.dispatch()).sent == 1


@pytest.mark.parametrize(("role", "active"), [(Role.OPERATOR, True), (Role.APPROVER, False)])
async def test_a_principal_who_lost_the_role_or_left_lends_nothing(
    shop: SellingOffice, role: Role, *, active: bool
) -> None:
    await shop.stand_in(shop.operator, for_=shop.anna)
    await shop.approved(await shop.creators(1), by=shop.operator)
    await shop.set_role(shop.anna.member, role, active=active)
    assert (await shop.dispatch()).held == 1


async def test_a_deputy_who_left_counts_no_more(shop: SellingOffice) -> None:
    await shop.stand_in(shop.operator, for_=shop.anna)
    await shop.approved(await shop.creators(1), by=shop.operator)
    await shop.set_role(shop.operator.member, Role.OPERATOR, active=False)
    assert (await shop.dispatch()).held == 1


async def test_what_was_decided_before_standing_in_is_not_raised_by_it(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(1))
    await shop.move_clock(timedelta(minutes=1))
    await shop.stand_in(shop.anna, for_=shop.lead)
    await shop.save_policy(BrandPolicy(own_drafts_approvable=True, batch_ceiling=0))
    assert (await shop.dispatch()).held == 1


async def test_a_deputy_of_a_lead_signs_what_takes_a_lead(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(batch_ceiling=1))
    batch = await shop.draft(await shop.creators(2))
    await shop.stand_in(shop.anna, for_=shop.lead)
    assert (await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2])).approved == (1, 2)
    assert (await shop.dispatch()).sent == 2


async def test_a_deputy_takes_back_and_resumes_what_they_may_decide_while_it_lasts(shop: SellingOffice) -> None:
    await shop.stand_in(shop.operator, for_=shop.anna, days=1)
    batch = await shop.approved(await shop.creators(2), by=shop.operator)
    async with shop.database.unit(shop.operator) as unit:
        assert (await withdraw(unit, batch.code, [1])).taken == (1,)
    await shop.stop(batch, by=shop.viewer)
    async with shop.database.unit(shop.operator) as unit:
        assert (await resume(unit, batch.code)).batches == (batch.code,)
    await shop.move_clock(timedelta(days=2))
    async with shop.database.unit(shop.operator) as unit:
        with pytest.raises(NotAllowed):
            await withdraw(unit, batch.code, [2])
        with pytest.raises(NotAllowed):
            await resume(unit, batch.code)


async def test_with_a_deputy_there_are_two_who_may_decide(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(own_drafts_approvable=False))
    for scope in (shop.owner, shop.lead, shop.ben):
        await shop.set_role(scope.member, Role.VIEWER)
    creators = await shop.creators(2)
    alone = await shop.draft(creators[:1], by=shop.anna)
    assert (await shop.decide(await shop.show(alone, shop.anna), shop.anna, approve=[1])).approved == (1,)
    await shop.stand_in(shop.operator, for_=shop.anna)
    own = await shop.draft(creators[1:], by=shop.anna)
    result = await shop.decide(await shop.show(own, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == {1: "own_draft"}
    assert (await shop.dispatch()).held == 1


async def test_saving_again_moves_the_end(shop: SellingOffice) -> None:
    first = await shop.stand_in(shop.operator, for_=shop.anna, days=1)
    again = await shop.stand_in(shop.operator, for_=shop.anna, days=9)
    async with shop.database.unit(shop.viewer) as unit:
        (found,) = await unit.people.deputies()
    assert (first, found.id) == (again, again)
    assert found.until - found.given_at > timedelta(days=8)


async def test_a_scope_is_made_in_the_role_stood_in_for(shop: SellingOffice) -> None:
    accounts = OpenAccounts(shop.database, shop.database, SystemClock(), Path())
    who = shop.operator

    async def role(brand: BrandId | None = None) -> Role:
        found = await accounts.of_member(who.tenant, who.member, brand)
        assert found is not None
        return found.role

    assert await role() is Role.OPERATOR
    deputy = await shop.stand_in(who, for_=shop.lead, days=2)
    assert await role() is Role.LEAD
    assert (await accounts.local(as_member=f"operator-{who.tenant}")).role is Role.LEAD
    async with shop.database.unit(shop.lead) as unit:
        await unit.people.revoke_deputy(deputy)
    assert await role() is Role.OPERATOR
    await shop.stand_in(who, for_=shop.anna, days=1)
    assert await role() is Role.APPROVER
    await shop.move_clock(timedelta(days=1))
    assert await role() is Role.OPERATOR


async def test_a_session_and_a_turn_begin_in_the_role_stood_in_for(shop: SellingOffice) -> None:
    accounts = OpenAccounts(shop.database, shop.database, SystemClock(), Path())
    async with shop.database.across_tenants("a password") as work:
        await work.accounts.set_password(shop.viewer.member, await accounts.hash_password("long enough"))
    login = f"viewer-{shop.viewer.tenant}"
    token = (await accounts.sign_in(login=login, password="long enough", address="::1")).token
    await shop.stand_in(shop.viewer, for_=shop.anna)
    scope = await accounts.scope(token)
    assert scope is not None
    assert scope.role is Role.APPROVER
    async with shop.database.unit(shop.viewer) as unit:
        talk = await unit.conversations.start(connector="web", chat="direct", now=unit.now)
        turn, _ = await unit.turns.add(talk.id, text="hi", connector="web", outside_id="1", now=unit.now)
        begun = await unit.turns.begin(turn)
    assert begun is not None
    assert begun.scope.role is Role.APPROVER


async def test_a_lead_of_another_brand_lends_nothing_here(shop: SellingOffice) -> None:
    async with shop.database.across_tenants("a second brand") as work:
        other = await work.accounts.make_brand(shop.lead.tenant, NewBrand("Other", "Other", "US", "Asia/Shanghai"))
        made = await work.accounts.make_member(shop.lead.tenant, NewMember("far", "far", Role.LEAD, other.id))
    await shop.stand_in(shop.operator, for_=Scope(shop.lead.tenant, other.id, made.id, Role.LEAD))
    batch = await shop.draft(await shop.creators(1), by=shop.ben)
    with pytest.raises(NotAllowed):
        await shop.decide(await shop.show(batch, shop.operator), shop.operator, approve=[1])


async def test_two_leads_at_once_make_one_deputy(shop: SellingOffice) -> None:
    for _ in range(2):
        await shop.stand_in(shop.viewer, for_=shop.anna)
    async with shop.database.unit(shop.lead) as unit:
        assert len(await unit.people.deputies()) == 1
