"""Where somebody said something outside our own pages and terminal, and who: an answer belongs there."""

from pydantic import BaseModel, ConfigDict, Field

from memory.domain.ids import ChannelId


class Place(BaseModel):
    """A chat of a channel and who spoke in it. `chat` and `user` are the channel's own ids."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    channel: ChannelId
    chat: str
    is_group: bool
    user: str = Field(default="", repr=False)
