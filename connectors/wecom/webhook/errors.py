"""The platform's answers as ours: refused, to be tried again, or unclear."""

from memory.domain.errors import AppError, Refused, Unavailable

OK = 0
KEY_DEAD = 93000
TOO_OFTEN = frozenset({45009, 45011})
BUSY = frozenset({-1, 45033})
# Codes that say the message, not the key, is at fault: they also answer a message that is empty on purpose.
MESSAGE = frozenset({40008, 40033, 40035, 40058, 40063, 44004, 45002, 45003, 45008, 47001})
PAUSE_SECONDS = 60  # a minute's limit clears after a minute


def failure_of(errcode: int) -> AppError | None:
    """What an answer's code means; None for success. A code nobody listed is refused for good and named.

    Source: the platform's table of global error codes and its page on group webhooks, as read 2026-11.
    """
    if errcode == OK:
        return None
    if errcode in TOO_OFTEN:
        return Unavailable("channel_too_often", pause_seconds=PAUSE_SECONDS)
    if errcode in BUSY:
        return Unavailable("channel_busy")
    if errcode == KEY_DEAD:
        return Refused("webhook_key_dead")
    if errcode in MESSAGE:
        return Refused("channel_rejects_message", code=errcode)
    return Refused("channel_error", code=errcode)
