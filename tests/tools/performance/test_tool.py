"""What a question about figures reads, of whose days, and what comes back."""

from datetime import date, timedelta

import pytest
from pydantic import JsonValue, ValidationError

from memory.domain.errors import BadRequest, NotFound
from memory.domain.performance import Filters, GroupBy, Metric
from memory.domain.periods import Compare, PeriodName
from tests.support.figures import BOX, MIA, NOBODY, OIL, TODAY, TOM, ZONE, FakePerformance, Sold, answer, sales
from tools.performance.anomalies import Anomaly, Kind
from tools.performance.arguments import PerformanceArgs, Subject, subject_of
from tools.performance.movements import Movement, Part, Parts
from tools.performance.results import Defined, FiguresShown, NoFigures

DAY = timedelta(days=1)
YESTERDAY = TODAY - DAY
TWO_DAYS = [
    Sold(YESTERDAY - DAY, sales(10, 100_000), MIA, OIL),
    Sold(YESTERDAY - DAY, sales(5, 50_000), TOM, BOX),
    Sold(YESTERDAY, sales(4, 40_000), MIA, OIL),
    Sold(YESTERDAY, sales(6, 66_000), TOM, BOX),
    Sold(YESTERDAY, sales(1, 9_000), NOBODY, BOX),
]


async def shown(store: FakePerformance, **arguments: JsonValue) -> FiguresShown:
    result = await answer(store, arguments)
    assert isinstance(result, FiguresShown)
    return result


@pytest.mark.parametrize(
    ("arguments", "subject"),
    [
        ({}, Subject.SHOP),
        ({"handle": "mia"}, Subject.CREATOR),
        ({"product": "x"}, Subject.PRODUCTS),
        ({"campaign": "x"}, Subject.CAMPAIGN),
        ({"group_by": "creator"}, Subject.CREATORS),
        ({"group_by": "content"}, Subject.VIDEOS),
        ({"metrics": ["sample_roi"]}, Subject.SAMPLES),
        ({"metrics": ["reply_rate"], "group_by": "template"}, Subject.FUNNEL),
        ({"metrics": ["gmv"], "group_by": "language"}, Subject.SHOP),
        ({"subject": "videos", "handle": "mia"}, Subject.VIDEOS),
    ],
)
def test_what_is_asked_about_is_as_said_or_as_meant(arguments: dict[str, JsonValue], subject: Subject) -> None:
    assert subject_of(PerformanceArgs.model_validate(arguments)) is subject


@pytest.mark.parametrize(
    "arguments",
    [
        {"from": "2026-11-02", "to": "2026-11-01"},
        {"timezone": "Mars/Olympus"},
        {"timezone": "../etc/passwd"},
        {"market": "USA"},
        {"top": 0},
        {"metrics": ["profit"]},
        {"colour": "red"},
    ],
)
def test_arguments_nobody_could_mean_are_refused(arguments: dict[str, JsonValue]) -> None:
    with pytest.raises(ValidationError):
        PerformanceArgs.model_validate(arguments)


async def test_creators_are_ranked_by_sales_over_the_usual_days() -> None:
    result = await shown(store := FakePerformance(TWO_DAYS), subject="creators", top=2)
    query = store.asked[0]
    assert (query.group_by, query.order_by, query.descending, query.top) == (GroupBy.CREATOR, Metric.GMV, True, 2)
    assert query.period.name is PeriodName.LAST_30_DAYS
    assert [row.key for row in result.report.rows] == [MIA, TOM]


async def test_the_worst_by_a_figure_not_shown_is_shown_with_it() -> None:
    await shown(store := FakePerformance(TWO_DAYS), subject="products", order_by="refund_rate", metrics=["gmv"])
    assert store.asked[0].metrics == (Metric.REFUND_RATE, Metric.GMV)
    assert store.asked[0].order_by is Metric.REFUND_RATE


async def test_days_are_listed_in_their_order_and_all_of_them() -> None:
    await shown(store := FakePerformance(TWO_DAYS), group_by="day", period="this_month")
    query = store.asked[0]
    assert (query.order_by, query.top) == (None, None)


async def test_a_creator_a_market_and_a_clock_go_into_the_question() -> None:
    await shown(store := FakePerformance(TWO_DAYS), handle="@Mia.Cooks", market="us", timezone="Asia/Shanghai")
    query = store.asked[0]
    assert query.filters == Filters((1,), brand=1, market="US")  # type: ignore[arg-type]  # ids are numbers
    assert query.zone == "Asia/Shanghai"


