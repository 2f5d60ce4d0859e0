"""A message that offers something else than a live collaboration: not approved; held when the rate changes later."""

from agent.outreach.guards import HELD_REST
from evals.suites.selling_office import SellingOffice
from memory.domain.offer import Offer
from memory.domain.outreach import DraftStatus, Flag
from tests.support.collaborations import OFFERED, approved_offer, collaborate, offer_batch

DIFFERS = Flag("offer_rate_differs", {"offer": "15%", "live": "20%"})


async def test_it_cannot_be_approved_and_both_values_are_shown(shop: SellingOffice) -> None:
    creators = await shop.creators(3)
    await collaborate(shop, handles=2)
    batch = await offer_batch(shop, creators, Offer(commission_bp=1_500, free_sample=True))
    result = await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=[1, 2, 3])
    assert [(refusal.number, refusal.reason) for refusal in result.refused] == [(1, DIFFERS), (2, DIFFERS)]
    assert result.approved == (3,)  # the third is in no collaboration
    again = await offer_batch(shop, creators[:1], OFFERED)
    assert (await shop.decide(await shop.show(again, shop.anna), shop.anna, approve=[1])).approved == (1,)


async def test_what_was_approved_is_held_while_the_rate_is_another_and_goes_with_the_same_decision(
    shop: SellingOffice,
) -> None:
    batch = await approved_offer(shop)
    await collaborate(shop, rate=2_500)
    assert (await shop.dispatch()).held == 1
    [held] = await shop.read(batch)
    assert (held.status, held.reason) == (
        DraftStatus.HELD, Flag("offer_rate_differs", {"offer": "20%", "live": "25%"}),
    )  # fmt: skip
    await collaborate(shop, rate=2_000)
    await shop.move_clock(HELD_REST)
    assert (await shop.dispatch()).sent == 1
