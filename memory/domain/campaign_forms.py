"""What a page may submit about campaigns; members of the closed union `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

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
