"""Access tokens of an Official Account: the stable ones, and the older kind whose every issue ends the one before."""

from dataclasses import dataclass, field
from typing import Final

from evals.emulators.limits import DAY, MINUTE, Rate
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wire import Json, Part
from evals.emulators.wecom.platform import Platform

LIFETIME: Final = 7_200.0
EARLY: Final = 5 * MINUTE
FORCED: Final = Rate(20, DAY)
ISSUED: Final = Rate(100, MINUTE)


class StableBody(Part):
    """stable_token."""

    grant_type: str
    appid: str
    secret: str
    force_refresh: bool = False


@dataclass(slots=True)
class _Token:
    value: str
    until: float


@dataclass(slots=True)
class AccountTokens:
    """Issues and checks."""

    platform: Platform
    given: list[str] = field(default_factory=list)
    _stable: _Token | None = None
    _plain: _Token | None = None
    _before: _Token | None = field(default=None)

    @property
    def issued(self) -> int:
        """How many so far."""
        return len(self.given)

    def gave(self, value: str) -> bool:
        """See `AccountKeys.gave`."""
        return value in self.given

    def stable(self, body: Json) -> Json:
        """The same for every caller while it is good; a new one in its last five minutes, or by force.

        Raises:
            ApiError: 40058, 40013, 40125; 45009 above twenty by force a day.
        """
        wanted = self.platform.reader.read(StableBody, body, where="stable_token")
        self._check(wanted.grant_type, wanted.appid, wanted.secret)
        now, current = self.platform.clock.now, self._stable
        if wanted.force_refresh and not self.platform.limits.take(("stable_token", "force"), FORCED):
            raise ApiError(Errcode.TOO_FREQUENT)
        if current is None or wanted.force_refresh or current.until - now <= EARLY:
            self._before = None if wanted.force_refresh else current
            self._stable = current = self._new()
        return {"access_token": current.value, "expires_in": int(current.until - now)}

    def plain(self, query: dict[str, str]) -> Json:
        """A new one; the one before is good no more. Raises ApiError as `stable`."""
        self._check(query.get("grant_type", ""), query.get("appid", ""), query.get("secret", ""))
        self._plain = self._new()
        return {"access_token": self._plain.value, "expires_in": int(LIFETIME)}

    def check(self, value: str) -> None:
        """Let a good token pass.

        Raises:
            ApiError: 41001, 40001 for one that is none or was ended, 42001 for one that is over.
        """
        if not value:
            raise ApiError(Errcode.NO_TOKEN)
        known = (self._stable, self._plain, self._before)
        token = next((one for one in known if one is not None and one.value == value), None)
        if token is None:
            raise ApiError(Errcode.BAD_SECRET, "access_token is invalid or not latest")
        if token.until < self.platform.clock.now:
            raise ApiError(Errcode.TOKEN_EXPIRED)

    def knows(self, value: str) -> bool:
        """Whether it is one of this account's."""
        return any(one is not None and one.value == value for one in (self._stable, self._plain, self._before))

    def revoke(self) -> None:
        """End every token before its time."""
        self._stable = self._plain = self._before = None

    def _check(self, grant_type: str, appid: str, secret: str) -> None:
        account = self.platform.wechat.account
        if grant_type != "client_credential":
            raise ApiError(Errcode.BAD_PARAMETER, "grant_type")
        if appid != account.appid:
            raise ApiError(Errcode.BAD_CORPID)
        if secret != account.secret:
            raise ApiError(Errcode.OA_SECRET)
        if not self.platform.limits.take(("oa token", appid), ISSUED):
            raise ApiError(Errcode.TOO_FREQUENT)

    def _new(self) -> _Token:
        value = "".join(
            self.platform.rng.choices("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", k=136)
        )
        self.given.append(value)
        return _Token(value, self.platform.clock.now + LIFETIME)
