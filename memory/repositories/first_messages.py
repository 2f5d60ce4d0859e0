"""First messages of a brand by creator, and passes; read by a scope's unit and by the dispatcher alike."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.first_messages import CoolDownPass, FirstContact
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId
from memory.domain.outreach import UNSETTLED, StepState, Verdict
from memory.domain.workspace import Scope
from memory.models.creators import CreatorRow
from memory.models.outreach import BatchRow, CoolDownPassRow, DraftRow, SendRow, StepRow
from memory.models.workspace import BrandRecord, MemberRow
from memory.repositories.decisions import read_signatures

Key = tuple[str, str]  # platform and handle_key: one person, known to us once or twice


class FirstMessageRepository:
    """Satisfies `memory.domain.first_messages.FirstMessageStore`; never commits."""

    def __init__(self, session: AsyncSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def first_contacts(
        self, creators: Sequence[CreatorId], *, brand: BrandId, but: Sequence[DraftId] = (), open_too: bool = True
    ) -> dict[CreatorId, FirstContact]:
        """See `FirstMessageStore.first_contacts`."""
        keys = await keys_of(self._session, creators)
        states = UNSETTLED if open_too else frozenset[StepState]()
        found = await read_contacts(self._session, keys.values(), brand=brand, open_states=states, but=but)
        return {creator: found[key] for creator, key in keys.items() if key in found}

    async def open_passes(self, creators: Sequence[CreatorId], *, brand: BrandId) -> dict[CreatorId, CoolDownPass]:
        """See `FirstMessageStore.open_passes`."""
        keys = await keys_of(self._session, creators)
        passes = {
            key: row for key, row in await read_passes(self._session, keys.values(), brand=brand) if not row.used_at
        }
        return {creator: _to_pass(passes[key]) for creator, key in keys.items() if key in passes}

    async def give_pass(self, creator: CreatorId, *, brand: BrandId, reason: str) -> CoolDownPass:
        """See `FirstMessageStore.give_pass`. Holds the brand's row, as a claim does that uses a pass up."""
        await self._session.execute(
            select(BrandRecord.id).where(BrandRecord.id == brand).with_for_update(key_share=True)
        )
        keys = await keys_of(self._session, [creator])
        found = await read_passes(self._session, keys.values(), brand=brand)
        row = next((row for _, row in found if not row.used_at), None)
        if row is None:
            row = CoolDownPassRow(tenant_id=self._scope.tenant, brand_id=brand, creator_id=creator)
            self._session.add(row)
        row.reason, row.given_by, row.given_at = reason, self._scope.member, self._now
        await self._session.flush()
        return _to_pass(row)


@dataclass(frozen=True, slots=True)
class _Contact:
    key: Key
    found: FirstContact


async def keys_of(session: AsyncSession, creators: Collection[CreatorId]) -> dict[CreatorId, Key]:
    """The person behind each creator's row."""
    rows = await session.execute(
        select(CreatorRow.id, CreatorRow.platform, CreatorRow.handle_key).where(CreatorRow.id.in_(creators))
    )
    return {CreatorId(row.id): (row.platform, row.handle_key) for row in rows}


async def read_contacts(
    session: AsyncSession,
    keys: Collection[Key],
    *,
    brand: BrandId,
    open_states: Collection[StepState],
    but: Collection[DraftId],
) -> dict[Key, FirstContact]:
    """A brand's first message to each person: one in an open state, else the last that went out or may have."""
    found = await read_all_contacts(session, keys, brand=brand, open_states=open_states, but=but)
    return {key: contacts[-1] for key, contacts in found.items()}


async def read_all_contacts(
    session: AsyncSession,
    keys: Collection[Key],
    *,
    brand: BrandId,
    open_states: Collection[StepState],
    but: Collection[DraftId] = (),
) -> dict[Key, list[FirstContact]]:
    """All of a brand's first messages to each person; the one that counts most is the last."""
    if not keys:
        return {}
    gone = or_(
        StepRow.state == StepState.SENT.value,
        and_(StepRow.state == StepState.STOPPED.value, StepRow.may_have_gone),
    )
    claimed = select(func.max(SendRow.claimed_at)).where(SendRow.step_id == StepRow.id).scalar_subquery()
    rows = (
        await session.execute(
            select(
                StepRow, DraftRow.id, BatchRow.code, BatchRow.made_at, MemberRow.name, BrandRecord.team_zone,
                CreatorRow.platform, CreatorRow.handle_key, claimed,
            )
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .join(MemberRow, MemberRow.id == BatchRow.made_by)
            .join(BrandRecord, BrandRecord.id == StepRow.brand_id)
            .where(
                StepRow.brand_id == brand,
                StepRow.first_message,
                CreatorRow.handle_key.in_({handle for _, handle in keys}),
                or_(gone, StepRow.state.in_([state.value for state in open_states])),
                DraftRow.id.not_in(list(but)),
            )
            .execution_options(populate_existing=True)
        )
    ).all()  # fmt: skip
    signatures = await read_signatures(session, [DraftId(row[1]) for row in rows]) if rows else {}
    contacts = []
    for step, draft, code, made_at, maker, zone, platform, handle, claimed_at in rows:
        approval = next((one for one in signatures[DraftId(draft)] if one.verdict is Verdict.APPROVE), None)
        settled = step.state not in open_states
        went = step.sent_at or claimed_at
        decided = approval.decided_at if approval else made_at
        contacts.append(
            _Contact(
                (platform, handle),
                FirstContact(
                    draft=DraftId(draft),
                    batch_code=code,
                    who=approval.name if approval else maker,
                    at=(went or decided) if settled else decided,
                    zone=zone,
                    settled=settled,
                ),
            )
        )
    contacts.sort(key=lambda one: (not one.found.settled, one.found.at))
    of_key: defaultdict[Key, list[FirstContact]] = defaultdict(list)
    for one in contacts:
        if one.key in keys:
            of_key[one.key].append(one.found)
    return dict(of_key)


async def read_passes(
    session: AsyncSession, keys: Collection[Key], *, brand: BrandId
) -> list[tuple[Key, CoolDownPassRow]]:
    """A brand's passes of some people, used ones included."""
    if not keys:
        return []
    rows = await session.execute(
        select(CoolDownPassRow, CreatorRow.platform, CreatorRow.handle_key)
        .join(CreatorRow, CreatorRow.id == CoolDownPassRow.creator_id)
        .where(CoolDownPassRow.brand_id == brand, CreatorRow.handle_key.in_({handle for _, handle in keys}))
        .execution_options(populate_existing=True)
    )
    return [((platform, handle), row) for row, platform, handle in rows if (platform, handle) in keys]


def _to_pass(row: CoolDownPassRow) -> CoolDownPass:
    return CoolDownPass(row.reason, MemberId(row.given_by), row.given_at)
