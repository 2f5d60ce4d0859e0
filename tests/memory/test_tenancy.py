"""Two guards stand between tenants. Each probe must be stopped by either of them alone, and by nothing else."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import NullPool

from memory.address import sqlalchemy_url
from memory.domain.creator import CreatorFacts
from memory.domain.workspace import Scope
from memory.models.books import OccasionRow
from memory.models.shop import ProductRow
from memory.narrowing import TenancyError
from memory.standing import standing
from memory.tenancy import Reach, ScopedSession
from memory.transactions import BEGIN, wire_of
from tests.memory.tenancy_probes import NOW, PROBES, Neighbours, Probe, product_of
from tests.support.database import TestServer, fresh_url, make_workspace, opened


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


@asynccontextmanager
async def _connected(url: str) -> AsyncIterator[AsyncConnection]:
    engine = create_async_engine(sqlalchemy_url(url), poolclass=NullPool)
    async with engine.connect() as connection:
        transaction = await connection.begin()
        await wire_of(connection).ask(BEGIN)
        try:
            yield connection
        finally:
            if transaction.is_active:
                await transaction.rollback()
    await engine.dispose()


@asynccontextmanager
async def without_row_security(there: Neighbours) -> AsyncIterator[tuple[AsyncConnection, AsyncSession]]:
    """The hook alone: as superuser, whom row-level security does not see."""
    async with _connected(there.superuser_url) as connection, _scoped(connection, there.scope) as session:
        yield connection, session


def _scoped(connection: AsyncConnection, scope: Scope) -> ScopedSession:
    return ScopedSession(connection, info={"reach": Reach(scope, NOW), "wire": wire_of(connection)})


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
    except (TenancyError, DBAPIError, StaleDataError):
        return False
    if seen:
        return True
    await session.flush()
    await connection.execute(
        text(
            "select set_config('role', case when rolsuper then 'none' else 'daren_service' end, true)"
            " from pg_roles where rolname = session_user"
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
            " union all"
            " select 'creator', id, tenant_id, null, bio from creator where tenant_id is distinct from :tenant"
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


async def test_a_standing_select_shows_each_scope_its_own_rows_alone(neighbours: Neighbours) -> None:
    products = standing(select(ProductRow.id).where(ProductRow.name == bindparam("name")))
    sister = replace(neighbours.scope, brand=None)
    theirs = replace(neighbours.scope, tenant=neighbours.tenant, brand=neighbours.brand)
    expected = {
        neighbours.scope: [neighbours.own_product],
        sister: sorted([neighbours.own_product, neighbours.sister_product]),
        theirs: [neighbours.product],
    }
    for scope in [*expected, *expected]:  # made for a scope, then met again
        async with _connected(neighbours.superuser_url) as connection, _scoped(connection, scope) as session:
            assert sorted(await session.scalars(products, {"name": "Leash"})) == expected[scope]


async def test_a_standing_update_reaches_each_scope_its_own_rows_alone(neighbours: Neighbours) -> None:
    rename = standing(
        update(ProductRow)
        .where(ProductRow.name == bindparam("old"))
        .values(name=bindparam("new"))
        .returning(ProductRow.id)
        .execution_options(synchronize_session=False)
    )
    async with without_row_security(neighbours) as (_, session):
        for _ in range(2):  # made for the scope, then met again
            assert list(await session.scalars(rename, {"old": "Leash", "new": "Leash"})) == [neighbours.own_product]


async def test_a_standing_insert_gets_the_scope_and_no_other(neighbours: Neighbours) -> None:
    mark = standing(insert(OccasionRow).returning(OccasionRow.tenant_id))
    theirs = replace(neighbours.scope, tenant=neighbours.tenant, brand=neighbours.brand)
    for number, scope in enumerate([neighbours.scope, theirs, neighbours.scope]):
        async with _connected(neighbours.superuser_url) as connection, _scoped(connection, scope) as session:
            row = {"occasion": f"standing {number}", "at": NOW}
            assert await session.scalar(mark, row) == scope.tenant
            other = neighbours.tenant if scope is neighbours.scope else neighbours.scope.tenant
            with pytest.raises(TenancyError, match="another tenant"):
                await session.scalar(mark, row | {"tenant_id": other})


def test_a_standing_write_says_not_itself_whose_row_it_is() -> None:
    moved = update(ProductRow).values(brand_id=bindparam("brand"))
    given = insert(OccasionRow).values(tenant_id=bindparam("tenant"))
    for write in (moved, given):
        with pytest.raises(TenancyError, match="whose rows cannot be read"):
            standing(write)


async def test_a_standing_select_that_names_no_class_is_refused(neighbours: Neighbours) -> None:
    bare = standing(select(text("id")).select_from(ProductRow))
    async with without_row_security(neighbours) as (_, session):
        with pytest.raises(TenancyError):
            await session.execute(bare)


async def test_a_session_without_a_scope_does_nothing(neighbours: Neighbours) -> None:
    async with (
        _connected(neighbours.superuser_url) as connection,
        ScopedSession(connection, info={"wire": wire_of(connection)}) as session,
    ):
        with pytest.raises(TenancyError, match="without a scope"):
            await session.scalars(select(ProductRow))
        session.add(ProductRow(**product_of(neighbours, neighbours.scope.tenant, neighbours.scope.brand or 0)))
        with pytest.raises(TenancyError, match="without a scope"):
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
        assert set(open_tables) == {"workspace", "exchange_rate", "heartbeat", "alembic_version", "applied_schema"}
        roles = await connection.scalars(
            text("select rolname from pg_roles where rolname like 'daren%' and (rolsuper or rolbypassrls)")
        )
        assert roles.all() == []


async def test_a_scope_reads_no_job_of_anybody(neighbours: Neighbours) -> None:
    async with without_the_hook(neighbours) as (connection, _):
        with pytest.raises(DBAPIError, match="permission denied"):
            await connection.execute(text("select args from procrastinate_jobs"))
