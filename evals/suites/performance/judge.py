"""Every metric computed anew in DuckDB from the raw rows, by arithmetic that shares nothing with the product's.

It imports none of the product's definitions: what GMV, net or ROI is stands here a second time.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import Any

from memory.domain.performance import Query

Value = int | None
Answer = dict[str, dict[str, Value]]  # by key of a row ("*": all of them), by metric
ZONES = {"US": "America/Los_Angeles", "GB": "Europe/London"}
HOMES = {"US": "America/New_York", "GB": "Europe/London"}
DIGITS = {"USD": 2, "GBP": 2, "EUR": 2}
_SALES = frozenset(
    {
        "gmv",
        "net",
        "refunds",
        "orders",
        "units",
        "commission",
        "provisional_commission",
        "refund_rate",
        "roi",
        "sample_roi",
    }
)
_TABLES = {
    "line": "id bigint, brand bigint, creator bigint, product bigint, campaign bigint, content text, rule text,"
    " moment timestamptz, currency text, price bigint, quantity bigint, gross bigint",
    "refund": "line bigint, key text, amount bigint",
    "owed": "line bigint, settlement text, estimated bigint, actual bigint",
    "post": "id bigint, brand bigint, content text, creator bigint, product bigint",
    "seen": "post bigint, day date, views bigint, clicks bigint",
    "sample": "brand bigint, creator bigint, product bigint, status text, cost bigint, currency text,"
    " approved timestamptz, shipped timestamptz, delivered timestamptz, posted timestamptz",
    "sent": "brand bigint, creator bigint, moment timestamptz, campaign bigint, template text, language text,"
    " market text",
    "answer": "brand bigint, creator bigint, moment timestamptz",
    "brand": "id bigint, market text, currency text",
    "rate": "day date, currency text, per_usd decimal(20, 8)",
}
_FACTS = """
create table fact as
with back as (select line, greatest(coalesce(max(amount) filter (key = 'all'), 0),
                                    coalesce(sum(amount) filter (key <> 'all'), 0)) as amount
              from refund group by line),
     paid as (select line,
                     coalesce(sum(actual) filter (settlement = 'settled'), 0) as settled,
                     coalesce(sum(estimated) filter (settlement = 'provisional'), 0) as provisional,
                     count(*) filter ((settlement = 'settled' and actual is not null) or settlement = 'ineligible'
                                      or (settlement = 'provisional' and estimated is not null)) as told
              from owed group by line)
