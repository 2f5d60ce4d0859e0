"""How the playground shop behaves towards senders: its limits and how often it fails. Shares in basis points."""

from typing import Final

from pydantic import BaseModel, ConfigDict, Field


class PlaygroundSettings(BaseModel):
    """The settings row of a playground shop."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_minute: int = Field(default=60, ge=1, description="messages accepted within any minute; more are throttled")
    down_bp: int = Field(default=100, ge=0, le=10_000, description="sends that meet a shop which is down")
    lost_request_bp: int = Field(
        default=50, ge=0, le=10_000, description="sends lost on the way, the sender hears nothing"
    )
    lost_answer_bp: int = Field(default=50, ge=0, le=10_000, description="accepted sends whose answer is lost")
    closed_bp: int = Field(default=150, ge=0, le=10_000, description="creators who accept no messages")


UNFAILING: Final = PlaygroundSettings(down_bp=0, lost_request_bp=0, lost_answer_bp=0)
