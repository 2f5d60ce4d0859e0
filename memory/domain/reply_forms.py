"""What the page of replies may submit; a member of the closed union `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from memory.domain.ids import CreatorMessageId


class WorkOnReply(BaseModel):
    """Suggest an answer to a creator's message as a draft, or have it translated by the model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["work_on_reply"] = "work_on_reply"
    message: CreatorMessageId
    wish: Literal["suggest", "translate"]
