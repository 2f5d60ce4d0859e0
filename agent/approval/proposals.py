"""Decisions on what is to be done in a shop: by the same table, ceilings and rights as messages, seen before."""

from dataclasses import dataclass
from typing import Any, cast

from pydantic import JsonValue

from agent.approval.policy import NEEDED_PEOPLE, NEEDED_ROLE, POLICY, Policy, Sign, may_sign_own, required_sign
from agent.approval.rights import who_decides
from memory.domain import jobs
from memory.domain.deputies import count_deciders, effective_role
from memory.domain.dispatch import Signable
from memory.domain.errors import Conflict, NotAllowed
from memory.domain.offer import Offer
from memory.domain.outreach import Verdict
from memory.domain.proposals import Deed, DeedState, ShopProposal, Way
from memory.domain.stores import Unit
from memory.domain.workspace import Role


@dataclass(frozen=True, slots=True)
class Unseen:
    """It was not shown to the member yet: nothing is decided, they are shown it now."""

    proposal: ShopProposal


async def decide_proposal(
    unit: Unit, code: str, verdict: Verdict, *, way: Way | None = None, policy: Policy = POLICY
) -> ShopProposal | Unseen | None:  # fmt: skip
    """As it stands once decided; None: there is no such one. `way`: the one chosen of those it offers.

    Raises:
        NotAllowed: the member may not decide it (not retryable).
        Conflict: it was decided already, is being done, or its time is over (not retryable).
    """
    one = await unit.proposals.by_code(code, lock=True)
    if one is None:
        return None
    role = await _role(unit, one)
    if not role.covers(Role.APPROVER):
        raise NotAllowed("decide_not_allowed", role=role.value)
    if verdict is Verdict.REJECT:
        if one.state not in (DeedState.OPEN, DeedState.APPROVED):
            raise Conflict("collab_decided", code=one.code, state=one.state.value)
    else:
        if one.state is not DeedState.OPEN:
            raise Conflict("collab_decided", code=one.code, state=one.state.value)
        if not one.waits(unit.now):
            raise Conflict("collab_expired", code=one.code)
        await _may_approve(unit, one, role, policy)
        if one.reason is not None:
            raise Conflict("collab_gone_cannot", code=one.code, **one.reason.facts)
        if not await unit.proposals.is_shown(one):
            await unit.proposals.show(one)
            return Unseen(one)
        if one.ways and way not in one.ways:
            raise Conflict("collab_choose_way", code=one.code)
    await unit.proposals.decide(one, verdict, way=way if verdict is Verdict.APPROVE else None)
    await unit.audit.record(
        "proposal.approved" if verdict is Verdict.APPROVE else "proposal.rejected",
        subject=f"proposal:{one.id}", after={"code": one.code, "digest": one.digest, "way": way.value if way else ""},
    )  # fmt: skip
    await unit.defer(jobs.do_deeds())
    return await unit.proposals.by_code(code)


async def may_still(unit: Unit, one: ShopProposal, *, policy: Policy = POLICY) -> bool:
    """Whether the unit's member, who approved it, could do so now: asked again when it is carried out."""
    try:
        await _may_approve(unit, one, await _role(unit, one), policy)
    except NotAllowed:
        return False
    return True


async def _may_approve(unit: Unit, one: ShopProposal, role: Role, policy: Policy) -> None:
    brand = await unit.people.policy(one.brand)
    what = _signable(one)
    sign = required_sign(what, brand, policy=policy, size=len(_requests(one)) or 1)
    if NEEDED_PEOPLE[sign] > 1:
        sign = Sign.LEAD  # one word decides it: the stricter one
    if not role.covers(NEEDED_ROLE[sign]):
        who = "、".join(await who_decides(unit, one.brand)) or "-"
        raise NotAllowed("sample_needs_lead" if one.deed is Deed.REVIEW else "collab_needs_lead", who=who)
    members, deputies = await unit.people.members(), await unit.people.deputies()
    deciders = count_deciders(members, deputies, brand=one.brand, at=unit.now)
    if not may_sign_own(what, unit.scope.member, brand, deciders=deciders):
        raise NotAllowed("collab_own")


async def _role(unit: Unit, one: ShopProposal) -> Role:
    """The member's as it is now, not as it was when they signed in."""
    members, deputies = await unit.people.members(), await unit.people.deputies()
    me = next((member for member in members if member.id == unit.scope.member and member.active), None)
    return effective_role(me, members, deputies, brand=one.brand, at=unit.now) if me else Role.VIEWER


def _signable(one: ShopProposal) -> Signable:
    content = cast(dict[str, Any], dict(one.content))
    rates = [content["rate_bp"]] if "rate_bp" in content else list(content.get("rates_bp", {}).values())
    gives = content.get("gives_sample") is True or content.get("approve") is True
    offer = Offer(commission_bp=max(rates, default=None), free_sample=gives)
    worth = content.get("worth_minor")
    return Signable(one.kind, one.digest, offer, one.made_by, one.made_by, sample_minor=worth)


def _requests(one: ShopProposal) -> list[JsonValue]:
    found = one.content.get("requests")
    return found if isinstance(found, list) else []
