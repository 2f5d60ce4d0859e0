"""One creator taken out of every table of a tenant. What stays: the ledger's ids, and a suppression entry."""

import io
import zipfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ARRAY, Text, any_, bindparam, delete, func, or_, select, update
from sqlalchemy import cast as as_type
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import InstrumentedAttribute

from memory.domain.card_sends import CardState
from memory.domain.erasing import GONE, MARK, REASON, Person
from memory.domain.errors import Unavailable
from memory.domain.ids import CreatorId
from memory.domain.outreach import StepState
from memory.domain.workspace import Scope
from memory.models.base import SharedRow, TenantRow
from memory.models.books import AuditEventRow, ImportRowRow, StoredFileRow
from memory.models.campaigns import CampaignCreatorRow
from memory.models.collaborations import CollaborationCreatorRow, SampleApplicationRow
from memory.models.creators import CreatorRow, CreatorSourceRow, RelationRow, SuppressionRow
from memory.models.links import PromoCodeRow, TrackingLinkRow
from memory.models.outreach import (
    CoolDownPassRow,
    CreatorMessageRow,
    DraftRow,
    DraftVersionRow,
    FollowUpRow,
    SendRow,
    StepRow,
)
from memory.models.sales import AgreedRateRow
from memory.models.samples import SampleRow
from memory.models.shop import ShortlistItemRow
from memory.models.shop_cards import CardSendRow
from memory.narrowing import mapped_classes
from memory.repositories.rollups import make_nobodys
from memory.tenancy import ScopedSession

_QUIET = {"synchronize_session": False}
_CARDS_OPEN = (CardState.WAITING.value, CardState.SENDING.value, CardState.UNKNOWN.value)
_WAITING = (StepState.PLANNED.value, StepState.HELD.value, StepState.UNKNOWN.value)
_KEPT_COLUMNS = frozenset(
    {"id", "tenant_id", "platform", "handle", "handle_key", "source", "source_as_of", "made_at", "changed_at",
     "indexed_at"}
)  # fmt: skip
_BLOCKING = {"key": "creator_erased", "facts": {}, "blocking": True}


