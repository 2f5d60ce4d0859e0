"""Whom a message of an app reached: the platform says ok also where some were left out. Pure."""

from collections.abc import Collection
from dataclasses import dataclass, field

from memory.domain.errors import Refused

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that was accepted. `response_code`: the right to change its card once, within 72 hours.

    `invisible`: who does not see the app or is nobody; `unlicensed`: who lacks a licence. Neither has it.
    """

    msgid: str
    response_code: str = field(default="", repr=False)
    invisible: tuple[str, ...] = ()
    unlicensed: tuple[str, ...] = ()

    def reached_nobody(self, users: Collection[str]) -> bool:
        """Whether none of those it was for has it; the platform names people in lower case."""
        missing = {name.lower() for name in (*self.invisible, *self.unlicensed)}
        return missing >= {user.lower() for user in users}


def unreached(sent: Sent) -> Refused | None:
    """Why people named have no message; None where nobody was left out."""
    if sent.invisible:
        return Refused("app_not_visible", users="、".join(sent.invisible[:_SHOWN]), code=0)
    if sent.unlicensed:
        return Refused("app_unlicensed", users="、".join(sent.unlicensed[:_SHOWN]))
    return None
