"""Access tokens: one per app secret, the same until it expires, revoked without warning when a fault says so."""

from dataclasses import dataclass, field
from random import Random

from evals.emulators.clock import Clock
from evals.emulators.limits import MINUTE, Limits, Rate
from evals.emulators.wecom.core.corp import App, Corp
from evals.emulators.wecom.core.errors import ApiError, Errcode

LIFETIME = 7_200.0
GRACE = 60.0
GETTOKEN_RATE = Rate(60, MINUTE)


@dataclass(slots=True)
class _Token:
    agentid: int
    expires_at: float
    revoked: bool = False


@dataclass(slots=True)
class Tokens:
    """Issues and checks tokens."""

    clock: Clock
    rng: Random
    corp: Corp
    limits: Limits
    issued: int = 0
    _tokens: dict[str, _Token] = field(default_factory=dict)

    @property
    def given(self) -> tuple[str, ...]:
        """Every token that was ever issued."""
        return tuple(self._tokens)

    def issue(self, corpid: str, secret: str) -> tuple[str, int]:
        """The app's token and the seconds it still lives.

        Raises:
            ApiError: 40013 or 40001 for what is wrong, 45009 above 60 a minute.
        """
        if corpid != self.corp.corpid:
            raise ApiError(Errcode.BAD_CORPID)
        app = self.corp.app_by_secret(secret)
        if app is None:
            raise ApiError(Errcode.BAD_SECRET)
        if not self.limits.take(("gettoken", str(app.agentid)), GETTOKEN_RATE):
            raise ApiError(Errcode.TOO_FREQUENT)
        for value, token in self._tokens.items():
            if token.agentid == app.agentid and not token.revoked and token.expires_at > self.clock.now:
                return value, int(token.expires_at - self.clock.now)
        value = "".join(self.rng.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-", k=180))
        self._tokens[value] = _Token(app.agentid, self.clock.now + LIFETIME)
        self.issued += 1
        return value, int(LIFETIME)

    def app_of(self, value: str) -> App:
        """Whose token it is. An expired one works a minute longer.

        Raises:
            ApiError: 41001, 40014 or 42001.
        """
        if not value:
            raise ApiError(Errcode.NO_TOKEN)
        token = self._tokens.get(value)
        if token is None or token.revoked:
            raise ApiError(Errcode.BAD_TOKEN)
        if token.expires_at + GRACE <= self.clock.now:
            raise ApiError(Errcode.TOKEN_EXPIRED)
        return self.corp.apps[token.agentid]

    def revoke(self, value: str) -> None:
        """End a token before its time."""
        if token := self._tokens.get(value):
            token.revoked = True
