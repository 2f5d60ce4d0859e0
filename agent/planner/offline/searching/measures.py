"""Numbers of a request given to their filters: 粉丝1万到10万, GMV过5000美金, over 3% engagement, 20个."""

from dataclasses import replace
from decimal import Decimal

from pydantic import JsonValue

from agent.planner.offline.reading.quantities import ABOUT, Quantity, Unit, as_json
from agent.planner.offline.requests.sheet import Sheet
from prompts import words

LARGEST_LIMIT = 200
_FITS = {
    Unit.PERCENT: {"rate"},
    Unit.MONEY: {"money"},
    Unit.PLAIN: {"rate", "money", "count", "age"},
    Unit.PEOPLE: {"count"},
    Unit.AGE: {"age"},
}
_EXACT_MEANS_ABOUT = frozenset(["followers", "avg_price"])
_EXACT_MEANS_MAX = frozenset(["commission_rate"])
_SEARCHED = {"price": "avg_price"}
"""What a word means where creators are searched, rather than a product described."""
_ONLY_MIN = frozenset(["fulfilment_rate"])
_AGES = ((18, 24, "18-24"), (25, 34, "25-34"), (35, 44, "35-44"), (45, 54, "45-54"), (55, 200, "55+"))
_MANY = Decimal(1000)
_SMALL_SPAN = 100
_FEW = 9
"""As many things or countries a request may be about; a larger number of products is no aside."""
_AUDIENCE = words.phrase("search", "audience")
_A_MONTH = words.phrase("search", "a_month")
_SOLD = words.phrase("search", "sold")
_AN_ITEM = words.phrase("search", "an_item")
_WILLING = words.phrase("search", "willing")
_WILLING_BEHIND = words.phrase("search", "willing_behind")
_CUT_TO = words.phrase("search", "cut_to")
_NOT_CREATORS = words.phrase("search", "not_creators")
_ROWS = words.phrase("search", "rows")
_SETTLED = words.phrase("search", "settled")
_REACH = 30
_NEARBY = 40
"""Letters around a number in which a word may say what it counts."""
_THINGS = ("条", "封", "份", "款", "家", "只")


def fill_measures(sheet: Sheet, unwanted: set[int]) -> None:
    """Give every unread quantity to a filter, or to `limit`; what fits nowhere stays unread."""
    taken: set[int] = set()
    last: str | None = None
    for index, token in enumerate(sheet.tokens):
        quantity = token.quantity
        if index in sheet.used:
            continue
        if token.ranks is not None and token.ranks.top and index not in unwanted and _means_limit(sheet):
            _limit(sheet, index, len(token.ranks.numbers))
            continue
        if quantity is None or quantity.unit is Unit.DAYS:
            continue
        if quantity.unit is Unit.AGE or _is_age(sheet, index, quantity):
            _age(sheet, index, quantity)
            continue
        if _is_limit(sheet, index, quantity, taken) and index not in unwanted:
            _limit(sheet, index, int(quantity.middle if quantity.about else quantity.value))
            continue
        metric_index = _metric_near(sheet, index, quantity, taken)
        metric = sheet.tokens[metric_index].value("metrics") if metric_index is not None else None
        if metric_index is not None:
            taken.add(metric_index)
            sheet.use(metric_index)
        metric = metric or _inherited(sheet, quantity, last) or _complained_of(sheet, index, quantity)
        metric = metric or _unnamed(sheet, index, quantity)
        metric = _SEARCHED.get(metric, metric) if metric else None
        if metric is None:
            continue
        if metric == "flat_fee":  # what one of them costs is no filter
            sheet.refuse(index)
            continue
        last = metric
        if metric == "audience_age":
            _age(sheet, index, quantity)
        else:
            _set(sheet, index, metric, quantity, unwanted=index in unwanted)


def _means_limit(sheet: Sheet) -> bool:
    """The first ten are a number to find where there is no list yet, or where the list is to be cut to them."""
    return not sheet.context.shortlist or bool(_CUT_TO.search(sheet.segment.text))


