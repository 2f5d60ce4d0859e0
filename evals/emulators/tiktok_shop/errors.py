"""The platform's errors: numbers and texts as callers get them. The table holds every code the emulator can give."""

from enum import IntEnum
from typing import Final


class Code(IntEnum):
    """Codes the emulator gives by itself; any other can be injected as a fault."""

    OK = 0
    FOREIGN_CIPHER = 101000
    TOKEN_EXPIRED = 105002
    NO_SCOPE = 105005
    BAD_SIGN = 106001
    NO_CIPHER = 106013
    IM_REFUSED = 16030002
    IM_BLOCKED = 16030003
    REFRESH_EXPIRED = 36004001
    BAD_AUTH_CODE = 36004004
    TOO_FREQUENT = 36009002
    INTERNAL = 36009003
    BAD_PARAMETER = 36009004
    UPSTREAM_TIMEOUT = 36009007
    NO_PATH = 36009009
    NO_METHOD = 36009010
    NO_VERSION = 36009014
    IP_NOT_ALLOWED = 36009033
    CREATOR_UNKNOWN = 45101003
    DAILY_QUOTA = 45101004


TEXTS: Final = {
    Code.OK: "Success",
    Code.FOREIGN_CIPHER: "shop_cipher does not belong to the access token",
    Code.TOKEN_EXPIRED: "Expired credentials",
    Code.NO_SCOPE: "Access denied, the scope is not granted",
    Code.BAD_SIGN: "Signature verification failed",
    Code.NO_CIPHER: "shop_cipher is missing",
    Code.IM_REFUSED: "The creator cannot be contacted now",
    Code.IM_BLOCKED: "The creator has blocked this shop",
    Code.REFRESH_EXPIRED: "rt has expired",
    Code.BAD_AUTH_CODE: "The authorization code is invalid, used or expired",
    Code.TOO_FREQUENT: "Too many requests",
    Code.INTERNAL: "Internal error",
    Code.BAD_PARAMETER: "Invalid parameter",
    Code.UPSTREAM_TIMEOUT: "Upstream timeout",
    Code.NO_PATH: "Path not found",
    Code.NO_METHOD: "Method not allowed",
    Code.NO_VERSION: "The API version is not available",
    Code.IP_NOT_ALLOWED: "The IP address is not on the allow list",
    Code.CREATOR_UNKNOWN: "Creator not found",
    Code.DAILY_QUOTA: "The daily quota of requests is used up",
}

# Both forms occur; these always come with their own status.
STATUSES: Final = {Code.TOO_FREQUENT: 429, Code.NO_PATH: 404}
BUSINESS_STATUS: Final = 400


class ApiError(Exception):
    """What the platform answers instead of what was asked for. `detail` takes the place of the code's own text."""

    def __init__(self, code: int, detail: str = "") -> None:
        self.code = int(code)
        self.message = detail or (TEXTS[Code(code)] if code in TEXTS else "error")
        super().__init__(f"{self.code} {self.message}")
