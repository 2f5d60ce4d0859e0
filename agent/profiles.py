"""One creator's page: the profile, and what they sold, posted, were sent and were promised."""

from datetime import date, datetime, timedelta
from typing import Final

from agent.cards.stages import stages_reached
from agent.figures.overview import answered, table_of
from agent.team.passes import first_state
from connectors.ports.queries import CreatorProfile
from memory.domain.cards import ReportCard
from memory.domain.creator import Creator
from memory.domain.errors import NotFound
from memory.domain.figures_views import FiguresWish
from memory.domain.performance import Filters, Metric
from memory.domain.performance_stores import KeptPost
from memory.domain.periods import Period, PeriodName
from memory.domain.profiles import CreatorBook, RateShown, history_of
from memory.domain.sample import SampleStatus
from memory.domain.stores import Unit
from prompts.render import Texts
from tools.performance.results import FiguresShown
from tools.samples.listing import listed

HALF_YEAR: Final = timedelta(days=180)
POSTS: Final = 20
_EVER: Final = date(2000, 1, 1)  # before any message of ours
_METRICS: Final = (Metric.GMV, Metric.NET, Metric.ORDERS, Metric.REFUND_RATE, Metric.COMMISSION, Metric.VIEWS)
_BY_MONTH: Final = (Metric.GMV, Metric.ORDERS, Metric.COMMISSION, Metric.VIEWS)


async def profile_of(unit: Unit, handle: str, texts: Texts) -> CreatorProfile:
    """Everything one creator's page shows. Raises NotFound."""
    found = await unit.creators.by_handles([handle.removeprefix("@").lower()])
    creator = next(iter(found.values()), None)
    if creator is None:
        raise NotFound("creator_unknown", handles=f"@{handle[:40]}")
    relations = await unit.relations.of([creator.id])
    thread = tuple(await unit.creator_messages.thread(creator.id))
    messages = await unit.creator_messages.find(status="all", handles=[creator.handle.lower()])
    home = creator.home
    return CreatorProfile(
        creator=creator,
        relation=relations.get(creator.id),
        thread=thread,
        messages=tuple(messages),
        local_time=unit.now.astimezone(home.zone),
        zone=home.zone.key,
        zone_source=home.source,
        likely=creator.likely,
        first=await first_state(unit, creator.id),
        book=await _book(unit, creator, thread, texts),
    )


async def _book(
    unit: Unit, creator: Creator, thread: tuple[tuple[str, str, datetime], ...], texts: Texts
) -> CreatorBook:
    samples = tuple(await listed(unit, tuple(SampleStatus), creators=[creator.id]))
    posts, rates = await _posts(unit, creator), await _rates(unit, creator)
    since = (unit.now - HALF_YEAR).date().replace(day=1)
    asked = {"subject": "creator", "handle": creator.handle}
    lately = FiguresWish(period=PeriodName.LAST_90_DAYS.value, compare="")
    half = FiguresWish(first=since.isoformat(), last=unit.now.date().isoformat(), compare="")
    return CreatorBook(
        sales=await _card(unit, lately, {**asked, "metrics": [*map(str, _METRICS)]}, texts),
        months=await _card(unit, half, {**asked, "metrics": [*map(str, _BY_MONTH)], "group_by": "month"}, texts),
        samples=samples,
        posts=posts,
        rates=rates,
        history=history_of(thread, samples, posts, rates),
        stages=await _stages(unit, creator, texts),
    )


async def _stages(unit: Unit, creator: Creator, texts: Texts) -> tuple[tuple[str, str], ...]:
    """How far they came since the first message ever, from contact to sale."""
    ever = Period(PeriodName.CUSTOM, _EVER, unit.now.date() + timedelta(days=1))
    rows = await unit.performance.funnel(Filters(creators=(creator.id,)), ever)
    return stages_reached(rows[0], unit.scope.lang, texts) if rows else ()


async def _card(unit: Unit, wish: FiguresWish, asked: dict[str, object], texts: Texts) -> ReportCard | None:
    answer = await answered(unit, wish, asked)
    return table_of(answer, unit.scope.lang, texts) if isinstance(answer, FiguresShown) else None


async def _posts(unit: Unit, creator: Creator) -> tuple[KeptPost, ...]:
    """The newest, of every brand in scope."""
    found = [
        post
        for brand in await unit.people.brands()
        for post in await unit.sales.posts(brand=brand.id, creators=[creator.id], limit=POSTS)
    ]
    return tuple(sorted(found, key=lambda post: post.posted_at, reverse=True)[:POSTS])


async def _rates(unit: Unit, creator: Creator) -> tuple[RateShown, ...]:
    """The newest first, those with them before those with anybody."""
    names = {product.id: product.name for product in await unit.products.all()}
    shown = [
        RateShown(
            rate.rate_bp,
            rate.since,
            rate.until,
            names.get(rate.product, "") if rate.product else "",
            anybody=rate.creator is None,
            told=bool(rate.collaboration),
        )
        for brand in await unit.people.brands()
        for rate in await unit.sales.agreed(brand=brand.id, creators=[creator.id])
    ]
    return tuple(sorted(shown, key=lambda rate: (not rate.anybody, rate.since), reverse=True))
