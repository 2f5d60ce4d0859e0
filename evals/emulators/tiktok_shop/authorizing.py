"""How a seller lets the app in: the page, and tokens for a code or a refresh token."""

import hmac
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.faults import DOORS, LIVES, FaultKind
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.tokens import ACCESS_SECONDS
from evals.emulators.tiktok_shop.wire import Json

GRANTS: Final = {"token/get": "authorized_code", "token/refresh": "refresh_token"}


@dataclass(frozen=True, slots=True)
class Authorizing:
    """Everything without a signature."""

    platform: Platform

    def back(self, query: dict[str, str]) -> str:
        """Where the seller's browser is sent; empty for an app nobody knows."""
        partner = self.platform.partner
        if query.get("service_id") != partner.app.service_id:
            return ""
        struck = self.platform.faults.due("authorize", DOORS)
        state = query.get("state", "")
        said = {"app_key": partner.app.key, "state": "of-somebody-else" if FaultKind.WRONG_STATE in struck else state}
        if FaultKind.DENIED in struck:
            return f"{partner.app.redirect_url}?{urlencode(said | {'error': 'access_denied'})}"
        code = self.platform.tokens.let_in(partner.seller)
        return f"{partner.app.redirect_url}?{urlencode({'code': code, 'locale': 'en'} | said)}"

    def tokens(self, name: str, query: dict[str, str]) -> Json:
        """Tokens. Raises ApiError 36009004 for an app or a grant that is none, 36004004 or 36004001."""
        app = self.platform.partner.app
        if name not in GRANTS:
            raise ApiError(Code.NO_PATH)
        if query.get("app_key") != app.key or not hmac.compare_digest(query.get("app_secret", ""), app.secret):
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: app_key or app_secret is invalid")
        if query.get("grant_type") != GRANTS[name]:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: grant_type")
        short = self.platform.faults.due(name, LIVES).get(FaultKind.SHORT_LIVED)
        seconds = ACCESS_SECONDS if short is None else (short.seconds or 5.0)
        tokens = self.platform.tokens
        if name == "token/get":
            return tokens.exchange(query.get("auth_code", ""), access_seconds=seconds)
        return tokens.refresh(query.get("refresh_token", ""), access_seconds=seconds)
