"""What a command line can say, once it is read. Nothing here decides anything."""

from dataclasses import dataclass, field
from enum import StrEnum


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
    NOT_UNTIL_A2 = "not_until_a2"


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
class Ask:
    """Nothing is decided; the person is asked. `batch` is the one it would have been about, if that is clear."""

    why: Why
    batch: str | None
    facts: dict[str, str | int]


Parsed = Decide | Stop | Confirm | Ask