class ErasingRepository:
    """Satisfies `memory.domain.erasing.ErasingStore` in a scope of all brands; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def erase(self, creator: CreatorId) -> bool:
        """See `ErasingStore.erase`."""
        row = await self._session.scalar(
            select(CreatorRow).where(CreatorRow.id == creator).execution_options(populate_existing=True)
        )
        if row is None or row.platform == GONE:
            return False
        drafts = await self._stop(creator)
        person = await self._person(row, drafts)
        await self._suppress(row)
        await self._empty(drafts)
        await self._remove(creator, drafts)
        await make_nobodys(self._session, creator)
        await self._empty_row(row)
        await self._session.flush()
        await self._files(person)
        for mapped in mapped_classes().values():
            if issubclass(mapped, SharedRow | TenantRow) and mapped is not SuppressionRow:
                await self._scrub(mapped, person)
        self._session.add(
            AuditEventRow(
                member_id=self._scope.member,
                brand_id=None,
                event="creator.erased",
                subject=f"creator:{creator}",
                before=None,
                after=None,
                at=self._now,
                undone_at=self._now,  # nothing brings it back
            )
        )
        return True

    async def _stop(self, creator: CreatorId) -> list[int]:
        """End whatever was to be sent, steps locked before all else as a claim does; the ids of their drafts."""
        steps = await self._session.scalars(
            select(StepRow)
            .where(StepRow.creator_id == creator)
            .order_by(StepRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for step in steps.all():
            if step.state == StepState.SENDING:
                raise Unavailable("creator_being_written_to")
            if step.state in _WAITING:
                # One that is unclear may have gone: its occasion stays taken.
                step.may_have_gone = step.may_have_gone or step.state == StepState.UNKNOWN
                step.state, step.reason_key, step.reason_facts = StepState.STOPPED.value, "creator_erased", {}
        await self._session.execute(
            update(SendRow)
            .where(SendRow.step_id.in_(select(StepRow.id).where(StepRow.creator_id == creator)))
            .values(reason_facts=None),
            execution_options=_QUIET,
        )
        await self._drop_cards(creator)
        await self._session.execute(
            update(FollowUpRow)
            .where(FollowUpRow.creator_id == creator, FollowUpRow.ended_at.is_(None))
            .values(ended_at=self._now, ended_key="creator_erased"),
            execution_options=_QUIET,
        )
        return list(await self._session.scalars(select(DraftRow.id).where(DraftRow.creator_id == creator)))

    async def _drop_cards(self, creator: CreatorId) -> None:
        """No card goes after a text that went to them."""
        theirs = CardSendRow.step_id.in_(select(StepRow.id).where(StepRow.creator_id == creator))
        cards = await self._session.scalars(
            select(CardSendRow)
            .where(theirs, CardSendRow.state.in_(_CARDS_OPEN))
            .order_by(CardSendRow.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
        for card in cards.all():
            if card.state == CardState.SENDING:
                raise Unavailable("creator_being_written_to")
            card.state, card.reason_key, card.reason_facts = CardState.DROPPED.value, "creator_erased", None
        await self._session.flush()

    async def _person(self, row: CreatorRow, drafts: Sequence[int]) -> Person:
        said = await self._session.scalars(select(CreatorMessageRow.text).where(CreatorMessageRow.creator_id == row.id))
        translated = await self._session.scalars(
            select(CreatorMessageRow.translation).where(
                CreatorMessageRow.creator_id == row.id, CreatorMessageRow.translation.is_not(None)
            )
        )
        written = await self._session.execute(
            select(DraftVersionRow.text, DraftVersionRow.text_zh).where(DraftVersionRow.draft_id.in_(drafts))
        )
        notes = await self._session.scalars(select(RelationRow.notes).where(RelationRow.creator_id == row.id))
        texts = {
            *said, *(text for text in translated if text), *(text for pair in written for text in pair),
            *_strings(list(notes)), *(_strings([row.bio, row.captions]) if row.tenant_id is not None else ()),
        }  # fmt: skip
        contacts = tuple(contact for contact in (row.email, row.profile_url) if contact)
        return Person(row.handle, row.name, contacts, tuple(sorted(text for text in texts if text.strip())))

    async def _suppress(self, row: CreatorRow) -> None:
        await self._session.execute(
            insert(SuppressionRow)
            .values(
                tenant_id=self._scope.tenant,
                platform=row.platform,
                handle_key=row.handle_key,
                reason=REASON,
                at=self._now,
            )
            .on_conflict_do_update(
                index_elements=["tenant_id", "platform", "handle_key"], set_={"reason": REASON, "at": self._now}
            )
        )

    async def _empty(self, drafts: Sequence[int]) -> None:
        """Drafts keep their ids, digests and templates; what they said is gone, and nobody can approve it."""
        await self._session.execute(
            update(DraftVersionRow)
            .where(DraftVersionRow.draft_id.in_(drafts))
            .values(text="", text_zh="", variables=None, cards=[], flags=[_BLOCKING]),
            execution_options=_QUIET,
        )
        await self._session.execute(
            update(DraftRow).where(DraftRow.id.in_(drafts)).values(answers_id=None), execution_options=_QUIET
        )

    async def _remove(self, creator: CreatorId, drafts: Sequence[int]) -> None:
        for table in (
            CreatorMessageRow, SampleApplicationRow, SampleRow, RelationRow, ShortlistItemRow, CreatorSourceRow,
            CoolDownPassRow, CollaborationCreatorRow, CampaignCreatorRow, PromoCodeRow, TrackingLinkRow,
            AgreedRateRow,
        ):  # fmt: skip
            removal = delete(table).where(cast(Any, table).creator_id == creator)
            if table is CreatorSourceRow:  # what is said of a public creator is not the tenant's
                removal = removal.where(CreatorSourceRow.tenant_id == self._scope.tenant)
            await self._session.execute(removal, execution_options=_QUIET)
        subjects = [f"creator:{creator}", *(f"draft:{draft}" for draft in drafts)]
        await self._session.execute(
            update(AuditEventRow)
            .where(AuditEventRow.subject.in_(subjects))
            .values(before=None, after=None, undone_at=func.coalesce(AuditEventRow.undone_at, self._now)),
            execution_options=_QUIET,
        )

    async def _empty_row(self, row: CreatorRow) -> None:
        """The ledger refers to the row: it stays under a name of nobody. A public row is not the tenant's to empty."""
        if row.tenant_id is None:
            return
        nothing: dict[str, Any] = {
            column.name: None if column.nullable else ([] if isinstance(column.type, JSONB) else "")
            for column in CreatorRow.__table__.columns
            if column.name not in _KEPT_COLUMNS
        }
        await self._session.execute(
            update(CreatorRow)
            .where(CreatorRow.id == row.id, CreatorRow.tenant_id == self._scope.tenant)
            .values(
                **nothing,
                platform=GONE,
                handle=f"{GONE}-{row.id}",
                source=GONE,
                changed_at=self._now,
                indexed_at=self._now,
            ),
            execution_options=_QUIET,
        )

    async def _files(self, person: Person) -> None:
        """Files made for members that hold them are deleted whole: one can be made again."""
        last = 0
        while True:
            row = await self._session.scalar(
                select(StoredFileRow).where(StoredFileRow.id > last).order_by(StoredFileRow.id).limit(1)
            )
            if row is None:
                return
            last = row.id
            if _file_names(row.content, person) or person.without(row.name) != row.name:
                await self._session.execute(
                    delete(StoredFileRow).where(StoredFileRow.id == row.id), execution_options=_QUIET
                )

    async def _scrub(self, mapped: type[Any], person: Person) -> None:
        columns = list(_columns(mapped))
        if not columns:
            return
        patterns = bindparam("patterns", [f"%{_escaped(needle)}%" for needle in person.needles()], type_=ARRAY(Text))
        holds = or_(*(as_type(column, Text).op("ilike")(any_(patterns)) for column in columns))
        wanted = select(mapped).where(holds)
        if issubclass(mapped, SharedRow):
            wanted = wanted.where(cast(Any, mapped).tenant_id == self._scope.tenant)
        for row in await self._session.scalars(wanted.execution_options(populate_existing=True)):
            _clean(row, columns, person)
        await self._session.flush()


