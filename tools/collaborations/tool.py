"""Target collaborations: listed as last read; made, changed, removed or linked to as proposals. Nothing is sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol

from pydantic import Field, JsonValue

from connectors.ports.collaborations import Checked, Clash
from memory.domain.collaborations import Collaboration, number_in_shop
from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import BrandId
from memory.domain.offer import Product
from memory.domain.outreach import Flag, ProposalKind
from memory.domain.proposals import Deed, NewProposal
from memory.domain.shop_sources import ShopSource
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Brand, Role
from memory.domain.zones import home_zone
from tools.collaborations.reading import reading_of
from tools.collaborations.results import CollaborationList, OpenPlanList, Proposed
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.drafting.batching import LeftOut
from tools.drafting.limits import basis_points
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import product_meant
from tools.naming import Segment, meant_creators, named_creators

# TikTok Shop Partner Center, Affiliate Seller API "target_collaborations" 202508, read 2026-11-29.
LEAST_RATE_BP, MOST_RATE_BP, MOST_CREATORS = 100, 8_000, 50
MOST_LISTED = 50
PLATFORM = "tiktok"


class CollaborationsArgs(Arguments):
    """Creators as ranks, handles, a segment or the shortlist: who is invited, or with `change` taken in.

    `ends_on` is its last day; `collaboration` its number or name, None: the only live one; `drop_handles`: who leaves.
    """

    action: Literal["list", "open", "invite", "change", "remove", "link"]
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    product: str | None = Field(default=None, max_length=200)
    commission_rate: float | None = None
    free_sample: bool | None = None
    ends_on: date | None = None
    collaboration: str | None = Field(default=None, max_length=80)
    drop_handles: tuple[str, ...] = ()


class InvitationChecks(Protocol):
    """What a platform says against an invitation. Raises Unavailable (retryable), Refused, Misconfigured (not)."""

    async def check(self, brand: BrandId, handles: Sequence[str], products: Sequence[str]) -> Checked:
        """Who has a live collaboration for a product already, and whom it does not know."""
        ...


class NoInvitations:
    """No brand has a shop on a platform."""

    async def check(self, brand: BrandId, handles: Sequence[str], products: Sequence[str]) -> Checked:
        """See `InvitationChecks.check`."""
        del brand, handles, products
        raise BadRequest("shop_not_connected")


@dataclass(frozen=True, slots=True)
class _Aim:
    """An invitation before the platform was asked about it."""

    brand: Brand
    product: Product
    number: str
    creators: tuple[Creator, ...]
    left_out: tuple[LeftOut, ...]


def collaborations(units: Units, checks: InvitationChecks | None) -> Tool[CollaborationsArgs]:
    """List target collaborations, or put one thing to be done about them before a lead."""
    asked = checks or NoInvitations()

    async def run(args: CollaborationsArgs, turn: TurnContext) -> CollaborationList | OpenPlanList | Proposed:
        """A list, or a proposal that somebody who may decide it answers by its code.

        Raises BadRequest for what is missing or out of bounds, NotFound, NotAllowed (a viewer), and as the platform.
        """
        if args.action == "list":
            return await _list(units, turn)
        if args.action == "open":
            return await _open(units, turn)
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        if args.action == "invite":
            return await _invite(units, asked, args, turn)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            return await _about(unit, args, turn)

    about = (
        "TikTok Shop target collaborations (定向合作): list them, list the open plan (公开合作: action open),"
        " or propose to make one for creators with a product, a commission, samples and a last day, to change, remove"
        " or link to one. A lead decides; nothing is sent here."
    )
    return Tool("collaborations", Effect.DRAFTS, CollaborationsArgs, run, about)


async def _list(units: Units, turn: TurnContext) -> CollaborationList:
    async with units.unit(turn.scope) as unit:
        brand = await brand_of(unit)
        reading = await reading_of(unit, brand.id, ShopSource.COLLABORATIONS)
        return CollaborationList(
            tuple(await unit.collaborations.all(limit=MOST_LISTED)),
            tuple(await unit.proposals.recent(limit=MOST_LISTED)),
            reading.sync,
            home_zone(None, brand.market).zone.key,
            unit.now,
            reading.gap,
        )


async def _invite(units: Units, checks: InvitationChecks, args: CollaborationsArgs, turn: TurnContext) -> Proposed:
    if args.commission_rate is None:
        raise BadRequest("collab_needs_rate")
    if args.ends_on is None:
        raise BadRequest("collab_needs_end")
    rate = _rate(args.commission_rate)
    async with units.unit(turn.scope, fence=turn.fence) as unit:
        aim = await _aim(unit, args, turn)
        ends = _end_of(args.ends_on, aim.brand, now=unit.now)
    found = await checks.check(aim.brand.id, [creator.handle for creator in aim.creators], [aim.number])
    clashing = {clash.handle for clash in found.clashes}
    rest = [one.handle for one in aim.creators if one.handle not in clashing and one.handle not in found.unknown]
    left_out = (*aim.left_out, *(LeftOut(handle, Flag("collab_gone_now", {})) for handle in found.unknown))
    if not (rest or clashing):
        raise BadRequest("collab_nobody", reasons="、".join(f"@{out.handle}" for out in left_out[:10]))
    content: dict[str, JsonValue] = {
        "label": aim.product.name[:60], "handles": list(rest), "product": aim.number, "title": aim.product.name,
        "rate_bp": rate, "gives_sample": bool(args.free_sample), "ends_at": ends.isoformat(),
    }  # fmt: skip
    async with units.unit(turn.scope, fence=turn.fence) as unit:
        if found.clashes:
            content["clashes"] = [await _clash(unit, each) for each in found.clashes]
        new = NewProposal(ProposalKind.COLLABORATION, Deed.INVITE, content, turn.occasion)
        return await _put_forward(unit, new, aim.brand, turn, left_out)


async def _clash(unit: Unit, clash: Clash) -> dict[str, JsonValue]:
    """Somebody who is in another one for the product, with what they have there as far as it was read."""
    old = await unit.collaborations.by_number(clash.collaboration)
    rated = next((each for each in old.products if each.product == clash.product), None) if old else None
    return {
        "handle": clash.handle, "collaboration": clash.collaboration, "name": old.name if old else "",
        "rate_bp": rated.rate_bp if rated else None, "gives_sample": old.gives_sample if old else None,
        "ends_at": old.ends_at.isoformat() if old else None,
    }  # fmt: skip


async def _open(units: Units, turn: TurnContext) -> OpenPlanList:
    async with units.unit(turn.scope) as unit:
        brand = await brand_of(unit)
        reading = await reading_of(unit, brand.id, ShopSource.OPEN_PLANS)
        plans = tuple(await unit.collaborations.plans(brand=brand.id))
        return OpenPlanList(plans, reading.sync, home_zone(None, brand.market).zone.key, unit.now, reading.gap)


async def _aim(unit: Unit, args: CollaborationsArgs, turn: TurnContext) -> _Aim:
    brand = await brand_of(unit)
    product = product_meant(await unit.products.all(), args.product)
    number = number_in_shop(product)
    if number is None:
        raise BadRequest("collab_product_unlinked", product=product.name)
    if product.commission_ceiling_bp is not None and args.commission_rate is not None:
        ceiling, share = product.commission_ceiling_bp, basis_points(args.commission_rate)
        if share > ceiling:
            raise BadRequest("commission_above_product", share=f"{share / 100:g}%", ceiling=f"{ceiling / 100:g}%")
    meant = await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)
    relations = await unit.relations.of([creator.id for creator in meant])
    left_out, kept = [], []
    for creator in meant:
        relation = relations.get(creator.id)
        if creator.facts.platform != PLATFORM:
            left_out.append(LeftOut(creator.handle, Flag("collab_unknown", {})))
        elif relation is not None and relation.opted_out_at is not None:
            left_out.append(LeftOut(creator.handle, Flag("opted_out", {})))
        elif relation is not None and relation.blocked:
            left_out.append(LeftOut(creator.handle, Flag("blocked", {})))
        else:
            kept.append(creator)
    if len(kept) > MOST_CREATORS:
        raise BadRequest("collab_too_many", count=len(kept), most=MOST_CREATORS)
    if not kept:
        raise BadRequest("collab_nobody", reasons="、".join(f"@{out.handle}" for out in left_out[:10]))
    return _Aim(brand, product, number, tuple(kept), tuple(left_out))


async def _about(unit: Unit, args: CollaborationsArgs, turn: TurnContext) -> Proposed:
    """A proposal about a collaboration there is."""
    brand = await brand_of(unit)
    one = _meant(await unit.collaborations.all(limit=MOST_LISTED), args.collaboration, now=unit.now)
    content: dict[str, JsonValue] = {"collaboration": one.id, "name": one.name}
    kind, deed = ProposalKind.COLLABORATION, Deed(args.action)
    if deed is Deed.LINK:
        kind = ProposalKind.SHARE_LINK
    if deed is Deed.CHANGE:
        content |= await _changes(unit, args, turn, one, brand)
    new = NewProposal(kind, deed, content, turn.occasion)
    return await _put_forward(unit, new, brand, turn, ())


async def _changes(
    unit: Unit, args: CollaborationsArgs, turn: TurnContext, one: Collaboration, brand: Brand
) -> dict[str, JsonValue]:  # fmt: skip
    """What is to be otherwise, beside what it is now."""
    found: dict[str, JsonValue] = {}
    if args.commission_rate is not None:
        rate = _rate(args.commission_rate)
        found["rates_bp"] = {rated.product: rate for rated in one.products if not rated.leaving}
        found["rates_before_bp"] = {rated.product: rated.rate_bp for rated in one.products if not rated.leaving}
    if args.free_sample is not None and args.free_sample != one.gives_sample:
        found["gives_sample"] = args.free_sample
    if args.ends_on is not None:
        found["ends_at"] = _end_of(args.ends_on, brand, now=unit.now).isoformat()
        found["ends_before"] = one.ends_at.isoformat()
    inside = {guest.handle.lower() for guest in one.creators if not guest.leaving}
    if args.handles or args.ranks:
        named = await named_creators(unit, turn, ranks=args.ranks, handles=args.handles)
        found["add"] = [creator.handle for creator in named if creator.handle.lower() not in inside]
    dropped = [handle.removeprefix("@").strip().lower() for handle in args.drop_handles]
    strangers = [handle for handle in dropped if handle not in inside]
    if strangers:
        raise BadRequest("collab_not_in_it", handles=" ".join(f"@{handle}" for handle in strangers[:5]))
    if dropped:
        found["drop"] = list(dropped)
    found = {name: value for name, value in found.items() if value != []}
    if not found:
        raise BadRequest("nothing_to_change")
    if len(inside) - len(dropped) == 0 and "add" not in found:
        raise BadRequest("collab_would_be_empty")
    return found


async def _put_forward(
    unit: Unit, new: NewProposal, brand: Brand, turn: TurnContext, left_out: tuple[LeftOut, ...]
) -> Proposed:  # fmt: skip
    made = await unit.proposals.add(new, brand=brand.id, conversation=turn.conversation)
    await unit.proposals.show(made)
    return Proposed(made, left_out, home_zone(None, brand.market).zone.key, unit.now)


def _meant(found: Sequence[Collaboration], said: str | None, *, now: datetime) -> Collaboration:
    """The one named by its number or name, else the only live one. Raises BadRequest with those to choose from."""
    live = [one for one in found if one.is_live(now)]
    if not live:
        raise BadRequest("collab_none")
    wanted = (said or "").strip().casefold()
    fitting = [one for one in live if wanted in (one.id, one.name.casefold())] if wanted else []
    fitting = fitting or [one for one in live if wanted in one.name.casefold()]
    if len(fitting) == 1:
        return fitting[0]
    raise BadRequest("collab_which", names="、".join(f"{one.name}（{one.id}）" for one in (fitting or live)[:10]))


def _rate(rate: float) -> int:
    found = basis_points(rate)
    if not LEAST_RATE_BP <= found <= MOST_RATE_BP:
        raise BadRequest("collab_rate_bounds", rate=f"{found / 100:g}%")
    return found


def _end_of(day: date, brand: Brand, *, now: datetime) -> datetime:
    """The last second of a day in the shop's zone. Raises BadRequest for one that is over."""
    zone = home_zone(None, brand.market).zone
    ends = datetime.combine(day + timedelta(days=1), time(), zone).astimezone(UTC) - timedelta(seconds=1)
    if ends <= now:
        raise BadRequest("collab_end_past", day=day.isoformat())
    return ends
