"""A tenant that sells, on a real database: people, creators, drafts, and a platform that remembers what it got."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.approval.policy import POLICY, Policy
from agent.approval.recording import DecisionResult, decide
from agent.approval.seen import Sealed
from agent.outreach.dispatch import DispatchReport, dispatch_due
from agent.outreach.forecast import MAY_BE_TAKEN_BACK
from connectors.ports.platforms import Messenger, Receipt, SendFate
from memory.database import Database
from memory.domain.account_stores import NewBrand, NewMember
from memory.domain.creator import Creator, CreatorFacts, Stage
from memory.domain.errors import AppError, Unclear
from memory.domain.follow_ups import Condition, FollowUp
from memory.domain.ids import BrandId, ConversationId, CreatorId, CreatorMessageId, DeputyId, MemberId, ProductId
from memory.domain.offer import Offer
from memory.domain.outreach import (
    Batch,
    Channel,
    Content,
    Draft,
    Flag,
    Gist,
    Intent,
    NewDraft,
    Presentation,
    Purpose,
    SendTicket,
)
from memory.domain.shop_cards import ShopCard
from memory.domain.workspace import BrandPolicy, Role, Scope, WorkspaceKind

NOON = ZoneInfo("America/New_York")
SOURCE = "eval"


@dataclass(slots=True)
class RecordingMessenger:
    """A platform that keeps what it accepted. `script`: handle → how its next sends end before it accepts.

    An `Unclear` in a script is lost after it was accepted when `swallows` says so, before otherwise.
    """

    channel: Channel = Channel.PLAYGROUND
    received: list[SendTicket] = field(default_factory=list)
    script: dict[str, list[AppError]] = field(default_factory=dict)
    unreachable: set[str] = field(default_factory=set)
    swallows: bool = False

    def accepts(self, creator: Creator) -> Flag | None:
        """See `Messenger.accepts`."""
        return Flag("no_channel", {"handle": creator.handle}) if creator.handle in self.unreachable else None

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`."""
        planned = self.script.get(ticket.handle, [])
        if planned:
            failure = planned.pop(0)
            if self.swallows and isinstance(failure, Unclear):
                self.received.append(ticket)
            raise failure
        self.received.append(ticket)
        return Receipt(f"out-{len(self.received)}", now)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """See `Messenger.fate`."""
        keys = {seen.idempotency_key for seen in self.received}
        return SendFate.ACCEPTED if ticket.idempotency_key in keys else SendFate.NEVER_SEEN

    def duplicates(self) -> int:
        """Messages accepted beyond the first of each step."""
        return sum(count - 1 for count in Counter(ticket.step for ticket in self.received).values())


