"""Accounts across tenants: what is asked before anybody's scope is known. Times here are the machine's own."""

from datetime import datetime, timedelta

from sqlalchemy import Select, and_, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from memory.domain.account_stores import Account, NewBrand, NewMember
from memory.domain.errors import Conflict, NotAllowed, NotFound
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.workspace import Brand, BrandPolicy, Lang, Member, Role, Workspace, WorkspaceKind
from memory.models.base import Base
from memory.models.workspace import (
    BrandPolicyRow,
    BrandRecord,
    IdentityRow,
    MemberRow,
    SessionRow,
    SignInFailureRow,
    TenantRecord,
    WorkspaceRow,
)
from memory.repositories.deputies import principals_of
from memory.repositories.member_rows import to_member
from memory.repositories.people import login_key, to_brand, to_workspace
from memory.standing import as_row, as_rows, columns_of, standing
from memory.tenancy import ScopedSession

_POLICY_FIELDS = tuple(BrandPolicy.__dataclass_fields__)
_FAILURES_KEPT = timedelta(days=1)
_WORKSPACE = standing(select(*columns_of(WorkspaceRow)))
_MEMBER = standing(select(*columns_of(MemberRow)).where(MemberRow.id == bindparam("member")))
_BRANDS = standing(
    select(*columns_of(BrandRecord)).where(BrandRecord.tenant_id == bindparam("tenant")).order_by(BrandRecord.id)
)


