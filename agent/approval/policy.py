"""Whose sign a proposal needs. A table over proposal kinds, strictest by default. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from memory.domain.dispatch import Signable, Signature
from memory.domain.money import BASIS_POINTS
from memory.domain.offer import Offer
from memory.domain.outreach import ProposalKind
from memory.domain.workspace import BrandPolicy, Role


class Sign(StrEnum):
    """What it takes: one approver, two of them, or a lead."""

    APPROVER = "approver"
    TWO_APPROVERS = "two_approvers"
    LEAD = "lead"


Policy = Mapping[ProposalKind, Sign]

POLICY: Policy = {
    ProposalKind.MESSAGE: Sign.APPROVER,
    ProposalKind.SAMPLE: Sign.APPROVER,
    ProposalKind.COLLABORATION: Sign.LEAD,
    ProposalKind.SHARE_LINK: Sign.LEAD,
}

NEEDED_ROLE = {Sign.APPROVER: Role.APPROVER, Sign.TWO_APPROVERS: Role.APPROVER, Sign.LEAD: Role.LEAD}
NEEDED_PEOPLE = {Sign.APPROVER: 1, Sign.TWO_APPROVERS: 2, Sign.LEAD: 1}

# How many drafts one decision covers: as many full texts as a person reads.
MOST_DRAFTS = 20


def required_sign(what: Signable, brand: BrandPolicy, *, policy: Policy = POLICY, size: int = 1) -> Sign:
    """Strictest by default: a kind the table forgets, or anything above a ceiling of the brand, needs a lead.

    `size`: how many drafts the decision approves.
    """
    sign = policy.get(what.kind, Sign.LEAD)
    return Sign.LEAD if size > brand.batch_ceiling or is_above_a_ceiling(what, brand) else sign


def is_above_a_ceiling(what: Signable, brand: BrandPolicy) -> bool:
    """Whether commission, flat fee or sample cost more than the brand's approvers may give; unknown costs do."""
    offer = what.offer
    if offer.commission_bp is not None and offer.commission_bp > brand.commission_ceiling_bp:
        return True
    fee = offer.flat_fee is not None and _exceeds(what.fee_minor, brand.fee_ceiling_minor)
    return fee or (offer.free_sample and _exceeds(what.sample_minor, brand.sample_ceiling_minor))


def makes_sense(offer: Offer) -> bool:
    """Whether an offer can be meant: a commission of 0-100 %, no negative amount."""
    share, fee = offer.commission_bp, offer.flat_fee
    return (share is None or 0 <= share <= BASIS_POINTS) and (fee is None or fee.minor >= 0)


def _exceeds(amount: int | None, ceiling: int | None) -> bool:
    return ceiling is not None and (amount is None or amount > ceiling)


def may_sign_own(what: Signable, member: int, brand: BrandPolicy, *, deciders: int) -> bool:
    """Whether the brand lets this member sign this draft: somebody else's, or their own where that is allowed.

    `deciders`: how many active members may decide; alone, a member signs their own.
    """
    return brand.own_drafts_approvable or deciders <= 1 or member not in (what.author, what.maker)


def is_signed(signatures: Sequence[Signature], sign: Sign) -> bool:
    """Whether enough different people signed."""
    return len({signature.member for signature in signatures}) >= NEEDED_PEOPLE[sign]
