"""Two guards stand between tenants. Each probe must be stopped by either of them alone, and by nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import column, delete, exists, func, insert, select, table, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.orm import aliased
from sqlalchemy.pool import NullPool

from memory.domain.creator import CreatorFacts
from memory.domain.ids import BrandId, TenantId
from memory.domain.workspace import Scope
from memory.migrations.run import sqlalchemy_url
from memory.models.creators import CreatorRow
from memory.models.shop import ProductRow
from memory.models.workspace import BrandRecord, MemberRow, TenantRecord
from memory.tenancy import Reach, ScopedSession, TenancyBroken
from tests.support.database import TestServer, fresh_url, make_workspace, opened

NOW = datetime(2026, 11, 20, tzinfo=UTC)


@dataclass(frozen=True)
class Neighbours:
    """Two tenants; `scope` is brand 1 of ours, everything `foreign_*` belongs to the other tenant."""

    url: str
    superuser_url: str
    scope: Scope
    tenant: TenantId
    brand: BrandId
    product: int
    creator: int
    public: int
    sister_brand: BrandId
    sister_product: int
    own_product: int


Probe = Callable[[AsyncSession, Neighbours], Awaitable[object]]


@pytest.fixture(scope="module")
def neighbours(postgres: TestServer) -> Iterator[Neighbours]:
    with fresh_url(postgres) as url:
        name = url.split("/")[3].split("?")[0]
        yield asyncio.run(_seed(url, postgres.url(name, user="postgres")))


async def _seed(url: str, superuser_url: str) -> Neighbours:
    async with opened(url) as database:
        ours, theirs = await make_workspace(database), await make_workspace(database, name="Rival")
        products: list[int] = []
        for scope in (ours.lead(0), ours.lead(1), theirs.lead(0)):
            async with database.unit(scope) as unit:
                assert scope.brand is not None
                products.append((await unit.products.save(None, {"name": "Leash"}, brand=scope.brand)).id)
                await unit.creators.upsert([CreatorFacts(handle="ana", bio="dogs")], source="file", as_of=NOW)
        async with database.unit(theirs.lead(0)) as unit:
            creator = (await unit.creators.by_handles(["ana"]))["ana"].id
    engine = create_async_engine(sqlalchemy_url(superuser_url), poolclass=NullPool)
    async with engine.begin() as connection:
        public = await connection.scalar(
            text(
                "insert into creator (platform, handle, name, bio, languages, categories, captions, hashtags, source,"
                " source_as_of, made_at, changed_at) values ('tiktok', 'everyone', '', '', '[]', '[]', '[]', '[]',"
                " 'shared', now(), now(), now()) returning id"
            )
        )
    await engine.dispose()
    return Neighbours(
        url=url,
        superuser_url=superuser_url,
        scope=ours.lead(0),
        tenant=theirs.tenant,
        brand=theirs.brands[0].id,
        product=products[2],
        creator=creator,
        public=int(public or 0),
        sister_brand=ours.brands[1].id,
        sister_product=products[1],
        own_product=products[0],
    )


async def read_as_text(session: AsyncSession, there: Neighbours) -> object:
    return (await session.execute(text("select * from product where id = :id"), {"id": there.product})).all()


async def read_on_a_bare_connection(session: AsyncSession, there: Neighbours) -> object:
    connection = await session.connection()
    return (await connection.execute(text(f"select * from product where id = {there.product}"))).all()


async def read_a_core_table(session: AsyncSession, there: Neighbours) -> object:
    products = ProductRow.__table__
    return (await session.execute(select(products).where(products.c.id == there.product))).all()


async def read_a_table_by_name(session: AsyncSession, there: Neighbours) -> object:
    named = select(column("id")).select_from(table("product")).where(column("id") == there.product)
    return (await session.execute(select(func.count()).where(BrandRecord.id.in_(named)))).scalar_one() or (
        await session.execute(named)
    ).all()


async def read_by_id(session: AsyncSession, there: Neighbours) -> object:
    return (await session.scalars(select(ProductRow).where(ProductRow.id == there.product))).all()


async def read_by_identity(session: AsyncSession, there: Neighbours) -> object:
    return await session.get(ProductRow, there.product)


async def read_an_alias(session: AsyncSession, there: Neighbours) -> object:
    other = aliased(ProductRow)
    return (await session.scalars(select(other).where(other.id == there.product))).all()


async def read_by_a_join(session: AsyncSession, there: Neighbours) -> object:
    joined = select(ProductRow.name).join(MemberRow, MemberRow.id == there.scope.member)
    return (await session.scalars(joined.where(ProductRow.id == there.product))).all()


async def join_a_core_table(session: AsyncSession, there: Neighbours) -> object:
    products = ProductRow.__table__
    return (await session.scalars(select(MemberRow.id).join(products, products.c.id == there.product).limit(1))).all()


async def read_a_core_column_beside_a_class(session: AsyncSession, there: Neighbours) -> object:
    products = ProductRow.__table__
    wanted = select(MemberRow.id, products.c.name).where(products.c.id == there.product).limit(1)
    return (await session.execute(wanted)).all()


async def read_by_a_core_subquery(session: AsyncSession, there: Neighbours) -> object:
    products = ProductRow.__table__
    hidden = select(products.c.name).where(products.c.id == there.product).scalar_subquery()
    return [found for found in await session.scalars(select(hidden).select_from(MemberRow).limit(1)) if found]


async def ask_whether_it_exists(session: AsyncSession, there: Neighbours) -> object:
    there_is = exists().where(ProductRow.id == there.product)
    return (await session.scalars(select(MemberRow.id).where(there_is).limit(1))).all()


async def read_in_a_with_clause(session: AsyncSession, there: Neighbours) -> object:
    found = select(ProductRow.id).where(ProductRow.id == there.product).cte("found")
    return (await session.execute(select(found.c.id))).all()


async def read_another_tenant(session: AsyncSession, there: Neighbours) -> object:
    return (await session.scalars(select(TenantRecord).where(TenantRecord.id == there.tenant))).all()


async def read_a_text_fragment(session: AsyncSession, there: Neighbours) -> object:
    wanted = select(MemberRow.id).where(text(f"exists (select 1 from product where id = {there.product})"))
    return (await session.scalars(wanted.limit(1))).all()


async def change_it(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(update(ProductRow).where(ProductRow.id == there.product).values(name="Mine"))
    return None


async def change_by_primary_key(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(update(ProductRow), [{"id": there.product, "name": "Mine"}])
    return None


async def remove_it(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(delete(ProductRow).where(ProductRow.id == there.product))
    return None


async def push_own_row_over(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(
        update(ProductRow)
        .where(ProductRow.id == there.own_product)
        .values(tenant_id=there.tenant, brand_id=there.brand)
    )
    return None


def _product(there: Neighbours, tenant: int, brand: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "brand_id": brand,
        "name": "Planted",
        "selling_points": [],
        "made_at": NOW,
        "changed_at": NOW,
    }


async def add_a_row_there(session: AsyncSession, there: Neighbours) -> object:
    session.add(ProductRow(**_product(there, there.tenant, there.brand)))
    await session.flush()
    return None


async def insert_rows_there(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(insert(ProductRow), [_product(there, there.tenant, there.brand)])
    return None


async def insert_values_there(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(insert(ProductRow).values(**_product(there, there.tenant, there.brand)))
    return None


async def insert_in_bulk_there(session: AsyncSession, there: Neighbours) -> object:
    rows = [_product(there, there.tenant, there.brand)]
    await session.run_sync(lambda inner: inner.bulk_insert_mappings(ProductRow, rows))  # type: ignore[arg-type]  # a class is a mapper here
    return None


async def insert_a_core_row_there(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(ProductRow.__table__.insert(), [_product(there, there.tenant, there.brand)])  # type: ignore[attr-defined]  # a Table, typed as any FROM
    return None


async def insert_from_a_select(session: AsyncSession, there: Neighbours) -> object:
    copied = select(ProductRow.tenant_id, ProductRow.brand_id, ProductRow.name, ProductRow.selling_points)
    names = ["tenant_id", "brand_id", "name", "selling_points", "made_at", "changed_at"]
    source = copied.add_columns(ProductRow.made_at, ProductRow.changed_at).where(ProductRow.id == there.product)
    await session.execute(insert(ProductRow).from_select(names, source))
    return None


async def take_over_by_upsert(session: AsyncSession, there: Neighbours) -> object:
    own = _product(there, there.scope.tenant, there.scope.brand or 0) | {"id": there.product}
    await session.execute(
        upsert(ProductRow).on_conflict_do_update(index_elements=["id"], set_={"tenant_id": there.scope.tenant}), [own]
    )
    return None


async def change_a_public_creator(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(update(CreatorRow).where(CreatorRow.id == there.public).values(bio="Mine"))
    return None


async def read_the_sister_brand(session: AsyncSession, there: Neighbours) -> object:
    return (await session.scalars(select(ProductRow).where(ProductRow.id == there.sister_product))).all()


async def add_to_the_sister_brand(session: AsyncSession, there: Neighbours) -> object:
    session.add(ProductRow(**_product(there, there.scope.tenant, there.sister_brand)))
    await session.flush()
    return None


async def insert_into_the_sister_brand(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(insert(ProductRow), [_product(there, there.scope.tenant, there.sister_brand)])
    return None


PROBES: tuple[Probe, ...] = (
    read_as_text, read_on_a_bare_connection, read_a_core_table, read_a_table_by_name, read_by_id, read_by_identity,
    read_an_alias, read_by_a_join, join_a_core_table, read_a_core_column_beside_a_class, read_by_a_core_subquery,
    ask_whether_it_exists, read_in_a_with_clause, read_another_tenant, read_a_text_fragment, change_it,
    change_by_primary_key, remove_it, push_own_row_over, add_a_row_there, insert_rows_there, insert_values_there,
    insert_in_bulk_there, insert_a_core_row_there, insert_from_a_select, take_over_by_upsert, change_a_public_creator,
    read_the_sister_brand, add_to_the_sister_brand, insert_into_the_sister_brand,
)  # fmt: skip


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        try:
            yield connection
        finally:
            await transaction.rollback()
    await engine.dispose()


@asynccontextmanager
async def without_row_security(there: Neighbours) -> AsyncIterator[tuple[AsyncConnection, AsyncSession]]:
    """The hook alone: as superuser, whom row-level security does not see."""
    async with _connected(there.superuser_url) as connection:
        info = {"reach": Reach(there.scope, NOW)}
        async with ScopedSession(connection, info=info, join_transaction_mode="control_fully") as session:
            yield connection, session


@asynccontextmanager
async def without_the_hook(there: Neighbours) -> AsyncIterator[tuple[AsyncConnection, AsyncSession]]:
    """Row-level security alone: an ordinary session in the role and settings of a unit."""
    async with _connected(there.url) as connection:
        await connection.execute(
            text(
                "select set_config('role', 'daren_app', true), set_config('daren.tenant', :tenant, true),"
                " set_config('daren.brand', :brand, true)"
            ),
            {"tenant": str(there.scope.tenant), "brand": str(there.scope.brand)},
        )
        async with AsyncSession(connection) as session:
            yield connection, session


@asynccontextmanager
async def without_any_guard(there: Neighbours) -> AsyncIterator[tuple[AsyncConnection, AsyncSession]]:
    async with _connected(there.superuser_url) as connection, AsyncSession(connection) as session:
        yield connection, session


async def _leaks(probe: Probe, there: Neighbours, connection: AsyncConnection, session: AsyncSession) -> bool:
    """Whether a probe saw or changed what is not its scope's."""
    # A superuser sees all; so does the service role, which a unit's login may switch to and back.
    before = await _foreign_rows(there)
    try:
        seen = await probe(session, there)
    except (TenancyBroken, DBAPIError):
        return False
    if seen:
        return True
    await session.flush()
    await connection.execute(
        text(
            "select set_config('role', case when rolsuper then 'none' else 'daren_service' end, true) from pg_roles where rolname = session_user"
        )
    )
    return await _rows(connection, there) != before


