"""A real PostgreSQL for tests: one embedded server a session, one migrated template, a fresh copy per test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from memory.database import Database
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.ids import BrandId, TenantId
from memory.domain.workspace import Brand, Role, Scope, WorkspaceKind
from memory.embedded import EmbeddedServer
from memory.migrations.run import migrate

_NUMBERS = count(1)
_TEMPLATE = "daren_template"
MINUTES = {
    "callback": "heard_at = heard_at - interval '1 minute'",
    "delivery": "look_at = look_at - interval '1 minute'",
    "delivery_try": "called_at = called_at - interval '1 minute'",
    "channel_setting": "paused_until = paused_until - interval '1 minute'",
}

# The rest of a long answer stays claimed for days: it waits for its reader, not for anybody here.
NOT_KEPT = (
    " and not exists (select 1 from delivery_try where delivery_id = delivery.id"
    " and delivery_try.state = 'claimed' and delivery_try.reason_key is not null)"
)


@dataclass(frozen=True)
class TestServer:
    """The session's server. Databases made here belong to the product's own login, as in production."""

    __test__ = False

    server: EmbeddedServer

    def url(self, name: str, *, user: str = "daren") -> str:
        return self.server.url(user=user, database=name)

    def make(self, name: str, *, template: str | None = None) -> str:
        statement = sql.SQL("create database {} owner daren").format(sql.Identifier(name))
        if template:
            statement += sql.SQL(" template {} strategy file_copy").format(sql.Identifier(template))
        self._as_administrator(statement)
        return self.url(name)

    def drop(self, name: str) -> None:
        self._as_administrator(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _as_administrator(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres", user="postgres"), autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A home that leaves nothing behind, wherever its database lives."""
    home = Path(tempfile.mkdtemp(prefix="daren-test-")).resolve()
    try:
        yield home
    finally:
        named = home / "postgres.path"
        folder = Path(named.read_text(encoding="utf-8").strip()) if named.exists() else home / "postgres"
        shutil.rmtree(folder, ignore_errors=True)
        for name in ("lock", "users"):
            folder.with_name(f"{folder.name}.{name}").unlink(missing_ok=True)
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running_server() -> Iterator[TestServer]:
    """A server with a migrated template."""
    with temporary_home() as home:
        _lies_where_it_is_thrown_away(home)
        server = EmbeddedServer(home, durable=False)
        server.join()
        try:
            tests = TestServer(server)
            asyncio.run(migrate(tests.make(_TEMPLATE)))
            yield tests
        finally:
            server.leave()


def _lies_where_it_is_thrown_away(home: Path) -> None:
    """Root's rows lie beside the home, in memory where that does, not where the product has root's rows: on the disk.

    A copy of the template is nine hundred files: 40 ms in memory, half a second on such a disk.
    """
    if os.geteuid() == 0:
        rows = home.with_name(f"{home.name}.rows")
        rows.mkdir()
        (home / "postgres.path").write_text(f"{rows}\n", encoding="utf-8")


@contextmanager
def fresh_url(tests: TestServer, *, migrated: bool = True, template: str = _TEMPLATE) -> Iterator[str]:
    """The URL of a new database: a copy of the template, or an empty one."""
    name = f"test_{os.getpid()}_{next(_NUMBERS)}"
    yield_url = tests.make(name, template=template if migrated else None)
    try:
        yield yield_url
    finally:
        tests.drop(name)


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Database]:
    """A Database on a URL, as production opens one that is yours."""
    async with Database.open(home=Path(), url=url) as database:
        yield database


@dataclass(frozen=True)
class Office:
    """A workspace with one tenant: its brands, and a scope per role and brand (0, 1 …)."""

    tenant: TenantId
    brands: tuple[Brand, ...]
    scopes: dict[tuple[Role, int], Scope]
    owner: Scope

    def lead(self, brand: int = 0) -> Scope:
        return self.scopes[Role.LEAD, brand]

    def approver(self, brand: int = 0) -> Scope:
        return self.scopes[Role.APPROVER, brand]

    def operator(self, brand: int = 0) -> Scope:
        return self.scopes[Role.OPERATOR, brand]

    def viewer(self, brand: int = 0) -> Scope:
        return self.scopes[Role.VIEWER, brand]


async def make_workspace(
    database: Database, *, kind: WorkspaceKind = WorkspaceKind.DEMO, brands: int = 2, name: str = "Acme"
) -> Office:
    """The workspace (if there is none yet) and one tenant of it; call again for another tenant.

    `owner` is a lead of all brands (scope without a brand); every brand has a member of each role.
    """
    async with database.across_tenants("test workspace") as unit:
        accounts = unit.accounts
        if await accounts.workspace() is None:
            await accounts.make_workspace(kind, name=name)
        tenant = await accounts.make_tenant(name)
        made = [
            await accounts.make_brand(
                tenant, NewBrand(f"{name} {number + 1}", f"{name} Shop {number + 1}", "US", "Asia/Shanghai")
            )
            for number in range(brands)
        ]
        prefix = f"t{tenant}"
        owner = await accounts.make_member(tenant, NewMember(f"{prefix}-owner", "Owner", Role.LEAD))
        scopes = {}
        for number, brand in enumerate(made):
            for role in Role:
                login = f"{prefix}-{role}-{number + 1}"
                member = await accounts.make_member(tenant, NewMember(login, login, role, brand.id))
                scopes[role, number] = Scope(tenant, brand.id, member.id, role)
    return Office(tenant, tuple(made), scopes, Scope(tenant, None, owner.id, Role.LEAD))


def at_brand(scope: Scope, brand: BrandId | None) -> Scope:
    """The same member narrowed to a brand, or widened to all."""
    return Scope(scope.tenant, brand, scope.member, scope.role, scope.lang)


@contextmanager
def looking(url: str) -> Iterator[psycopg.Connection]:
    """Every tenant's rows as they are at each question: looked at fifty times a second, so it stays open."""
    with psycopg.connect(url, autocommit=True) as line:
        line.execute("set role daren_service")
        yield line


def lies_back(line: psycopg.Connection, ledger: str) -> None:
    """Put what a ledger of `MINUTES` waits for back by a minute; rows that somebody holds keep their time."""
    free = f"select ctid from {ledger} for update skip locked"
    line.execute(f"update {ledger} set {MINUTES[ledger]} where ctid in ({free})".encode())