def _is_age(sheet: Sheet, index: int, quantity: Quantity) -> bool:
    """A band of ages needs no unit where the audience is spoken of (18 to 24), or where a group is named by it."""
    named = _adjacent_metric(sheet, index, quantity, -1, set())
    counted = named is not None and sheet.tokens[named].value("metrics") != "followers"
    if quantity.unit is not Unit.PLAIN or quantity.scaled or counted:
        return False
    band = next((name for low, high, name in _AGES if quantity.low == low and quantity.high in (high, None)), None)
    if band is None:
        return False
    number = sheet.clause_of(index)
    nearby = sheet.segment.clauses[max(0, number - 1) : number + 2]
    return any(_AUDIENCE.search(clause.text) for clause in nearby)


def _is_limit(sheet: Sheet, index: int, quantity: Quantity, taken: set[int]) -> bool:
    text = sheet.segment.reading.text
    few = quantity.unit in (Unit.PEOPLE, Unit.PLAIN) and not quantity.scaled and quantity.value <= _FEW
    if few and not quantity.bounded and _NOT_CREATORS.match(text, sheet.tokens[index].end):
        sheet.use(index)
        return False
    listed = bool(_ROWS.search(text, max(0, quantity.start - _NEARBY), quantity.start))
    if quantity.unit is Unit.PEOPLE and sheet.tokens[index].text.endswith(_THINGS) and not listed:
        return False
    if quantity.unit is Unit.PEOPLE and quantity.value == 1 and quantity.spelled and not _names_creators(sheet, index):
        return False
    if quantity.unit is Unit.PEOPLE:
        return (
            not (quantity.scaled and _metric_near(sheet, index, quantity, taken) is not None) or quantity.value < _MANY
        )
    bounded = quantity.bounded and not quantity.about and not _is_span_of_creators(sheet, index, quantity)
    if quantity.unit is not Unit.PLAIN or quantity.scaled or bounded or quantity.value > 1000:
        return False
    if _adjacent_metric(sheet, index, quantity, -1, taken) is not None:
        return False
    after = _adjacent_metric(sheet, index, quantity, 1, taken)
    if after is not None and _number_follows(sheet, after):
        return quantity.value <= LARGEST_LIMIT
    for token in sheet.tokens[index + 1 : index + 8]:
        if token.has("metrics") and not token.has("creator"):
            return False
        if token.has("creator"):
            return True
        if token.kind == "mark" and token.text in ",.;":
            return False
    return _adjacent_metric(sheet, index, quantity, 1, taken) is None and quantity.value <= LARGEST_LIMIT


def _is_span_of_creators(sheet: Sheet, index: int, quantity: Quantity) -> bool:
    """Ten to fifteen car detailing creators, at least 20 of them: a small range right before what is looked for."""
    if quantity.value > _SMALL_SPAN:
        return False
    ahead = sheet.tokens[index + 1 : index + 8]
    return any(token.has("creator") for token in ahead) and not any(token.has("metrics", "traits") for token in ahead)


def _names_creators(sheet: Sheet, index: int) -> bool:
    """Whether 一个 counts creators (来一个, 一个达人), rather than standing in 一个类型."""
    rest = [token for token in sheet.tokens[index + 1 : index + 12] if token.text != " "]
    ends = not rest or rest[0].kind == "mark" or rest[0].has("interjection")
    return ends or any(token.has("creator") for token in rest)


def _number_follows(sheet: Sheet, index: int) -> bool:
    """Whether a metric has its own number behind it (20 followers 10k): the one before it is not its."""
    rest = [token for token in sheet.tokens[index + 1 : index + 4] if token.kind != "mark"]
    return bool(rest) and rest[0].quantity is not None


def _has_its_own(sheet: Sheet, index: int) -> bool:
    """Whether the name of a figure stands right against a bound of its own: gmv>3k."""
    end = sheet.tokens[index].end
    ahead = (token.quantity for token in sheet.tokens[index + 1 : index + 3] if token.quantity is not None)
    return any(quantity.bounded and quantity.start == end for quantity in ahead)


def _limit(sheet: Sheet, index: int, number: int) -> None:
    sheet.use(index)
    if number <= 0:
        return
    if number > LARGEST_LIMIT:
        sheet.note("limit_clamped", asked=number, limit=LARGEST_LIMIT)
        number = LARGEST_LIMIT
    before = sheet.segment.reading.text[: sheet.tokens[index].start]
    if "limit" not in sheet.arguments or _SETTLED.search(before[-_NEARBY:]):
        sheet.arguments["limit"] = number


