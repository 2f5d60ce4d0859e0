"""Samples of the brand: list them, and record what happened to some. Nothing here reaches a creator."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from pydantic import Field

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import BrandId, ProductId
from memory.domain.money import Money
from memory.domain.sample import SampleStatus
from memory.domain.sample_views import SampleLine
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.naming import Segment, meant_creators
from tools.products.fields import Amount, parse_amount
from tools.samples.choosing import Wish
from tools.samples.listing import end_of_day, lines_of, listed, meant_by
from tools.samples.recording import Goods, Intended, MaySign, Recorded, carry_out, goods, intend, product_named
from tools.samples.waiting import kept_for_later
from tools.team_zone import team_zone

AT_ONCE = 10  # above ten rows a change waits for the member's confirmation
DECIDE_WITHIN = timedelta(hours=72)
MOST = 500
_LINK = re.compile(r"https?://[^\s，。；、）)」』]+")


class SamplesArgs(Arguments):
    """`cost` as typed ("12", "$12.50", "12美金"), goods with shipping; creators as ranks, handles or the shortlist."""

    action: Literal["list", "record"]
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    status: SampleStatus | None = None
    tracking_number: str | None = Field(default=None, max_length=60)
    cost: Amount | None = None
    due_within_days: int | None = Field(default=None, ge=0, le=365)


@dataclass(frozen=True, slots=True)
class SamplesShown:
    """Samples asked for, the next due first. `counts`: all of the scope by status, for what is not shown."""

    lines: tuple[SampleLine, ...]
    counts: dict[SampleStatus, int]
    arguments: SamplesArgs
    zone: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class SamplesRecorded:
    """What was recorded; `changed` counts samples that did not stand so already."""

    lines: tuple[SampleLine, ...]
    changed: int
    zone: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """What would become of one creator's sample. `present` None: a new one; `cost` None: unknown, as is a `price`."""

    handle: str
    product: str | None
    present: SampleStatus | None
    cost: Money | None
    price: Money | None


@dataclass(frozen=True, slots=True)
class SamplesWaiting:
    """A change that waits for a word: it approves goods (`signs`: how many), or it is of more than ten."""

    code: str
    rows: tuple[WaitingRow, ...]
    status: SampleStatus | None
    signs: int


def samples(units: Units, may_sign: MaySign) -> Tool[SamplesArgs]:
    """List the brand's samples, or record what happened to some."""

    async def run(args: SamplesArgs, turn: TurnContext) -> SamplesShown | SamplesRecorded | SamplesWaiting:
        """What approves goods only waits here: the member who may sign confirms it by its code.

        Raises BadRequest for what cannot be read, found or done from where a sample stands, NotAllowed for who may not.
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            if args.action == "list":
                return await _list(unit, args, turn)
            if not turn.scope.role.covers(Role.OPERATOR):
                raise NotAllowed("needs_role", role=Role.OPERATOR)
            brand = turn.scope.brand
            if brand is None:
                raise BadRequest("choose_a_brand")
            wish = await _wish(unit, args, turn, brand)
            creators = await _meant(unit, turn, args)
            intended = await intend(unit, creators, wish, brand=brand)
            given = await goods(unit, intended)
            if given:
                await may_sign(unit, brand, given)
            if given or len(intended) > AT_ONCE:
                return await _leave_waiting(unit, intended, wish, given)
            if not await unit.first_time(turn.occasion):
                standing = [Recorded(one.creator, one.chosen.sample) for one in intended if one.chosen.sample]
                return await recorded_lines(unit, standing)
            return await recorded_lines(unit, await carry_out(unit, intended, brand=brand))

    about = (
        "List the brand's samples by status or due date, or record what happened to a creator's sample. "
        "Approving one costs goods and waits for the member's own confirmation. "
        "Record what is said to have happened; what has not happened yet, or is only asked, is listed."
    )
    return Tool("samples", Effect.CHANGES, SamplesArgs, run, about)


async def _list(unit: Unit, args: SamplesArgs, turn: TurnContext) -> SamplesShown:
    zone = await team_zone(unit)
    named = bool(args.ranks or args.handles or args.segment)
    creators = await _meant(unit, turn, args) if named else []
    due = args.due_within_days
    statuses = meant_by(args.status, due=due is not None)
    if named and args.status is None and due is None:
        statuses = frozenset(SampleStatus)
    lines = await listed(
        unit,
        statuses,
        creators=[creator.id for creator in creators] if named else None,
        due_before=end_of_day(unit.now, zone, days=due) if due is not None else None,
        limit=MOST,
    )
    return SamplesShown(tuple(lines), await unit.samples.counts(), args, zone, unit.now)


async def _meant(unit: Unit, turn: TurnContext, args: SamplesArgs) -> list[Creator]:
    return await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)


async def _wish(unit: Unit, args: SamplesArgs, turn: TurnContext, brand: BrandId) -> Wish:
    """The arguments as a wish; the product and the video's link are the ones in the member's own words."""
    if args.status is None and args.tracking_number is None and args.cost is None:
        raise BadRequest("nothing_to_change")
    said = turn.said[-1] if turn.said else ""
    link = _LINK.search(said) if args.status is SampleStatus.POSTED else None
    currency = (await unit.people.brand(brand)).currency
    return Wish(
        status=args.status,
        tracking_number=args.tracking_number.strip() or None if args.tracking_number else None,
        cost=parse_amount(args.cost, default_currency=currency) if args.cost is not None else None,
        content_link=link[0] if link else None,
        product=product_named(said, {product.id: product.name for product in await unit.products.all()}),
    )


async def _leave_waiting(unit: Unit, intended: list[Intended], wish: Wish, given: list[Goods]) -> SamplesWaiting:
    change = kept_for_later(intended, wish, given)
    kept = await unit.waiting.add([one.creator.id for one in intended], change, decide_by=unit.now + DECIDE_WITHIN)
    products = {product.id: product for product in await unit.products.all()}
    rows = []
    for one in intended:
        sample = one.chosen.sample
        product = products.get((sample.product if sample else None) or wish.product or ProductId(0))
        rows.append(
            WaitingRow(
                handle=one.creator.handle,
                product=product.name if product else None,
                present=sample.status if sample else None,
                cost=wish.cost or (sample.cost if sample else None),
                price=product.price if product else None,
            )
        )
    return SamplesWaiting(kept.code, tuple(rows), wish.status, len(given))


async def recorded_lines(unit: Unit, recorded: Sequence[Recorded]) -> SamplesRecorded:
    """What was recorded, as it is shown."""
    lines = await lines_of(unit, [one.sample for one in recorded])
    return SamplesRecorded(tuple(lines), sum(one.changed for one in recorded), await team_zone(unit), unit.now)
