"""What an approver may give away, and what takes a lead: at the decision, and again when it would go out."""

from datetime import date
from decimal import Decimal

import pytest

from agent.approval.policy import Sign, makes_sense, required_sign
from evals.suites.selling_office import SellingOffice
from memory.domain.dispatch import Signable
from memory.domain.errors import NotAllowed
from memory.domain.ids import MemberId, ProductId
from memory.domain.money import Money, RateTable, worth
from memory.domain.offer import Offer
from memory.domain.outreach import ProposalKind
from memory.domain.workspace import BrandPolicy
from tests.agent.approval.test_decisions import reasons

FEE = Offer(flat_fee=Money(5_000))
SAMPLE = Offer(free_sample=True)


def signable(offer: Offer, *, fee: int | None = None, sample: int | None = None) -> Signable:
    return Signable(ProposalKind.MESSAGE, "d", offer, MemberId(1), MemberId(1), fee, sample)


@pytest.mark.parametrize(
    ("what", "brand", "sign"),
    [
        (signable(FEE, fee=5_000), BrandPolicy(), Sign.APPROVER),
        (signable(FEE, fee=5_000), BrandPolicy(fee_ceiling_minor=5_000), Sign.APPROVER),
        (signable(FEE, fee=5_001), BrandPolicy(fee_ceiling_minor=5_000), Sign.LEAD),
        (signable(FEE), BrandPolicy(fee_ceiling_minor=5_000), Sign.LEAD),  # a currency nobody knows
        (signable(FEE), BrandPolicy(), Sign.APPROVER),
        (signable(Offer()), BrandPolicy(fee_ceiling_minor=0, sample_ceiling_minor=0), Sign.APPROVER),
        (signable(SAMPLE, sample=2_990), BrandPolicy(sample_ceiling_minor=2_990), Sign.APPROVER),
        (signable(SAMPLE, sample=2_991), BrandPolicy(sample_ceiling_minor=2_990), Sign.LEAD),
        (signable(SAMPLE), BrandPolicy(sample_ceiling_minor=2_990), Sign.LEAD),  # no price is known
        (signable(Offer(), sample=9_999), BrandPolicy(sample_ceiling_minor=1), Sign.APPROVER),  # none is offered
    ],
)
def test_above_a_ceiling_or_unknown_takes_a_lead(what: Signable, brand: BrandPolicy, sign: Sign) -> None:
    assert required_sign(what, brand) is sign


@pytest.mark.parametrize(("size", "sign"), [(1, Sign.APPROVER), (5, Sign.APPROVER), (6, Sign.LEAD)])
def test_more_at_once_than_the_brand_allows_takes_a_lead(size: int, sign: Sign) -> None:
    assert required_sign(signable(Offer()), BrandPolicy(batch_ceiling=5), size=size) is sign


@pytest.mark.parametrize(
    ("offer", "sense"),
    [
        (Offer(), True), (Offer(commission_bp=0), True), (Offer(commission_bp=10_000), True),
        (Offer(commission_bp=10_001), False), (Offer(commission_bp=-1), False),
        (Offer(flat_fee=Money(0)), True), (Offer(flat_fee=Money(-1)), False),
    ],
)  # fmt: skip
def test_an_offer_nobody_can_mean_makes_no_sense(offer: Offer, *, sense: bool) -> None:
    assert makes_sense(offer) is sense


def test_worth_is_told_by_the_dated_table_or_not_at_all() -> None:
    rates = RateTable(date(2026, 11, 20), {"USD": Decimal(1), "CNY": Decimal(7)})
    assert worth(Money(7_000, "CNY"), currency="USD", rates=rates) == 1_000
    assert worth(Money(7_000, "XYZ"), currency="USD", rates=rates) is None
    assert worth(None, currency="USD", rates=rates) is None


@pytest.mark.parametrize("offer", [Offer(commission_bp=12_000), Offer(flat_fee=Money(-100))])
async def test_an_offer_nobody_can_mean_is_approved_by_nobody(shop: SellingOffice, offer: Offer) -> None:
    batch = await shop.draft(await shop.creators(1), offer=offer)
    result = await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1])
    assert reasons(result) == {1: "offer_makes_no_sense"}


