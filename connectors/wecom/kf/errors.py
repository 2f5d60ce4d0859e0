"""The platform's answers about 微信客服 as ours. Pure.

Source: the vendor's table of global codes, read 2026-11-29; 95007, 95014 and 95016 as others quote it.
"""

from connectors.wecom.app import errors as app
from connectors.wecom.rations.giving import Blocked, Closed, Spent, Taken
from memory.domain.errors import AppError, Refused

OLD_TOKEN = 95007
_UNKNOWN_ACCOUNT = frozenset({95000, 95004, 95010})
_NOT_GRANTED = frozenset({95017, 48001, 48002})
_STATE = frozenset({95016, 95018})
_REPEATED = 40058


def failure_of(errcode: int, errmsg: str) -> AppError | None:
    """What an answer means; None for success."""
    if errcode in _UNKNOWN_ACCOUNT:
        return Refused("kf_wrong_account", code=errcode)
    if errcode in _NOT_GRANTED:
        return Refused("kf_not_granted", code=errcode)
    if errcode == 95001:
        return Spent("kf_spent")
    if errcode in (95002, 95013):
        return Closed("kf_closed", code=errcode)
    if errcode in _STATE:
        return Taken("kf_taken", code=errcode)
    if errcode == OLD_TOKEN:
        return Refused("kf_old_token")
    if errcode == _REPEATED and "msgid" in errmsg:
        return Refused("kf_sent_before")
    if errcode == 40201:
        return Blocked("wecom_blocked")
    return app.failure_of(errcode, errmsg)
