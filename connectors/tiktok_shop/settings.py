"""What the partner's app is, as its console shows it, and what of the platform moves: origins, versions, pace."""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError

from connectors.tiktok_shop.operations import VERSIONS


def _origin(url: str) -> str:
    """Scheme, host and port alone: a path would be missing in what is signed. The error's type is its text's key."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path.strip("/") or parts.query:
        raise PydanticCustomError("shop_origin_only", "more than an origin")
    return f"{parts.scheme}://{parts.netloc}"


def _known(versions: Mapping[str, str]) -> Mapping[str, str]:
    """Six digits for operations there are; the error's type is the key of its text."""
    if any(name not in VERSIONS or len(digits) != 6 or not digits.isdecimal() for name, digits in versions.items()):
        raise PydanticCustomError("shop_version_unknown", "no such operation or version")
    return versions


Origin = Annotated[str, AfterValidator(_origin)]


class ShopApp(BaseModel):
    """One app. A seller of the US is sent to another `authorize_base` than one of the rest of the world.

    `versions`: of operations by name, where not those of `operations.py`. `per_second` and `burst`: how fast one shop
    is asked; the platform's own limit is dynamic and published nowhere. `categories`: our slug for a category's id.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_key: str = Field(min_length=1)
    app_secret: SecretStr = Field(min_length=1)
    service_id: str = ""
    api_base: Origin = "https://open-api.tiktokglobalshop.com"
    auth_base: Origin = "https://auth.tiktok-shops.com"
    authorize_base: Origin = "https://services.tiktokshop.com"
    per_second: float = Field(default=3.0, gt=0, le=50)
    burst: int = Field(default=3, ge=1, le=50)
    versions: Annotated[Mapping[str, str], AfterValidator(_known)] = Field(default_factory=dict)
    categories: Mapping[str, str] = Field(default_factory=dict)
