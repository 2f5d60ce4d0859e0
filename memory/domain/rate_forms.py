"""What a page may submit about agreed commission rates; a member of the closed union `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class AgreeRate(BaseModel):
    """A rate was agreed with a creator. All as typed; `product` one's id, "": every one; `since` a day, "": today.

    Said again of the same product and day, it replaces what was said before.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["agree_rate"] = "agree_rate"
    handle: str = Field(max_length=200)
    rate: str = Field(max_length=40)
    product: str = Field(default="", max_length=40)
    since: str = Field(default="", max_length=40)
