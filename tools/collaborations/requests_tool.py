"""Samples that creators ask for on a platform: listed, and answered by a proposal. Nothing is given away here."""

from typing import Literal

from pydantic import JsonValue

from connectors.ports.samples import Refusal
from memory.domain.applications import KnownApplication
from memory.domain.collaborations import number_in_shop
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.money import worth
from memory.domain.offer import Product
from memory.domain.outreach import ProposalKind
from memory.domain.proposals import Deed, NewProposal
from memory.domain.shop_sources import ShopSource
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Brand, Role
from memory.domain.zones import home_zone
from tools.collaborations.reading import reading_of
from tools.collaborations.results import Proposed, RequestList
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.drafting.occasions import brand_of
from tools.naming import named_creators

MOST_AT_ONCE = 20


class SampleRequestsArgs(Arguments):
    """Whose: ranks or handles; nobody named means the only one that waits. `reason`: why not."""

    action: Literal["list", "approve", "reject"]
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    reason: Refusal = Refusal.OTHER


def sample_requests(units: Units) -> Tool[SampleRequestsArgs]:
    """List sample requests of a platform, or put an answer to some before whoever may give goods away."""

    async def run(args: SampleRequestsArgs, turn: TurnContext) -> RequestList | Proposed:
        """A list, or a proposal.

        Raises BadRequest ("sample_requests_nobody", "sample_requests_whose", "sample_requests_many"), as
        `named_creators`, and NotAllowed (a viewer).
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            brand = await brand_of(unit)
            if args.action == "list":
                return await _list(unit, brand)
            if not turn.scope.role.covers(Role.OPERATOR):
                raise NotAllowed("needs_role", role=Role.OPERATOR)
            chosen = await _chosen(unit, args, turn)
            new = NewProposal(
                ProposalKind.SAMPLE, Deed.REVIEW, await _content(unit, args, chosen, brand), turn.occasion
            )
            made = await unit.proposals.add(new, brand=brand.id, conversation=turn.conversation)
            await unit.proposals.show(made)
            return Proposed(made, (), home_zone(None, brand.market).zone.key, unit.now)

    about = (
        "Samples that creators ask for on TikTok Shop (样品申请): list those that wait, or propose to approve or reject"
        " some creators' requests. Somebody who may give goods away decides."
    )
    return Tool("sample_requests", Effect.DRAFTS, SampleRequestsArgs, run, about)


async def _list(unit: Unit, brand: Brand) -> RequestList:
    reading = await reading_of(unit, brand.id, ShopSource.SAMPLES)
    found = tuple(one.application for one in await unit.applications.waiting())
    read_at = reading.sync.ended_at if reading.sync is not None else None
    return RequestList(found, read_at, home_zone(None, brand.market).zone.key, reading.gap)


async def _chosen(unit: Unit, args: SampleRequestsArgs, turn: TurnContext) -> list[KnownApplication]:
    if not (args.ranks or args.handles):
        found = await unit.applications.waiting()
        if len(found) > 1:
            named = "、".join(f"@{one.application.handle}" for one in found[:10])
            raise BadRequest("sample_requests_whose", handles=named)
    else:
        creators = await named_creators(unit, turn, ranks=args.ranks, handles=args.handles)
        found = await unit.applications.waiting([creator.id for creator in creators])
    if not found:
        raise BadRequest("sample_requests_nobody")
    if len(found) > MOST_AT_ONCE:
        raise BadRequest("sample_requests_many", count=len(found), most=MOST_AT_ONCE)
    return found


async def _content(
    unit: Unit, args: SampleRequestsArgs, chosen: list[KnownApplication], brand: Brand
) -> dict[str, JsonValue]:  # fmt: skip
    """Who is given what, and what the dearest is worth in the brand's currency; unknown where a price is."""
    products: dict[str, Product] = {
        number: product for product in await unit.products.all() if (number := number_in_shop(product))
    }
    rates = await unit.knowledge.rates()
    worths: list[int | None] = []
    requests: list[JsonValue] = []
    for one in chosen:
        wanted = one.application
        product = products.get(wanted.product)
        price = product.price if product is not None else None
        worths.append(worth(price, currency=brand.currency, rates=rates))
        requests.append({
            "number": wanted.id, "handle": wanted.handle, "product": wanted.product,
            "title": wanted.title or wanted.product, "price": f"{price.amount} {price.currency}" if price else None,
        })  # fmt: skip
    known = [each for each in worths if each is not None]
    dearest = max(known) if len(known) == len(worths) else None
    content: dict[str, JsonValue] = {"approve": args.action == "approve", "requests": requests, "worth_minor": dearest}
    return content if args.action == "approve" else content | {"reason": args.reason.value}