async def test_a_question_of_several_brands_is_of_all_of_them_or_of_the_one_it_names() -> None:
    both = await answer(FakePerformance(TWO_DAYS), {}, brands=2)
    one = await answer(FakePerformance(TWO_DAYS), {"brand": "birch"}, brands=2)
    assert isinstance(both, FiguresShown)
    assert isinstance(one, FiguresShown)
    assert [brand.name for brand in both.question.brands] == ["Alder", "Birch"]
    assert both.question.filters.brand is None
    assert (one.question.filters.brand, [brand.name for brand in one.question.brands]) == (2, ["Birch"])


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ({"brand": "Nobody's"}, "brand_unknown"),
        ({"handle": "nobody"}, "creator_unknown"),
        ({"campaign": "黑五"}, "no_campaigns"),
    ],
)
async def test_names_nobody_knows_are_said_so(arguments: dict[str, JsonValue], key: str) -> None:
    with pytest.raises(NotFound) as refused:
        await answer(FakePerformance(TWO_DAYS), arguments)
    assert refused.value.text_key == key


async def test_a_period_of_ones_own_needs_its_first_day_and_ends_today_at_the_latest() -> None:
    with pytest.raises(BadRequest, match="period_without_start"):
        await answer(FakePerformance(TWO_DAYS), {"to": "2026-11-01"})
    result = await shown(FakePerformance(TWO_DAYS), period="custom", **{"from": "2026-11-18", "to": "2026-12-31"})
    assert (result.question.period.first, result.question.period.last) == (date(2026, 11, 18), TODAY)
    assert result.question.unfinished


async def test_without_any_order_ever_told_there_is_nothing_to_count() -> None:
    result = await answer(FakePerformance(), {"period": "yesterday"})
    assert isinstance(result, NoFigures)


async def test_a_period_without_orders_is_zero_where_orders_are_told() -> None:
    result = await shown(FakePerformance(TWO_DAYS), period="today", metrics=["orders"])
    assert result.report.total.figures[Metric.ORDERS].value == 0


async def test_why_compares_with_the_days_before_and_its_parts_are_the_change() -> None:
    store = FakePerformance(TWO_DAYS)
    result = await shown(store, period="yesterday", metrics=["gmv"], explain=True)
    change = 115_000 - 150_000
    by_creator = Parts(GroupBy.CREATOR, (Part(MIA, -60_000), Part(TOM, 16_000), Part(NOBODY, 9_000)), 0)
    by_product = Parts(GroupBy.PRODUCT, (Part(OIL, -60_000), Part(BOX, 25_000)), 0)
    # Four orders fewer at $100 each, and what is left of the change is their value.
    assert result.movement == Movement(Metric.GMV, 150_000, 115_000, (by_creator, by_product), -40_000, change + 40_000)
    assert result.question.against is not None
    assert result.question.against.first == YESTERDAY - DAY


async def test_a_ratio_that_is_no_sum_is_told_without_parts() -> None:
    result = await shown(
        FakePerformance([Sold(day, sales(3, 9_000, commission=900)) for day in (YESTERDAY - DAY, YESTERDAY)]),
        period="yesterday",
        metrics=["roi"],
        explain=True,
    )
    assert result.movement is not None
    assert result.movement.parts == ()


async def test_a_sudden_fall_is_told_beside_what_was_asked() -> None:
    usual = [Sold(TODAY - back * DAY, sales(30, 300_000)) for back in range(2, 36)]
    result = await shown(FakePerformance([*usual, Sold(YESTERDAY, sales(3, 20_000))]), period="last_7_days")
    assert result.anomalies == (Anomaly(Kind.FALL, YESTERDAY, 20_000, 300_000),)


async def test_of_days_long_past_nothing_is_said_to_be_sudden() -> None:
    usual = [Sold(TODAY - back * DAY, sales(30, 300_000)) for back in range(2, 60)]
    store = FakePerformance([*usual, Sold(YESTERDAY, sales(3, 20_000))])
    result = await shown(store, period="last_month")
    assert result.anomalies == ()
    assert len(store.asked) == 1


async def test_how_figures_are_worked_out_needs_no_sales() -> None:
    assert await answer(FakePerformance(), {"define": True, "metrics": ["gmv"]}) == Defined((Metric.GMV,))
    assert await answer(FakePerformance(), {"define": True}) == Defined(tuple(Metric))


async def test_a_year_before_is_the_same_days() -> None:
    result = await shown(FakePerformance(TWO_DAYS), period="last_month", compare=Compare.PREVIOUS_YEAR.value)
    assert result.report.zones == (ZONE,)
    assert result.question.against is not None
    assert (result.question.against.first, result.question.against.last) == (date(2025, 10, 1), date(2025, 10, 31))


@pytest.mark.parametrize(
    ("days", "against"),
    [
        (("2026-10-01", "2026-10-31"), (date(2026, 9, 1), date(2026, 9, 30))),
        (("2026-02-01", "2026-02-28"), (date(2026, 1, 1), date(2026, 1, 31))),
        (("2026-10-01", "2026-10-15"), (date(2026, 9, 16), date(2026, 9, 30))),
    ],
)
async def test_a_month_written_out_is_compared_with_the_month_before(
    days: tuple[str, str], against: tuple[date, date]
) -> None:
    arguments: dict[str, JsonValue] = {"from": days[0], "to": days[1], "compare": "previous_period"}
    question = (await shown(FakePerformance(TWO_DAYS), **arguments)).question
    assert question.against is not None
    assert (question.against.first, question.against.last) == against