class AccountRepository:
    """Satisfies `memory.domain.account_stores.AccountStore`."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def workspace(self) -> Workspace | None:
        """See `AccountStore.workspace`."""
        row = as_row(WorkspaceRow, await self._session.execute(_WORKSPACE))
        return to_workspace(row) if row else None

    async def make_workspace(self, kind: WorkspaceKind, *, name: str) -> Workspace:
        """See `AccountStore.make_workspace`."""
        made = await self._session.scalar(
            insert(WorkspaceRow)
            .on_conflict_do_nothing()
            .values(id=1, kind=kind, name=name, clock_offset_seconds=0, made_at=self._now)
            .returning(WorkspaceRow.id)
        )
        if made is None:
            raise Conflict("workspace_exists")
        return Workspace(kind, name, 0)

    async def move_clock(self, *, by_seconds: int) -> Workspace:
        """See `AccountStore.move_clock`."""
        row = await self._session.scalar(select(WorkspaceRow).with_for_update())
        if row is None:
            raise NotFound("no_workspace")
        if row.kind != WorkspaceKind.DEMO:
            raise NotAllowed("real_time")
        row.clock_offset_seconds += max(0, by_seconds)
        await self._session.flush()
        return to_workspace(row)

    async def make_tenant(self, name: str) -> TenantId:
        """See `AccountStore.make_tenant`."""
        row = TenantRecord(name=name, made_at=self._now)
        await self._keep(row)
        return TenantId(row.id)

    async def make_brand(self, tenant: TenantId, brand: NewBrand) -> Brand:
        """See `AccountStore.make_brand`."""
        row = BrandRecord(
            tenant_id=tenant,
            name=brand.name,
            shop_name=brand.shop_name,
            market=brand.market,
            team_zone=brand.team_zone,
            currency=brand.currency,
            made_at=self._now,
        )
        await self._keep(row)
        policy = brand.policy or BrandPolicy()
        values = {name: getattr(policy, name) for name in _POLICY_FIELDS}
        await self._keep(BrandPolicyRow(tenant_id=tenant, brand_id=row.id, changed_at=self._now, **values))
        return to_brand(row)

    async def rename(self, tenant: TenantId, brand: BrandId, *, shop: NewBrand) -> Brand:
        """See `AccountStore.rename`."""
        workspace = await self._session.scalar(select(WorkspaceRow).with_for_update())
        owner = await self._session.scalar(select(TenantRecord).where(TenantRecord.id == tenant))
        row = await self._session.scalar(
            select(BrandRecord).where(BrandRecord.id == brand, BrandRecord.tenant_id == tenant)
        )
        if workspace is None or owner is None or row is None:
            raise NotFound("no_workspace")
        workspace.name = owner.name = shop.shop_name
        row.name, row.shop_name, row.market = shop.name, shop.shop_name, shop.market
        row.team_zone, row.currency = shop.team_zone, shop.currency
        await self._session.flush()
        return to_brand(row)

    async def rename_member(self, member: MemberId, *, login: str, name: str, lang: Lang) -> None:
        """See `AccountStore.rename_member`."""
        taken = await self._session.scalar(
            select(MemberRow.id).where(MemberRow.login_key == login_key(login), MemberRow.id != member)
        )
        if taken is not None:
            raise Conflict("login_taken")
        row = await self._session.scalar(select(MemberRow).where(MemberRow.id == member))
        if row is None:
            raise NotFound("no_such_member", login=login)
        row.login, row.login_key, row.name, row.lang = login.strip(), login_key(login), name, lang
        await self._session.flush()

    async def make_member(self, tenant: TenantId, member: NewMember) -> Member:
        """See `AccountStore.make_member`."""
        row = MemberRow(
            tenant_id=tenant,
            login=member.login.strip(),
            login_key=login_key(member.login),
            name=member.name,
            role=member.role,
            works_for=member.brand,
            active=True,
            lang=member.lang,
            password_hash=member.password_hash,
            made_at=self._now,
        )
        try:
            async with self._session.savepoint():
                await self._keep(row)
        except IntegrityError as taken:
            raise Conflict("login_taken", login=member.login) from taken
        return to_member(row)

    async def tenants(self) -> list[TenantId]:
        """See `AccountStore.tenants`."""
        return [
            TenantId(found) for found in await self._session.scalars(select(TenantRecord.id).order_by(TenantRecord.id))
        ]

    async def by_login(self, login: str) -> Account | None:
        """See `AccountStore.by_login`."""
        return await self._one(select(MemberRow).where(MemberRow.login_key == login_key(login)))

    async def by_id(self, member: MemberId) -> Account | None:
        """See `AccountStore.by_id`."""
        row = as_row(MemberRow, await self._session.execute(_MEMBER, {"member": member}))
        return to_account(row) if row else None

    async def leads(self, tenant: TenantId) -> list[Account]:
        """See `AccountStore.leads`."""
        rows = await self._session.scalars(
            select(MemberRow)
            .where(MemberRow.tenant_id == tenant, MemberRow.role == Role.LEAD, MemberRow.active)
            .order_by(MemberRow.id)
        )
        return [to_account(row) for row in rows]

    async def bind(self, member: MemberId, *, kind: str, outside_id: str) -> None:
        """See `AccountStore.bind`."""
        tenant = await self._session.scalar(select(MemberRow.tenant_id).where(MemberRow.id == member))
        if tenant is None:
            raise NotFound("member_not_found", member=member)
        await self._session.execute(
            insert(IdentityRow)
            .on_conflict_do_update(
                index_elements=["kind", "channel_id", "outside_id"], set_={"member_id": member, "tenant_id": tenant}
            )
            .values(tenant_id=tenant, kind=kind, outside_id=outside_id, member_id=member, made_at=self._now)
        )

    async def by_identity(self, *, kind: str, outside_id: str) -> Account | None:
        """See `AccountStore.by_identity`."""
        return await self._one(
            select(MemberRow)
            .join(IdentityRow, IdentityRow.member_id == MemberRow.id)
            .where(IdentityRow.kind == kind, IdentityRow.channel_id.is_(None), IdentityRow.outside_id == outside_id)
        )

    async def brands_of(self, account: Account) -> list[Brand]:
        """See `AccountStore.brands_of`."""
        rows = as_rows(BrandRecord, await self._session.execute(_BRANDS, {"tenant": account.tenant}))
        return [to_brand(row) for row in rows if account.member.brand in (None, row.id)]

    async def principals(self, account: Account) -> list[Member]:
        """See `AccountStore.principals`."""
        return await principals_of(self._session, account.member.id, at=self._now)

    async def start_session(self, member: MemberId, *, token_hash: str, expires_at: datetime) -> None:
        """See `AccountStore.start_session`."""
        account = await self.by_id(member)
        if account is None:
            raise NotFound("member_not_found", member=member)
        await self._session.execute(
            delete(SessionRow)
            .where(SessionRow.member_id == member, SessionRow.expires_at < func.now())
            .execution_options(synchronize_session=False)
        )
        await self._keep(
            SessionRow(
                tenant_id=account.tenant,
                member_id=member,
                token_hash=token_hash,
                made_at=self._now,
                expires_at=expires_at,
            )
        )

    async def by_session(self, token_hash: str) -> Account | None:
        """See `AccountStore.by_session`."""
        return await self._one(
            select(MemberRow)
            .join(SessionRow, SessionRow.member_id == MemberRow.id)
            .where(SessionRow.token_hash == token_hash, SessionRow.expires_at > func.now(), MemberRow.active)
        )

    async def end_session(self, token_hash: str) -> None:
        """See `AccountStore.end_session`."""
        await self._session.execute(delete(SessionRow).where(SessionRow.token_hash == token_hash))

    async def end_sessions(self, member: MemberId) -> None:
        """See `AccountStore.end_sessions`."""
        await self._session.execute(delete(SessionRow).where(SessionRow.member_id == member))

    async def record_failure(self, *, login: str, address: str) -> None:
        """See `AccountStore.record_failure`."""
        await self._session.execute(
            delete(SignInFailureRow)
            .where(SignInFailureRow.at < func.now() - _FAILURES_KEPT)
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(
            insert(SignInFailureRow).values(login_key=login_key(login), address=address, at=func.now())
        )

    async def failures(self, *, login: str, address: str, minutes: int) -> tuple[int, int]:
        """See `AccountStore.failures`."""
        of_login, of_address = SignInFailureRow.login_key == login_key(login), SignInFailureRow.address == address
        row = (
            await self._session.execute(
                select(func.count().filter(of_login), func.count().filter(of_address))
                .select_from(SignInFailureRow)
                .where(and_(SignInFailureRow.at > func.now() - timedelta(minutes=minutes), or_(of_login, of_address)))
            )
        ).one()
        return int(row[0]), int(row[1])

    async def clear_failures(self, *, login: str) -> None:
        """See `AccountStore.clear_failures`."""
        await self._session.execute(delete(SignInFailureRow).where(SignInFailureRow.login_key == login_key(login)))

    async def set_password(self, member: MemberId, password_hash: str) -> None:
        """See `AccountStore.set_password`."""
        await self._session.execute(update(MemberRow).where(MemberRow.id == member).values(password_hash=password_hash))

    async def set_lang(self, member: MemberId, lang: Lang) -> None:
        """See `AccountStore.set_lang`."""
        await self._session.execute(update(MemberRow).where(MemberRow.id == member).values(lang=lang))

    async def _one(self, wanted: Select[MemberRow]) -> Account | None:
        row = await self._session.scalar(wanted)
        return to_account(row) if row else None

    async def _keep(self, row: Base) -> None:
        self._session.add(row)
        await self._session.flush()


def to_account(row: MemberRow) -> Account:
    """A row as a noun."""
    return Account(TenantId(row.tenant_id), to_member(row), row.password_hash)
