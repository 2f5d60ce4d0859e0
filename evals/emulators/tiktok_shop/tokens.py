"""Who let the app in: one-time codes, access tokens with an absolute end, refresh tokens that are used once."""

from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from evals.emulators.clock import Clock
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.sellers import Partner, Seller

CODE_SECONDS: Final = 600.0
ACCESS_SECONDS: Final = 7 * 86_400.0
REFRESH_SECONDS: Final = 365 * 86_400.0
SELLER: Final = 0


@dataclass(slots=True)
class Grant:
    """One authorisation. `scopes` are those of its moment: what the seller allows later changes no token."""

    seller: Seller
    scopes: tuple[str, ...]
    access: str
    access_until: float
    refresh: str
    refresh_until: float
    revoked: bool = False


@dataclass(slots=True)
class Tokens:
    """Issues and checks them. `refreshes` counts refresh calls that succeeded."""

    clock: Clock
    rng: Random
    partner: Partner
    refreshes: int = 0
    grants: list[Grant] = field(default_factory=list)
    _codes: dict[str, tuple[Seller, float]] = field(default_factory=dict)

    def let_in(self, seller: Seller) -> str:
        """The seller agreed: a code, good once, for ten minutes."""
        code = f"TTP_{self.rng.getrandbits(200):050x}"
        self._codes[code] = (seller, self.clock.now + CODE_SECONDS)
        return code

    def exchange(self, code: str, *, access_seconds: float = ACCESS_SECONDS) -> dict[str, Any]:
        """Tokens for a code. Raises ApiError 36004004."""
        seller, until = self._codes.pop(code, (None, 0.0))
        if seller is None or until <= self.clock.now:
            raise ApiError(Code.BAD_AUTH_CODE)
        return self._granted(seller, seller.scopes, access_seconds)

    def refresh(self, token: str, *, access_seconds: float = ACCESS_SECONDS) -> dict[str, Any]:
        """New tokens in the place of both. Raises ApiError 36004001 for one that was used or is over."""
        grant = next((one for one in self.grants if one.refresh == token), None)
        if grant is None or grant.revoked or grant.refresh_until <= self.clock.now:
            raise ApiError(Code.REFRESH_EXPIRED)
        grant.refresh_until = self.clock.now
        self.refreshes += 1
        return self._granted(grant.seller, grant.scopes, access_seconds)

    def of(self, access: str) -> Grant:
        """Whose token it is. Raises ApiError 36009004 without one, 105002 for one that is unknown or over."""
        if not access:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: x-tts-access-token is invalid")
        grant = next((one for one in self.grants if one.access == access), None)
        if grant is None or grant.revoked or grant.access_until <= self.clock.now:
            raise ApiError(Code.TOKEN_EXPIRED)
        return grant

    def expire(self, access: str) -> None:
        """End an access token before its time; its refresh token stays good."""
        for grant in self.grants:
            if grant.access == access:
                grant.access_until = self.clock.now

    def revoke(self, seller: Seller) -> None:
        """The seller lets the app out: every token of theirs is dead."""
        for grant in self.grants:
            grant.revoked = grant.revoked or grant.seller is seller

    def _granted(self, seller: Seller, scopes: tuple[str, ...], access_seconds: float) -> dict[str, Any]:
        now = self.clock.now
        grant = Grant(
            seller, scopes, f"TTP_{self.rng.getrandbits(256):064x}", now + access_seconds,
            f"TTP_{self.rng.getrandbits(256):064x}", now + REFRESH_SECONDS,
        )  # fmt: skip
        self.grants.append(grant)
        return {
            "access_token": grant.access,
            "access_token_expire_in": int(grant.access_until),
            "refresh_token": grant.refresh,
            "refresh_token_expire_in": int(grant.refresh_until),
            "open_id": seller.open_id,
            "seller_name": seller.name,
            "seller_base_region": seller.region,
            "user_type": SELLER,
            "granted_scopes": list(scopes),
        }
