"""What can be made to go wrong on the emulated WeCom."""

from enum import StrEnum

from pydantic import Field

from evals.emulators.planned import Planned, Plans


class FaultKind(StrEnum):
    """Every fault of the reference."""

    ERRCODE = "errcode"
    HTTP_500 = "http_500"
    DELAY = "delay"
    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    SLOW_BODY = "slow_body"
    BAD_JSON = "bad_json"
    TOKEN_REVOKE_NOW = "token_revoke_now"  # noqa: S105  # a fault's name
    TOKEN_ALWAYS_BAD = "token_always_bad"  # noqa: S105  # a fault's name
    DUPLICATE_CALLBACK = "duplicate_callback"
    REORDER_CALLBACKS = "reorder_callbacks"
    TAMPERED_SIGNATURE = "tampered_signature"
    WRONG_RECEIVEID = "wrong_receiveid"
    OLD_TIMESTAMP = "old_timestamp"
    REPLAYED_NONCE = "replayed_nonce"
    HUGE_BODY = "huge_body"
    XML_BOMB = "xml_bomb"
    WS_CLOSE = "ws_close"
    WS_HALF_OPEN = "ws_half_open"
    WS_KICK = "ws_kick"
    ACK_DELAY = "ack_delay"
    ACK_ERROR = "ack_error"
    ACK_LOST = "ack_lost"
    MEDIA_EXPIRED = "media_expired"
    MEDIA_BAD_PADDING = "media_bad_padding"
    IP_NOT_ALLOWED = "ip_not_allowed"
    QUOTA_EXHAUSTED = "quota_exhausted"
    KF_HISTORY_FLOOD = "kf_history_flood"
    KF_SEND_FAIL_EVENT = "kf_send_fail_event"


CALLS = frozenset(
    {
        FaultKind.ERRCODE,
        FaultKind.HTTP_500,
        FaultKind.DELAY,
        FaultKind.DROP_BEFORE,
        FaultKind.DROP_AFTER,
        FaultKind.SLOW_BODY,
        FaultKind.BAD_JSON,
        FaultKind.TOKEN_REVOKE_NOW,
        FaultKind.TOKEN_ALWAYS_BAD,
        FaultKind.IP_NOT_ALLOWED,
        FaultKind.QUOTA_EXHAUSTED,
    }
)
DOWNLOADS = frozenset({FaultKind.MEDIA_EXPIRED, FaultKind.MEDIA_BAD_PADDING})
FRAMES = frozenset(
    {
        FaultKind.WS_CLOSE,
        FaultKind.WS_HALF_OPEN,
        FaultKind.WS_KICK,
        FaultKind.ACK_DELAY,
        FaultKind.ACK_ERROR,
        FaultKind.ACK_LOST,
        FaultKind.QUOTA_EXHAUSTED,
    }
)
ORDER = frozenset({FaultKind.DUPLICATE_CALLBACK, FaultKind.REORDER_CALLBACKS})
FLOODS = frozenset({FaultKind.KF_HISTORY_FLOOD})
FAILURES = frozenset({FaultKind.KF_SEND_FAIL_EVENT})
ATTEMPTS = frozenset(
    {
        FaultKind.TAMPERED_SIGNATURE,
        FaultKind.WRONG_RECEIVEID,
        FaultKind.OLD_TIMESTAMP,
        FaultKind.REPLAYED_NONCE,
        FaultKind.HUGE_BODY,
        FaultKind.XML_BOMB,
    }
)


class Fault(Planned[FaultKind]):
    """One planned fault.

    `endpoint` is a pattern over "message/send", "webhook/send", "aibot/aibot_respond_msg", "callback/bot",
    "callback/app", "callback/oa", "media/download", "kf/send_msg". `seconds` are virtual. A flood makes
    sync_msg forget its cursor; a failed send is accepted, shown to nobody, and reported as `fail_type`.
    """

    errcode: int = -1
    seconds: float = Field(default=0.0, ge=0.0)
    copies: int = Field(default=2, ge=2, le=100)
    code: int = 1011
    fail_type: int = 4


class Faults(Plans[FaultKind, Fault]):
    """What is planned here."""
