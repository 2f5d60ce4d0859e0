"""The workspace, its brands and members, as a scope may see them."""

from collections.abc import Mapping
from dataclasses import asdict

from sqlalchemy import bindparam, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from memory.domain.errors import BadRequest, Conflict, NotFound
from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Brand, BrandPolicy, Member, Role, Workspace, WorkspaceKind
from memory.models.workspace import BrandPolicyRow, BrandRecord, MemberRow, WorkspaceRow
from memory.repositories.deputies import DeputyRepository
from memory.repositories.member_rows import to_member
from memory.standing import as_row, as_rows, columns_of, standing

_POLICY_FIELDS = tuple(BrandPolicy.__dataclass_fields__)
_MEMBER_FIELDS = frozenset({"login", "name", "role", "brand", "active", "lang", "password_hash"})

_BRANDS = standing(select(*columns_of(BrandRecord)).order_by(BrandRecord.id))
_BRAND = standing(select(*columns_of(BrandRecord)).where(BrandRecord.id == bindparam("brand")))
_POLICY = standing(select(*columns_of(BrandPolicyRow)).where(BrandPolicyRow.brand_id == bindparam("brand")))


class PeopleRepository(DeputyRepository):
    """Satisfies `memory.domain.stores.PeopleStore`; deputies are in `deputies.py`, which this one inherits."""

    async def workspace(self) -> Workspace:
        """See `PeopleStore.workspace`. Raises NotFound in an empty database."""
        row = await self._session.scalar(select(WorkspaceRow))
        if row is None:
            raise NotFound("no_workspace")
        return to_workspace(row)

    async def brands(self) -> list[Brand]:
        """See `PeopleStore.brands`, oldest first."""
        return [to_brand(row) for row in as_rows(BrandRecord, await self._session.execute(_BRANDS))]

    async def brand(self, brand: BrandId) -> Brand:
        """See `PeopleStore.brand`."""
        row = as_row(BrandRecord, await self._session.execute(_BRAND, {"brand": brand}))
        if row is None:
            raise NotFound("brand_not_found", brand=brand)
        return to_brand(row)

    async def policy(self, brand: BrandId) -> BrandPolicy:
        """See `PeopleStore.policy`; the strict defaults where none was saved."""
        row = as_row(BrandPolicyRow, await self._session.execute(_POLICY, {"brand": brand}))
        return to_policy(row) if row else BrandPolicy()

    async def save_policy(self, brand: BrandId, policy: BrandPolicy) -> None:
        """See `PeopleStore.save_policy`. Raises NotFound for a brand out of sight."""
        await self.brand(brand)
        values = {**asdict(policy), "changed_at": self._now}
        await self._session.execute(
            insert(BrandPolicyRow).on_conflict_do_update(index_elements=["brand_id"], set_=values),
            [{**values, "brand_id": brand}],
        )

    async def members(self) -> list[Member]:
        """See `PeopleStore.members`, oldest first."""
        return [to_member(row) for row in await self._session.scalars(select(MemberRow).order_by(MemberRow.id))]

    async def save_member(self, member: Member | None, fields: Mapping[str, object]) -> Member:
        """See `PeopleStore.save_member`. Raises Conflict for a login that is taken, NotFound for a stranger."""
        unknown = set(fields) - _MEMBER_FIELDS
        if unknown:
            raise BadRequest("unknown_field", field=sorted(unknown)[0])
        columns = _columns(fields)
        if isinstance(fields.get("brand"), int):
            await self.brand(BrandId(int(str(fields["brand"]))))
        try:
            async with self._session.savepoint():
                if member is None:
                    row = MemberRow(
                        **{"role": Role.VIEWER, "lang": "zh", "active": True, "made_at": self._now, **columns}
                    )
                    self._session.add(row)
                else:
                    row = await self._found(member.id)
                    for name, value in columns.items():
                        setattr(row, name, value)
                await self._session.flush()
        except IntegrityError as taken:
            raise Conflict("login_taken", login=str(fields.get("login", ""))) from taken
        return to_member(row)

    async def _found(self, member: MemberId) -> MemberRow:
        row = await self._session.scalar(
            select(MemberRow).where(MemberRow.id == member).with_for_update(key_share=True)
        )
        if row is None:
            raise NotFound("member_not_found", member=member)
        return row


def _columns(fields: Mapping[str, object]) -> dict[str, object]:
    columns = dict(fields)
    if "brand" in columns:
        columns["works_for"] = columns.pop("brand")
    if "login" in columns:
        columns["login_key"] = login_key(str(columns["login"]))
    return columns


def login_key(login: str) -> str:
    """Logins are the same whatever their case and surrounding space."""
    return login.strip().casefold()


def to_workspace(row: WorkspaceRow) -> Workspace:
    """A row as a noun."""
    return Workspace(WorkspaceKind(row.kind), row.name, row.clock_offset_seconds)


def to_brand(row: BrandRecord) -> Brand:
    """A row as a noun."""
    return Brand(BrandId(row.id), row.name, row.shop_name, row.market, row.team_zone, row.currency)


def to_policy(row: BrandPolicyRow) -> BrandPolicy:
    """A row as a noun."""
    return BrandPolicy(**{name: getattr(row, name) for name in _POLICY_FIELDS})


def brand_or_none(brand: int | None) -> BrandId | None:
    """A nullable column as an id."""
    return BrandId(brand) if brand is not None else None
