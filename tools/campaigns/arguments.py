"""Arguments of the tool of campaigns."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from memory.domain.campaign import MOST_PRODUCTS, Scenario
from memory.domain.follow_ups import LONGEST_DELAY, MOST_ROUNDS
from tools.contract import Arguments
from tools.naming import Segment

_Product = Annotated[str, Field(max_length=200)]
_Template = Annotated[str, Field(max_length=40)]


class CampaignsArgs(Arguments):
    """`plan` puts creators (ranks, handles, a segment, or the shortlist) into the campaign of a name, new or not.

    `rounds` counts the first message; `every_days` lie between two. `start_date`: nothing goes before that day of the
    creator's; `promotion_date` is the day of the sale. Of several `products` each creator is offered the one that fits.
    `templates`: the brand's own by name, the first for round 1 and so on, "" for the usual wording; `split`: two of
    them that chance divides round 1 between. `failed`: show what was not sent, by its reason.
    """

    action: Literal["list", "show", "plan"]
    name: str | None = Field(default=None, max_length=80)
    scenario: Scenario | None = None
    rounds: int | None = Field(default=None, ge=1, le=1 + MOST_ROUNDS)
    every_days: int | None = Field(default=None, ge=1, le=LONGEST_DELAY)
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    product: _Product | None = None
    products: tuple[_Product, ...] = Field(default=(), max_length=MOST_PRODUCTS)
    templates: tuple[_Template, ...] = Field(default=(), max_length=1 + MOST_ROUNDS)
    split: tuple[_Template, ...] = Field(default=(), max_length=2)
    commission_rate: float | None = None
    free_sample: bool | None = None
    start_date: date | None = None
    promotion_date: date | None = None
    failed: bool | None = None
