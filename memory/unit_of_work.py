"""Units of work: what may be done in one transaction of one scope, or across tenants. The only door to tenant rows."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from memory.domain.account_stores import AccountStore, SweepStore
from memory.domain.applications import ApplicationStore
from memory.domain.bindings import BindingStore
from memory.domain.by_hand import HandStore
from memory.domain.campaign_stores import CampaignStore
from memory.domain.card_places import CardPlaceStore
from memory.domain.channels import ChannelStore
from memory.domain.chat_stores import ConversationStore, Fence, TurnStore
from memory.domain.collaborations import CollaborationStore
from memory.domain.delivery_views import DeliveryBook
from memory.domain.digest_stores import AnyDigestStore, DigestStore
from memory.domain.erasing import ErasingStore
from memory.domain.funnel_stores import FunnelStore
from memory.domain.ids import TenantId
from memory.domain.import_stores import ImportStore
from memory.domain.jobs import Job
from memory.domain.links import LinkStore
from memory.domain.office_stores import AuditStore, CounterStore, FileStore, KnowledgeStore
from memory.domain.outreach_stores import CreatorMessageStore, DraftStore, StepStore
from memory.domain.owed import OwedStore
from memory.domain.past import PastStore
from memory.domain.performance_stores import PerformanceStore, SalesStore
from memory.domain.product_stores import PreferenceStore, ProductStore
from memory.domain.proposals import DeedBook, ProposalStore
from memory.domain.report_links import ReportLinkStore
from memory.domain.sample_stores import SampleStore
from memory.domain.shop_sources import ShopSourceStore
from memory.domain.shops import ShopStore
from memory.domain.shortlist_stores import ShortlistStore
from memory.domain.stores import (
    CreatorStore,
    PeopleStore,
    RelationStore,
)
from memory.domain.template_stores import TemplateStore
from memory.domain.waiting_stores import WaitingChangeStore
from memory.domain.workspace import Scope
from memory.migrations.guards import APP, SERVICE
from memory.repositories.accounts import AccountRepository
from memory.repositories.answers import AnswerRepository
from memory.repositories.applications import ApplicationRepository
from memory.repositories.bindings import BindingRepository
from memory.repositories.books import (
    AuditRepository,
    CounterRepository,
    CursorRepository,
    FileRepository,
    OccasionRepository,
)
from memory.repositories.by_hand import HandRepository
from memory.repositories.callbacks import CallbackRepository
from memory.repositories.campaigns import CampaignRepository
from memory.repositories.card_places import CardPlaceRepository
from memory.repositories.card_sends import CardSendRepository
from memory.repositories.channels import AnyChannelRepository, ChannelRepository
from memory.repositories.clicks import ClickRepository
from memory.repositories.collaborations import CollaborationRepository
from memory.repositories.conversations import ConversationRepository
from memory.repositories.creator_messages import CreatorMessageRepository
from memory.repositories.creators import CreatorRepository
from memory.repositories.deliveries import DeliveryRepository
from memory.repositories.delivery_views import DeliveryBookRepository
from memory.repositories.digests import AnyDigestRepository, DigestRepository
from memory.repositories.dispatch import DispatchRepository
from memory.repositories.doors import DoorRepository
from memory.repositories.drafts import DraftRepository
from memory.repositories.erasing import ErasingRepository
from memory.repositories.imports import ImportRepository
from memory.repositories.kept import KeptRepository, ShopKeptRepository
from memory.repositories.knowledge import KnowledgeRepository
from memory.repositories.ledger import LedgerRepository
from memory.repositories.lines import LineRepository
from memory.repositories.links import LinkRepository
from memory.repositories.message_funnel import FunnelRepository
from memory.repositories.outages import OutageRepository
from memory.repositories.owed import AnyOwedRepository, OwedRepository
from memory.repositories.paces import PaceRepository
from memory.repositories.past import PastRepository
from memory.repositories.people import PeopleRepository
from memory.repositories.performance import PerformanceRepository
from memory.repositories.products import PreferenceRepository, ProductRepository
from memory.repositories.proposals import DeedRepository, ProposalRepository
from memory.repositories.relations import RelationRepository
from memory.repositories.report_links import AnyReportLinkRepository, ReportLinkRepository
from memory.repositories.sales import SalesRepository
from memory.repositories.samples import SampleRepository
from memory.repositories.shop_events import ShopEventRepository
from memory.repositories.shop_links import ShopLinkRepository
from memory.repositories.shop_sources import ShopSourceRepository
from memory.repositories.shortlists import ShortlistRepository
from memory.repositories.steps import StepRepository
from memory.repositories.sweeps import SweepRepository
from memory.repositories.templates import TemplateRepository
from memory.repositories.turns import TurnRepository
from memory.repositories.waiting import WaitingChangeRepository
from memory.transactions import Door, OpenTransaction, transaction

log = structlog.get_logger(__name__)


class Work:
    """What every unit can do: defer jobs that run only if the transaction commits."""

    def __init__(self, transaction: OpenTransaction) -> None:
        self._transaction = transaction

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        return self._transaction.reach.now

    async def defer(self, job: Job) -> None:
        """Queue a job in this transaction. One with a queueing lock that waits already is left as it is."""
        self._transaction.reach.jobs.append(job)

    def announce(self, topic: str, payload: str = "") -> None:
        """Ring the bells of a topic in every process if and when the transaction commits."""
        self._transaction.reach.announce(topic, payload)


class UnitOfWork(Work):
    """One scope's transaction; satisfies `memory.domain.stores.Unit`."""

    def __init__(self, transaction: OpenTransaction, scope: Scope) -> None:
        super().__init__(transaction)
        self._scope = scope
        given = (transaction.session, scope, transaction.reach.now)
        self.creators: CreatorStore = CreatorRepository(*given)
        self.relations: RelationStore = RelationRepository(*given)
        self.shortlists: ShortlistStore = ShortlistRepository(*given)
        self.products: ProductStore = ProductRepository(*given)
        self.samples: SampleStore = SampleRepository(*given)
        self.past: PastStore = PastRepository(*given)
        self.sales: SalesStore = SalesRepository(*given)
        self.performance: PerformanceStore = PerformanceRepository(*given)
        self.links: LinkStore = LinkRepository(*given)
        self.report_links: ReportLinkStore = ReportLinkRepository(*given)
        self.campaigns: CampaignStore = CampaignRepository(*given)
        self.templates: TemplateStore = TemplateRepository(*given)
        self.funnel: FunnelStore = FunnelRepository(transaction.session)
        self.preferences: PreferenceStore = PreferenceRepository(*given)
        self.counters: CounterStore = CounterRepository(*given)
        self.people: PeopleStore = PeopleRepository(*given)
        self.audit: AuditStore = AuditRepository(*given)
        self.knowledge: KnowledgeStore = KnowledgeRepository(*given)
        self.files: FileStore = FileRepository(*given)
        self.conversations: ConversationStore = ConversationRepository(*given)
        self.turn_rows = TurnRepository(*given)
        self.turns: TurnStore = self.turn_rows
        self.imports: ImportStore = ImportRepository(*given)
        self.cursors = CursorRepository(*given)
        self.waiting: WaitingChangeStore = WaitingChangeRepository(*given)
        self.drafts: DraftStore = DraftRepository(*given)
        self.steps: StepStore = StepRepository(*given)
        self.by_hand: HandStore = HandRepository(*given)
        self.channels: ChannelStore = ChannelRepository(*given)
        self.pushes: DeliveryBook = DeliveryBookRepository(*given)
        self.digests: DigestStore = DigestRepository(*given)
        self.owed: OwedStore = OwedRepository(*given)
        self.card_places: CardPlaceStore = CardPlaceRepository(*given)
        self.bindings: BindingStore = BindingRepository(transaction.session, scope.tenant, transaction.reach.now)
        self.creator_messages: CreatorMessageStore = CreatorMessageRepository(*given)
        self.shops: ShopStore = ShopLinkRepository(transaction.session, transaction.reach.now)
        self.shop_sources: ShopSourceStore = ShopSourceRepository(transaction.session)
        self.collaborations: CollaborationStore = CollaborationRepository(transaction.session, transaction.reach.now)
        self.applications: ApplicationStore = ApplicationRepository(transaction.session, transaction.reach.now)
        self.proposals: ProposalStore = ProposalRepository(*given)
        self.erasing: ErasingStore = ErasingRepository(*given)
        self._occasions = OccasionRepository(*given)

    @property
    def scope(self) -> Scope:
        """On whose behalf."""
        return self._scope

    async def first_time(self, occasion: str) -> bool:
        """See `memory.domain.stores.Unit.first_time`."""
        return await self._occasions.first_time(occasion)


