"""Arguments of the search tools, closed and checked: a contract with prompts, cases and scripts."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from memory.domain.creator import Sort, Stage
from memory.domain.markets import CATEGORIES, MARKETS
from tools.contract import Arguments

LIMIT = 20
MOST = 200
_ALIASES = {"UK": "GB"}


def _market(value: str) -> str:
    code = _ALIASES.get(value.strip().upper(), value.strip().upper())
    if code not in MARKETS:
        raise PydanticCustomError(
            "market_unknown",
            "{market} is no market of ours; allowed: {markets}",
            {"market": code, "markets": " ".join(MARKETS)},
        )
    return code


def _category(value: str) -> str:
    slug = value.strip().lower()
    if slug not in CATEGORIES:
        message = f"{value!r} is no category of ours; allowed: {' '.join(CATEGORIES)}"
        raise ValueError(message)
    return slug


def _whole(value: object) -> object:
    """A model writes 10000.0 for a count; so may a person's 1.5e4."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


Count = Annotated[int, BeforeValidator(_whole), Field(ge=0)]
Share = Annotated[float, Field(ge=0, le=1)]
Amount = Annotated[float, Field(ge=0)]
MarketCode = Annotated[str, AfterValidator(_market)]
CategorySlug = Annotated[str, AfterValidator(_category)]
LanguageCode = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Handle = Annotated[str, AfterValidator(lambda value: value.strip().removeprefix("@"))]


class Ordered(Arguments):
    """Inclusive bounds, either end open."""

    @model_validator(mode="after")
    def _in_order(self) -> "Ordered":
        low, high = getattr(self, "min", None), getattr(self, "max", None)
        if low is not None and high is not None and low > high:
            message = "min is greater than max"
            raise ValueError(message)
        return self


class CountBounds(Ordered):
    """Whole numbers."""

    min: Count | None = None
    max: Count | None = None


class ShareBounds(Ordered):
    """Fractions of one."""

    min: Share | None = None
    max: Share | None = None


class ShareFloor(Arguments):
    """A least fraction of one."""

    min: Share | None = None


class MoneyBounds(Ordered):
    """Amounts in major units of a currency."""

    min: Amount | None = None
    max: Amount | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] = "USD"


class Filters(Arguments):
    """What may be asked of creators; everything optional."""

    topic: str | None = Field(default=None, max_length=200)
    categories: tuple[CategorySlug, ...] = ()
    markets: tuple[MarketCode, ...] = ()
    languages: tuple[LanguageCode, ...] = ()
    followers: CountBounds | None = None
    gmv_30d: MoneyBounds | None = None
    avg_views: CountBounds | None = None
    engagement_rate: ShareBounds | None = None
    commission_rate: ShareBounds | None = None
    avg_price: MoneyBounds | None = None
    fulfilment_rate: ShareFloor | None = None
    content: Literal["video", "live"] | None = None
    audience_gender: Literal["female", "male"] | None = None
    audience_age: Literal["18-24", "25-34", "35-44", "45-54", "55+"] | None = None
    has_email: bool | None = None
    active_within_days: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=3650)] | None = None
    not_contacted_within_days: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=3650)] | None = None
    exclude_handles: tuple[Handle, ...] = Field(default=(), max_length=1000)
    scope: Literal["all", "ours", "new"] = "all"
    stages: tuple[Stage, ...] = ()
    tags: tuple[str, ...] = ()
    owner: str | None = None
    sort: Sort = Sort.RELEVANCE
    ascending: bool = False
    limit: Annotated[int, BeforeValidator(_whole), Field(ge=1, le=MOST)] = LIMIT

    @field_validator("categories", "markets", "languages", "stages", "tags", mode="before")
    @classmethod
    def _given_up(cls, value: object) -> object:
        """A condition that is given up is said as null, whether it is a list or not."""
        return () if value is None else value

    def criteria(self) -> dict[str, object]:
        """What was asked, as JSON, without what was left at its default."""
        return self.model_dump(mode="json", exclude_defaults=True, exclude={"refine", "handle", "rank"})


class SearchCreatorsArgs(Filters):
    """`refine` changes the conversation's last criteria instead of starting anew."""

    refine: bool = False


class SimilarCreatorsArgs(Filters):
    """`handle` or `rank` names the creator the others should be like."""

    handle: Handle | None = None
    rank: Annotated[int, Field(ge=1)] | None = None


class ShowCreatorArgs(Arguments):
    """`handle` or `rank`."""

    handle: Handle | None = None
    rank: Annotated[int, Field(ge=1)] | None = None