def _metric_near(sheet: Sheet, index: int, quantity: Quantity, taken: set[int]) -> int | None:
    before = _adjacent_metric(sheet, index, quantity, -1, taken)
    if before is not None:
        return before
    after = _adjacent_metric(sheet, index, quantity, 1, taken)
    if after is not None and not _has_its_own(sheet, after):
        return after
    return _earlier_metric(sheet, index, quantity, taken)


def _adjacent_metric(sheet: Sheet, index: int, quantity: Quantity, step: int, taken: set[int]) -> int | None:
    if not sheet.names_a_metric:
        return None
    clause = sheet.clause_of(index)
    for at in range(index + step, index + step * _REACH, step):
        if not 0 <= at < len(sheet.tokens) or sheet.clause_of(at) != clause:
            return None
        token = sheet.tokens[at]
        if token.has("metrics") and at not in taken and not (at in sheet.used and token.has("sorts")):
            return at if _fits(token.value("metrics"), quantity) else None
        inside = quantity.start <= token.start and token.end <= quantity.end
        if token.quantity is not None and token.quantity.unit is Unit.DAYS:
            continue
        if at in taken or not (inside or sheet.is_quiet(at) or token.has("orders")):
            return None
    return None


def _earlier_metric(sheet: Sheet, index: int, quantity: Quantity, taken: set[int]) -> int | None:
    clause = sheet.clause_of(index)
    for at in range(index - 1, max(-1, index - _REACH), -1):
        token = sheet.tokens[at]
        if sheet.clause_of(at) < clause - 1 or token.quantity is not None:
            return None
        if token.has("metrics") and at not in taken and at not in sheet.used:
            return at if _fits(token.value("metrics"), quantity) else None
    return None


def _fits(metric: str | None, quantity: Quantity) -> bool:
    if metric is None:
        return False
    kind = words.entries("metrics")[metric].facts["kind"]
    if kind == "rate" and quantity.unit is Unit.PLAIN:
        return not quantity.scaled and quantity.value <= 100
    return kind in _FITS[quantity.unit]


def _inherited(sheet: Sheet, quantity: Quantity, last: str | None) -> str | None:
    """小于10万 after 粉丝大于1万 is about the same filter: it closes the side still open."""
    if last is None or not quantity.bounded or not _fits(last, quantity):
        return None
    known = sheet.arguments.get(last)
    if not isinstance(known, dict):
        return None
    side = "min" if quantity.high is None else "max" if quantity.low is None else None
    return last if side and side not in known else None


def _complained_of(sheet: Sheet, index: int, quantity: Quantity) -> str | None:
    """「佣金太高，10%以下的有吗」: a bound right behind a complaint is about what was complained of."""
    clause = sheet.clause_of(index)
    for at in range(index - 1, max(-1, index - _REACH) if clause else index - 1, -1):
        key = sheet.tokens[at].value("comparatives")
        if key is None or sheet.clause_of(at) == clause:
            continue
        metric = str(words.entries("comparatives")[key].facts["metric"])
        behind = sheet.clause_of(at) == clause - 1 and quantity.unit is not Unit.PEOPLE
        if behind and metric == "avg_price" and quantity.unit is Unit.PERCENT:
            return "commission_rate"  # too expensive, nothing above 15%
        return metric if behind and _fits(metric, quantity) else None
    return None


def _unnamed(sheet: Sheet, index: int, quantity: Quantity) -> str | None:
    """What a number without a name counts: a big one followers, money by the month sales, a share taken commission."""
    big = quantity.value >= _MANY or quantity.scaled
    if quantity.unit is Unit.PLAIN and not big:
        return None
    clause = sheet.segment.clauses[sheet.clause_of(index)]
    text = sheet.segment.reading.text
    before = text[max(clause.start, quantity.start - _NEARBY) : quantity.start]
    after = text[quantity.end : min(clause.end, quantity.end + _NEARBY)].lstrip()
    if quantity.unit is Unit.PLAIN:
        return "gmv_30d" if _A_MONTH.match(after) or _SOLD.search(before) else "followers"
    if quantity.unit is Unit.PERCENT:
        return "commission_rate" if _WILLING.search(before) or _WILLING_BEHIND.match(after) else None
    if quantity.unit is Unit.MONEY and (_A_MONTH.search(before) or _A_MONTH.match(after)):
        return "gmv_30d"
    return "avg_price" if quantity.unit is Unit.MONEY and (_AN_ITEM.search(before + after)) else None


