"""Questions about sales as statements: over the sums of reporting days, or line by line where days are others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    BigInteger,
    BindParameter,
    Date,
    Integer,
    Select,
    SQLColumnExpression,
    cast,
    func,
    literal,
    select,
)

from memory.domain.performance import Filters, GroupBy
from memory.domain.periods import Period
from memory.domain.weeks import first_moment
from memory.models.sales import ContentDayRow, ContentPostRow, OrderLineRow, RollupDayRow
from memory.repositories.rollups import LINE_PARTS
from memory.repositories.sale_rows import SUMMED

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Where sums are read from: the columns of a day's sums, or those of lines."""

    columns: Mapping[str, SQLColumnExpression[Any]]
    parts: Mapping[str, SQLColumnExpression[Any]]
    during: tuple[SQLColumnExpression[Any], ...]


def facts(period: Period, *, zone: ZoneInfo | None) -> Facts:
    """What happened in a period: of reporting days, or (with a zone) of that zone's."""
    names = ("brand_id", "creator_id", "product_id", "campaign_id", "content", "currency", "rule")
    if zone is None:
        columns = {name: getattr(RollupDayRow, name) for name in (*names, "day")}
        parts = {name: getattr(RollupDayRow, name) for name in SUMMED}
        return Facts(columns, parts, (RollupDayRow.day.between(period.first, period.last),))
    line = OrderLineRow
    columns = {name: getattr(line, name) for name in names}
    columns |= {name: func.coalesce(columns[name], 0) for name in ("creator_id", "product_id", "campaign_id")}
    columns["rule"] = func.coalesce(line.rule, "")
    columns["day"] = cast(func.timezone(zone.key, line.placed_at), Date)
    begins, ends = first_moment(period.first, zone), first_moment(period.last + _DAY, zone)
    return Facts(columns, LINE_PARTS, (line.placed_at >= begins, line.placed_at < ends))


def key_column(group: GroupBy, columns: Mapping[str, SQLColumnExpression[Any]]) -> SQLColumnExpression[Any]:
    """What rows are grouped by; a market is told by its brands."""
    match group:
        case GroupBy.WEEK | GroupBy.MONTH:
            return cast(func.date_trunc(group.value, columns["day"]), Date)
        case GroupBy.BRAND | GroupBy.MARKET:
            return columns["brand_id"]
        case GroupBy.DAY | GroupBy.CONTENT:
            return columns[group.value]
        case _:
            return columns[f"{group.value}_id"]


def narrowed(statement: Select[Any], of: Facts, filters: Filters, brands: Sequence[int]) -> Select[Any]:
    """A statement over facts, of brands and whoever is asked about."""
    statement = statement.where(of.columns["brand_id"].in_(brands), *of.during)
    if filters.creators:
        statement = statement.where(of.columns["creator_id"].in_(filters.creators))
    if filters.product is not None:
        statement = statement.where(of.columns["product_id"] == filters.product)
    if filters.campaign is not None:
        statement = statement.where(of.columns["campaign_id"] == filters.campaign)
    if filters.content is not None:
        statement = statement.where(of.columns["content"] == filters.content)
    return statement


def table_place(day: SQLColumnExpression[Any], tables: Sequence[date]) -> SQLColumnExpression[Any]:
    """Which exchange table counts on a day (`Exchange.place`)."""
    if len(tables) <= 1:
        return literal(0, Integer)
    return func.width_bucket(day, cast(literal(list(tables[1:]), ARRAY(Date)), ARRAY(Date)))


def sums_by(key: SQLColumnExpression[Any], of: Facts, tables: Sequence[date]) -> Select[Any]:
    """(key, rule, currency, exchange table, each of `SUMMED`)."""
    place = table_place(of.columns["day"], tables)
    keys = (key, of.columns["rule"], of.columns["currency"], place)
    sums = [cast(func.sum(of.parts[name]), BigInteger) for name in SUMMED]
    return select(*keys, *sums).group_by(*(each for each in keys if not isinstance(each, BindParameter)))


def creators_by(key: SQLColumnExpression[Any], of: Facts, *, grouped: bool) -> Select[Any]:
    """(key, how many creators sold)."""
    creator = of.columns["creator_id"]
    statement = select(key, func.count(creator.distinct()).filter(creator != 0))
    return statement.group_by(key) if grouped else statement


def orders_by(key: SQLColumnExpression[Any], of: Facts, *, grouped: bool) -> Select[Any]:
    """(key, how many orders; None of nothing)."""
    statement = select(key, cast(func.sum(of.parts["orders"]), BigInteger))
    return statement.group_by(key) if grouped else statement


def posts_by(group: GroupBy | None, period: Period, filters: Filters, brands: Sequence[int]) -> Select[Any]:
    """(key, views, posts with views told, without, clicks, posts without clicks told)."""
    columns = {
        "brand_id": ContentDayRow.brand_id, "day": ContentDayRow.day, "content": ContentPostRow.content,
        "creator_id": ContentPostRow.creator_id, "product_id": func.coalesce(ContentPostRow.product_id, 0),
    }  # fmt: skip
    key = key_column(group, columns) if group else literal(0, Integer)
    post, views, clicks = ContentDayRow.post_id, ContentDayRow.views, ContentDayRow.clicks
    statement = (
        select(
            key,
            cast(func.coalesce(func.sum(views), 0), BigInteger),
            func.count(post.distinct()).filter(views.is_not(None)),
            func.count(post.distinct()).filter(views.is_(None)),
            cast(func.coalesce(func.sum(clicks), 0), BigInteger),
            func.count(post.distinct()).filter(clicks.is_(None)),
        )
        .join(ContentPostRow, ContentPostRow.id == post)
        .where(ContentDayRow.brand_id.in_(brands), ContentDayRow.day.between(period.first, period.last))
    )
    if group:
        statement = statement.group_by(key)
    if filters.creators:
        statement = statement.where(ContentPostRow.creator_id.in_(filters.creators))
    if filters.product is not None:
        statement = statement.where(ContentPostRow.product_id == filters.product)
    if filters.content is not None:
        statement = statement.where(ContentPostRow.content == filters.content)
    return statement


def clicked(period: Period, brands: Sequence[int]) -> Select[Any]:
    """Posts whose clicks in a period are told."""
    return (
        select(ContentPostRow.content)
        .join(ContentDayRow, ContentDayRow.post_id == ContentPostRow.id)
        .where(
            ContentDayRow.brand_id.in_(brands),
            ContentDayRow.day.between(period.first, period.last),
            ContentDayRow.clicks.is_not(None),
        )
    )