@dataclass(slots=True)
class SellingOffice:
    """People of one brand and the doors they use."""

    database: Database
    brand: BrandId
    owner: Scope
    lead: Scope
    anna: Scope
    ben: Scope
    operator: Scope
    viewer: Scope
    messenger: RecordingMessenger = field(default_factory=RecordingMessenger)
    _made: int = 0
    _answers: int = 0

    @property
    def messengers(self) -> tuple[Messenger, ...]:
        """Who can deliver."""
        return (self.messenger,)

    async def now(self) -> datetime:
        """The workspace's present moment."""
        async with self.database.unit(self.lead) as unit:
            return unit.now

    async def move_clock(self, by: timedelta) -> None:
        """Move the demo clock forward."""
        async with self.database.across_tenants("eval clock") as unit:
            await unit.accounts.move_clock(by_seconds=int(by.total_seconds()) + 1)

    async def move_to_hour(self, hour: int, *, zone: ZoneInfo = NOON) -> None:
        """Move the clock to the next time it is this hour in a zone."""
        now = await self.now()
        local = now.astimezone(zone)
        wanted = local.replace(hour=hour, minute=0, second=0, microsecond=0)
        if wanted <= local:
            wanted = wanted.replace(day=wanted.day) + timedelta(days=1)
        await self.move_clock(wanted.astimezone(UTC) - now)

    async def creators(self, count: int, *, market: str = "US", zone: str | None = None) -> list[CreatorId]:
        """New creators, in order."""
        handles = [f"creator{self._made + number:05d}" for number in range(count)]
        self._made += count
        async with self.database.unit(self.owner) as unit:
            facts = [CreatorFacts(handle=handle, name=handle, market=market, zone=zone) for handle in handles]
            await unit.creators.upsert(facts, source=SOURCE, as_of=unit.now)
            found = await unit.creators.by_handles(handles)
        return [found[handle].id for handle in handles]

    async def draft(
        self,
        creators: Sequence[CreatorId],
        *,
        by: Scope | None = None,
        purpose: Purpose = Purpose.INVITE,
        texts: Sequence[str] = (),
        offer: Offer | None = None,
        flags: tuple[Flag, ...] = (),
        paired: bool = True,
        hours: int = 72,
        answers: CreatorMessageId | None = None,
        conversation: ConversationId | None = None,
        product: ProductId | None = None,
        cards: tuple[ShopCard, ...] = (),
    ) -> Batch:
        """A published batch, one draft a creator."""
        author = by or self.operator
        async with self.database.unit(author) as unit:
            drafts = [
                NewDraft(
                    creator,
                    replace(
                        content(texts[place] if texts else f"Hi {place + 1}", offer=offer, paired=paired), cards=cards
                    ),
                    flags,
                )
                for place, creator in enumerate(creators)
            ]
            return await unit.drafts.add_batch(
                drafts,
                brand=self.brand,
                conversation=conversation,
                purpose=purpose,
                channel=Channel.PLAYGROUND,
                product=product,
                decide_by=unit.now + timedelta(hours=hours),
                fence=None,
                answers=answers,
            )

    async def follow_up(
        self,
        before: Batch,
        *,
        root: Batch | None = None,
        days: int = 3,
        condition: Condition = Condition.NO_REPLY,
        stage: Stage = Stage.CONTACTED,
        purpose: Purpose = Purpose.FOLLOW_UP,
    ) -> Batch:
        """A published batch that comes after another one, one draft a draft; `root`: the batch before the first."""
        first = root or before
        count = 1 + max((draft.follow.round for draft in before.drafts if draft.follow), default=0)
        async with self.database.unit(self.operator) as unit:
            drafts = [
                NewDraft(
                    draft.creator,
                    content(f"Round {count} for {draft.number}"),
                    (),
                    follow=FollowUp(draft.id, start.id, count, condition, stage, delay_days=days),
                )
                for draft, start in zip(before.drafts, first.drafts, strict=True)
            ]
            return await unit.drafts.add_batch(
                drafts,
                brand=self.brand,
                conversation=None,
                purpose=purpose,
                channel=self.messenger.channel,
                product=None,
                decide_by=unit.now + timedelta(hours=72),
                fence=None,
            )

    async def answer(
        self, creator: CreatorId, *, intent: Intent = Intent.INTERESTED, brand: BrandId | None = None
    ) -> None:
        """A creator writes to a brand."""
        self._answers += 1
        async with self.database.unit(self.owner) as unit:
            await unit.creator_messages.store(
                creator,
                brand=brand or self.brand,
                source=SOURCE,
                outside_id=f"answer-{self._answers}",
                text="Sounds good",
                gist=Gist(intent, 90),
                received_at=unit.now,
            )

    async def show(
        self, batch: Batch, to: Scope, *, numbers: Iterable[int] | None = None, delivered: bool = True
    ) -> Presentation:
        """A card of a batch, delivered unless said otherwise."""
        async with self.database.unit(to) as unit:
            wanted = [draft.number for draft in batch.drafts] if numbers is None else list(numbers)
            shown = await unit.drafts.present(batch.id, conversation=None, numbers=wanted, now=unit.now)
            if delivered:
                await unit.drafts.delivered(shown.id, now=unit.now)
            found = await unit.drafts.presentation(shown.id)
        if found is None:
            raise LookupError(shown.id)
        return found

    async def decide(
        self,
        shown: Presentation,
        by: Scope,
        *,
        approve: Sequence[int] = (),
        reject: Sequence[int] = (),
        policy: Policy = POLICY,
        wait: bool = True,
        sealed: Sealed | None = None,
    ) -> DecisionResult:
        """Buttons of a card; then the minute in which an approval can be taken back passes, unless told otherwise."""
        async with self.database.unit(by) as unit:
            done = await decide(
                unit,
                shown,
                approve=approve,
                reject=reject,
                messengers=self.messengers,
                policy=policy,
                sealed=sealed,
            )
        if wait and done.approved:
            await self.move_clock(MAY_BE_TAKEN_BACK)
        return done

    async def approved(self, creators: Sequence[CreatorId], *, by: Scope | None = None) -> Batch:
        """A batch drafted, shown and wholly approved."""
        batch = await self.draft(creators)
        who = by or self.anna
        await self.decide(await self.show(batch, who), who, approve=[draft.number for draft in batch.drafts])
        return batch

    async def edit(self, draft: Draft, text: str, *, by: Scope | None = None) -> None:
        """A new version of a draft."""
        async with self.database.unit(by or self.operator) as unit:
            await unit.drafts.add_version(draft.id, content(text), ())

    async def read(self, batch: Batch) -> list[Draft]:
        """A batch's drafts as they are now."""
        async with self.database.unit(self.owner) as unit:
            found = await unit.drafts.batch(batch.code)
        return list(found.drafts) if found else []

    async def dispatch(self, *, policy: Policy = POLICY) -> DispatchReport:
        """Send what is due."""
        return await dispatch_due(self.database, self.messengers, policy=policy)

    async def stop(self, batch: Batch | None, *, by: Scope) -> int:
        """Stop a batch or everything; how many messages will not be sent any more."""
        async with self.database.unit(by) as unit:
            return await unit.drafts.stop(batch.id if batch else None, now=unit.now)

    async def save_policy(self, policy: BrandPolicy) -> None:
        """Change what the brand allows."""
        async with self.database.unit(self.lead) as unit:
            await unit.people.save_policy(self.brand, policy)

    async def stand_in(self, who: Scope, *, for_: Scope, days: int = 3) -> DeputyId:
        """Let a member stand in for another one."""
        async with self.database.unit(self.lead) as unit:
            until = unit.now + timedelta(days=days)
            return (await unit.people.save_deputy(who.member, stands_for=for_.member, until=until)).id

    async def set_role(self, member: MemberId, role: Role, *, active: bool = True) -> None:
        """Change what a member may do."""
        async with self.database.unit(self.owner) as unit:
            found = next(each for each in await unit.people.members() if each.id == member)
            await unit.people.save_member(found, {"role": role, "active": active})