@pytest.mark.parametrize(
    ("fee", "needs_lead"),
    [
        (Money(1_000), False), (Money(1_001), True), (Money(2_000, "CNY"), False), (Money(50_000, "CNY"), True),
        (Money(1, "XYZ"), True),
    ],
)  # fmt: skip
async def test_a_fee_is_compared_in_the_brands_currency(shop: SellingOffice, fee: Money, *, needs_lead: bool) -> None:
    await shop.save_policy(BrandPolicy(fee_ceiling_minor=1_000))
    batch = await shop.draft(await shop.creators(1), offer=Offer(flat_fee=fee))
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == ({1: "needs_role"} if needs_lead else {})
    if needs_lead:
        await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1])
    assert (await shop.dispatch()).sent == 1


async def product(shop: SellingOffice, *, price: Money | None) -> ProductId:
    async with shop.database.unit(shop.lead) as unit:
        return (await unit.products.save(None, {"name": "Leash", "price": price}, brand=shop.brand)).id


@pytest.mark.parametrize(("price", "needs_lead"), [(Money(3_000), False), (Money(3_001), True), (None, True)])
async def test_a_free_sample_costs_what_the_product_costs(
    shop: SellingOffice, price: Money | None, *, needs_lead: bool
) -> None:
    await shop.save_policy(BrandPolicy(sample_ceiling_minor=3_000))
    batch = await shop.draft(await shop.creators(1), offer=SAMPLE, product=await product(shop, price=price))
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    assert reasons(result) == ({1: "needs_role"} if needs_lead else {})
    if needs_lead:
        await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1])
    assert (await shop.dispatch()).sent == 1


async def test_a_product_grown_dearer_holds_the_step_until_a_lead_signs(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(sample_ceiling_minor=3_000))
    sold = await product(shop, price=Money(2_000))
    batch = await shop.draft(await shop.creators(1), offer=SAMPLE, product=sold)
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1])
    async with shop.database.unit(shop.lead) as unit:
        await unit.products.save(await unit.products.by_id(sold), {"price": Money(4_000)}, brand=shop.brand)
    assert (await shop.dispatch()).held == 1
    (draft,) = await shop.read(batch)
    assert draft.reason is not None
    assert draft.reason.key == "policy_stricter"
    await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1])
    assert (await shop.dispatch()).sent == 1


async def test_a_larger_decision_than_the_brand_allows_is_a_leads(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(batch_ceiling=3))
    batch = await shop.draft(await shop.creators(4))
    with pytest.raises(NotAllowed, match="batch_needs_lead"):
        await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2, 3, 4])
    result = await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1, 2, 3, 4])
    assert result.approved == (1, 2, 3, 4)
    assert (await shop.dispatch()).sent == 4


async def test_a_decision_stays_as_large_as_it_was_when_some_of_it_is_edited_away(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(3))
    await shop.edit(batch.drafts[1], "Other words")
    await shop.edit(batch.drafts[2], "Other words")
    await shop.save_policy(BrandPolicy(batch_ceiling=2))
    assert (await shop.dispatch()).claimed == 0
    first, *_ = await shop.read(batch)
    assert first.reason is not None
    assert first.reason.key == "policy_stricter"
    alone = await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1])
    assert alone.approved == (1,)
    assert (await shop.dispatch()).sent == 1


async def test_two_who_must_sign_must_both_be_allowed_to_sign_so_many(shop: SellingOffice) -> None:
    policy = dict.fromkeys(ProposalKind, Sign.TWO_APPROVERS)
    batch = await shop.draft(await shop.creators(2))
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2], policy=policy)
    await shop.save_policy(BrandPolicy(batch_ceiling=1))
    second = await shop.decide(await shop.show(batch, shop.ben), shop.ben, approve=[1], policy=policy)
    assert (second.approved, second.waiting) == ((), (1,))
    third = await shop.decide(await shop.show(batch, shop.lead), shop.lead, approve=[1, 2], policy=policy)
    assert (third.approved, third.waiting) == ((1,), (2,))
    assert (await shop.dispatch(policy=policy)).sent == 1