async def _foreign_rows(there: Neighbours) -> list[Any]:
    async with _connected(there.superuser_url) as connection:
        return await _rows(connection, there)


async def _rows(connection: AsyncConnection, there: Neighbours) -> list[Any]:
    """Everything that is not our brand's, and whether our own product is still ours."""
    found = await connection.execute(
        text(
            "select 'product', id, tenant_id, brand_id, name from product where brand_id <> :own or id = :mine"
            " union all select 'creator', id, tenant_id, null, bio from creator where tenant_id is distinct from :tenant"
            " order by 1, 2"
        ),
        {"own": there.scope.brand, "mine": there.own_product, "tenant": there.scope.tenant},
    )
    return [tuple(row) for row in found]


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
async def test_the_hook_alone_stops(probe: Probe, neighbours: Neighbours) -> None:
    async with without_row_security(neighbours) as (connection, session):
        assert not await _leaks(probe, neighbours, connection, session)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
async def test_row_security_alone_stops(probe: Probe, neighbours: Neighbours) -> None:
    async with without_the_hook(neighbours) as (connection, session):
        assert not await _leaks(probe, neighbours, connection, session)


@pytest.mark.parametrize("probe", PROBES, ids=lambda probe: probe.__name__)
async def test_with_neither_guard_every_probe_gets_through(probe: Probe, neighbours: Neighbours) -> None:
    async with without_any_guard(neighbours) as (connection, session):
        assert await _leaks(probe, neighbours, connection, session)