select l.*, b.market, coalesce(back.amount, 0) as refunded, coalesce(settled, 0) as settled,
       coalesce(provisional, 0) as provisional, coalesce(told, 0) > 0 as told,
       case when b.market = 'US' then
           (2 * (gross - coalesce(back.amount, 0)) * 600 + 10000) // 20000
           + least((2 * ((2 * coalesce(back.amount, 0) * 600 + 10000) // 20000) * 2000 + 10000) // 20000, 500)
       end as fee
from line l join brand b on b.id = l.brand left join back on back.line = l.id left join paid on paid.line = l.id
"""


class Judge:
    """Knows the raw rows, and when orders and posts were told of."""

    def __init__(self, rows: Mapping[str, Sequence[tuple[object, ...]]], *, sold_until: date, seen_until: date) -> None:
        self._duck: Any = import_module("duckdb").connect()
        self._duck.execute("set timezone = 'UTC'")
        for name, columns in _TABLES.items():
            self._duck.execute(f"create table {name} ({columns})")
            if rows[name]:
                places = ", ".join(["?"] * len(rows[name][0]))
                self._duck.executemany(f"insert into {name} values ({places})", [list(row) for row in rows[name]])
        self._duck.execute(_FACTS)
        self._until = (sold_until, seen_until)

    def answer(self, query: Query) -> Answer:
        """What the product must say."""
        return _Question(self._duck, query, self._until).answer()

    def answer_before(self, query: Query) -> Answer:
        """What it must say of the period compared with, in all."""
        assert query.against is not None  # asked only where there is one
        return {"*": self.answer(replace(query, period=query.against, group_by=None, order_by=None))["*"]}


class _Question:
    def __init__(self, duck: Any, query: Query, until: tuple[date, date]) -> None:  # noqa: ANN401  # a development dependency without stubs here
        self._duck, self._query, self._until = duck, query, until
        self._period = query.period
        self._rates: dict[date, dict[str, Decimal]] = {}
        filters = query.filters
        wanted = ["true"]
        if filters.brand is not None:
            wanted.append(f"id = {filters.brand}")
        if filters.market is not None:
            wanted.append(f"market = '{filters.market}'")
        self._brands = {
            row[0]: row[1:]
            for row in self._rows(f"select id, market, currency from brand where {' and '.join(wanted)}")
        }
        own = {currency for _, currency in self._brands.values()}
        self._currency = query.currency or (own.pop() if len(own) == 1 else "USD")

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self._duck.execute(statement).fetchall()
        return found

    def answer(self) -> Answer:
        sums = self._sums()
        keys = self._keys(sums)
        found = {key: self._figures(sums[key], *keys[key]) for key in keys}
        if self._query.group_by is not None:  # whoever is in two groups counts once in all
            alone = replace(self._query, group_by=None, order_by=None)
            return {**found, "*": _Question(self._duck, alone, self._until).answer()["*"]}
        whole = next(iter(sums.values()), {})
        return {"*": self._figures(whole, self._period.first, self._period.last)}

    def _keys(self, sums: Mapping[str, object]) -> dict[str, tuple[date, date]]:
        group = self._query.group_by
        first, last = self._period.first, self._period.last
        if group is None:
            return {}
        if group.value not in ("day", "week", "month"):
            return dict.fromkeys(sums, (first, last))
        days: dict[str, list[date]] = defaultdict(list)
        for place in range((last - first).days + 1):
            day = first + timedelta(days=place)
            start = {"day": day, "week": day - timedelta(days=day.weekday()), "month": day.replace(day=1)}[group.value]
            days[start.isoformat()].append(day)
        return {key: (own[0], own[-1]) for key, own in days.items()}

    def _day(self, at: str, brand: str = "brand") -> str:
        """SQL for the day of a moment that is asked for."""
        if self._query.zone:
            return f"cast(timezone('{self._query.zone}', {at}) as date)"
        cases = " ".join(f"when {own} then '{ZONES[market]}'" for own, (market, _) in self._brands.items())
        return f"cast(timezone(case {brand} {cases} end, {at}) as date)" if cases else f"cast({at} as date)"

    def _key(self, day: str, **columns: str) -> str:
        group = self._query.group_by
        match group.value if group else None:
            case None:
                return "'0'"
            case "day":
                return f"cast({day} as text)"
            case "week" | "month" as unit:
                return f"cast(cast(date_trunc('{unit}', {day}) as date) as text)"
            case "market":
                return "(select market from brand b where b.id = brand)"
            case name:
                return f"coalesce(cast({columns.get(name, name)} as text), '')"

    def _where(self, day: str, *, campaign: bool = False, content: bool = False) -> str:
        filters, wanted = self._query.filters, [f"{day} between '{self._period.first}' and '{self._period.last}'"]
        wanted.append(f"brand in ({', '.join(map(str, self._brands)) or 'null'})")
        if filters.creators:
            wanted.append(f"creator in ({', '.join(map(str, filters.creators))})")
        if filters.product is not None:
            wanted.append(f"product = {filters.product}")
        if campaign and filters.campaign is not None:
            wanted.append(f"campaign = {filters.campaign}")
        if content and filters.content is not None:
            wanted.append(f"content = '{filters.content}'")
        return " and ".join(wanted)

    def _factor(self, currency: str, day: date) -> Fraction | None:
        """What a minor unit is worth on a day by the newest table of that day or before, else by the first."""
        if currency == self._currency:
            return Fraction(1)
        if day not in self._rates:
            self._rates[day] = dict(
                self._rows(
                    "select currency, per_usd from rate where day = coalesce("
                    f"(select max(day) from rate where day <= '{day}'), (select min(day) from rate))"
                )
            )
        rates = self._rates[day]
        if currency not in rates or self._currency not in rates:
            return None
        scale = Fraction(10) ** (DIGITS[self._currency] - DIGITS[currency])
        return Fraction(Decimal(rates[self._currency])) / Fraction(Decimal(rates[currency])) * scale

    def _sums(self) -> dict[str, dict[str, Fraction]]:
        sums: dict[str, dict[str, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
        asked = {metric.value for metric in self._query.metrics}
        if asked & (_SALES | {"conversion_rate"}):
            self._sales(sums)
        if asked & {"views", "conversion_rate"}:
            self._posts(sums)
        if asked & {"roi", "sample_roi", "post_rate"}:
            self._samples(sums)
        if "reply_rate" in asked:
            self._messages(sums)
        return sums

    def _sales(self, sums: dict[str, dict[str, Fraction]]) -> None:
        day = self._day("moment")
        names = ("gross", "refunded", "settled", "provisional", "fee")
        for key, currency, on, orders, units, told, *money in self._rows(
            f"select {self._key(day)} as k, currency, {day} as d, count(*), sum(quantity), count(*) filter (told),"
            f" {', '.join(f'coalesce(sum({name}), 0)' for name in names)}"
            f" from fact where {self._where(day, campaign=True, content=True)} group by all"
        ):
            group = sums[str(key)]
            for name, number in (("orders", orders), ("units", units), ("told", told)):
                group[name] += int(number)
            factor = self._factor(currency, on)
            if factor is not None:
                for name, amount in zip(names, money, strict=True):
                    group[name] += int(amount) * factor

    def _posts(self, sums: dict[str, dict[str, Fraction]]) -> None:
        source = "(select s.day, s.views, s.clicks, p.* from seen s join post p on p.id = s.post)"
        for key, views, seen, unseen, clicks in self._rows(
            f"select {self._key('day')}, coalesce(sum(views), 0), count(distinct id) filter (views is not null),"
            " count(distinct id) filter (views is null), coalesce(sum(clicks), 0)"
            f" from {source} where {self._where('day', content=True)} group by 1"
        ):
            for name, number in (("views", views), ("seen", seen), ("unseen", unseen), ("clicks", clicks)):
                sums[str(key)][name] += int(number)
        day = self._day("moment")
        brands = ", ".join(map(str, self._brands)) or "null"
        clicked = (
            "select p.content from seen s join post p on p.id = s.post where s.clicks is not null"
            f" and s.day between '{self._period.first}' and '{self._period.last}' and p.brand in ({brands})"
        )
        for key, orders in self._rows(
            f"select {self._key(day)} as k, count(*) from fact where content in ({clicked})"
            f" and {self._where(day, campaign=True, content=True)} group by all"
        ):
            sums[str(key)]["clicked"] += int(orders)

    def _samples(self, sums: dict[str, dict[str, Fraction]]) -> None:
        arrived = self._day("coalesce(delivered, posted)")
        for key, received, posted in self._rows(
            f"select {self._key(arrived)} as k, count(*), count(*) filter (status = 'posted') from sample"
            f" where status in ('delivered', 'posted') and {self._where(arrived)} group by all"
        ):
            sums[str(key)]["received"] += received
            sums[str(key)]["posted"] += posted
        sent = self._day("coalesce(shipped, delivered, approved)")
        first: dict[tuple[int, int, int | None], tuple[date, str]] = {}
        for key, brand, creator, product, on, cost, currency in self._rows(
            f"select {self._key(sent)}, brand, creator, product, {sent} as d, cost, currency from sample"
            f" where status in ('shipped', 'delivered', 'posted', 'excused', 'lost') and {self._where(sent)}"
            " order by d, rowid"
        ):
            factor = self._factor(currency, on) if currency else None
            if cost is None or factor is None:
                sums[str(key)]["uncosted"] += 1
                continue
            sums[str(key)]["cost"] += cost * factor
            first.setdefault((brand, creator, product), (on, str(key)))
        for brand, creator, product, on, currency, left in self._rows(
            "select brand, creator, product, cast(timezone(case market when 'US' then 'America/Los_Angeles'"
            " else 'Europe/London' end, moment) as date) as d, currency,"
            " sum(gross - refunded - settled - provisional - coalesce(fee, 0)) from fact"
            " where creator is not null group by all"
        ):
            factor = self._factor(currency, on)
            for goods in (product, None):
                found = first.get((brand, creator, goods))
                if found and on >= found[0]:
                    if factor is not None:
                        sums[found[1]]["earned"] += int(left) * factor
                    break

    def _messages(self, sums: dict[str, dict[str, Fraction]]) -> None:
        day = self._day("moment")
        homes = " ".join(f"when '{market}' then '{zone}'" for market, zone in HOMES.items())
        local = f"hour(timezone(case market {homes} end, moment))"
        filters = self._query.filters
        product = " and false" if filters.product is not None else ""
        for key, contacted, replied in self._rows(
            "with m as (select *, lead(moment) over (partition by brand, creator order by moment) as following"
            " from sent),"
            " told as (select *, exists (select 1 from answer a where a.brand = m.brand and a.creator = m.creator"
            " and a.moment > m.moment and (following is null or a.moment <= following)) as replied,"
            " 1 as round, null as product from m)"
            f" select k, count(*), count(*) filter (r) from (select {self._key(day, hour=local)} as k, brand, creator,"
            f" bool_or(replied) as r from told where {self._where(day, campaign=True)}{product}"
            " group by all) group by k"
        ):
            sums[str(key)]["contacted"] += contacted
            sums[str(key)]["replied"] += replied

    def _covered(self, first: date, last: date) -> bool:
        brands = ", ".join(map(str, self._brands)) or "null"
        told = self._rows(f"select min({self._day('moment')}) from fact where brand in ({brands})")[0][0]
        return told is not None and told <= last and self._until[0] >= first

    def _figures(self, exact: Mapping[str, Fraction], first: date, last: date) -> dict[str, Value]:
        one = {name: round(exact.get(name, Fraction(0))) for name in (
            "orders", "units", "told", "gross", "refunded", "settled", "provisional", "fee", "views", "seen", "unseen",
            "clicks", "clicked", "received", "posted", "cost", "earned", "contacted", "replied",
        )}  # fmt: skip
        owed = one["settled"] + one["provisional"]
        left = one["gross"] - one["refunded"] - owed - one["fee"]
        every: dict[str, Value] = {
            "gmv": one["gross"],
            "net": one["gross"] - one["refunded"],
            "refunds": one["refunded"],
            "orders": one["orders"],
            "units": one["units"],
            "commission": owed if one["told"] or not one["orders"] else None,
            "provisional_commission": one["provisional"] if one["told"] or not one["orders"] else None,
            "refund_rate": _share(one["refunded"], one["gross"]),
            "conversion_rate": _share(one["clicked"], one["clicks"]),
            "roi": _share(left - one["cost"], owed + one["cost"]),
            "sample_roi": _share(one["earned"] - one["cost"], one["cost"]),
            "reply_rate": _share(one["replied"], one["contacted"]),
            "post_rate": _share(one["posted"], one["received"]),
            "views": one["views"] if one["seen"] or not one["unseen"] else None,
        }
        found = {}
        for metric in self._query.metrics:
            name = metric.value
            of_orders = name not in ("views", "reply_rate", "post_rate")
            unknown = of_orders and not self._covered(first, last)
            found[name] = None if unknown or self._without_posts(name, first, last) else every[name]
        return found

    def _without_posts(self, name: str, first: date, last: date) -> bool:
        if name not in ("views", "conversion_rate"):
            return False
        brands = ", ".join(map(str, self._brands)) or "null"
        told = self._rows(f"select min(s.day) from seen s join post p on p.id = s.post where p.brand in ({brands})")[0][
            0
        ]
        return told is None or told > last or self._until[1] < first


def _share(part: int, whole: int) -> Value:
    return round(Fraction(part * 10_000, whole)) if whole else None
