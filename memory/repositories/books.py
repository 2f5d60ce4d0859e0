"""Our own books: counters and quota, the audit trail, files, occasions, cursors."""

import asyncio
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, Date, all_, any_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.contacts import ContactWeek
from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, CreatorId
from memory.domain.markets import MARKETS
from memory.domain.office_stores import DayActivity, QuotaStatus, Recorded, StoredFile
from memory.domain.outreach import SendState, StepState
from memory.domain.undo_stores import Change
from memory.domain.weeks import week_start
from memory.domain.workspace import BrandPolicy, Scope
from memory.models.base import Ids, JsonObject, Words
from memory.models.books import AuditEventRow, OccasionRow, SourceCursorRow, StoredFileRow, UsageCounterRow
from memory.models.outreach import SendRow, StepRow
from memory.models.workspace import BrandPolicyRow, BrandRecord, MemberRow
from memory.repositories.contacts import read_contact_week, read_promised
from memory.standing import standing
from memory.tenancy import ScopedSession

LARGEST_FILE = 20 * 1024 * 1024
_REFUSED = "undo.refused"
_MARK = standing(insert(OccasionRow).on_conflict_do_nothing().returning(OccasionRow.id))
_insert_counter = insert(UsageCounterRow)
_BUMP = standing(
    _insert_counter.on_conflict_do_update(
        index_elements=["tenant_id", "day", "name"],
        set_={"count": UsageCounterRow.count + _insert_counter.excluded.count},
    )
)
_ACTIVITY = standing(
    select(UsageCounterRow.day, UsageCounterRow.name, UsageCounterRow.count).where(
        UsageCounterRow.day.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
        UsageCounterRow.name == any_(bindparam("names", type_=Words)),
    )
)
_WORKS_FOR = standing(select(MemberRow.works_for).where(MemberRow.id == bindparam("member")))
_LIMITS = standing(
    select(
        BrandRecord.id, BrandRecord.name, BrandRecord.market, BrandRecord.team_zone,
        BrandPolicyRow.sends_per_minute, BrandPolicyRow.sends_per_day,
    )
    .outerjoin(BrandPolicyRow, BrandPolicyRow.brand_id == BrandRecord.id)
    .order_by(BrandRecord.id)
)  # fmt: skip
_WAITING = standing(
    select(StepRow.brand_id, StepRow.state, func.count())
    .where(or_(StepRow.state == StepState.PLANNED.value, StepRow.state == StepState.HELD.value))
    .group_by(StepRow.brand_id, StepRow.state)
)
_USED = standing(
    select(SendRow.brand_id, func.count())
    .where(
        SendRow.brand_id == any_(bindparam("brands", type_=Ids)),
        SendRow.claimed_at >= bindparam("since"),
        SendRow.claimed_at < bindparam("until"),
        SendRow.state != SendState.REFUSED.value,
    )
    .group_by(SendRow.brand_id)
)
_NEWEST_CHANGE = standing(
    select(AuditEventRow.at, AuditEventRow.event)
    .where(
        AuditEventRow.member_id == bindparam("member"),
        AuditEventRow.event == any_(bindparam("events", type_=Words)),
        AuditEventRow.undone_at.is_(None),
        AuditEventRow.at >= bindparam("since"),
        AuditEventRow.id != all_(bindparam("but", type_=Ids)),
        or_(bindparam("of", type_=BigInteger()).is_(None), AuditEventRow.id == bindparam("of", type_=BigInteger())),
    )
    .order_by(AuditEventRow.id.desc())
    .limit(1)
)
_COUNTED = frozenset(DayActivity.__dataclass_fields__) - {"day"}


