"""Who may give goods away: a sample's approval, by the same table and ceilings as every other proposal."""

from collections.abc import Sequence

from agent.approval.policy import NEEDED_ROLE, Sign, may_sign_own, required_sign
from agent.approval.rights import who_decides
from memory.domain.deputies import count_deciders, effective_role
from memory.domain.dispatch import Signable
from memory.domain.errors import NotAllowed
from memory.domain.ids import BrandId
from memory.domain.money import worth
from memory.domain.offer import Offer
from memory.domain.outreach import ProposalKind
from memory.domain.stores import Unit
from memory.domain.workspace import Role
from tools.samples.recording import Goods


async def may_sign(unit: Unit, brand: BrandId, given: Sequence[Goods]) -> None:
    """Whether the unit's member may approve all of it now, standing in for somebody or not.

    Raises:
        NotAllowed: "sample_needs_sign" by role or ceiling, "sample_own" for one's own (not retryable).
    """
    member = unit.scope.member
    members, deputies = await unit.people.members(), await unit.people.deputies()
    me = next((one for one in members if one.id == member and one.active), None)
    role = effective_role(me, members, deputies, brand=brand, at=unit.now) if me else Role.VIEWER
    policy, shop = await unit.people.policy(brand), await unit.people.brand(brand)
    rates = await unit.knowledge.rates()
    count = count_deciders(members, deputies, brand=brand, at=unit.now)
    for goods in given:
        what = Signable(
            ProposalKind.SAMPLE,
            "",
            Offer(free_sample=True),
            goods.maker,
            goods.maker,
            sample_minor=worth(goods.cost, currency=shop.currency, rates=rates),
        )
        sign = required_sign(what, policy, size=len(given))
        if not role.covers(NEEDED_ROLE[sign]):
            key = "sample_needs_lead" if sign is Sign.LEAD else "sample_needs_sign"
            raise NotAllowed(key, who="、".join(await who_decides(unit, brand)) or "-")
        if not may_sign_own(what, member, policy, deciders=count):
            raise NotAllowed("sample_own")
