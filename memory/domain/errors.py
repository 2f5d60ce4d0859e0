"""Every deliberate failure. `key` names its text in prompts/messages.{en,zh}.toml; `facts` fill it.

AppError
├── BadRequest        the person (or the planner) must change what was asked; never retried
│   └── NotFound      the named thing does not exist in this scope
├── NotAllowed        the member's role or the policy forbids it
├── Conflict          somebody else was first, or the thing changed meanwhile
├── Refused           the other side rejected it for good; tell the person
├── Unavailable       nothing happened; the same call may be tried again (retryable)
├── Unclear           the call ended without an answer; never try blindly again
└── Misconfigured     a setting or the machine must be mended first; the text says how
"""

from typing import ClassVar

Fact = str | int | float


class AppError(Exception):
    """Root of every deliberate failure."""

    key: ClassVar[str] = "unexpected"
    retryable: ClassVar[bool] = False

    def __init__(self, key: str | None = None, /, **facts: Fact) -> None:
        self.text_key = key or self.key
        self.facts = facts
        super().__init__(f"{self.text_key} {facts!r}")


class BadRequest(AppError):
    """The person or the planner must change what was asked."""

    key = "bad_request"


class NotFound(BadRequest):
    """The named thing does not exist in this scope."""

    key = "not_found"


class NotAllowed(AppError):
    """The member's role or the policy forbids it."""

    key = "not_allowed"


class Conflict(AppError):
    """Somebody else was first, or the thing changed meanwhile."""

    key = "conflict"


class Refused(AppError):
    """The other side rejected it for good."""

    key = "refused"


class Unavailable(AppError):
    """Nothing happened; the same call may be tried again."""

    key = "unavailable"
    retryable = True


class Unclear(AppError):
    """The call ended without an answer; never try blindly again."""

    key = "unclear"


class Misconfigured(AppError):
    """A setting or the machine must be mended first."""

    key = "misconfigured"
