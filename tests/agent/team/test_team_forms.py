"""Policy, deputies and passes as a lead types them: what is kept, what is refused and how, what is recorded."""

from datetime import UTC, datetime, timedelta

import pytest

from agent.team.deputies import read_end
from agent.team.policy_form import read_policy
from evals.suites.selling_office import SellingOffice
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.chat import GiveFirstMessagePass, RevokeDeputy, SaveDeputy, SavePolicy
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import DeputyId, MemberId
from memory.domain.workspace import BrandPolicy, Role
from prompts.render import texts
from tests.agent.team.forms_at_work import audited, in_days, submit

WHOLE = {
    "fee_ceiling": "50", "sample_ceiling": "$29.90", "batch_ceiling": "15", "cool_down_days": "14",
    "night_by_hand": True, "rest_on_holidays": True, "rest_on_saturdays": True, "rest_on_sundays": True,
    "contacts_per_week": "120", "whole_sequences": True, "product_cards": True,
    "collaboration_cards": True, "sample_cards": True,
}  # fmt: skip


def policy(**fields: object) -> SavePolicy:
    given = {"own_drafts_approvable": True, "commission_ceiling": "20%"} | fields
    return SavePolicy.model_validate(given)


def test_every_field_of_a_policy_is_read() -> None:
    assert read_policy(policy(own_drafts_approvable=False, **WHOLE), BrandPolicy(), currency="USD") == BrandPolicy(
        own_drafts_approvable=False,
        commission_ceiling_bp=2_000,
        batch_ceiling=15,
        fee_ceiling_minor=5_000,
        sample_ceiling_minor=2_990,
        cool_down_days=14,
        night_by_hand=True,
        rest_on_holidays=True,
        rest_on_saturdays=True,
        rest_on_sundays=True,
        contacts_per_week=120,
        whole_sequences=True,
        product_cards=True,
        collaboration_cards=True,
        sample_cards=True,
    )


def test_what_a_form_does_not_have_stays_and_an_empty_amount_is_no_ceiling() -> None:
    before = read_policy(policy(**WHOLE), BrandPolicy(), currency="USD")
    assert read_policy(policy(), before, currency="USD") == before
    after = read_policy(policy(fee_ceiling=" ", sample_ceiling="", night_by_hand=False), before, currency="USD")
    assert (after.fee_ceiling_minor, after.sample_ceiling_minor, after.night_by_hand) == (None, None, False)
    assert read_policy(policy(contacts_per_week=" "), before, currency="USD").contacts_per_week is None
    assert read_policy(policy(cool_down_days="0"), before, currency="USD").cool_down_days == 0
    assert read_policy(policy(fee_ceiling="5000"), before, currency="JPY").fee_ceiling_minor == 5_000