async def test_a_session_without_a_scope_does_nothing(neighbours: Neighbours) -> None:
    async with _connected(neighbours.superuser_url) as connection, ScopedSession(connection) as session:
        with pytest.raises(TenancyBroken, match="without a scope"):
            await session.scalars(select(ProductRow))
        session.add(ProductRow(**_product(neighbours, neighbours.scope.tenant, neighbours.scope.brand or 0)))
        with pytest.raises(TenancyBroken, match="without a scope"):
            await session.flush()


async def test_rows_without_an_owner_get_the_scopes(neighbours: Neighbours) -> None:
    bare = {"name": "Own", "selling_points": [], "made_at": NOW, "changed_at": NOW}
    async with without_row_security(neighbours) as (_, session):
        session.add(ProductRow(**bare))
        await session.execute(insert(ProductRow), [bare])
        await session.execute(insert(ProductRow).values(**bare))
        await session.flush()
        made = (await session.scalars(select(ProductRow).where(ProductRow.name == "Own"))).all()
        assert {(row.tenant_id, row.brand_id) for row in made} == {(neighbours.scope.tenant, neighbours.scope.brand)}
        assert len(made) == 3


async def test_a_scope_of_all_brands_sees_both_and_a_public_creator_is_seen_by_all(neighbours: Neighbours) -> None:
    everywhere = Scope(neighbours.scope.tenant, None, neighbours.scope.member, neighbours.scope.role)
    async with opened(neighbours.url) as database, database.unit(everywhere) as unit:
        assert {product.id for product in await unit.products.all()} == {
            neighbours.own_product,
            neighbours.sister_product,
        }
        assert "everyone" in await unit.creators.by_handles(["Everyone"])


async def test_every_table_of_tenants_forces_row_security_and_has_policies_for_both_roles(
    neighbours: Neighbours,
) -> None:
    async with _connected(neighbours.superuser_url) as connection:
        open_tables = await connection.scalars(
            text(
                "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                " where n.nspname = 'public' and c.relkind = 'r' and not (c.relrowsecurity and c.relforcerowsecurity)"
                " and c.relname not like 'procrastinate%'"
            )
        )
        assert set(open_tables) == {"workspace", "exchange_rate", "alembic_version", "applied_schema"}
        roles = await connection.scalars(
            text("select rolname from pg_roles where rolname like 'daren%' and (rolsuper or rolbypassrls)")
        )
        assert roles.all() == []


async def test_a_scope_reads_no_job_of_anybody(neighbours: Neighbours) -> None:
    async with without_the_hook(neighbours) as (connection, _):
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("select args from procrastinate_jobs"))
