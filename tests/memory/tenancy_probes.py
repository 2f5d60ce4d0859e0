"""Ways to reach what belongs to another tenant or brand; each gets through where nothing guards the rows."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Select, column, delete, exists, func, insert, select, table, text, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from memory.domain.ids import BrandId, TenantId
from memory.domain.workspace import Scope
from memory.models.creators import CreatorRow
from memory.models.shop import ProductRow
from memory.models.workspace import BrandRecord, MemberRow, TenantRecord

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


async def read_as_text(session: AsyncSession, there: Neighbours) -> object:
    return (await session.execute(text("select * from product where id = :id"), {"id": there.product})).all()


async def read_on_a_bare_connection(session: AsyncSession, there: Neighbours) -> object:
    connection = await session.connection()
    return (await connection.execute(text(f"select * from product where id = {there.product}"))).all()


async def read_a_core_table(session: AsyncSession, there: Neighbours) -> object:
    products = ProductRow.__table__
    return (await session.execute(select(products).where(products.c.id == there.product))).all()


async def read_a_table_by_name(session: AsyncSession, there: Neighbours) -> object:
    named: Select[int] = (
        select(column("id", BigInteger)).select_from(table("product")).where(column("id") == there.product)
    )
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
    wanted = select(MemberRow.id, products.c.name).where(products.c.tenant_id != MemberRow.tenant_id)
    return (await session.execute(wanted.where(products.c.id == there.product).limit(1))).all()


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


def product_of(there: Neighbours, tenant: int, brand: int) -> dict[str, Any]:
    return {
        "tenant_id": tenant,
        "brand_id": brand,
        "name": "Planted",
        "selling_points": [],
        "made_at": NOW,
        "changed_at": NOW,
    }


async def add_a_row_there(session: AsyncSession, there: Neighbours) -> object:
    session.add(ProductRow(**product_of(there, there.tenant, there.brand)))
    await session.flush()
    return None


async def insert_rows_there(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(insert(ProductRow), [product_of(there, there.tenant, there.brand)])
    return None


async def insert_values_there(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(insert(ProductRow).values(**product_of(there, there.tenant, there.brand)))
    return None


async def insert_in_bulk_there(session: AsyncSession, there: Neighbours) -> object:
    rows = [product_of(there, there.tenant, there.brand)]
    await session.run_sync(lambda inner: inner.bulk_insert_mappings(ProductRow, rows))
    return None


async def insert_a_core_row_there(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(ProductRow.__table__.insert(), [product_of(there, there.tenant, there.brand)])  # type: ignore[attr-defined]  # a Table, typed as any FROM
    return None


async def insert_from_a_select(session: AsyncSession, there: Neighbours) -> object:
    copied = select(ProductRow.tenant_id, ProductRow.brand_id, ProductRow.name, ProductRow.selling_points)
    names = ["tenant_id", "brand_id", "name", "selling_points", "made_at", "changed_at"]
    source = copied.add_columns(ProductRow.made_at, ProductRow.changed_at).where(ProductRow.id == there.product)
    await session.execute(insert(ProductRow).from_select(names, source))
    return None


async def take_over_by_upsert(session: AsyncSession, there: Neighbours) -> object:
    own = product_of(there, there.scope.tenant, there.scope.brand or 0) | {"id": there.product}
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
    session.add(ProductRow(**product_of(there, there.scope.tenant, there.sister_brand)))
    await session.flush()
    return None


async def insert_into_the_sister_brand(session: AsyncSession, there: Neighbours) -> object:
    await session.execute(insert(ProductRow), [product_of(there, there.scope.tenant, there.sister_brand)])
    return None


PROBES: tuple[Probe, ...] = (
    read_as_text, read_on_a_bare_connection, read_a_core_table, read_a_table_by_name, read_by_id, read_by_identity,
    read_an_alias, read_by_a_join, join_a_core_table, read_a_core_column_beside_a_class, read_by_a_core_subquery,
    ask_whether_it_exists, read_in_a_with_clause, read_another_tenant, read_a_text_fragment, change_it,
    change_by_primary_key, remove_it, push_own_row_over, add_a_row_there, insert_rows_there, insert_values_there,
    insert_in_bulk_there, insert_a_core_row_there, insert_from_a_select, take_over_by_upsert, change_a_public_creator,
    read_the_sister_brand, add_to_the_sister_brand, insert_into_the_sister_brand,
)  # fmt: skip
