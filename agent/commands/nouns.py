"""What a command line can say, once it is read. Nothing here decides anything."""

from dataclasses import dataclass, field
from enum import StrEnum

from memory.domain.by_hand import HandMark


class Why(StrEnum):
    """Why a line that looks like a command decides nothing; each is a text key of the person's next step."""

    TWO_VERBS = "two_verbs"
    NOT_ON_CARD = "not_on_card"
    BARE_ASSENT = "bare_assent"
    WHICH_BATCH = "which_batch"
    NO_BATCH = "no_batch"
    NO_SUCH_BATCH = "no_such_batch"
    WRONG_COUNT = "wrong_count"
    NO_INSTRUCTION = "no_instruction"
    STOP_WHOLE = "stop_whole"
    WITHDRAW_WHAT = "withdraw_what"
    RESUME_WHOLE = "resume_whole"
    UNDO_ALONE = "undo_alone"


@dataclass(frozen=True, slots=True)
class Decide:
    """Numbers of one batch to approve, reject and revise (number → instruction); each in one of them only.

    `count`: the number given with 「批准全部」, which signs the whole batch.
    """

    batch: str
    approve: tuple[int, ...] = ()
    reject: tuple[int, ...] = ()
    revise: dict[int, str] = field(default_factory=dict)
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop one batch, or (None) everything of the scope."""

    batch: str | None


@dataclass(frozen=True, slots=True)
class Confirm:
    """Carry out the change that waits under a code."""

    code: str


@dataclass(frozen=True, slots=True)
class Erase:
    """Ask to erase a creator for good; only its confirmation does."""

    handle: str


@dataclass(frozen=True, slots=True)
class SendList:
    """Show the send list, or these numbers of a batch; `night`: those outside the creators' daytime, confirmed."""

    batch: str | None = None
    numbers: tuple[int, ...] = ()
    night: bool = False


@dataclass(frozen=True, slots=True)
class MarkSent:
    """What came of numbers, or of everything, of one batch of the send list."""

    said: HandMark
    batch: str | None = None
    numbers: tuple[int, ...] = ()
    everything: bool = False


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a creator answered somewhere else, pasted by a member. `text` is foreign."""

    handle: str
    text: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Lift the stop of one batch, or (None) of everything of the scope."""

    batch: str | None


@dataclass(frozen=True, slots=True)
class Retry:
    """Try again what was refused in a campaign; None: in the one where something was."""

    campaign: str | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Take approvals of these numbers back; no numbers: of the whole batch."""

    batch: str
    numbers: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Undo:
    """Reverse the member's own last change."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing is decided; the person is asked. `batch` is the one it would have been about, if that is clear."""

    why: Why
    batch: str | None
    facts: dict[str, str | int]


Parsed = Decide | Stop | Resume | Retry | Withdraw | Undo | Confirm | Erase | SendList | MarkSent | Pasted | Ask
