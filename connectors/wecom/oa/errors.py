"""The platform's answers to an Official Account as ours. Pure. Source: the vendor's pages, read 2026-11-29."""

from connectors.wecom.app import errors as app
from connectors.wecom.app.errors import address_in
from connectors.wecom.rations.giving import Blocked, Closed, Spent
from memory.domain.errors import AppError, Refused, Unavailable

TOKEN = frozenset({40001, 40014, 41001, 42001})  # the token's fault: refreshed once, repeated once
_SECRET = frozenset({40013, 40125})
# What an envelope finds, as it is called where an account is set up.
_OF_ENVELOPE = {
    "app_wrong_token": "oa_wrong_signature",
    "app_wrong_aes_key": "oa_wrong_aes_key",
    "app_wrong_corp": "oa_wrong_app_id",
}
_NOT_GRANTED = frozenset({48001, 48002})


def failure_of(errcode: int, errmsg: str) -> AppError | None:
    """What an answer means; None for success. Of the platform's text only the caller's address is kept."""
    if errcode == 40164:
        return Refused("oa_address_not_allowed", address=address_in(errmsg))
    if errcode in _SECRET:
        return Refused("oa_wrong_secret", code=errcode)
    if errcode in TOKEN:
        return Unavailable("oa_token_rejected")
    if errcode in _NOT_GRANTED:
        return Refused("oa_not_granted", code=errcode)
    if errcode == 45015:
        return Closed("oa_closed")
    if errcode == 45047:
        return Spent("oa_spent")
    if errcode == 40003:
        return Refused("oa_nobody")
    if errcode == 87014:
        return Blocked("wecom_blocked")
    return app.failure_of(errcode, errmsg)


def as_account(refused: Refused) -> Refused:
    """A callback that could not be opened, with the next step of an account."""
    key = _OF_ENVELOPE.get(refused.text_key)
    return Refused(key) if key else refused
