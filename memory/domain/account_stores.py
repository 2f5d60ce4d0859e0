"""Protocols over accounts: what is asked before anybody's scope is known, across tenants."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.digest_stores import AnyDigestStore
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.jobs import Job
from memory.domain.proposals import DeedBook
from memory.domain.shop_events import ShopEventStore
from memory.domain.shop_sources import ShopSourceStore
from memory.domain.shops import ShopStore
from memory.domain.workspace import Brand, BrandPolicy, Lang, Member, Role, Workspace, WorkspaceKind


@dataclass(frozen=True, slots=True)
class NewBrand:
    """A brand to make. `policy` None: the strict defaults."""

    name: str
    shop_name: str
    market: str
    team_zone: str
    currency: str = "USD"
    policy: BrandPolicy | None = None


@dataclass(frozen=True, slots=True)
class NewMember:
    """A member to make; `password_hash` None: nobody can sign in with a password."""

    login: str
    name: str
    role: Role
    brand: BrandId | None = None
    lang: Lang = "zh"
    password_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """A member with what sign-in needs and no page shows."""

    tenant: TenantId
    member: Member
    password_hash: str | None


class AccountStore(Protocol):
    """Accounts across tenants; only `agent/accounts.py` and the seeding of a demo use it."""

    async def workspace(self) -> Workspace | None:
        """The workspace, None in an empty database."""
        ...

    async def make_workspace(self, kind: WorkspaceKind, *, name: str) -> Workspace:
        """Make the one workspace. Raises Conflict("workspace_exists") if there is one, made at once elsewhere too."""
        ...

    async def move_clock(self, *, by_seconds: int) -> Workspace:
        """Move a demo workspace's clock forward. Raises NotAllowed("real_time") in a real one."""
        ...

    async def make_tenant(self, name: str) -> TenantId:
        """Make a tenant."""
        ...

    async def make_brand(self, tenant: TenantId, brand: NewBrand) -> Brand:
        """Make a brand with its policy."""
        ...

    async def rename(self, tenant: TenantId, brand: BrandId, *, shop: NewBrand) -> Brand:
        """Give a bare workspace, its tenant and its one brand their real names. Raises NotFound."""
        ...

    async def rename_member(self, member: MemberId, *, login: str, name: str, lang: Lang) -> None:
        """Give a member another login and name. Raises Conflict("login_taken")."""
        ...

    async def make_member(self, tenant: TenantId, member: NewMember) -> Member:
        """Make a member. Raises Conflict("login_taken")."""
        ...

    async def tenants(self) -> list[TenantId]:
        """Every tenant, oldest first."""
        ...

    async def by_login(self, login: str) -> Account | None:
        """A member by login (any case), active or not."""
        ...

    async def by_id(self, member: MemberId) -> Account | None:
        """A member by id."""
        ...

    async def leads(self, tenant: TenantId) -> list[Account]:
        """Active leads of a tenant, oldest first: the owner is the first."""
        ...

    async def bind(self, member: MemberId, *, kind: str, outside_id: str) -> None:
        """Bind an identity ("os_user") to a member, replacing an earlier one of that name."""
        ...

    async def by_identity(self, *, kind: str, outside_id: str) -> Account | None:
        """The member behind an identity."""
        ...

    async def brands_of(self, account: Account) -> list[Brand]:
        """Brands the member may see, oldest first."""
        ...

    async def principals(self, account: Account) -> list[Member]:
        """Members whom this one stands in for now."""
        ...

    async def start_session(self, member: MemberId, *, token_hash: str, expires_at: datetime) -> None:
        """Remember a session; also forgets expired ones of the member."""
        ...

    async def by_session(self, token_hash: str) -> Account | None:
        """The active member of a session that has not expired (the machine's time, not a demo's)."""
        ...

    async def end_session(self, token_hash: str) -> None:
        """Forget one; unknown is no error."""
        ...

    async def end_sessions(self, member: MemberId) -> None:
        """Forget all of a member: after a new password, or when they are deactivated."""
        ...

    async def record_failure(self, *, login: str, address: str) -> None:
        """Remember a wrong login or password; also forgets those older than a day."""
        ...

    async def failures(self, *, login: str, address: str, minutes: int) -> tuple[int, int]:
        """How many failures the (login, address) had in the last minutes of the machine's time."""
        ...

    async def clear_failures(self, *, login: str) -> None:
        """Forget the failures of a login: it has signed in."""
        ...

    async def set_password(self, member: MemberId, password_hash: str) -> None:
        """Save a password's hash."""
        ...

    async def set_lang(self, member: MemberId, lang: Lang) -> None:
        """Remember a member's language."""
        ...


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A row that waits for a job: a turn, an import run or a campaign, with the sender a job would act for."""

    id: int
    tenant: TenantId
    member: MemberId
    brand: BrandId | None
    conversation: int | None
    lang: Lang
    role: Role


class SweepStore(Protocol):
    """What waits without a job; rows are the truth, jobs only say "look"."""

    async def turns(self, *, before: datetime, limit: int = 200) -> Sequence[WaitingRow]:
        """Turns stored before a moment that have not ended, oldest first."""
        ...

    async def imports(self, *, before: datetime, limit: int = 50) -> Sequence[WaitingRow]:
        """Import runs queued before a moment that have not ended, oldest first."""
        ...

    async def campaigns(self, *, limit: int = 50) -> Sequence[WaitingRow]:
        """Campaigns with creators to write for, oldest first."""
        ...

    async def tenants_to_index(self) -> Sequence[TenantId]:
        """Tenants with creators the index does not know yet."""
        ...


class ServiceWork(Protocol):
    """One transaction across tenants. `now` is the workspace's present moment."""

    @property
    def accounts(self) -> AccountStore:
        """Accounts."""
        ...

    @property
    def sweeps(self) -> SweepStore:
        """What waits without a job."""
        ...

    @property
    def digests(self) -> AnyDigestStore:
        """Digests of everybody."""
        ...

    @property
    def shops(self) -> ShopStore:
        """Shops of all."""
        ...

    @property
    def shop_sources(self) -> ShopSourceStore:
        """How reading each list of a shop stands."""
        ...

    @property
    def deeds(self) -> DeedBook:
        """What is to be done in shops."""
        ...

    @property
    def shop_events(self) -> ShopEventStore:
        """What platforms told of shops and is not handled."""
        ...

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    async def defer(self, job: Job) -> None:
        """Queue a job in this transaction."""
        ...


class Services(Protocol):
    """The door to work across tenants; a test lists who may use it."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ServiceWork]:
        """Open a transaction across tenants; the reason is logged."""
        ...
