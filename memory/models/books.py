"""Tables of our own books: preferences, imports, exchange rates, cursors, counters, the audit trail, files."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import AnyBrandRow, Base, JsonList, JsonObject, RowId, TenantRow


class PreferenceRow(TenantRow, Base):
    """What one member asked to be remembered."""

    __tablename__ = "preference"
    __table_args__ = (UniqueConstraint("tenant_id", "member_id", "text"),)

    id: Mapped[RowId]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    text: Mapped[str]
    criteria: Mapped[JsonObject]
    made_at: Mapped[datetime]


class ImportRunRow(AnyBrandRow, Base):
    """One file handed in: previewed, then carried out with a mapping of its headers."""

    __tablename__ = "import_run"
    __table_args__ = (
        CheckConstraint("state in ('previewed', 'queued', 'running', 'done', 'failed')", name="state"),
        Index("ix_import_run_headers", "tenant_id", "kind", "headers_key", "id"),
        Index("ix_import_run_waiting", "made_at", postgresql_where=text("state in ('queued', 'running')")),
    )

    id: Mapped[RowId]
    kind: Mapped[str]
    file_name: Mapped[str]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    state: Mapped[str]
    headers: Mapped[JsonList]
    headers_key: Mapped[str]
    mapping: Mapped[JsonObject]
    mapping_name: Mapped[str]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class ImportRowRow(AnyBrandRow, Base):
    """One row of a file as it was read, with what became of it. Cells are foreign text."""

    __tablename__ = "import_row"

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    cells: Mapped[JsonList]
    outcome: Mapped[str | None]
    problem: Mapped[str | None]


class ExchangeRateRow(Base):
    """Units of a currency per US dollar on a day; the same for everybody."""

    __tablename__ = "exchange_rate"

    day: Mapped[date] = mapped_column(primary_key=True)
    currency: Mapped[str] = mapped_column(primary_key=True)
    per_usd: Mapped[Decimal] = mapped_column(Numeric(20, 8))


class SourceCursorRow(TenantRow, Base):
    """How far a stream outside has been read."""

    __tablename__ = "source_cursor"
    __table_args__ = (UniqueConstraint("tenant_id", "source"),)

    id: Mapped[RowId]
    source: Mapped[str]
    position: Mapped[str]
    changed_at: Mapped[datetime]


class UsageCounterRow(TenantRow, Base):
    """How often something happened in a tenant on a day (UTC)."""

    __tablename__ = "usage_counter"
    __table_args__ = (UniqueConstraint("tenant_id", "day", "name"),)

    id: Mapped[RowId]
    day: Mapped[date]
    name: Mapped[str]
    count: Mapped[int]


class AuditEventRow(AnyBrandRow, Base):
    """Who did what, when, to which row, from what to what."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "tenant_id", "subject", "id"), Index(None, "tenant_id", "at"))

    id: Mapped[RowId]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    event: Mapped[str]
    subject: Mapped[str]
    before: Mapped[JsonObject | None]
    after: Mapped[JsonObject | None]
    at: Mapped[datetime]
    undone_at: Mapped[datetime | None]


class StoredFileRow(AnyBrandRow, Base):
    """A file made for a member, fetched by an unguessable key."""

    __tablename__ = "stored_file"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[RowId]
    key: Mapped[str]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str]
    media_type: Mapped[str]
    content: Mapped[bytes]
    made_at: Mapped[datetime]


class OccasionRow(TenantRow, Base):
    """Something that may be done once."""

    __tablename__ = "occasion"
    __table_args__ = (UniqueConstraint("tenant_id", "occasion"),)

    id: Mapped[RowId]
    occasion: Mapped[str]
    at: Mapped[datetime]


class WaitingChangeRow(TenantRow, Base):
    """A change to more rows than run at once; waits for the member who asked for it."""

    __tablename__ = "waiting_change"
    __table_args__ = (UniqueConstraint("tenant_id", "serial"),)

    id: Mapped[RowId]
    serial: Mapped[int]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    creators: Mapped[JsonList]
    change: Mapped[JsonObject]
    made_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    taken_at: Mapped[datetime | None]
