"""Whose sign a proposal needs. A table over proposal kinds, strictest by default. Pure."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from memory.domain.dispatch import Signable, Signature
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


def required_sign(what: Signable, brand: BrandPolicy, *, policy: Policy = POLICY) -> Sign:
    """Strictest by default: a kind the table forgets, or an offer above the brand's ceiling, needs a lead."""
    sign = policy.get(what.kind, Sign.LEAD)
    commission = what.offer.commission_bp
    return Sign.LEAD if commission is not None and commission > brand.commission_ceiling_bp else sign


def may_sign_own(what: Signable, member: int, brand: BrandPolicy, *, deciders: int) -> bool:
    """Whether the brand lets this member sign this draft: somebody else's, or their own where that is allowed.

    `deciders`: how many active members may decide; alone, a member signs their own.
    """
    return brand.own_drafts_approvable or deciders <= 1 or member not in (what.author, what.maker)


def is_signed(signatures: Sequence[Signature], sign: Sign) -> bool:
    """Whether enough different people signed."""
    return len({signature.member for signature in signatures}) >= NEEDED_PEOPLE[sign]
