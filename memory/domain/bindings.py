"""Who somebody is on a channel, what a chat there is about, and the one-use codes that say so."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from memory.domain.account_stores import Account, AccountStore
from memory.domain.channels import AnyChannelStore, ChannelSetting
from memory.domain.chat_stores import Fence
from memory.domain.ids import BindCodeId, BindingId, BrandId, ChannelId, IdentityId, MemberId, TenantId
from memory.domain.stores import Unit
from memory.domain.workspace import Scope


class ChatKind(StrEnum):
    """One person, or several."""

    DIRECT = "direct"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class Arrival:
    """Somebody says something on a channel. `user` and `chat` are the channel's own ids; text without the mention."""

    channel: ChannelId
    user: str
    chat: str
    chat_kind: ChatKind
    text: str
    user_name: str = ""


@dataclass(frozen=True, slots=True)
class Identity:
    """Which member a user of a channel is. `outside_name` is foreign text, empty where the channel gives none."""

    id: IdentityId
    channel: ChannelId
    channel_name: str
    outside_id: str
    outside_name: str
    member: MemberId
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Binding:
    """What a chat is about: one brand, or (None) all. `identity`: whose chat it is, where it is one person's."""

    id: BindingId
    channel: ChannelId
    channel_name: str
    chat: str
    chat_kind: ChatKind
    brand: BrandId | None
    identity: IdentityId | None
    bound_at: datetime


class CodeFor(StrEnum):
    """What a code does. A claim is made for a stranger and tells a lead who asks; the others bind who types them."""

    GROUP = "group"
    PERSON = "person"
    CLAIM = "claim"


@dataclass(frozen=True, slots=True)
class BindCode:
    """An open code. `channel` None: any; user and chat: whose claim it is; `made_by` None: Daren, for a stranger."""

    id: BindCodeId
    purpose: CodeFor
    expires_at: datetime
    channel: ChannelId | None = None
    member: MemberId | None = None
    brand: BrandId | None = None
    user: str = ""
    user_name: str = ""
    chat: str = ""
    made_by: MemberId | None = None


@dataclass(frozen=True, slots=True)
class NewBindCode:
    """A code to keep under its digest."""

    purpose: CodeFor
    digest: str
    expires_at: datetime
    channel: ChannelId | None = None
    member: MemberId | None = None
    brand: BrandId | None = None
    user: str = ""
    user_name: str = ""
    chat: str = ""
    made_by: MemberId | None = None


class BindingStore(Protocol):
    """Identities, bindings and codes of one tenant; each method locks what it changes."""

    async def identities(self) -> Sequence[Identity]:
        """Every member's, by channel and time."""
        ...

    async def identity(self, channel: ChannelId, user: str) -> Identity | None:
        """Who a user of a channel is."""
        ...

    async def bindings(self, *, brand: BrandId | None) -> Sequence[Binding]:
        """Chats of a brand and those of all brands (None: of every brand), oldest first."""
        ...

    async def binding(self, channel: ChannelId, chat: str) -> Binding | None:
        """What a chat is about."""
        ...

    async def keep_code(self, code: NewBindCode) -> None:
        """Keep a code; a claim takes the place of the same user's earlier one."""
        ...

    async def open_code(self, digest: str) -> BindCode | None:
        """Lock a code that is neither used, void nor expired."""
        ...

    async def used_code(self, digest: str) -> BindCode | None:
        """A code that has done its work, however long ago."""
        ...

    async def use_code(self, code: BindCodeId, *, void: bool = False) -> None:
        """End a locked code: it has done its work, or must not do it any more."""
        ...

    async def bind_person(self, channel: ChannelId, *, user: str, user_name: str, member: MemberId) -> IdentityId:
        """Say who a user is; whoever they were before, and what their chats were about, ends."""
        ...

    async def bind_chat(
        self,
        channel: ChannelId,
        *,
        chat: str,
        kind: ChatKind,
        brand: BrandId | None,
        by: MemberId,
        identity: IdentityId | None = None,
    ) -> BindingId:
        """Say what a chat is about, in the place of what it was about before."""
        ...

    async def revoke(self, identity: IdentityId) -> Identity:
        """Forget who a user is, and end what their own chats are about. Raises NotFound("no_such_identity")."""
        ...

    async def end(self, binding: BindingId, *, brand: BrandId | None) -> Binding:
        """End what a chat is about, if it is about this brand (None: any). Raises NotFound("no_such_binding")."""
        ...

    async def receives(self) -> bool:
        """Whether the tenant has an active channel that people can write to."""
        ...


class BindingUnit(Unit, Protocol):
    """A scope's transaction that reaches who is bound to what."""

    @property
    def bindings(self) -> BindingStore:
        """Identities, bindings and codes."""
        ...


class BindingUnits(Protocol):
    """The door to such transactions."""

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[BindingUnit]:
        """See `memory.domain.stores.Units.unit`."""
        ...


@dataclass(frozen=True, slots=True)
class AtDoor:
    """Who stands in a channel's chat: the member the user is bound to, and what the chat is about, as far as known."""

    channel: ChannelSetting
    account: Account | None
    binding: Binding | None
    is_demo: bool


class DoorStore(Protocol):
    """Doors of every tenant's channels."""

    async def at(self, arrival: Arrival) -> AtDoor | None:
        """Who writes where; None where the channel is off."""
        ...


class DoorWork(Protocol):
    """A transaction across tenants, before anybody's scope is known."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def accounts(self) -> AccountStore:
        """Members, and wrong tries."""
        ...

    @property
    def channels(self) -> AnyChannelStore:
        """Channels of every tenant."""
        ...

    @property
    def doors(self) -> DoorStore:
        """Who stands at them."""
        ...

    def bindings(self, tenant: TenantId) -> BindingStore:
        """Identities, bindings and codes of one tenant."""
        ...


class DoorServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[DoorWork]:
        """Open a transaction; the reason is logged."""
        ...
