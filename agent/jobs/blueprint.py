"""Every background job. A job only says "look at this row"; what it needs comes with the worker, never a global."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, cast

import structlog
from procrastinate import Blueprint, JobContext, RetryStrategy

from memory.domain.errors import Unavailable, Unclear
from memory.domain.ids import BrandId, CampaignId, CreatorId, ImportRunId, MemberId, ShopLinkId, TenantId, TurnId
from memory.domain.shop_sources import ShopSource
from memory.domain.workspace import Role, Scope

log = structlog.get_logger()

# A database that went away for a moment: what was asked is not left to the minute's sweep.
AGAIN = RetryStrategy(max_attempts=5, wait=2, retry_exceptions=[Unavailable, Unclear])
NIGHTLY = "17 19 * * *"  # UTC: in the small hours where the teams are
CONTEXT_KEY = "workshop"
NAMESPACE = "daren"


class Scopes(Protocol):
    """Proves a scope again when a job begins: the role may have changed since it was queued."""

    async def of_member(self, tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
        """The member's scope now; None when the member is gone or inactive."""
        ...


async def no_shop(link: ShopLinkId, tenant: TenantId) -> None:
    """An installation without a platform fetches and hears nothing."""
    log.info("shop.no_platform", link=link, tenant=tenant)


async def no_source(link: ShopLinkId, tenant: TenantId, source: ShopSource) -> None:
    """An installation without a platform reads no list of a shop."""
    log.info("shop.no_platform", link=link, tenant=tenant, source=source.value)


async def no_deeds() -> None:
    """An installation without a platform does nothing in a shop."""


async def no_digest() -> None:
    """An installation without subscriptions makes none."""


async def nobody(scope: Scope, creator: CreatorId) -> None:
    """An installation without an index of creators erases nobody."""
    log.info("creator.no_index", creator=creator, tenant=scope.tenant)


async def no_sales() -> None:
    """A workshop that keeps no sales has no sums to look at."""


async def no_campaign(scope: Scope, campaign: CampaignId) -> None:
    """An installation that writes no campaigns."""
    log.info("campaign.not_written", campaign=campaign, tenant=scope.tenant)


@dataclass(frozen=True, slots=True)
class Workshop:
    """What jobs work with; bootstrap puts it into the worker's context."""

    scopes: Scopes
    run_turn: Callable[[Scope, TurnId], Awaitable[None]]
    run_import: Callable[[Scope, ImportRunId], Awaitable[None]]
    dispatch: Callable[[], Awaitable[None]]
    reconcile: Callable[[], Awaitable[None]]
    collect_answers: Callable[[], Awaitable[None]]
    index: Callable[[TenantId], Awaitable[None]]
    sweep: Callable[[], Awaitable[None]]
    deliver: Callable[[], Awaitable[None]]
    sync_shop: Callable[[ShopLinkId, TenantId], Awaitable[None]] = no_shop
    hear_shop: Callable[[ShopLinkId, TenantId], Awaitable[None]] = no_shop
    read_shop: Callable[[ShopLinkId, TenantId, ShopSource], Awaitable[None]] = no_source
    do_deeds: Callable[[], Awaitable[None]] = no_deeds
    erase: Callable[[Scope, CreatorId], Awaitable[None]] = nobody
    digest: Callable[[], Awaitable[object]] = no_digest
    audit: Callable[[], Awaitable[None]] = no_sales
    write_campaign: Callable[[Scope, CampaignId], Awaitable[None]] = no_campaign


def _workshop(context: JobContext) -> Workshop:
    return cast(Workshop, context.additional_context[CONTEXT_KEY])


async def turn(context: JobContext, *, turn: int, tenant: int, member: int, brand: int) -> None:
    """Answer one turn."""
    whose = Scope(TenantId(tenant), BrandId(brand) if brand else None, MemberId(member), Role.VIEWER)
    await _workshop(context).run_turn(whose, TurnId(turn))


async def run_import(context: JobContext, *, run: int, tenant: int, member: int, brand: int) -> None:
    """Carry out one import."""
    workshop = _workshop(context)
    scope = await workshop.scopes.of_member(TenantId(tenant), MemberId(member), BrandId(brand) if brand else None)
    if scope is not None:
        await workshop.run_import(scope, ImportRunId(run))


