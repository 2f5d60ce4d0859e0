"""What every table shares: the registry, row ids, UTC times, and whose row it is.

`TenantRow`, `BrandRow`, `AnyBrandRow` and `SharedRow` are what the session hook and row-level security go by:
a table that holds anybody's data carries exactly one of them.
"""

from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

from sqlalchemy import BigInteger, Date, DateTime, ForeignKey, Identity, LargeBinary, MetaData, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

# JSON-shaped values; what is inside is the business of the repository that writes it.
JsonObject = dict[str, Any]
JsonList = list[Any]

Ids = ARRAY(BigInteger)  # row ids given as one value: the statement is the same however many they are
Words = ARRAY(Text)  # likewise

RowId = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]


class UtcDateTime(TypeDecorator[datetime]):
    """A `timestamptz` that takes only aware times and gives them back in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time: nobody knows which moment it means."""
        del dialect
        if value is not None and value.tzinfo is None:
            message = f"a naive time reached the database: {value!r}"
            raise ValueError(message)
        return value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Hand it out in UTC whatever the connection's zone is."""
        del dialect
        return value.astimezone(UTC) if value is not None else None


class Base(DeclarativeBase):
    """Every mapped class; constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        int: BigInteger(),
        date: Date(),
        bytes: LargeBinary(),
        str: Text(),
        datetime: UtcDateTime(),
        JsonObject: JSONB(none_as_null=True),
        JsonList: JSONB(none_as_null=True),
    }


class TenantRow:
    """A row of one tenant, seen by every brand of it."""

    tenant_id: Mapped[int] = mapped_column(ForeignKey("tenant.id"))


class BrandRow(TenantRow):
    """A row of one brand of a tenant. Inherit this alone: it is a `TenantRow` already."""

    brand_id: Mapped[int] = mapped_column(ForeignKey("brand.id"))


class AnyBrandRow(TenantRow):
    """A row of one brand, or (None) of a member who works for all of them; a brand's scope sees its own only."""

    brand_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))


class SharedRow:
    """A row of one tenant, or (None) a public one: read by all, written by none of them."""

    tenant_id: Mapped[int | None] = mapped_column(ForeignKey("tenant.id"))
