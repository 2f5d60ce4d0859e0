"""What an answer means and what to do then: the platform's table of errors, read once, here.

Source: TikTok Shop Partner Center, "Common errors", as of 2026-09-20. The meanings of 16030xxx,
16032001 and 45101021 are unconfirmed: the platform's own words are shown.
"""

from enum import StrEnum
from typing import Final

import httpx

from connectors.tiktok_shop.calls import Answer
from connectors.tiktok_shop.operations import Operation
from memory.domain.errors import AppError, Misconfigured, Refused, Unavailable, Unclear

TOO_MANY, NOT_FOUND, SERVER_ERRORS = 429, 404, 500
TOO_FREQUENT, INTERNAL, PARAMETER, UPSTREAM_TIMEOUT = 36009002, 36009003, 36009004, 36009007
TOKEN_EXPIRED, MARKETPLACE_INTERNAL, CREATOR_GONE, DAILY_QUOTA = 105002, 45101001, 45101003, 45101004
REFRESH_EXPIRED, CODE_USED = 36004001, 36004004
_SHOWN: Final = 200


class Then(StrEnum):
    """What is done about an answer."""

    TAKE = "take"
    WAIT = "wait"  # nothing was accepted: the same again, later
    LOOK = "look"  # it may have taken effect: a read is asked again, a write is not
    REFRESH = "refresh"
    SIGN_AGAIN = "sign_again"
    STOP = "stop"


_THEN: Final = {
    0: Then.TAKE,
    TOO_FREQUENT: Then.WAIT,
    INTERNAL: Then.LOOK,
    UPSTREAM_TIMEOUT: Then.LOOK,
    MARKETPLACE_INTERNAL: Then.LOOK,
    TOKEN_EXPIRED: Then.REFRESH,
}
_BUGS: Final = frozenset({106013, 36009010})
_VERSIONS: Final = frozenset({36009009, 36009014, 40006})
_FILES: Final = frozenset({36009021, 36009022, 36009023})


def then(answer: Answer) -> Then:
    """What to do. Success is an envelope that says 0 with a status of success; a failure is one whatever its status."""
    if answer.code is None:
        if answer.status == TOO_MANY:
            return Then.WAIT
        return Then.LOOK if answer.status >= SERVER_ERRORS or _succeeded(answer) else Then.STOP
    if answer.code == PARAMETER:
        return _parameter(answer.message)
    if answer.code == 0 and not _succeeded(answer):
        return Then.LOOK
    return _THEN.get(answer.code, Then.STOP)


def _succeeded(answer: Answer) -> bool:
    return httpx.codes.is_success(answer.status)


def _parameter(message: str) -> Then:
    """One code of many causes: the platform's words tell them apart."""
    said = message.lower().replace("-", " ").replace("_", " ")
    if "timestamp" in said:
        return Then.SIGN_AGAIN
    if "access token" in said:
        return Then.REFRESH
    return Then.STOP


def failure_of(answer: Answer, operation: Operation) -> AppError:
    """The error an answer ends in, once there is nothing more to be done about it."""
    match then(answer):
        case Then.WAIT:
            return Unavailable("shop_busy", pause_seconds=int(answer.retry_after_seconds or 0))
        case Then.LOOK:
            return Unclear("shop_unclear") if operation.writes else Unavailable("shop_internal")
        case Then.REFRESH:
            return Unavailable("shop_token_rejected")
        case Then.SIGN_AGAIN:
            return Misconfigured("shop_clock_off")
        case _:
            return _stopped(answer, operation)


def _stopped(answer: Answer, operation: Operation) -> AppError:
    code = answer.code if answer.code is not None else answer.status
    if code in _BUGS:
        return Misconfigured("shop_call_wrong", code=code, request=answer.request_id)
    if code in _VERSIONS or code == NOT_FOUND:
        return Misconfigured("shop_version_gone", operation=operation.name)
    if code in _FILES:
        return Refused("shop_file_unfit")
    match code:
        case 106001:
            return Misconfigured("shop_secret_wrong", code=code, request=answer.request_id)
        case 101000:
            return Misconfigured("shop_cipher_foreign")
        case 105001:
            return Refused("shop_not_a_seller")
        case 105005:
            return Refused("shop_scope_missing", operation=operation.name)
        case 36009033:
            return Misconfigured("shop_address_not_allowed")
        case 45101003:
            return Refused("shop_creator_gone")
        case 45101004:
            return Unavailable("shop_daily_quota")
        case 36009004 if "app_key" in answer.message.lower():
            return Misconfigured("shop_app_wrong")
        case _:
            return Refused("shop_refused", code=code, text=" ".join(answer.message.split())[:_SHOWN])


def failure_of_tokens(answer: Answer) -> AppError:
    """Why no tokens came: the seller has to authorise again, the app is wrong, or later."""
    if answer.code in (REFRESH_EXPIRED, CODE_USED):
        return Refused("shop_authorise_again")
    if answer.code == PARAMETER:
        return Misconfigured("shop_app_wrong")
    if then(answer) is Then.WAIT:
        return Unavailable("shop_busy", pause_seconds=int(answer.retry_after_seconds or 0))
    if then(answer) is Then.STOP:
        return Refused("shop_refused", code=answer.code or answer.status, text="token")
    return Unavailable("shop_internal")