def _columns(mapped: type[Any]) -> Iterator[InstrumentedAttribute[Any]]:
    """Columns that hold words; keys and what the database computes are none."""
    for column in mapped.__table__.columns:
        if isinstance(column.type, Text | JSONB) and not column.primary_key and column.computed is None:
            yield getattr(mapped, column.name)


def _clean(row: object, columns: Sequence[InstrumentedAttribute[Any]], person: Person) -> None:
    if isinstance(row, ImportRowRow):
        if any(person.without(cell) != cell or person.names(cell) for cell in row.cells):
            row.cells, row.problem = [MARK for _ in row.cells], None
        return
    for column in columns:
        before = getattr(row, column.key)
        after = person.without(before)
        if after != before:
            setattr(row, column.key, after)


def _strings(value: object) -> Iterator[str]:
    """Every string in a JSON-shaped value."""
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _strings(each)
        case list():
            for each in value:
                yield from _strings(each)


def _file_names(content: bytes, person: Person) -> bool:
    """Whether a file names them; a spreadsheet is looked into."""
    parts = [content]
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [archive.read(name) for name in archive.namelist() if name.endswith((".xml", ".txt"))]
    needles = [needle.casefold() for needle in person.needles()]
    said = (part.decode("utf-8", "replace").casefold() for part in parts)
    return any(needle in text for text in said for needle in needles)


def _escaped(needle: str) -> str:
    return needle.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
