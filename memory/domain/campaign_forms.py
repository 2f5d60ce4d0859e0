"""What a page may submit about campaigns; members of the closed union `memory.domain.chat.Command`."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from memory.domain.follow_ups import MOST_ROUNDS
from memory.domain.ids import BrandId, CampaignId


class CampaignForm(BaseModel):
    """Root of the forms about one campaign."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    campaign: CampaignId


class PauseCampaign(CampaignForm):
    """Stop all of its batches; any member may."""

    kind: Literal["pause_campaign"] = "pause_campaign"


class ResumeCampaign(CampaignForm):
    """Lift the stops of its batches."""

    kind: Literal["resume_campaign"] = "resume_campaign"


class CancelCampaign(CampaignForm):
    """Stop all of its batches for good."""

    kind: Literal["cancel_campaign"] = "cancel_campaign"


class RetryCampaign(CampaignForm):
    """Try again what was refused for certain; `reason`: for that reason alone, empty for any."""

    kind: Literal["retry_campaign"] = "retry_campaign"
    reason: str = Field(default="", max_length=80)


class CopyCampaign(CampaignForm):
    """Make the same campaign for another brand, without its creators and its product."""

    kind: Literal["copy_campaign"] = "copy_campaign"
    brand: BrandId


class MakeCampaign(BaseModel):
    """Make a campaign as it was typed on its page, for saved shortlists (by id) and handles, one a line or spaced.

    `templates`: an id of the brand's own for each round, empty for the usual wording; `split`: a second one that chance
    divides round one with.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["make_campaign"] = "make_campaign"
    name: str = Field(default="", max_length=80)
    scenario: str = Field(default="", max_length=20)
    products: tuple[int, ...] = ()
    templates: tuple[Annotated[str, Field(max_length=20)], ...] = Field(default=(), max_length=1 + MOST_ROUNDS)
    split: str = Field(default="", max_length=20)
    commission: str = Field(default="", max_length=20)
    free_sample: bool = False
    shortlists: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    rounds: str = Field(default="", max_length=20)
    every_days: str = Field(default="", max_length=20)
    condition: str = Field(default="", max_length=20)
    starts_on: str = Field(default="", max_length=20)
    promotion_on: str = Field(default="", max_length=20)


class SavePreset(BaseModel):
    """Change what campaigns of a scenario usually have, as typed; `reset`: our figures again. A lead only."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["save_preset"] = "save_preset"
    scenario: str = Field(max_length=20)
    reset: bool = False
    creators_from: str = Field(default="", max_length=20)
    creators_to: str = Field(default="", max_length=20)
    samples_from: str = Field(default="", max_length=20)
    samples_to: str = Field(default="", max_length=20)
    samples_per: str = Field(default="", max_length=20)
    commission_from: str = Field(default="", max_length=20)
    commission_to: str = Field(default="", max_length=20)
    days: str = Field(default="", max_length=20)
    first_purpose: str = Field(default="", max_length=20)
    later_purpose: str = Field(default="", max_length=20)
