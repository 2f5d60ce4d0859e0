"""What the dispatcher knows of a step at the moment it would claim it, and the Protocol of the rows behind it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from memory.domain.collaborations import CardFacts, Terms
from memory.domain.contacts import ContactWeek
from memory.domain.creator import Creator
from memory.domain.first_messages import FirstContact
from memory.domain.follow_ups import Before, Progress
from memory.domain.ids import (
    BrandId,
    ConversationId,
    CreatorId,
    CreatorMessageId,
    DraftId,
    MemberId,
    SendId,
    StepId,
    TenantId,
    VersionId,
)
from memory.domain.offer import Offer
from memory.domain.outage_stores import OutageStore
from memory.domain.outreach import Channel, Flag, Gist, ProposalKind, SendState, SendTicket, StepState, Verdict
from memory.domain.shop_cards import ShopCard
from memory.domain.workspace import BrandPolicy, Role
from memory.domain.zones import HomeZone


@dataclass(frozen=True, slots=True)
class Signature:
    """One live decision as it stands now: `role` None when the member is gone, inactive or works for another brand.

    `seen`: the presentation it answers showed this digest and was delivered to the member. `size`: how many drafts the
    same decision approved.
    """

    member: MemberId
    name: str
    role: Role | None
    verdict: Verdict
    digest: str
    seen: bool
    decided_at: datetime
    valid_until: datetime
    size: int = 1


@dataclass(frozen=True, slots=True)
class Signable:
    """What a sign is about: the newest version of a draft, and whose work it is.

    `fee_minor` and `sample_minor`: what the fee and the sample offered are worth in minor units of the brand's
    currency; None: nobody knows.
    """

    kind: ProposalKind
    digest: str
    offer: Offer
    author: MemberId
    maker: MemberId
    fee_minor: int | None = None
    sample_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A locked step with everything a claim depends on, read in the claim's own transaction.

    `first`: whether it is a first message; `contact`: then the last other one to its creator; `has_pass`: a lead let it
    through.
    `shop_connected`: the brand's shop is, over which a message of channel tiktok goes; `shop_revoked`: it is not, since
    the seller took the permission back.
    `progress`: what it comes after, where it is a planned follow-up; `before`: where no plan holds it. `terms`: what
    its creator really gets for its product by what is live in the shop. `cards`: what goes after its text, held against
    `card_facts`. `starts_on`: the first day of the creator's on which it may go.
    """

    step: StepId
    draft: DraftId
    state: StepState
    due_at: datetime
    attempts: int
    brand: BrandId
    creator: Creator
    channel: Channel
    home: HomeZone
    version: VersionId
    signable: Signable
    signatures: tuple[Signature, ...]
    deciders: int
    batch_stopped: bool
    opted_out: bool
    blocked: bool
    reason: Flag | None = None
    first: bool = False
    contact: FirstContact | None = None
    has_pass: bool = False
    shop_connected: bool = False
    progress: Progress | None = None
    terms: Terms | None = None
    cards: tuple[ShopCard, ...] = ()
    card_facts: CardFacts = field(default_factory=CardFacts)
    shop_revoked: bool = False
    starts_on: date | None = None
    before: Before | None = None