@pytest.mark.parametrize(
    ("field", "typed", "key"),
    [
        ("commission_ceiling", "101%", "share_unreadable"),
        ("commission_ceiling", "-1%", "share_unreadable"),
        ("commission_ceiling", "a lot", "share_unreadable"),
        ("commission_ceiling", "", "share_unreadable"),
        ("fee_ceiling", "-5", "amount_negative"),
        ("fee_ceiling", "many", "money_unreadable"),
        ("fee_ceiling", "50 EUR", "ceiling_other_currency"),
        ("sample_ceiling", "$-1", "amount_negative"),
        ("sample_ceiling", "1e9", "money_unreadable"),
        ("batch_ceiling", "0", "whole_number_between"),
        ("batch_ceiling", "201", "whole_number_between"),
        ("batch_ceiling", "1.5", "whole_number_between"),
        ("batch_ceiling", "", "whole_number_between"),
        ("contacts_per_week", "0", "whole_number_between"),
        ("contacts_per_week", "many", "whole_number_between"),
        ("cool_down_days", "366", "whole_number_between"),
        ("cool_down_days", "-1", "whole_number_between"),
        ("cool_down_days", "²", "whole_number_between"),
        ("cool_down_days", "9" * 5000, "whole_number_between"),
    ],
)
def test_what_does_not_read_is_refused_at_its_field(field: str, typed: str, key: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_policy(policy(**{field: typed}), BrandPolicy(), currency="USD")
    assert (refused.value.text_key, refused.value.facts["field"]) == (key, field)
    for lang in ("zh", "en"):
        assert texts().say(key, lang, **refused.value.facts)


async def test_a_changed_policy_is_kept_and_recorded_with_before_and_after(shop: SellingOffice) -> None:
    await submit(shop, shop.lead, policy(**WHOLE))
    async with shop.database.unit(shop.viewer) as unit:
        kept = await unit.people.policy(shop.brand)
    assert kept == read_policy(policy(**WHOLE), BrandPolicy(), currency="USD")
    (event,) = await audited(shop, "policy.changed")
    assert (event["member_id"], event["subject"]) == (shop.lead.member, f"brand:{shop.brand}")
    before, after = event["before"], event["after"]
    assert isinstance(before, dict)
    assert isinstance(after, dict)
    assert (before["fee_ceiling_minor"], after["fee_ceiling_minor"]) == ("None", "5000")
    assert (before["cool_down_days"], after["cool_down_days"]) == ("30", "14")


async def test_a_loosened_policy_frees_what_it_held(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(2))
    await submit(shop, shop.lead, policy(batch_ceiling="1"))
    assert (await shop.dispatch()).held == 2
    await submit(shop, shop.lead, policy(batch_ceiling="20"))
    assert (await shop.dispatch()).sent == 2


@pytest.mark.parametrize(
    ("typed", "end"),
    [
        ("2026-11-20", datetime(2026, 11, 20, 16, tzinfo=UTC)),
        (" 2026-12-05 ", datetime(2026, 12, 5, 16, tzinfo=UTC)),
        ("2026-11-19", "day_is_past"),
        ("2027-12-05", "deputy_too_long"),
        ("tomorrow", "day_unreadable"),
        ("", "day_unreadable"),
        ("9999-12-31", "deputy_too_long"),
    ],
)
def test_a_deputy_ends_with_the_day_in_the_teams_zone(typed: str, end: object) -> None:
    now = datetime(2026, 11, 20, 3, tzinfo=UTC)
    if isinstance(end, datetime):
        assert read_end(typed, zone="Asia/Shanghai", now=now) == end
        return
    with pytest.raises(BadRequest) as refused:
        read_end(typed, zone="Asia/Shanghai", now=now)
    assert refused.value.text_key == end


async def test_a_lead_makes_moves_and_takes_back_a_deputy(shop: SellingOffice) -> None:
    who, whom = shop.operator.member, shop.anna.member
    await submit(shop, shop.lead, SaveDeputy(member=who, stands_for=whom, until=await in_days(shop, 2)))
    await submit(shop, shop.lead, SaveDeputy(member=who, stands_for=whom, until=await in_days(shop, 5)))
    async with shop.database.unit(shop.lead) as unit:
        (deputy,) = await unit.people.deputies()
    assert (deputy.member, deputy.stands_for, deputy.given_by) == (who, whom, shop.lead.member)
    assert deputy.until - await shop.now() > timedelta(days=4)
    made, moved = await audited(shop, "deputy.saved")
    assert made["before"] is None
    assert moved["before"] == made["after"] != moved["after"]
    await shop.approved(await shop.creators(1), by=shop.operator)
    await submit(shop, shop.lead, RevokeDeputy(deputy=deputy.id))
    (taken,) = await audited(shop, "deputy.revoked")
    assert taken["subject"] == f"deputy:{deputy.id}"
    assert (await shop.dispatch()).held == 1
    await submit(shop, shop.lead, SaveDeputy(member=who, stands_for=whom, until=await in_days(shop, 1)))
    assert (await shop.dispatch()).held == 1  # what was taken back does not come back with a new one


async def test_a_deputy_who_cannot_be_is_refused(shop: SellingOffice) -> None:
    until = await in_days(shop, 2)
    async with shop.database.across_tenants("a second brand") as work:
        other = await work.accounts.make_brand(shop.lead.tenant, NewBrand("Other", "Other", "US", "Asia/Shanghai"))
        far = await work.accounts.make_member(shop.lead.tenant, NewMember("far", "far", Role.LEAD, other.id))
    await shop.set_role(shop.ben.member, Role.APPROVER, active=False)
    anna = shop.anna.member
    for member, principal, key in (
        (anna, anna, "deputy_of_oneself"), (shop.operator.member, far.id, "deputy_other_brand"),
        (shop.ben.member, anna, "no_such_member"), (anna, shop.ben.member, "no_such_member"),
        (MemberId(10_000), anna, "no_such_member"),
    ):  # fmt: skip
        with pytest.raises((BadRequest, NotFound)) as refused:
            await submit(shop, shop.lead, SaveDeputy(member=member, stands_for=principal, until=until))
        assert refused.value.text_key == key
    with pytest.raises(NotFound):
        await submit(shop, shop.lead, RevokeDeputy(deputy=DeputyId(10_000)))


async def test_a_pass_is_given_with_a_reason_where_there_is_something_to_let_through(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    handle = "@creator00000"
    with pytest.raises(BadRequest, match="pass_not_needed"):
        await submit(shop, shop.lead, GiveFirstMessagePass(handle=handle, reason="met at a fair"))
    first = await shop.approved(creators)
    with pytest.raises(BadRequest, match="pass_not_needed"):
        await submit(shop, shop.lead, GiveFirstMessagePass(handle=handle, reason="met at a fair"))
    await shop.dispatch()
    with pytest.raises(BadRequest, match="pass_needs_reason"):
        await submit(shop, shop.lead, GiveFirstMessagePass(handle=handle, reason="  "))
    with pytest.raises(NotFound):
        await submit(shop, shop.lead, GiveFirstMessagePass(handle="stranger", reason="x"))
    await submit(shop, shop.lead, GiveFirstMessagePass(handle=handle, reason="met at a fair"))
    (event,) = await audited(shop, "first_message.pass_given")
    assert event["subject"] == f"creator:{creators[0]}"
    assert event["after"] == {
        "handle": "creator00000", "brand": shop.brand, "reason": "met at a fair", "earlier_batch": first.code,
    }  # fmt: skip
    again = await shop.approved(creators)
    assert (await shop.dispatch()).sent == 1
    assert {draft.status.value for draft in await shop.read(again)} == {"sent"}


async def test_a_pass_sends_what_the_cool_down_held(shop: SellingOffice) -> None:
    creators = await shop.creators(1)
    await submit(shop, shop.lead, policy(cool_down_days="0"))
    await shop.approved(creators)
    await shop.dispatch()
    await shop.approved(creators)
    await submit(shop, shop.lead, policy(cool_down_days="30"))
    assert (await shop.dispatch()).held == 1
    await submit(shop, shop.lead, GiveFirstMessagePass(handle="creator00000", reason="met at a fair"))
    assert (await shop.dispatch()).sent == 1