class ServiceUnit(Work):
    """A transaction across tenants; satisfies `ServiceWork` of accounts and `ServiceUnit` of outreach."""

    def __init__(self, transaction: OpenTransaction) -> None:
        super().__init__(transaction)
        given = (transaction.session, transaction.reach.now)
        self.accounts: AccountStore = AccountRepository(*given)
        self.sweeps: SweepStore = SweepRepository(*given)
        self.dispatch = DispatchRepository(*given)
        self.ledger = LedgerRepository(*given)
        self.cards = CardSendRepository(*given)
        self.answers = AnswerRepository(*given)
        self.outages = OutageRepository(*given)
        self.channels = AnyChannelRepository(*given)
        self.doors = DoorRepository(transaction.session)
        self.deliveries = DeliveryRepository(*given)
        self.digests: AnyDigestStore = AnyDigestRepository(*given)
        self.owed = AnyOwedRepository(*given)
        self.lines = LineRepository(transaction.session)
        self.kept = KeptRepository(transaction.session)
        self.shops: ShopStore = ShopLinkRepository(*given)
        self.shop_sources: ShopSourceStore = ShopSourceRepository(transaction.session)
        self.deeds: DeedBook = DeedRepository(*given)
        self.shop_kept = ShopKeptRepository(transaction.session)
        self.shop_events = ShopEventRepository(transaction.session)
        self.callbacks = CallbackRepository(transaction.session)
        self.clicks = ClickRepository(transaction.session)
        self.report_links = AnyReportLinkRepository(transaction.session)
        self.paces = PaceRepository(transaction.session)

    def bindings(self, tenant: TenantId) -> BindingStore:
        """Identities, bindings and codes of one tenant."""
        return BindingRepository(self._transaction.session, tenant, self._transaction.reach.now)


@asynccontextmanager
async def scoped_unit(door: Door, scope: Scope, fence: Fence | None = None) -> AsyncIterator[UnitOfWork]:
    """Open a scope's unit; see `memory.domain.stores.Units`."""
    async with transaction(door, role=APP, scope=scope, fence=fence) as opened:
        yield UnitOfWork(opened, scope)


@asynccontextmanager
async def service_unit(door: Door, reason: str) -> AsyncIterator[ServiceUnit]:
    """Open a unit across tenants; `reason` is logged."""
    log.debug("across_tenants", reason=reason)
    async with transaction(door, role=SERVICE, scope=None) as opened:
        yield ServiceUnit(opened)
