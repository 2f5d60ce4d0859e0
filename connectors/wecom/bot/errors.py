"""What an ack's errcode means for whoever sent the frame. Pure.

Source: reference of the long connection, read 2026-11-20; 853000 was seen for a wrong secret in October 2026.
"""

from enum import StrEnum


class Verdict(StrEnum):
    """What became of a frame, and what to do about it."""

    DONE = "done"
    CONFLICT = "conflict"  # overlapped another frame of its req_id: wait a little, send the newest
    BUSY = "busy"  # wait 1, 3, 9 seconds
    TOO_OFTEN = "too_often"  # the conversation rests a minute
    NOT_SUBSCRIBED = "not_subscribed"  # the connection lost its subscription: make a new one
    STREAM_OVER = "stream_over"  # the stream's minutes are over: a new message
    NO_RIGHT = "no_right"  # this req_id opens nothing (any more): a push instead
    BLOCKED = "blocked"  # anti-spam refused the content: never again
    WRONG_SECRET = "wrong_secret"  # noqa: S105  # a verdict's name
    REFUSED = "refused"  # for good; a fault on our side, or an unknown code


_MEANING = {
    0: Verdict.DONE,
    6000: Verdict.CONFLICT,
    -1: Verdict.BUSY,
    45033: Verdict.BUSY,
    45009: Verdict.TOO_OFTEN,
    45011: Verdict.TOO_OFTEN,
    846609: Verdict.NOT_SUBSCRIBED,
    846608: Verdict.STREAM_OVER,
    846605: Verdict.NO_RIGHT,
    40201: Verdict.BLOCKED,
    600041: Verdict.WRONG_SECRET,
    853000: Verdict.WRONG_SECRET,
    40001: Verdict.WRONG_SECRET,
}


def verdict(errcode: int) -> Verdict:
    """The meaning of a code; an unknown one is refused for good."""
    return _MEANING.get(errcode, Verdict.REFUSED)