@dataclass(frozen=True, slots=True)
class BrandDay:
    """A brand's policy, and what it sent in the last minute and on its shop's present day, claims included."""

    policy: BrandPolicy
    shop_zone: ZoneInfo
    last_minute: int
    today: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A brand with steps to look at."""

    tenant: TenantId
    brand: BrandId


class DispatchStore(Protocol):
    """Steps and sends of every tenant, for the dispatcher; each method locks what it changes."""

    async def queues(self, *, now: datetime) -> list[Queue]:
        """Brands with a step to look at, longest waiting first."""
        ...

    async def shop_zone(self, queue: Queue) -> ZoneInfo:
        """The zone in which the brand's shop counts its days."""
        ...

    async def open_brand(self, queue: Queue, *, now: datetime, day_start: datetime) -> BrandDay:
        """Lock a brand against other dispatchers and count what it sent."""
        ...

    async def contacts(
        self, queue: Queue, creators: Sequence[CreatorId], *, since: datetime, channel: Channel | None = None
    ) -> ContactWeek:
        """How many creators who had not written back were written to since then, and who of these would be another.

        `channel`: over that one alone.
        """
        ...

    async def candidates(self, queue: Queue, *, now: datetime, limit: int) -> list[Candidate]:
        """Lock up to `limit` steps to look at, longest due first; what another holds is skipped."""
        ...

    async def claim(self, candidate: Candidate, *, now: datetime, lease: timedelta) -> SendTicket:
        """Write the ledger's row: from here on the step is being sent."""
        ...

    async def settle_claim(
        self,
        candidate: Candidate,
        to: StepState,
        *,
        due_at: datetime | None,
        look_at: datetime,
        reason: Flag | None,
    ) -> None:
        """Leave a candidate unsent: held, stopped, or planned for later."""
        ...


@dataclass(frozen=True, slots=True)
class OpenSend:
    """A send whose end is not known, with what its platform is asked."""

    ticket: SendTicket
    tenant: TenantId
    channel: Channel
    attempt: int


class LedgerStore(Protocol):
    """Ends of sends, whoever finds them out."""

    async def settle(
        self,
        send: SendId,
        *,
        state: SendState,
        outside_id: str | None = None,
        reason: Flag | None = None,
        retry_at: datetime | None = None,
        rest: timedelta = timedelta(0),
        now: datetime,
    ) -> StepState | None:
        """End one attempt and move its step; None when somebody else ended it already.

        A refusal with `retry_at` plans the step again; an unknown end is asked about after `rest`.
        """
        ...

    async def abandon_expired(self) -> int:
        """Sends claimed by a process that went away become unknown."""
        ...

    async def unclear(self, *, limit: int) -> list[OpenSend]:
        """Sends that ended without an answer and may be asked about by now, oldest first."""
        ...

    async def ask_again(self, send: SendId, *, after: timedelta) -> None:
        """Leave an unclear send alone for a while."""
        ...


@dataclass(frozen=True, slots=True)
class Addressee:
    """Which creator wrote, and to which brand."""

    creator: CreatorId
    brand: BrandId


@dataclass(frozen=True, slots=True)
class Untold:
    """Answers whose conversation was not told yet, and who asked there."""

    conversation: ConversationId
    member: MemberId
    brand: BrandId
    messages: tuple[CreatorMessageId, ...]


class AnswerStore(Protocol):
    """Creators' answers of any tenant, for the service that collects them."""

    async def addressee(
        self, tenant: TenantId, *, platform: str, handle: str, brand: BrandId | None = None
    ) -> Addressee | None:
        """Whose message it is: the tenant's brand named, else the one that wrote last, else one that knows the creator.

        None: a stranger.
        """
        ...

    async def store(
        self,
        tenant: TenantId,
        to: Addressee,
        *,
        source: str,
        outside_id: str,
        text: str,
        gist: Gist,
        received_at: datetime,
    ) -> CreatorMessageId | None:
        """Store once (None: a repeat), stop open steps to its creator, remember an opt-out."""
        ...

    async def untold(self, tenant: TenantId) -> list[Untold]:
        """Answers to messages that were asked for in a conversation which does not know of them yet."""
        ...


class ServiceUnit(Protocol):
    """A transaction across tenants as outreach needs it."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def dispatch(self) -> DispatchStore:
        """Due steps."""
        ...

    @property
    def ledger(self) -> LedgerStore:
        """Ends of sends."""
        ...

    @property
    def outages(self) -> OutageStore:
        """Downtime."""
        ...

    @property
    def answers(self) -> AnswerStore:
        """Creators' answers."""
        ...


class Service(Protocol):
    """The door for work across tenants."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ServiceUnit]:
        """Open a transaction; `reason` is logged."""
        ...
