"""What the tool of campaigns brings back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from memory.domain.campaign import Campaign, CampaignView, Failure
from memory.domain.ids import ProductId
from memory.domain.outreach import Batch, Flag
from memory.domain.workspace import BrandPolicy
from tools.campaigns.presets import Preset
from tools.drafting.batching import LeftOut
from tools.drafting.choosing import TemplateUse
from tools.drafting.tool import Drafted


@dataclass(frozen=True, slots=True)
class CampaignPlanned:
    """Creators who were put into a campaign: a batch of first messages, and one for each later round.

    `audience`: how many it has with them; `preset`: what such a campaign usually has. `left_out` of any round; `again`:
    it went on already. `policy` and `team_zone` say when messages may go, as of `now`; `starts_on`: none before that
    day of its creator's. `products` by name, `offered` by id; `made_from`: which template made which later round, by
    the batch's code.
    """

    campaign: Campaign
    first: Drafted
    later: tuple[Batch, ...]
    left_out: tuple[LeftOut, ...]
    doubts: tuple[Flag, ...]
    audience: int
    again: bool
    preset: Preset
    policy: BrandPolicy
    team_zone: str
    now: datetime
    starts_on: date | None = None
    products: tuple[str, ...] = ()
    offered: Mapping[ProductId, str] = field(default_factory=dict)
    made_from: Mapping[str, TemplateUse] = field(default_factory=dict)

    @property
    def batches(self) -> tuple[Batch, ...]:
        """A batch a round."""
        return (self.first.batch, *self.later)


@dataclass(frozen=True, slots=True)
class CampaignList:
    """Campaigns of the scope, those going on first; as they were at `now`."""

    views: tuple[CampaignView, ...]
    now: datetime


@dataclass(frozen=True, slots=True)
class CampaignShown:
    """One campaign, as it was at `now`. `failures`: what did not go and why, where that was asked."""

    view: CampaignView
    products: tuple[str, ...]
    now: datetime
    failures: tuple[Failure, ...] | None = None
