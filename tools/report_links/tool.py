"""The tool of read-only links to figures: it lists them, and lays one before a lead, whose own word makes it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final, Literal

from pydantic import ConfigDict, Field

from memory.domain.errors import NotAllowed, Refused
from memory.domain.ids import BrandId
from memory.domain.periods import PeriodName
from memory.domain.report_links import (
    USUAL_DAYS,
    USUAL_PARTS,
    ReportLinkSheet,
    state_of,
    wish_of,
)
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Member, Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.drafting.occasions import brand_of
from tools.report_links.results import ReportLinkAsked, ReportLinksListed
from tools.report_links.waiting import kept
from tools.team_zone import team_zone

DECIDE_WITHIN: Final = timedelta(hours=72)
MOST_LISTED: Final = 20
_NAMED: Final = 5

Part = Literal["shop", "creators", "products", "videos", "campaigns", "samples", "outcomes", "stages"]


class ReportLinksArgs(Arguments):
    """`make`: a link to a period's figures for somebody outside, open for `days` (1 to 90; 7 unless said).

    `last_7_days`, `last_30_days` and `last_90_days` roll on; any other period, or `from` and `to`, stays as it is now.
    """

    model_config = ConfigDict(validate_by_name=True)

    action: Literal["list", "make"]
    period: PeriodName | None = None
    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")
    parts: tuple[Part, ...] = ()
    days: int | None = None


def report_links(units: Units, address: str | None) -> Tool[ReportLinksArgs]:
    """List links, or keep the wish for one. `address`: where others reach this workspace, None: nowhere."""

    async def run(args: ReportLinksArgs, turn: TurnContext) -> ReportLinkAsked | ReportLinksListed:
        """Links there are, or the code under which a lead makes one.

        Raises NotAllowed ("report_link_needs_lead"), Refused ("report_link_no_address"), NotFound ("which_brand"),
        BadRequest ("report_link_days", those of `period_of`).
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            if args.action == "list":
                return ReportLinksListed(await sheets_of(unit), await team_zone(unit))
            brand = await brand_of(unit)
            members = await unit.people.members()
            if not turn.scope.role.covers(Role.LEAD):
                raise NotAllowed("report_link_needs_lead", who=_leads(members, brand.id))
            if address is None:
                raise Refused("report_link_no_address")
            days = await unit.performance.days(brand=brand.id)
            wish = wish_of(
                args.period, args.first, args.last, parts=args.parts or USUAL_PARTS,
                days=USUAL_DAYS if args.days is None else args.days, today=days.today,
            )  # fmt: skip
            waiting = await unit.waiting.add([], kept(wish), decide_by=unit.now + DECIDE_WITHIN)
            return ReportLinkAsked(waiting.code, brand.name, wish)

    about = (
        "Read-only report links (只读报告链接) for somebody outside, such as the brand: prepare one for a lead to"
        " confirm, or list those there are. It sends nothing; a link is taken back on the page of figures."
    )
    return Tool("report_links", Effect.CHANGES, ReportLinksArgs, run, about)


async def sheets_of(unit: Unit) -> tuple[ReportLinkSheet, ...]:
    """The newest links as people read them, without where they open: a chat is no place to look that up."""
    members = await unit.people.members()
    names = {member.id: member.name for member in members}
    brands = {brand.id: brand.name for brand in await unit.people.brands()}
    return tuple(
        ReportLinkSheet(
            link, state_of(link, members, now=unit.now), names.get(link.made_by, "-"), brands.get(link.brand, "-")
        )
        for link in await unit.report_links.recent(limit=MOST_LISTED)
    )


def _leads(members: Sequence[Member], brand: BrandId) -> str:
    found = [one.name for one in members if one.active and one.role is Role.LEAD and one.brand in (None, brand)]
    return "、".join(found[:_NAMED]) or "-"
