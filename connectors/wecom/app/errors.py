"""The platform's answers to an app as ours: refused, to be tried again, or to be mended in the console. Pure.

Source: the vendor's table of global codes, read 2026-11-20. A code nobody listed is refused for good and named.
"""

import re

from memory.domain.errors import AppError, Refused, Unavailable

OK = 0
TOKEN = frozenset({40014, 42001, 41001})  # the token's fault: refreshed once, repeated once
TOO_OFTEN = frozenset({45009, 45011})
BUSY = frozenset({-1, 45033, 6000})
TASK_USED = 42014
PAUSE_SECONDS = 60
_SECRET = frozenset({40001, 40013, 40091})
_UNKNOWN_USER = frozenset({40003, 60111, 46004, 81013, 60011})
_AGENT = frozenset({40056, 301002})
_MEDIA = frozenset({40004, 40005, 40006, 40009, 40123, 45001})
_MESSAGE = frozenset(
    {40008, 40033, 40035, 40058, 40063, 44004, 45002, 45003, 45004, 45005, 45006, 45007, 45008, 47001}
    | set(range(42014, 42022))
)
_ADDRESS = re.compile(r"(?<![\w.:])(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-f]{0,4}(?::[0-9a-f]{0,4}){2,7})(?![\w.:])")


def failure_of(errcode: int, errmsg: str) -> AppError | None:
    """What an answer means; None for success. Of the platform's text only the caller's address is kept."""
    if errcode == OK:
        return None
    if errcode in TOO_OFTEN:
        return Unavailable("channel_too_often", pause_seconds=PAUSE_SECONDS)
    if errcode in BUSY:
        return Unavailable("channel_busy")
    if errcode in TOKEN:
        return Unavailable("app_token_rejected", code=errcode)
    return _for_the_operator(errcode, errmsg) or _for_good(errcode, errmsg)


def _for_the_operator(errcode: int, errmsg: str) -> AppError | None:
    if errcode == 60020:
        return Refused("app_address_not_allowed", address=address_in(errmsg))
    if errcode in _SECRET:
        return Refused("app_wrong_secret", code=errcode)
    if errcode in _AGENT:
        return Refused("app_wrong_agent_id")
    if errcode in (48001, 48002):
        return Refused("app_no_right", code=errcode)
    if errcode == 43012:
        return Refused("app_needs_callback")
    return None


def _for_good(errcode: int, errmsg: str) -> AppError:
    if errcode in _UNKNOWN_USER:
        return Refused("app_not_visible", users="-", code=errcode)
    if errcode == 40201:
        return Refused("wecom_blocked")
    if errcode == 40007:
        return Refused("app_media_over")
    if errcode in _MEDIA:
        return Refused("app_media_unfit", code=errcode)
    if "response_code" in errmsg:
        return Refused("app_card_code_used")
    if errcode in _MESSAGE:
        return Refused("channel_rejects_message", code=errcode)
    return Refused("channel_error", code=errcode)


def address_in(errmsg: str) -> str:
    """The address the platform saw us under, as an operator must allow it; "?" without one."""
    found = _ADDRESS.search(errmsg)
    return found[0] if found else "?"
