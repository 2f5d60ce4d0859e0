"""What a page or terminal may ask; satisfied by `agent/queries.py`. Views are nouns of the domain."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.ports.callbacks import CallbackState
from memory.domain.bindings import Binding, Identity
from memory.domain.campaign import CampaignSheet
from memory.domain.campaign_forms import MakeCampaign
from memory.domain.campaign_plans import CampaignChoices, CampaignPreview, PresetSheet
from memory.domain.cards import PlanRow, RepliesCard, SendListCard, ShortlistRow
from memory.domain.chat_stores import Conversation, Message
from memory.domain.creator import Creator, Relation
from memory.domain.delivery_views import ChannelState, Undelivered
from memory.domain.deputies import Deputy
from memory.domain.figures_views import FiguresView, FiguresWish, LinesView
from memory.domain.first_messages import CoolDownPass, FirstContact
from memory.domain.ids import CampaignId, ChannelId, ConversationId, CreatorMessageId, ImportRunId, TurnId
from memory.domain.offer import Product
from memory.domain.office_stores import DayActivity, QuotaStatus, StoredFile
from memory.domain.outreach import Batch, CreatorMessage
from memory.domain.profiles import CreatorBook
from memory.domain.report_links import ReportLinkSheet
from memory.domain.sample_views import SamplesView
from memory.domain.templates import TemplateSheet
from memory.domain.workspace import Brand, BrandPolicy, Member, Scope, Workspace
from memory.domain.zones import LikelyZone, ZoneSource


@dataclass(frozen=True, slots=True)
class CreatorPage:
    """One page of creators with the filters that made it. `total` is exact."""

    items: tuple[ShortlistRow, ...]
    total: int
    offset: int


@dataclass(frozen=True, slots=True)
class FirstState:
    """Who wrote to a creator first. `until`: the cool-down's end, where one is running; `given`: an open pass."""

    contact: FirstContact
    until: datetime | None = None
    given: CoolDownPass | None = None


@dataclass(frozen=True, slots=True)
class CreatorProfile:
    """Everything one creator's page shows. `thread`: (us | creator, text, time), oldest first."""

    creator: Creator
    relation: Relation | None
    thread: tuple[tuple[str, str, datetime], ...]
    messages: tuple[CreatorMessage, ...]
    local_time: datetime
    zone: str
    zone_source: ZoneSource
    first: FirstState | None = None
    likely: LikelyZone | None = None
    book: CreatorBook = field(default_factory=CreatorBook)


@dataclass(frozen=True, slots=True)
class ReplyFilter:
    """Which of the creators' messages. `status`: unanswered, unread or all; `intent` empty: any.

    `after`: the last of the page before; `one`: this message alone, with its thread.
    """

    status: str = "unanswered"
    intent: str = ""
    after: CreatorMessageId | None = None
    one: CreatorMessageId | None = None


@dataclass(frozen=True, slots=True)
class RepliesView:
    """A page of creators' messages. `stages`: of each message's creator; `after`: the last one, where more follow.

    `thread`: (us | creator, text, time) of the one asked for, oldest first; `has_model`: whether one translates.
    """

    card: RepliesCard
    stages: Mapping[CreatorMessageId, str]
    thread: tuple[tuple[str, str, datetime], ...] = ()
    after: CreatorMessageId | None = None
    has_model: bool = False


@dataclass(frozen=True, slots=True)
class BatchView:
    """A batch with its plan (none where many are listed), for the batches page.

    `may_resume`: names of those who may lift its stop. `behind`: the rounds that a decision on it covers, where the
    brand decides sequences as a whole.
    """

    batch: Batch
    plan: tuple[PlanRow, ...]
    counts: dict[str, int]
    may_resume: tuple[str, ...] = ()
    behind: tuple[Batch, ...] = ()


@dataclass(frozen=True, slots=True)
class ImportView:
    """A previewed or finished import: what each row would do, and what could not be read.

    `kinds`: everything it could be read as, by its columns.
    """

    run: ImportRunId
    kind: str
    file_name: str
    state: str
    headers: tuple[str, ...]
    mapping: dict[str, str]
    mapping_name: str
    fields: tuple[str, ...]
    rows: int
    good: int
    added: int = 0
    changed: int = 0
    same: int = 0
    problems: tuple[tuple[int, str], ...] = ()
    sample: tuple[dict[str, str], ...] = field(default=())
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundTeam:
    """Who of the team is known on which channel, and which chats are bound. `receives`: a channel takes messages."""

    receives: bool
    identities: tuple[Identity, ...] = ()
    chats: tuple[Binding, ...] = ()


@dataclass(frozen=True, slots=True)
class ChannelsView:
    """Channels in sight with how each does, how many pushes wait for any of them, and what was not delivered lately.

    `called`: those that the platform calls back.
    """

    channels: tuple[ChannelState, ...] = ()
    waiting: int = 0
    undelivered: tuple[Undelivered, ...] = ()
    called: Mapping[ChannelId, CallbackState] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Shell:
    """What every page shows around its content. `waiting`: open drafts; `unread`: answers; `to_send`: by hand."""

    workspace: Workspace
    brand: Brand | None
    brands: tuple[Brand, ...]
    member: Member
    now: datetime
    waiting: int
    unread: int
    planner: str
    to_send: int = 0