class _Books:
    """What every small repository here is handed."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now


class CounterRepository(_Books):
    """Satisfies `memory.domain.stores.CounterStore`."""

    async def bump(self, name: str, by: int = 1) -> None:
        """See `CounterStore.bump`. A day is a day of the workspace's clock in UTC."""
        await self._session.execute(_BUMP, {"day": self._now.date(), "name": name, "count": by})

    async def today(self) -> dict[str, int]:
        """See `CounterStore.today`."""
        rows = await self._session.scalars(select(UsageCounterRow).where(UsageCounterRow.day == self._now.date()))
        return {row.name: row.count for row in rows}

    async def activity(self, *, days: int) -> list[DayActivity]:
        """See `CounterStore.activity`."""
        today = self._now.date()
        asked = {"first": today - timedelta(days=days - 1), "last": today, "names": sorted(_COUNTED)}
        brand, rows = await asyncio.gather(
            self._session.scalar(_WORKS_FOR, {"member": self._scope.member}), self._session.execute(_ACTIVITY, asked)
        )
        if brand is not None:
            return []
        found: dict[date, dict[str, int]] = {today: {}}
        for day, name, count in rows:
            found.setdefault(day, {})[name] = count
        return [DayActivity(day, **found[day]) for day in sorted(found, reverse=True)]

    async def contacts(self, brand: BrandId, creators: Sequence[CreatorId], *, zone: ZoneInfo) -> ContactWeek:
        """See `CounterStore.contacts`."""
        since = week_start(self._now, zone)
        due = await read_promised(self._session, brand)
        found = await read_contact_week(self._session, brand, [*creators, *due], since=since)
        promised = {creator: when for creator, when in due.items() if creator in found.new}
        return replace(found, new=found.new.intersection(creators), promised=promised)

    async def quota(self) -> list[QuotaStatus]:
        """See `CounterStore.quota`. The shop's zone is the main zone of the brand's market."""
        limits, counted = await asyncio.gather(self._session.execute(_LIMITS), self._session.execute(_WAITING))
        steps = {(brand, state): count for brand, state, count in counted}
        brands, usual = limits.all(), BrandPolicy()
        used = await self._used_today({BrandId(one.id): _shop_zone(one.market, one.team_zone) for one in brands})
        return [
            QuotaStatus(
                brand=brand.name,
                minute_limit=usual.sends_per_minute if brand.sends_per_minute is None else brand.sends_per_minute,
                day_limit=usual.sends_per_day if brand.sends_per_day is None else brand.sends_per_day,
                day_used=used.get(brand.id, 0),
                planned=steps.get((brand.id, StepState.PLANNED), 0),
                held=steps.get((brand.id, StepState.HELD), 0),
                as_of=self._now,
            )
            for brand in brands
        ]

    async def _used_today(self, zones: Mapping[BrandId, ZoneInfo]) -> dict[int, int]:
        """Sends of today per brand, refused ones left out; one query per zone, and zones are few."""
        used: dict[int, int] = {}
        for zone in set(zones.values()):
            local = self._now.astimezone(zone)
            since = datetime.combine(local.date(), time(), tzinfo=zone).astimezone(UTC)
            there = [brand for brand, its in zones.items() if its == zone]
            asked = {"brands": there, "since": since, "until": since + timedelta(days=1)}
            used.update((brand, sends) for brand, sends in await self._session.execute(_USED, asked))
        return used


def _shop_zone(market: str, team_zone: str) -> ZoneInfo:
    found = MARKETS.get(market)
    return found.zone if found else ZoneInfo(team_zone)


