"""How sending by hand behaves in this installation."""

from datetime import timedelta

from pydantic import BaseModel, ConfigDict, Field


class ByHandSettings(BaseModel):
    """The settings row of sending by hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    lease_hours: int = Field(
        default=24, ge=1, le=24, description="after this long without a mark nobody knows whether an item was sent"
    )

    @property
    def lease(self) -> timedelta:
        """How long a text is lent to a member."""
        return timedelta(hours=self.lease_hours)
