"""What can be made to go wrong on the emulated TikTok Shop."""

from enum import StrEnum

from pydantic import Field

from evals.emulators.planned import Planned, Plans


class FaultKind(StrEnum):
    """Every fault of the reference, as far as its part is emulated."""

    CODE = "code"
    HTTP_500 = "http_500"
    THROTTLED = "throttled"
    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    SLOW_BODY = "slow_body"
    BAD_JSON = "bad_json"
    TOKEN_REVOKED = "token_revoked"  # noqa: S105  # a fault's name
    CLOCK_SKEW = "clock_skew"
    SHORT_LIVED = "short_lived"
    WRONG_STATE = "wrong_state"
    DENIED = "denied"
    DUPLICATE_CREATOR = "duplicate_creator"
    NO_MESSAGE_ID = "no_message_id"
    WEBHOOK_BAD_SIGNATURE = "webhook_bad_signature"
    WEBHOOK_TWICE = "webhook_twice"
    WEBHOOK_REORDERED = "webhook_reordered"
    WEBHOOK_LATE = "webhook_late"
    WEBHOOK_LOST = "webhook_lost"
    WEBHOOK_UNKNOWN = "webhook_unknown"
    WEBHOOK_DATA_TEXT = "webhook_data_text"


ANSWERS = frozenset(
    {
        FaultKind.CODE,
        FaultKind.HTTP_500,
        FaultKind.THROTTLED,
        FaultKind.DELAY,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.SLOW_BODY,
        FaultKind.BAD_JSON,
        FaultKind.TOKEN_REVOKED,
        FaultKind.CLOCK_SKEW,
    }
)
LIVES = frozenset({FaultKind.SHORT_LIVED})
DOORS = frozenset({FaultKind.WRONG_STATE, FaultKind.DENIED})
PAGES = frozenset({FaultKind.DUPLICATE_CREATOR})
RECEIPTS = frozenset({FaultKind.NO_MESSAGE_ID})
WAYS = frozenset(
    {
        FaultKind.WEBHOOK_TWICE,
        FaultKind.WEBHOOK_REORDERED,
        FaultKind.WEBHOOK_LATE,
        FaultKind.WEBHOOK_LOST,
        FaultKind.WEBHOOK_UNKNOWN,
        FaultKind.WEBHOOK_DATA_TEXT,
    }
)
DELIVERIES = frozenset({FaultKind.WEBHOOK_BAD_SIGNATURE})


class Fault(Planned[FaultKind]):
    """One planned fault.

    `endpoint` is a pattern over the names of operations: "token/refresh", "creators/search", "conversations/send".
    `code` and `message` are a CODE's, which comes `after` the call took effect or instead of it. `seconds` are virtual:
    a DELAY's, a body's, the platform's clock ahead of ours, a token's life, a Retry-After (0: none is said), a late
    webhook's. `copies` of a webhook that comes so often. Webhooks are "webhook/message"; one attempt of one is a call
    for its signature, all of them together are one for everything else.
    """

    code: int = 36009003
    message: str = ""
    after: bool = False
    seconds: float = 0.0
    body_pieces: int = Field(default=8, ge=1)
    copies: int = Field(default=2, ge=1)


class Faults(Plans[FaultKind, Fault]):
    """What is planned here."""