class AuditRepository(_Books):
    """Satisfies `memory.domain.stores.AuditStore`."""

    async def record(self, event: str, *, subject: str, before: object = None, after: object = None) -> None:
        """See `AuditStore.record`."""
        self._session.add(self._event(event, subject, before, after))
        await self._session.flush()

    async def record_each(self, event: str, after: Mapping[str, object]) -> None:
        """See `AuditStore.record_each`."""
        self._session.add_all(self._event(event, subject, None, value) for subject, value in after.items())
        await self._session.flush()

    async def recorded(self, event: str, *, beginning: str, since: datetime) -> Recorded:
        """See `AuditStore.recorded`."""
        meant = (
            AuditEventRow.event == event,
            AuditEventRow.at >= since,
            AuditEventRow.subject.startswith(beginning, autoescape=True),
        )
        count = await self._session.scalar(select(func.count(AuditEventRow.subject.distinct())).where(*meant))
        newest = await self._session.scalar(
            select(AuditEventRow.after).where(*meant).order_by(AuditEventRow.id.desc()).limit(1)
        )
        return Recorded(count or 0, newest)

    async def last_change(
        self, events: Collection[str], *, since: datetime, but: Collection[int] = (), of: int | None = None
    ) -> list[Change]:
        """See `ChangeTrail.last_change`. One transaction writes all its events at one time."""
        mine = select(AuditEventRow).where(
            AuditEventRow.member_id == self._scope.member,
            AuditEventRow.event.in_(list(events)),
            AuditEventRow.undone_at.is_(None),
            AuditEventRow.at >= since,
        )
        asked = {
            "member": self._scope.member, "events": list(events), "since": since, "of": of,
            "but": list(but) if of is None else [],
        }  # fmt: skip
        newest = (await self._session.execute(_NEWEST_CHANGE, asked)).one_or_none()
        if newest is None:
            return []
        together = mine.where(AuditEventRow.at == newest.at, AuditEventRow.event == newest.event)
        rows = await self._session.scalars(
            together.order_by(AuditEventRow.id).with_for_update().execution_options(populate_existing=True)
        )
        return [
            Change(
                row.id,
                row.event,
                row.subject,
                BrandId(row.brand_id) if row.brand_id is not None else None,
                row.before,
                row.after,
            )
            for row in rows
        ]

    async def was_refused(self, change: Change) -> bool:
        """See `ChangeTrail.was_refused`."""
        told = await self._session.scalar(
            select(AuditEventRow.id)
            .where(
                AuditEventRow.member_id == self._scope.member,
                AuditEventRow.event == _REFUSED,
                AuditEventRow.subject == f"change:{change.id}",
            )
            .limit(1)
        )
        return told is not None

    async def mark_refused(self, change: Change, *, why: str) -> None:
        """See `ChangeTrail.mark_refused`."""
        await self.record(_REFUSED, subject=f"change:{change.id}", after={"why": why})

    async def mark_undone(self, changes: Sequence[Change]) -> None:
        """See `ChangeTrail.mark_undone`."""
        mine = AuditEventRow.member_id == self._scope.member
        reversed_ = AuditEventRow.id.in_([change.id for change in changes]) | (AuditEventRow.at == self._now)
        await self._session.execute(
            update(AuditEventRow).where(mine, reversed_).values(undone_at=self._now),
            execution_options={"synchronize_session": False},
        )

    def _event(self, event: str, subject: str, before: object, after: object) -> AuditEventRow:
        return AuditEventRow(
            member_id=self._scope.member,
            brand_id=self._scope.brand,
            event=event,
            subject=subject,
            before=_as_object(before),
            after=_as_object(after),
            at=self._now,
        )


def _as_object(value: object) -> JsonObject | None:
    """JSON null is no value; a bare value is wrapped, so that the column always holds an object."""
    if value is None or isinstance(value, dict):
        return value
    return {"value": value}


class FileRepository(_Books):
    """Satisfies `memory.domain.stores.FileStore`."""

    async def keep(self, *, name: str, media_type: str, content: bytes) -> StoredFile:
        """See `FileStore.keep`. Raises BadRequest above 20 MB."""
        if len(content) > LARGEST_FILE:
            raise BadRequest("file_too_large", limit=f"{LARGEST_FILE // 2**20} MB")
        kept = StoredFile(secrets.token_urlsafe(24), name, media_type, content)
        self._session.add(
            StoredFileRow(
                key=kept.key,
                member_id=self._scope.member,
                brand_id=self._scope.brand,
                name=name,
                media_type=media_type,
                content=content,
                made_at=self._now,
            )
        )
        await self._session.flush()
        return kept

    async def read(self, key: str) -> StoredFile | None:
        """See `FileStore.read`."""
        row = await self._session.scalar(select(StoredFileRow).where(StoredFileRow.key == key))
        return StoredFile(row.key, row.name, row.media_type, row.content) if row else None


class OccasionRepository(_Books):
    """What may happen once in a tenant."""

    async def first_time(self, occasion: str) -> bool:
        """Whether it is new; marks it. A concurrent transaction with the same one is waited for."""
        made = await self._session.scalar(_MARK, {"occasion": occasion, "at": self._now})
        return made is not None


class CursorRepository(_Books):
    """Durable positions in outside streams, one per source of the tenant."""

    async def read(self, source: str) -> str | None:
        """The stored position."""
        return await self._session.scalar(select(SourceCursorRow.position).where(SourceCursorRow.source == source))

    async def write(self, source: str, position: str) -> None:
        """Store a position."""
        statement = insert(SourceCursorRow)
        values = {"position": position, "changed_at": self._now}
        await self._session.execute(
            statement.on_conflict_do_update(index_elements=["tenant_id", "source"], set_=values).values(
                source=source, **values
            )
        )
