"""What the model of deciding and sending knows of: drafts, cards, approvals, deputies, tries. No rule lives here."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from memory.domain.ids import CreatorId, DeputyId, DraftId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch, Presentation
from memory.domain.workspace import BrandPolicy


class Where(StrEnum):
    """How far a message is, as somebody would tell it who only watched what people and platforms did."""

    OPEN = "open"  # never approved
    WAITING = "waiting"  # approved once, not on its way
    GOING = "going"  # the platform is being called, or a member has the text
    UNCLEAR = "unclear"  # it may have gone
    SENT = "sent"
    FAILED = "failed"
    OVER = "over"  # it will never go


NOT_YET = frozenset({Where.OPEN, Where.WAITING})
UNDER_WAY = frozenset({Where.GOING, Where.UNCLEAR})


@dataclass(frozen=True, slots=True)
class Approval:
    """One member's word. `size`: how many drafts it approved at once; `until`: not included."""

    at: datetime
    until: datetime
    size: int


@dataclass(frozen=True, slots=True)
class Wording:
    """What a version says and offers. `failing`: a check found something in it that must be changed first."""

    text: str
    offer: Offer
    failing: bool = False


@dataclass(slots=True)
class Known:
    """One draft. Members go by name. `gone_at`: when it went or may have gone; `holder`: who has the text by hand.

    `after`: the message it comes `days` after; `needless`: its creator wrote since it was made.
    """

    draft: DraftId
    batch: int
    number: int
    creator: CreatorId
    first: bool
    by_hand: bool
    maker: str
    author: str
    versions: list[Wording]
    approvals: dict[str, Approval] = field(default_factory=dict)
    rejected: bool = False
    where: Where = Where.OPEN
    gone_at: datetime | None = None
    holder: str = ""
    held_since: datetime | None = None
    after: "Known | None" = None
    days: int = 0
    needless: bool = False

    @property
    def now(self) -> Wording:
        """The newest version."""
        return self.versions[-1]

    def reword(self, wording: Wording, by: str) -> None:
        """Another version: nothing that was decided counts any more."""
        self.versions.append(wording)
        self.author = by
        self.approvals = {}
        self.rejected = False

    def __str__(self) -> str:
        return f"{self.batch}.{self.number}"


@dataclass(slots=True)
class Stack:
    """A batch as it was made. `stopped_since`: when a stop was confirmed to whoever gave it."""

    made: Batch
    stopped_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """What one member was shown: number → wording, and which of them word for word."""

    shown: Presentation
    to: str
    batch: int
    delivered: bool
    wordings: dict[int, Wording]
    in_full: frozenset[int]


@dataclass(frozen=True, slots=True)
class Tap:
    """How somebody answers a card. `count`: the number given with 「全部」, None when numbers were named."""

    who: str
    approve: tuple[int, ...]
    reject: tuple[int, ...]
    count: int | None
    on_page: bool


@dataclass(slots=True)
class StandIn:
    """One member stands in for another until a moment, not included."""

    id: DeputyId
    who: str
    principal: str
    since: datetime
    until: datetime
    revoked: bool = False


@dataclass(slots=True)
class Pass:
    """A lead's word for one more first message; `used_by` once one set out with it."""

    used_by: DraftId | None = None


@dataclass(slots=True)
class Try:
    """One attempt to send. `counts` until the platform, or the member, says that nothing went."""

    of: DraftId
    at: datetime
    counts: bool = True


@dataclass(slots=True)
class Reversible:
    """A member's change that 「撤销」 may take back: a policy, a block, or a version of a draft."""

    at: datetime
    of: DraftId | CreatorId | None
    before: BrandPolicy | bool | int
    after: BrandPolicy | bool | int
    undone: bool = False