async def erase(context: JobContext, *, creator: int, tenant: int, member: int, brand: int) -> None:
    """Erase one creator for good."""
    workshop = _workshop(context)
    scope = await workshop.scopes.of_member(TenantId(tenant), MemberId(member), BrandId(brand) if brand else None)
    if scope is not None:
        await workshop.erase(scope, CreatorId(creator))


async def write_campaign(context: JobContext, *, campaign: int, tenant: int, member: int, brand: int) -> None:
    """Write for the next creators of one campaign."""
    workshop = _workshop(context)
    scope = await workshop.scopes.of_member(TenantId(tenant), MemberId(member), BrandId(brand) if brand else None)
    if scope is not None:
        await workshop.write_campaign(scope, CampaignId(campaign))


async def dispatch(context: JobContext) -> None:
    """Claim and send what is due."""
    await _workshop(context).dispatch()


async def reconcile(context: JobContext) -> None:
    """Ask about sends that ended unclear."""
    await _workshop(context).reconcile()


async def deliver(context: JobContext) -> None:
    """Push what is due to people."""
    await _workshop(context).deliver()


async def digest(context: JobContext) -> None:
    """Make the digests that are due."""
    await _workshop(context).digest()


async def collect_answers(context: JobContext) -> None:
    """Collect creators' answers from every source."""
    await _workshop(context).collect_answers()


async def index(context: JobContext, *, tenant: int) -> None:
    """Bring the creator index up to date."""
    await _workshop(context).index(TenantId(tenant))


async def sync_shop(context: JobContext, *, link: int, tenant: int) -> None:
    """Fetch the creators of one shop."""
    await _workshop(context).sync_shop(ShopLinkId(link), TenantId(tenant))


async def read_shop(context: JobContext, *, link: int, tenant: int, source: str) -> None:
    """Read one list of one shop."""
    await _workshop(context).read_shop(ShopLinkId(link), TenantId(tenant), ShopSource(source))


async def do_deeds(context: JobContext) -> None:
    """Do in shops what was decided."""
    await _workshop(context).do_deeds()


async def hear_shop(context: JobContext, *, link: int, tenant: int) -> None:
    """Handle what the platform told of one shop."""
    await _workshop(context).hear_shop(ShopLinkId(link), TenantId(tenant))


async def sweep(context: JobContext, timestamp: int) -> None:
    """Once a minute: pick up rows that wait without a job, and whatever came due."""
    log.debug("sweep", timestamp=timestamp)
    await _workshop(context).sweep()


async def audit(context: JobContext, timestamp: int) -> None:
    """Once a night: compare the sums of sales with the sales."""
    log.debug("audit", timestamp=timestamp)
    await _workshop(context).audit()


def make_blueprint() -> Blueprint:
    """A fresh blueprint: an app takes its tasks over for good, so every app needs its own."""
    blueprint = Blueprint()
    declare = blueprint.task
    declare(name="turn", queue="turns", pass_context=True, retry=AGAIN)(turn)
    declare(name="import", queue="books", pass_context=True, retry=AGAIN)(run_import)
    declare(name="dispatch", queue="outreach", pass_context=True)(dispatch)
    declare(name="reconcile", queue="outreach", pass_context=True)(reconcile)
    declare(name="deliver", queue="outreach", pass_context=True)(deliver)
    declare(name="digest", queue="outreach", pass_context=True)(digest)
    declare(name="playground", queue="outreach", pass_context=True)(collect_answers)
    declare(name="index", queue="books", pass_context=True)(index)
    declare(name="erase", queue="books", pass_context=True, retry=AGAIN)(erase)
    declare(name="campaign", queue="books", pass_context=True, retry=AGAIN)(write_campaign)
    declare(name="shop", queue="books", pass_context=True)(sync_shop)
    declare(name="shop_source", queue="books", pass_context=True)(read_shop)
    declare(name="deeds", queue="outreach", pass_context=True, retry=AGAIN)(do_deeds)
    declare(name="shop_told", queue="outreach", pass_context=True, retry=AGAIN)(hear_shop)
    swept = declare(name="sweep", queue="books", pass_context=True, queueing_lock="sweep")(sweep)
    blueprint.periodic(cron="* * * * *")(swept)
    audited = declare(name="audit", queue="books", pass_context=True, queueing_lock="audit")(audit)
    blueprint.periodic(cron=NIGHTLY)(audited)
    return blueprint