def content(text: str, *, offer: Offer | None = None, paired: bool = True) -> Content:
    """The two texts of a version."""
    return Content(text=text, text_zh=f"译：{text}", language="en", offer=offer or Offer(), paired=paired)


async def open_office(database: Database) -> SellingOffice:
    """One brand with an owner, a lead, two approvers, an operator and a viewer, in a demo workspace."""
    async with database.across_tenants("eval office") as unit:
        accounts = unit.accounts
        if await accounts.workspace() is None:
            await accounts.make_workspace(WorkspaceKind.DEMO, name="Eval")
        tenant = await accounts.make_tenant("Eval")
        brand = await accounts.make_brand(tenant, NewBrand("Eval", "Eval Shop", "US", "Asia/Shanghai"))
        scopes = {}
        for name, role in (
            ("lead", Role.LEAD), ("anna", Role.APPROVER), ("ben", Role.APPROVER),
            ("operator", Role.OPERATOR), ("viewer", Role.VIEWER),
        ):  # fmt: skip
            member = await accounts.make_member(tenant, NewMember(f"{name}-{tenant}", name, role, brand.id))
            scopes[name] = Scope(tenant, brand.id, member.id, role)
        owner = await accounts.make_member(tenant, NewMember(f"owner-{tenant}", "owner", Role.LEAD))
    return SellingOffice(
        database,
        brand.id,
        owner=Scope(tenant, None, owner.id, Role.LEAD),
        lead=scopes["lead"],
        anna=scopes["anna"],
        ben=scopes["ben"],
        operator=scopes["operator"],
        viewer=scopes["viewer"],
    )
