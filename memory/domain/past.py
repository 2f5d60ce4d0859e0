"""A demo's past: what its brands wrote to creators before the demo began, what came back, and which samples went out.

Only a demo workspace can be given one; nothing of it is ever sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.creator import Stage
from memory.domain.ids import BrandId, MemberId
from memory.domain.money import Money
from memory.domain.outreach import Intent, Purpose
from memory.domain.sample import SampleStatus


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One message of ours (with its `purpose`) or of the creator (with its `intent`). `key`: the same every time.

    `template`: the built-in recipe it was made from; `commission_bp` and `sample`: what it offered.
    """

    key: str
    at: datetime
    text: str
    language: str
    purpose: Purpose | None = None
    text_zh: str = ""
    template: str = ""
    commission_bp: int | None = None
    sample: bool = False
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class PastSample:
    """A sample as it stands now, with the times of its way."""

    status: SampleStatus
    cost: Money
    approved_at: datetime
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    posted_at: datetime | None = None
    tracking_number: str | None = None
    content_link: str | None = None


@dataclass(frozen=True, slots=True)
class PastTalk:
    """Everything between a brand and one creator about one product, messages oldest first."""

    handle: str
    product: str
    stage: Stage
    messages: tuple[PastMessage, ...]
    sample: PastSample | None = None


class PastStore(Protocol):
    """Writes the past of a demo brand."""

    async def write(self, talks: Sequence[PastTalk], *, brand: BrandId, by: MemberId, approver: MemberId) -> int:
        """Write what is not there yet, approved by `approver` in its time; with how many creators that was.

        Whoever the brand has written to already keeps their own past. Raises Conflict in a real workspace.
        """
        ...