class Queries(Protocol):
    """Read-only views of one scope. Every method raises NotFound for what the scope cannot see."""

    async def shell(self, scope: Scope) -> Shell:
        """The frame around every page."""
        ...

    async def conversations(self, scope: Scope, *, connector: str) -> Sequence[Conversation]:
        """The member's conversations, newest first."""
        ...

    async def transcript(self, scope: Scope, conversation: ConversationId) -> Sequence[Message]:
        """The last hundred lines, oldest first."""
        ...

    async def running_turn(self, scope: Scope, conversation: ConversationId) -> TurnId | None:
        """The turn still being answered, for a page opened in its middle."""
        ...

    async def inbox(self, scope: Scope, *, offset: int = 0) -> Sequence[Batch]:
        """Batches with drafts that wait for a decision, oldest deadline first, ten at a time."""
        ...

    async def batches(self, scope: Scope, *, offset: int = 0) -> Sequence[BatchView]:
        """Batches without their plans, newest first, twenty at a time."""
        ...

    async def batch(self, scope: Scope, code: str) -> BatchView:
        """One batch."""
        ...

    async def creators(self, scope: Scope, *, filters: dict[str, str], offset: int = 0, limit: int = 50) -> CreatorPage:
        """Creators by the page's filters, as typed (topic, market, category, followers_min …). Raises BadRequest."""
        ...

    async def creator(self, scope: Scope, handle: str) -> CreatorProfile:
        """One creator."""
        ...

    async def send_list(self, scope: Scope) -> SendListCard:
        """What waits for a person to send it by hand; looking claims nothing."""
        ...

    async def replies(self, scope: Scope, wish: ReplyFilter) -> RepliesView:
        """Creators' messages, a page of them or one with its thread; what is shown is read. Raises BadRequest."""
        ...

    async def products(self, scope: Scope) -> Sequence[Product]:
        """Products of the brand."""
        ...

    async def samples(self, scope: Scope, *, status: str = "") -> SamplesView:
        """Samples of one status, or all that are still going on; at most 500. Raises BadRequest."""
        ...

    async def samples_file(self, scope: Scope) -> StoredFile:
        """Every sample as a CSV that can be handed in again; it is not kept."""
        ...

    async def figures(self, scope: Scope, wish: FiguresWish) -> FiguresView:
        """What was sold in a period, part by part. Raises BadRequest for days nobody can read (not retryable)."""
        ...

    async def figures_lines(self, scope: Scope, wish: FiguresWish) -> LinesView:
        """The orders behind a figure, a page of them. Raises as `figures`, and NotFound for an unknown creator."""
        ...

    async def figures_file(self, scope: Scope, wish: FiguresWish, *, part: str, extension: str) -> StoredFile:
        """A part's table as `csv` or `xlsx`. Raises as `figures`, and for a part or kind there is not."""
        ...

    async def report_links(self, scope: Scope) -> Sequence[ReportLinkSheet]:
        """Read-only links to the figures, newest first, at most twenty."""
        ...

    async def templates(self, scope: Scope) -> Sequence[TemplateSheet]:
        """The brand's own message templates, those in use first."""
        ...

    async def campaigns(self, scope: Scope) -> Sequence[CampaignSheet]:
        """Campaigns, those going on first."""
        ...

    async def campaign(self, scope: Scope, campaign: CampaignId) -> CampaignSheet:
        """One campaign, with its rounds."""
        ...

    async def campaign_presets(self, scope: Scope) -> Sequence[PresetSheet]:
        """What campaigns of each scenario usually have, by the brand's own figures where it has them."""
        ...

    async def campaign_choices(self, scope: Scope) -> CampaignChoices:
        """What the form of a new campaign offers."""
        ...

    async def campaign_preview(self, scope: Scope, form: MakeCampaign) -> CampaignPreview:
        """Who would get what when, or what is wrong with the form and where. Raises BadRequest, NotAllowed."""
        ...

    async def members(self, scope: Scope) -> Sequence[Member]:
        """The tenant's members."""
        ...

    async def deputies(self, scope: Scope) -> Sequence[Deputy]:
        """Who stands in for whom now."""
        ...

    async def bound(self, scope: Scope) -> BoundTeam:
        """Identities of members, and the chats of the scope's brand and of all brands."""
        ...

    async def channels(self, scope: Scope) -> ChannelsView:
        """Channels and what was pushed over them."""
        ...

    async def policy(self, scope: Scope) -> BrandPolicy:
        """The brand's policy."""
        ...

    async def quota(self, scope: Scope) -> Sequence[QuotaStatus]:
        """What may still be sent."""
        ...

    async def activity(self, scope: Scope) -> Sequence[DayActivity]:
        """What the whole tenant did today and of late, newest first; empty for a member of one brand."""
        ...

    async def import_run(self, scope: Scope, run: ImportRunId) -> ImportView:
        """One import with its report."""
        ...

    async def file(self, scope: Scope, key: str) -> StoredFile:
        """A file made for the scope."""
        ...

    async def health(self) -> dict[str, str]:
        """State of each part ("ok" or a reason), for /readyz and doctor; names no tenant data."""
        ...
