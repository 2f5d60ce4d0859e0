"""Channels as a tenant has set them up: what is known of each, with its secrets sealed, and who opens them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from memory.domain.ids import BrandId, ChannelId, TenantId


class ChannelKind(StrEnum):
    """Where people talk to us or are told something, outside our own pages and terminal."""

    WECOM_BOT = "wecom_bot"
    WECOM_APP = "wecom_app"
    WECOM_WEBHOOK = "wecom_webhook"
    WECOM_KF = "wecom_kf"
    WECHAT_ACCOUNT = "wechat_account"


# Channels that can speak first.
PUSHING = (ChannelKind.WECOM_BOT, ChannelKind.WECOM_APP, ChannelKind.WECOM_WEBHOOK)


@dataclass(frozen=True, slots=True)
class ChannelSetting:
    """One channel of a tenant. `serves` None: all its brands. `options` hold no secret; `sealed` holds them all."""

    id: ChannelId
    tenant: TenantId
    kind: ChannelKind
    name: str
    serves: BrandId | None
    options: Mapping[str, str]
    active: bool
    changed_at: datetime
    sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ChannelFields:
    """What a lead says of a channel. `sealed` None keeps the secrets it has."""

    kind: ChannelKind
    name: str
    serves: BrandId | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    active: bool = True
    sealed: bytes | None = field(default=None, repr=False)


class ChannelStore(Protocol):
    """Channels of the scope's tenant; a brand's scope sees those that serve it."""

    async def all(self) -> Sequence[ChannelSetting]:
        """Every channel in sight, by name."""
        ...

    async def by_id(self, channel: ChannelId) -> ChannelSetting | None:
        """One channel, active or not."""
        ...

    async def save(self, channel: ChannelId | None, fields: ChannelFields) -> ChannelSetting:
        """Add (`channel` None) or change one; its kind stays what it was.

        Raises:
            Conflict: "channel_name_taken" (not retryable).
            NotFound: "no_such_channel", or a brand out of sight (not retryable).
        """
        ...


class AnyChannelStore(Protocol):
    """Channels of every tenant, for whoever answers or delivers there."""

    async def active(self, channel: ChannelId) -> ChannelSetting | None:
        """One channel; None when it is off or was never there."""
        ...

    async def every(self) -> Sequence[ChannelSetting]:
        """Every active channel of every tenant, oldest first."""
        ...


class SecretBox(Protocol):
    """Seals secrets so that rows alone tell nothing. `of` names whose they are: sealed for one, they open for no other.

    Every method raises Misconfigured when the key is missing, readable by others or unfit (not retryable).
    """

    def seal(self, secrets: Mapping[str, str], *, of: str) -> bytes:
        """Sealed bytes, different each time."""
        ...

    def unseal(self, sealed: bytes, *, of: str) -> dict[str, str]:
        """What was sealed. Raises Misconfigured("secrets_of_another_key") too, for bytes of another key or owner."""
        ...

    def digest(self, text: str, *, of: str) -> str:
        """64 hex digits that stand for a short secret: without the key it cannot be found by trying."""
        ...


def owner_of_secrets(tenant: TenantId, kind: ChannelKind) -> str:
    """What a channel's secrets are sealed for."""
    return f"channel:{tenant}:{kind}"
