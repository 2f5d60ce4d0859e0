"""Row-level security and grants of both roles, derived from the mapped classes and laid down again each time.

Derived, so that a new table cannot forget them; a table without a rule of its own is closed to both roles.
"""

from collections.abc import Iterator

from memory.models.base import AnyBrandRow, BrandRow, SharedRow, TenantRow
from memory.models.tables import TABLES
from memory.models.workspace import BrandRecord, SignInFailureRow, TenantRecord
from memory.narrowing import mapped_classes

APP = "daren_app"
SERVICE = "daren_service"

# A subquery is evaluated once a statement; the bare function would be once a row.
_TENANT = "(select nullif(current_setting('daren.tenant', true), '')::bigint)"
_BRAND = "(select nullif(current_setting('daren.brand', true), '')::bigint)"
_OWN = f"tenant_id = {_TENANT}"
_OWN_BRAND = f"{_OWN} and ({_BRAND} is null or brand_id = {_BRAND})"

# What a scope needs of Procrastinate's tables to defer a job with its function, and nothing to read others' jobs.
_JOB_GRANTS = (
    "grant insert, select (id) on procrastinate_jobs, procrastinate_events to {role}",
    "grant usage on all sequences in schema public to {role}",
)


def guard_statements() -> Iterator[str]:
    """SQL that any owner of the tables may run again and again."""
    for name, mapped in sorted(mapped_classes().items()):
        yield f'grant select, insert, update, delete on "{name}" to {SERVICE}'
        if issubclass(mapped, SharedRow | TenantRow) or mapped in (TenantRecord, SignInFailureRow):
            yield from _guarded(name, mapped)
        else:
            yield f'grant select on "{name}" to {APP}'
    for role in (APP, SERVICE):
        yield from (grant.format(role=role) for grant in _JOB_GRANTS)


def _guarded(name: str, mapped: type) -> Iterator[str]:
    yield f'alter table "{name}" enable row level security'
    yield f'alter table "{name}" force row level security'
    yield f'drop policy if exists service on "{name}"'
    yield f'create policy service on "{name}" to {SERVICE} using (true) with check (true)'
    for policy in ("own", "seen", "made", "changed", "removed"):
        yield f'drop policy if exists {policy} on "{name}"'
    if mapped is SignInFailureRow:
        yield f'revoke all on "{name}" from {APP}'
        return
    yield f'grant select, insert, update, delete on "{name}" to {APP}'
    if issubclass(mapped, SharedRow):
        yield f'create policy seen on "{name}" for select to {APP} using (tenant_id is null or {_OWN})'
        yield f'create policy made on "{name}" for insert to {APP} with check ({_OWN})'
        yield f'create policy changed on "{name}" for update to {APP} using ({_OWN}) with check ({_OWN})'
        yield f'create policy removed on "{name}" for delete to {APP} using ({_OWN})'
    else:
        rule = _rule(mapped)
        yield f'create policy own on "{name}" to {APP} using ({rule}) with check ({rule})'


def _rule(mapped: type) -> str:
    if mapped is TenantRecord:
        return f"id = {_TENANT}"
    if mapped is BrandRecord:
        return f"{_OWN} and ({_BRAND} is null or id = {_BRAND})"
    return _OWN_BRAND if issubclass(mapped, BrandRow | AnyBrandRow) else _OWN


def table_names() -> frozenset[str]:
    """Names of the tables that are ours."""
    return frozenset(TABLES.tables)
