"""What the tool of target collaborations brings back."""

from dataclasses import dataclass
from datetime import datetime

from memory.domain.applications import Application
from memory.domain.collaborations import Collaboration, OpenPlan
from memory.domain.proposals import ShopProposal
from memory.domain.shops import Sync
from tools.collaborations.reading import Gap
from tools.drafting.batching import LeftOut


@dataclass(frozen=True, slots=True)
class CollaborationList:
    """Collaborations of the scope's shop, live ones first, and what was proposed lately; as last read by `sync`.

    `gap`: why none is read now.
    """

    found: tuple[Collaboration, ...]
    proposals: tuple[ShopProposal, ...]
    sync: Sync | None
    zone: str
    now: datetime
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class OpenPlanList:
    """Products of the open plan, which any creator may sell, as last read by `sync`. `gap`: why none is read now."""

    found: tuple[OpenPlan, ...]
    sync: Sync | None
    zone: str
    now: datetime
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class RequestList:
    """Samples that creators ask for and nobody has answered, the first to lapse first. `gap`: why none is read now."""

    found: tuple[Application, ...]
    read_at: datetime | None
    zone: str
    gap: Gap | None = None


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal that waits for a decision. `zone`: where its end is counted; `left_out` are not in it."""

    proposal: ShopProposal
    left_out: tuple[LeftOut, ...]
    zone: str
    now: datetime
