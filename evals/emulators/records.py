"""What the emulator saw: every call, redacted, and every oddity; and a bell for those who wait for something."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

SECRETS = frozenset(
    {
        "secret", "corpsecret", "access_token", "key", "response_url", "aeskey", "encodingaeskey", "app_secret",
        "auth_code", "refresh_token",
    }
)  # fmt: skip
BULKY = frozenset({"base64", "base64_data", "media"})


@dataclass(slots=True)
class Call:
    """One call or frame. `body` is redacted; `seconds` are virtual; no errcode: no answer was given."""

    number: int
    endpoint: str
    at: float
    query: object
    body: object
    errcode: int | None = None
    seconds: float = 0.0


def redacted(value: object) -> object:
    """The same with secrets taken out and bulk replaced by its length. A card's `key` is no secret."""
    if isinstance(value, Mapping):
        return {name: _redacted_field(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [redacted(inner) for inner in value]
    return value


def _redacted_field(name: str, value: object) -> object:
    if name in BULKY and isinstance(value, (str, bytes)):
        return f"({len(value)})"
    if name in SECRETS - {"key"}:
        return "***"
    return redacted(value)


@dataclass(slots=True)
class Records:
    """Everything received, in order."""

    calls: list[Call] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def received(self, endpoint: str, *, at: float, query: Mapping[str, str], body: object) -> Call:
        """Write a call down before it is answered."""
        shown = {name: "***" if name in SECRETS else value for name, value in query.items()}
        call = Call(len(self.calls) + 1, endpoint, at, shown, redacted(body))
        self.calls.append(call)
        self.ring()
        return call

    def warn(self, text: str) -> None:
        """Write down what the platform would let pass and a developer should see."""
        self.warnings.append(text)

    def of(self, endpoint: str) -> list[Call]:
        """The calls of one endpoint."""
        return [call for call in self.calls if call.endpoint == endpoint]

    def ring(self) -> None:
        """Something has changed: whoever waits looks again."""
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once the condition holds; it is looked at after every change."""
        while not holds():
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            await future
