"""The tool of tracking links and promo codes: made for creators and campaigns, listed, and put into a file."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.ids import BrandId, CampaignId, CreatorId
from memory.domain.links import PromoCode, TrackingLink, code_key, with_utm
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.campaigns.names import named
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import product_meant
from tools.naming import Segment, meant_creators, named_creators
from tools.shortlists.writing import CSV, XLSX, file_name, to_csv, to_xlsx
from tools.tracking.drawing import LONGEST_CODE, SHORTEST_CODE, link_code, own_code, promo_code
from tools.tracking.results import TrackedCode, TrackedLink, TrackingExported, TrackingShown
from tools.tracking.sheet import sheet_of

MOST_AT_ONCE = 200
MOST_LISTED = 50
_MOST_CAMPAIGNS = 200
_TRIES = 5


class TrackingArgs(Arguments):
    """Whose: as ranks, handles or a segment; nobody named: the shortlist when something is made, else everybody.

    `links` lead to the product's link. `code`: one somebody chose, for one creator. `format` is of `export`.
    """

    action: Literal["list", "links", "codes", "export"]
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    product: str | None = Field(default=None, max_length=200)
    campaign: str | None = Field(default=None, max_length=80)
    code: str | None = Field(default=None, max_length=40)
    format: Literal["csv", "xlsx"] = "xlsx"


def tracking(units: Units, address: str | None) -> Tool[TrackingArgs]:
    """Make and show what tells whose a sale is. `address`: where others reach this workspace, None: nowhere."""
    reached = address.rstrip("/") if address else None

    async def run(args: TrackingArgs, turn: TurnContext) -> TrackingShown | TrackingExported:
        """Links and codes, those that were there already among them: a creator has one of a campaign (and target).

        Raises BadRequest ("tracking_no_link", "link_target_unsafe", "tracking_code_shape", "tracking_code_for_one",
        "tracking_code_unsaid", "tracking_too_many", "promo_code_taken", those of `meant_creators` and
        `product_meant`), NotFound (a campaign, a creator), NotAllowed (a viewer who would make some).
        """
        if args.action in ("links", "codes") and not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            campaign = await _campaign(unit, args)
            if args.action == "links":
                return await _make_links(unit, args, turn, campaign, reached)
            if args.action == "codes":
                return await _make_codes(unit, args, turn, campaign, reached)
            links, codes = await _asked(unit, args, turn, campaign)
            if args.action == "list":
                shown = await _links(unit, links[:MOST_LISTED]), await _codes(unit, codes[:MOST_LISTED])
                return TrackingShown("list", *shown, reached, total=len(links) + len(codes))
            demo = (await unit.people.workspace()).is_demo
            sheet = sheet_of(await _links(unit, links), await _codes(unit, codes), address=reached, lang=turn.lang)
            content = to_csv(sheet, demo=demo) if args.format == "csv" else to_xlsx(sheet, demo=demo)
            name = file_name("codes", day=unit.now.date(), extension=args.format, demo=demo)
            kind = CSV if args.format == "csv" else XLSX
            kept = await unit.files.keep(name=name, media_type=kind, content=content)
            return TrackingExported(kept, len(sheet.rows), demo)

    about = (
        "Tracking links (跟踪链接) and promo codes (优惠码) per creator and campaign: make links to a product or codes"
        " for creators, list them with their clicks, export codes as a file to upload to a shop."
    )
    return Tool("tracking", Effect.DRAFTS, TrackingArgs, run, about)


async def _make_links(
    unit: Unit, args: TrackingArgs, turn: TurnContext, campaign: CampaignId | None, address: str | None
) -> TrackingShown:
    brand = (await brand_of(unit)).id
    product = product_meant(await unit.products.all(), args.product)
    if not product.link:
        raise BadRequest("tracking_no_link", product=product.name)
    with_utm(product.link, creator="", campaign="", code="")
    meant = await _meant(unit, args, turn)
    there = {(link.creator, link.campaign): link for link in await unit.links.links() if link.target == product.link}
    found, new = [], 0
    for creator in meant:
        link = there.get((creator.id, campaign))
        if link is None:
            link = await _added(unit, product.link, creator.id, brand=brand, campaign=campaign)
            new += 1
        found.append(link)
    return TrackingShown("links", await _links(unit, found), (), address, new=new, total=len(found))


async def _added(
    unit: Unit, target: str, creator: CreatorId, *, brand: BrandId, campaign: CampaignId | None
) -> TrackingLink:
    """A link under a code nobody has: one drawn twice is drawn again."""
    for _ in range(_TRIES):
        try:
            return await unit.links.add_link(link_code(), target, creator, brand=brand, campaign=campaign)
        except Conflict:
            continue
    raise Conflict("link_code_taken")


async def _make_codes(
    unit: Unit, args: TrackingArgs, turn: TurnContext, campaign: CampaignId | None, address: str | None
) -> TrackingShown:
    brand = (await brand_of(unit)).id
    meant = await _meant(unit, args, turn)
    kept = await unit.links.codes()
    if args.code is not None:
        found = [_chosen(args.code, meant, campaign, said=turn.said)]
    else:
        there = {(code.creator, code.campaign): code for code in reversed(kept)}
        taken = {code_key(code.code) for code in kept}
        found = []
        for creator in meant:
            code = there.get((creator.id, campaign))
            code = code or PromoCode(promo_code(creator.handle, taken), creator.id, campaign)
            taken.add(code.code)
            found.append(code)
    new = await unit.links.add_codes(found, brand=brand)
    return TrackingShown("codes", (), await _codes(unit, found), address, new=new, total=len(found))


def _chosen(
    wish: str, meant: Sequence[Creator], campaign: CampaignId | None, *, said: Sequence[str]
) -> PromoCode:  # fmt: skip
    """The code the member wrote: sales that redeemed it become the creator's, so no stranger's text may name it."""
    if len(meant) != 1:
        raise BadRequest("tracking_code_for_one", code=wish)
    code = own_code(wish)
    if code is None:
        raise BadRequest("tracking_code_shape", code=wish, least=SHORTEST_CODE, most=LONGEST_CODE)
    if not any(code in code_key(line) for line in said):
        raise BadRequest("tracking_code_unsaid", code=wish)
    return PromoCode(code, meant[0].id, campaign)


async def _meant(unit: Unit, args: TrackingArgs, turn: TurnContext) -> list[Creator]:
    meant = await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)
    if len(meant) > MOST_AT_ONCE:
        raise BadRequest("tracking_too_many", count=len(meant), most=MOST_AT_ONCE)
    return meant


async def _campaign(unit: Unit, args: TrackingArgs) -> CampaignId | None:
    if args.campaign is None:
        return None
    return named(await unit.campaigns.all(limit=_MOST_CAMPAIGNS), args.campaign).id


async def _asked(
    unit: Unit, args: TrackingArgs, turn: TurnContext, campaign: CampaignId | None
) -> tuple[list[TrackingLink], list[PromoCode]]:
    """What there is of whoever is named, in the campaign named."""
    whose: set[CreatorId] | None = None
    if args.segment is not None:
        whose = {creator.id for creator in await _meant(unit, args, turn)}
    elif args.ranks or args.handles:
        whose = {creator.id for creator in await named_creators(unit, turn, ranks=args.ranks, handles=args.handles)}

    def fits(one: TrackingLink | PromoCode) -> bool:
        return (whose is None or one.creator in whose) and (args.campaign is None or one.campaign == campaign)

    links = [link for link in await unit.links.links() if fits(link)]
    return links, [code for code in await unit.links.codes() if fits(code)]


async def _links(unit: Unit, links: Sequence[TrackingLink]) -> tuple[TrackedLink, ...]:
    handles, campaigns = await _called(unit, links)
    return tuple(
        TrackedLink(
            link.code, handles[link.creator], campaigns.get(link.campaign or 0, ""), link.target, link.clicks
        )
        for link in links
        if link.creator in handles
    )  # fmt: skip


async def _codes(unit: Unit, codes: Sequence[PromoCode]) -> tuple[TrackedCode, ...]:
    handles, campaigns = await _called(unit, codes)
    return tuple(
        TrackedCode(code.code, handles[code.creator], campaigns.get(code.campaign or 0, ""))
        for code in codes
        if code.creator in handles
    )


async def _called(unit: Unit, found: Sequence[TrackingLink | PromoCode]) -> tuple[dict[CreatorId, str], dict[int, str]]:
    creators = await unit.creators.by_ids(list({one.creator for one in found}))
    wanted = {one.campaign for one in found if one.campaign is not None}
    campaigns = [await unit.campaigns.by_id(campaign) for campaign in sorted(wanted)]
    names: dict[int, str] = {one.id: one.name for one in campaigns if one is not None}
    return {number: creator.handle for number, creator in creators.items()}, names
