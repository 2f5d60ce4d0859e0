"""One question as every subject answers it: what was asked, of which days, and whose. Reads names alone."""

from dataclasses import dataclass, replace

from memory.domain.errors import NotFound
from memory.domain.ids import CreatorId
from memory.domain.performance import Filters
from memory.domain.performance_stores import Days
from memory.domain.periods import Compare, Period, PeriodName, compared, period_of
from memory.domain.stores import Unit
from memory.domain.workspace import Brand
from tools.campaigns.names import named
from tools.drafting.product_meant import product_meant
from tools.performance.arguments import PerformanceArgs, Subject, subject_of

USUAL = PeriodName.LAST_30_DAYS
MOST_CAMPAIGNS = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked. `brands`: whose figures, one or all the member may see; `days`: whose days are counted.

    `about`: the creator, product or campaign asked about, as people call it. `against`: the days to compare with.
    """

    args: PerformanceArgs
    subject: Subject
    period: Period
    against: Period | None
    days: Days
    brands: tuple[Brand, ...]
    filters: Filters
    about: str = ""

    @property
    def brand(self) -> Brand | None:
        """The one brand the question is about."""
        return self.brands[0] if len(self.brands) == 1 else None

    @property
    def unfinished(self) -> bool:
        """Whether its last day is still going on."""
        return self.period.last >= self.days.today


async def asked(unit: Unit, args: PerformanceArgs) -> Question:
    """The question with its days and names read.

    Raises BadRequest ("period_without_start", "period_backwards", "no_products", "which_product") and NotFound
    ("brand_unknown", "creator_unknown", "no_campaigns", "campaign_unknown").
    """
    brands = _brands(await unit.people.brands(), args.brand)
    only = brands[0].id if len(brands) == 1 else None
    days = await unit.performance.days(brand=only, zone=args.timezone)
    period = _period(args, days)
    compare = args.compare or (Compare.PREVIOUS_PERIOD if args.explain else None)
    filters, about = await _filters(unit, args)
    return Question(
        args,
        subject_of(args),
        period,
        compared(period, compare) if compare else None,
        days,
        brands,
        replace(filters, brand=only, market=args.market),
        about,
    )


def _brands(brands: list[Brand], name: str | None) -> tuple[Brand, ...]:
    if not name:
        return tuple(brands)
    wanted = name.strip().casefold()
    found = [one for one in brands if wanted in (one.name.casefold(), one.shop_name.casefold())]
    if not found:
        raise NotFound("brand_unknown")
    return (found[0],)


def _period(args: PerformanceArgs, days: Days) -> Period:
    """The days asked for, of which none is later than today; without any the usual ones."""
    if args.first or args.last or args.period is PeriodName.CUSTOM:
        period = period_of(PeriodName.CUSTOM, today=days.today, first=args.first, last=args.last)
        return replace(period, last=max(period.first, min(period.last, days.today)))
    return period_of(args.period or USUAL, today=days.today)


async def _filters(unit: Unit, args: PerformanceArgs) -> tuple[Filters, str]:
    creators: tuple[CreatorId, ...] = ()
    about: list[str] = []
    if args.handle:
        plain = args.handle.removeprefix("@").strip().lower()
        found = await unit.creators.by_handles([plain])
        if plain not in found:
            raise NotFound("creator_unknown", handles=f"@{plain}")
        creators = (found[plain].id,)
        about.append(f"@{found[plain].handle}")
    product = product_meant(await unit.products.all(), args.product) if args.product else None
    campaign = named(await unit.campaigns.all(limit=MOST_CAMPAIGNS), args.campaign) if args.campaign else None
    about += [one.name for one in (product, campaign) if one is not None]
    return (
        Filters(creators, product=product.id if product else None, campaign=campaign.id if campaign else None),
        " · ".join(about),
    )
