"""What a page may submit about the send list; members of the closed union `memory.domain.chat.Command`."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from memory.domain.ids import DraftId


class HandOut(BaseModel):
    """Show the text of an item for copying, which claims it. `night`: confirmed outside the creator's daytime."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["hand_out"] = "hand_out"
    draft: DraftId
    night: bool = False


class MarkByHand(BaseModel):
    """What came of an item, shown as its `attempt`-th: sent, failed, skipped, again or undone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Literal["mark_by_hand"] = "mark_by_hand"
    draft: DraftId
    said: Literal["sent", "failed", "skipped", "again", "undone"]
    attempt: int
