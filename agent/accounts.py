"""Sign-in, sessions and identities: the only maker of a Scope. Satisfies `connectors.ports.accounts.Accounts`."""

import asyncio
import getpass
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from zoneinfo import available_timezones

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from agent.scopes import in_brand, in_chat, reach_of, to_scope
from connectors.ports.accounts import FirstSetup
from memory.domain.account_stores import Account, AccountStore, NewBrand, NewMember, Services
from memory.domain.clock import Clock
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.markets import MARKETS
from memory.domain.stores import Units
from memory.domain.workspace import (
    NEW_BRAND_POLICY,
    Brand,
    Lang,
    Role,
    Scope,
    SessionToken,
    Workspace,
    WorkspaceKind,
)
from tools.products.fields import parse_link, parse_money, parse_share

SESSION_DAYS = 14
TRIES_PER_LOGIN, TRIES_PER_ADDRESS, TRY_MINUTES = 5, 20, 15
SHORTEST_PASSWORD = 8
OS_USER = "os_user"


@dataclass(frozen=True, slots=True)
class OpenAccounts:
    """Accounts over our own tables. Passwords are argon2id; only hashes of passwords and tokens are stored."""

    services: Services
    units: Units
    clock: Clock
    home: Path
    hasher: PasswordHasher = field(default_factory=PasswordHasher)
    team_zone: str = "Asia/Shanghai"  # of a workspace made without asking

    async def workspace(self) -> Workspace | None:
        """See `Accounts.workspace`."""
        async with self.services.across_tenants("which workspace is this") as work:
            return await work.accounts.workspace()

    async def set_up(self, setup: FirstSetup) -> SessionToken:
        """See `Accounts.set_up`."""
        check_setup(setup)
        await self._refuse_demo()
        owner = await self._own_workspace(setup)
        return await self._start_session(owner)

    async def fill_in(self, setup: FirstSetup) -> None:
        """What `daren init` does: as `set_up`, without signing anybody in."""
        check_setup(setup)
        await self._refuse_demo()
        await self._own_workspace(setup)

    async def _refuse_demo(self) -> None:
        present = await self.workspace()
        if present is not None and present.is_demo:
            raise NotAllowed("demo_for_life")

    async def _own_workspace(self, setup: FirstSetup) -> MemberId:
        """Make the workspace, or finish the one an earlier command made for the operating-system user."""
        password = await asyncio.to_thread(self.hasher.hash, setup.password)
        market = MARKETS[setup.market.upper()]
        shop = NewBrand(
            setup.brand_name.strip(),
            setup.shop_name.strip(),
            market.code,
            setup.team_zone,
            market.currency,
            NEW_BRAND_POLICY,
        )
        login, name = setup.owner_login.strip(), setup.owner_name.strip() or setup.owner_login.strip()
        async with self.services.across_tenants("set up a workspace") as work:
            bare = await _bare_owner(work.accounts)
            if bare is not None:
                tenant, owner_id = bare.tenant, bare.member.id
                (own,) = await work.accounts.brands_of(bare)
                brand = await work.accounts.rename(tenant, own.id, shop=shop)
                await work.accounts.rename_member(owner_id, login=login, name=name, lang=setup.lang)
                await work.accounts.set_password(owner_id, password)
            else:
                await work.accounts.make_workspace(WorkspaceKind.REAL, name=shop.shop_name)
                tenant = await work.accounts.make_tenant(shop.shop_name)
                brand = await work.accounts.make_brand(tenant, shop)
                owner = NewMember(login, name, Role.LEAD, None, setup.lang, password)
                owner_id = (await work.accounts.make_member(tenant, owner)).id
                await work.accounts.bind(owner_id, kind=OS_USER, outside_id=os_user())
        if setup.product_name.strip():
            await self._first_product(setup, Scope(tenant, brand.id, owner_id, Role.LEAD, setup.lang), brand)
        return owner_id

    async def _first_product(self, setup: FirstSetup, scope: Scope, brand: Brand) -> None:
        fields = product_fields(setup, currency=brand.currency)
        async with self.units.unit(scope) as unit:
            await unit.products.save(None, fields, brand=brand.id)

    async def sign_in(self, *, login: str, password: str, address: str) -> SessionToken:
        """See `Accounts.sign_in`."""
        async with self.services.across_tenants("sign in") as work:
            of_login, of_address = await work.accounts.failures(login=login, address=address, minutes=TRY_MINUTES)
            if of_login >= TRIES_PER_LOGIN or of_address >= TRIES_PER_ADDRESS:
                raise NotAllowed("too_many_tries", minutes=TRY_MINUTES)
            account = await work.accounts.by_login(login)
        # A missing login costs as much time as a wrong password: neither tells an outsider which it was.
        known = account.password_hash if account and account.password_hash and account.member.active else None
        matches = await asyncio.to_thread(self._matches, known or _NOBODY, password)
        if account is None or known is None or not matches:
            async with self.services.across_tenants("sign in failed") as work:
                await work.accounts.record_failure(login=login, address=address)
            raise NotAllowed("wrong_login")
        async with self.services.across_tenants("signed in") as work:
            await work.accounts.clear_failures(login=login)
            if self.hasher.check_needs_rehash(known):
                await work.accounts.set_password(account.member.id, self.hasher.hash(password))
        return await self._start_session(account.member.id)

    def _matches(self, known: str, password: str) -> bool:
        try:
            return self.hasher.verify(known, password)
        except (VerificationError, InvalidHashError):
            return False

    async def _start_session(self, member: MemberId) -> SessionToken:
        token = secrets.token_urlsafe(32)
        expires = self.clock.now() + timedelta(days=SESSION_DAYS)
        async with self.services.across_tenants("start a session") as work:
            await work.accounts.start_session(member, token_hash=_hash(token), expires_at=expires)
        return SessionToken(token, expires)

    async def sign_out(self, token: str) -> None:
        """See `Accounts.sign_out`."""
        async with self.services.across_tenants("sign out") as work:
            await work.accounts.end_session(_hash(token))

    async def scope(self, token: str, *, brand: BrandId | None = None, lang: Lang | None = None) -> Scope | None:
        """See `Accounts.scope`."""
        if not token:
            return None
        async with self.services.across_tenants("whose session") as work:
            account = await work.accounts.by_session(_hash(token))
            if account is None:
                return None
            brands, principals = await reach_of(work.accounts, account)
        return to_scope(account, brands, wanted=brand, lang=lang, principals=principals)

    async def set_lang(self, scope: Scope, lang: Lang) -> None:
        """See `Accounts.set_lang`."""
        async with self.services.across_tenants("a member's language") as work:
            await work.accounts.set_lang(scope.member, lang)

    async def of_member(self, tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
        """A member's scope now, for work done later on their behalf; None when they are gone."""
        async with self.services.across_tenants("whose work") as work:
            account = await work.accounts.by_id(member)
            if account is None or account.tenant != tenant:
                return None
            return in_brand(account, *await reach_of(work.accounts, account), brand)

    async def of_conversation(self, tenant: TenantId, member: MemberId, brand: BrandId | None) -> Scope | None:
        """A member's scope now in a conversation about one brand, or (None) all brands; None when it is not theirs."""
        async with self.services.across_tenants("whose conversation") as work:
            account = await work.accounts.by_id(member)
            if account is None or account.tenant != tenant:
                return None
            return in_chat(account, *await reach_of(work.accounts, account), brand)

    async def of_tenant(self, tenant: TenantId) -> Scope | None:
        """The scope of a tenant's first lead: for the upkeep of its own books."""
        async with self.services.across_tenants("whose books") as work:
            lead = next(iter(await work.accounts.leads(tenant)), None)
            if lead is None:
                return None
            brands = await work.accounts.brands_of(lead)
        return to_scope(lead, brands, wanted=None, lang=None)

    async def hash_password(self, password: str) -> str:
        """A hash to store. Raises BadRequest("password_too_short")."""
        check_password(password)
        return await asyncio.to_thread(self.hasher.hash, password)

    async def local(self, *, as_member: str | None = None) -> Scope:
        """See `Accounts.local`."""
        await self._check_owner()
        async with self.services.across_tenants("who types here") as work:
            workspace = await work.accounts.workspace()
            if workspace is None:
                raise BadRequest("no_workspace")
            if as_member is not None and not workspace.is_demo:
                raise NotAllowed("as_member_demo_only")
            account = (
                await work.accounts.by_login(as_member)
                if as_member is not None
                else await work.accounts.by_identity(kind=OS_USER, outside_id=os_user())
            )
            if account is None and workspace.is_demo and as_member is None:
                tenants = await work.accounts.tenants()
                account = next(iter(await work.accounts.leads(tenants[0])), None)
            if account is None or not account.member.active:
                raise NotAllowed("no_such_member", login=as_member or os_user())
            brands, principals = await reach_of(work.accounts, account)
        return to_scope(account, brands, wanted=None, lang=None, principals=principals)

    async def make_own(self, *, shop_name: str = "") -> None:
        """Make a bare real workspace for the operating-system user: what `import` or `ask` need in an empty home."""
        user = os_user()
        async with self.services.across_tenants("a workspace of one's own") as work:
            name = shop_name or f"{user}"
            await work.accounts.make_workspace(WorkspaceKind.REAL, name=name)
            tenant = await work.accounts.make_tenant(name)
            await work.accounts.make_brand(tenant, NewBrand(name, name, "US", self.team_zone, "USD", NEW_BRAND_POLICY))
            owner = await work.accounts.make_member(tenant, NewMember(user, user, Role.LEAD))
            await work.accounts.bind(owner.id, kind=OS_USER, outside_id=user)

    async def _check_owner(self) -> None:
        if hasattr(os, "getuid") and self.home.exists() and self.home.stat().st_uid not in (os.getuid(), 0):
            raise NotAllowed("not_your_home", home=str(self.home))


async def _bare_owner(accounts: AccountStore) -> Account | None:
    """The owner of a workspace that `import` or `ask` made: a lead bound to this user, whom nobody gave a password."""
    workspace = await accounts.workspace()
    if workspace is None or workspace.is_demo:
        return None
    found = await accounts.by_identity(kind=OS_USER, outside_id=os_user())
    return found if found is not None and found.password_hash is None else None


# A hash nobody knows the password of, so that an unknown login takes as long as a known one.
_NOBODY = PasswordHasher().hash(secrets.token_urlsafe(16))


def os_user() -> str:
    """The operating-system user, by name where it has one."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def check_password(password: str) -> None:
    """Raises BadRequest("password_too_short")."""
    if len(password) < SHORTEST_PASSWORD:
        raise BadRequest("password_too_short", limit=SHORTEST_PASSWORD)


def check_setup(setup: FirstSetup) -> None:
    """Every field of the first page, each with its own error. Raises BadRequest."""
    for name in ("owner_login", "shop_name", "brand_name"):
        if not getattr(setup, name).strip():
            raise BadRequest("field_missing", field=name)
    check_password(setup.password)
    if setup.market.upper() not in MARKETS:
        raise BadRequest("market_unknown", market=setup.market, markets=" ".join(MARKETS))
    if setup.team_zone not in available_timezones():
        raise BadRequest("zone_unknown", zone=setup.team_zone)
    if setup.product_name.strip():
        product_fields(setup, currency=MARKETS[setup.market.upper()].currency)


def product_fields(setup: FirstSetup, *, currency: str) -> dict[str, object]:
    """The first product's fields, read. Raises BadRequest."""
    fields: dict[str, object] = {"name": setup.product_name.strip(), "link": parse_link(setup.product_link)}
    if setup.product_price.strip():
        fields["price"] = parse_money(setup.product_price, default_currency=currency)
    if setup.commission_ceiling.strip():
        fields["commission_ceiling_bp"] = parse_share(setup.commission_ceiling)
    fields["selling_points"] = tuple(point.strip() for point in setup.selling_points if point.strip())
    fields["sample"] = setup.sample
    return fields


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
