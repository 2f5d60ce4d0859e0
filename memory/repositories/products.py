"""Products of a brand, and preferences of a member."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import BrandId, ProductId
from memory.domain.money import BASIS_POINTS, Money
from memory.domain.offer import Product
from memory.domain.product_stores import Preference
from memory.domain.workspace import Scope
from memory.models.books import PreferenceRow
from memory.models.shop import ProductRow
from memory.models.workspace import BrandRecord
from memory.standing import as_rows, columns_of, standing
from memory.tenancy import ScopedSession

_FIELDS = frozenset({"name", "link", "price", "selling_points", "commission_ceiling_bp", "sample"})

_PRODUCTS = standing(select(*columns_of(ProductRow)).order_by(ProductRow.id.desc()))
_PREFERENCES = standing(
    select(*columns_of(PreferenceRow)).where(PreferenceRow.member_id == bindparam("member")).order_by(PreferenceRow.id)
)


class ProductRepository:
    """Satisfies `memory.domain.product_stores.ProductStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def all(self) -> list[Product]:
        """See `ProductStore.all`."""
        rows = as_rows(ProductRow, await self._session.execute(_PRODUCTS))
        return [_to_product(row) for row in rows]

    async def by_id(self, product: ProductId) -> Product | None:
        """See `ProductStore.by_id`."""
        row = await self._session.scalar(select(ProductRow).where(ProductRow.id == product))
        return _to_product(row) if row else None

    async def save(self, product: Product | None, fields: Mapping[str, object], *, brand: BrandId) -> Product:
        """See `ProductStore.save`. Raises NotFound for a product or brand out of sight."""
        columns = _columns(fields)
        if product is None:
            if not columns.get("name"):
                raise BadRequest("product_needs_name")
            if await self._session.scalar(select(BrandRecord.id).where(BrandRecord.id == brand)) is None:
                raise NotFound("brand_not_found", brand=brand)
            row = ProductRow(
                **{"brand_id": brand, "selling_points": [], "made_at": self._now, "changed_at": self._now, **columns}
            )
            self._session.add(row)
        else:
            found = await self._session.scalar(
                select(ProductRow).where(ProductRow.id == product.id).with_for_update(key_share=True)
            )
            if found is None:
                raise NotFound("product_not_found", product=product.id)
            row = found
            for name, value in columns.items():
                setattr(row, name, value)
            row.changed_at = self._now
        await self._session.flush()
        return _to_product(row)


def _columns(fields: Mapping[str, object]) -> dict[str, Any]:
    """Attribute names of Product as columns.

    Raises:
        BadRequest: an unknown field, an empty name, a ceiling outside 0-100 % or a price below zero.
    """
    unknown = set(fields) - _FIELDS
    if unknown:
        raise BadRequest("unknown_field", field=sorted(unknown)[0])
    columns: dict[str, Any] = dict(fields)
    if "name" in columns:
        columns["name"] = str(columns["name"]).strip()
        if not columns["name"]:
            raise BadRequest("product_needs_name")
    if "selling_points" in columns:
        columns["selling_points"] = [str(point) for point in columns["selling_points"] or ()]
    if "price" in columns:
        price = columns.pop("price")
        if price is not None and (not isinstance(price, Money) or price.minor < 0):
            raise BadRequest("bad_price")
        columns["price_minor"] = price.minor if price else None
        columns["price_currency"] = price.currency if price else None
    ceiling = columns.get("commission_ceiling_bp")
    if ceiling is not None and not 0 <= ceiling <= BASIS_POINTS:
        raise BadRequest("bad_commission_ceiling")
    return columns


def _to_product(row: ProductRow) -> Product:
    price = Money(row.price_minor, row.price_currency or "USD") if row.price_minor is not None else None
    return Product(
        id=ProductId(row.id),
        brand=BrandId(row.brand_id),
        name=row.name,
        link=row.link,
        price=price,
        selling_points=tuple(row.selling_points),
        commission_ceiling_bp=row.commission_ceiling_bp,
        sample=row.sample,
    )


class PreferenceRepository:
    """Satisfies `memory.domain.product_stores.PreferenceStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def all(self) -> list[Preference]:
        """See `PreferenceStore.all`."""
        rows = as_rows(PreferenceRow, await self._session.execute(_PREFERENCES, {"member": self._scope.member}))
        return [Preference(row.id, row.text, dict(row.criteria)) for row in rows]

    async def add(self, text: str, criteria: Mapping[str, object]) -> Preference:
        """See `PreferenceStore.add`."""
        statement = insert(PreferenceRow)
        kept = await self._session.scalar(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "member_id", "text"], set_={"criteria": statement.excluded.criteria}
            )
            .values(member_id=self._scope.member, text=text.strip(), criteria=dict(criteria), made_at=self._now)
            .returning(PreferenceRow.id)
        )
        return Preference(int(kept or 0), text.strip(), dict(criteria))

    async def forget(self, preference: int) -> None:
        """See `PreferenceStore.forget`; one that is gone, or somebody else's, is no error."""
        await self._session.execute(
            delete(PreferenceRow)
            .where(PreferenceRow.id == preference, PreferenceRow.member_id == self._scope.member)
            .execution_options(synchronize_session=False)
        )