def _set(sheet: Sheet, index: int, metric: str, quantity: Quantity, *, unwanted: bool) -> None:
    rate = words.entries("metrics")[metric].facts["kind"] == "rate"
    if rate and quantity.unit is Unit.PLAIN:
        quantity = replace(
            quantity,
            low=None if quantity.low is None else quantity.low / 100,
            high=None if quantity.high is None else quantity.high / 100,
        )
    if unwanted:
        if quantity.low is not None and quantity.high is not None:
            sheet.note("cannot_exclude", what=sheet.quote(quantity.start, quantity.end))
            sheet.refuse(index)
            return
        quantity = replace(quantity, low=quantity.high, high=quantity.low)
    sheet.use(index)
    if quantity.exact:
        quantity = _loosened(sheet, metric, quantity)
    elif quantity.about:
        sheet.note(
            "assumed_about",
            metric=metric,
            words=sheet.quote(quantity.start, quantity.end),
            min=as_json(quantity.low or Decimal(0)),
            max=as_json(quantity.high or Decimal(0)),
        )
    known = sheet.arguments.get(metric)
    bounds: dict[str, JsonValue] = dict(known) if isinstance(known, dict) else {}
    if quantity.low is not None:
        bounds["min"] = as_json(quantity.low)
    if quantity.high is not None and metric not in _ONLY_MIN:
        bounds["max"] = as_json(quantity.high)
    low, high = bounds.get("min"), bounds.get("max")
    if isinstance(low, int | float) and isinstance(high, int | float) and low > high:
        sheet.note("cannot_exclude", what=sheet.quote(quantity.start, quantity.end))
        sheet.refuse(index)
        return
    if quantity.currency:
        bounds["currency"] = quantity.currency
    if bounds:
        sheet.arguments[metric] = bounds


def _loosened(sheet: Sheet, metric: str, quantity: Quantity) -> Quantity:
    """A bare number as a filter: followers and prices mean about that, the rest at least (commission: at most)."""
    value = quantity.value
    said = sheet.quote(quantity.start, quantity.end)
    if quantity.moved is not None:
        side = _moved_side(sheet, metric, quantity)
        return replace(quantity, low=value if side == "min" else None, high=value if side == "max" else None)
    if metric in _EXACT_MEANS_ABOUT:
        low, high = value * (1 - ABOUT), value * (1 + ABOUT)
        sheet.note("assumed_about", metric=metric, words=said, min=as_json(low), max=as_json(high))
        return replace(quantity, low=low, high=high)
    side = "max" if metric in _EXACT_MEANS_MAX else "min"
    sheet.note(f"assumed_{side}", metric=metric, words=said)
    return replace(quantity, low=value if side == "min" else None, high=value if side == "max" else None)


def _moved_side(sheet: Sheet, metric: str, quantity: Quantity) -> str:
    """Which bound "raise it to" moves: the one there is, or of two the one that lies on the way."""
    last = (sheet.context.last_criteria or {}).get(metric)
    low, high = (last.get("min"), last.get("max")) if isinstance(last, dict) else (None, None)
    if isinstance(low, int | float) and isinstance(high, int | float):
        if quantity.moved == "up":
            return "max" if quantity.value >= high else "min"
        return "min" if quantity.value <= low else "max"
    if low is None and high is None:
        return "min" if quantity.moved == "up" and metric not in _EXACT_MEANS_MAX else "max"
    return "min" if high is None else "max"


def _age(sheet: Sheet, index: int, quantity: Quantity) -> None:
    low = quantity.middle if quantity.about else quantity.low if quantity.low is not None else Decimal(18)
    sheet.use(index)
    for start, end, name in _AGES:
        if start <= low <= end:
            sheet.arguments["audience_age"] = name
