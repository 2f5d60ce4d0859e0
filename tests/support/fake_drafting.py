"""A seller's office in memory for drafting tools: creators, products, drafts, answers. Builders for each noun."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import cast

from pydantic import JsonValue

from memory.domain.chat_stores import Fence
from memory.domain.creator import Creator, CreatorFacts, Relation, Shortlist, ShortlistItem, Source
from memory.domain.errors import Unavailable
from memory.domain.first_messages import CoolDownPass, FirstContact
from memory.domain.ids import (
    BatchId,
    BrandId,
    CampaignId,
    ConversationId,
    CreatorId,
    CreatorMessageId,
    DraftId,
    MemberId,
    ProductId,
    ShopLinkId,
    ShortlistId,
    TenantId,
    TurnId,
    VersionId,
)
from memory.domain.money import Money
from memory.domain.offer import Offer, Product
from memory.domain.outreach import (
    Batch,
    Channel,
    Content,
    CreatorMessage,
    Draft,
    DraftStatus,
    DraftVersion,
    Flag,
    Gist,
    Intent,
    NewDraft,
    Purpose,
    digest_of,
)
from memory.domain.sample import Sample, SampleStatus
from memory.domain.shops import SellerShop, ShopLink, Sync
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Brand, BrandPolicy, Role, Scope, Workspace, WorkspaceKind
from tools.contract import TurnContext
from tools.drafting.known import Occasion

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
BRAND = Brand(BrandId(1), "PawJoy", "PawJoy Pets", "US", "Asia/Shanghai")
LITTER_BOX = Product(
    ProductId(1),
    BRAND.id,
    "QuietScoop Litter Box | 静音猫砂盆",
    link="https://shop.tiktok.com/view/123",
    price=Money(2990),
    selling_points=("Quiet motor | 静音电机", "Fits cats up to 20 lb | 适合 20 磅以内的猫"),
    commission_ceiling_bp=3000,
    sample=True,
)
SCOPE = Scope(TenantId(1), BRAND.id, MemberId(1), Role.OPERATOR)


def creator(number: int = 1, **facts: object) -> Creator:
    """A pet creator of the United States; any fact can be changed."""
    given: dict[str, object] = {
        "handle": f"pawlife{number}",
        "name": "Mia Torres",
        "bio": "Honest pet product reviews 🐾 DM for collabs",
        "market": "US",
        "languages": ("en",),
        "categories": ("pets",),
        "captions": ("My senior cat tries a heated bed ❤️ #catsoftiktok", "3 litter boxes later... here's the winner"),
        "hashtags": ("catsoftiktok", "fyp", "litterboxhacks"),
    }
    return Creator(
        CreatorId(number),
        TenantId(1),
        CreatorFacts(**(given | facts)),  # type: ignore[arg-type]  # a builder takes any fact
        Source("file", NOW),
    )


def shop_link(*, active: bool = True) -> ShopLink:
    """The brand's own shop."""
    shop = SellerShop("7001", "PawJoy US", "US")
    return ShopLink(ShopLinkId(1), TenantId(1), BRAND.id, active, shop.id, (shop,), NOW, Sync())


def occasion(
    purpose: Purpose = Purpose.INVITE,
    *,
    who: Creator | None = None,
    offer: Offer | None = None,
    product: Product | None = LITTER_BOX,
    channel: Channel = Channel.BY_HAND,
    relation: Relation | None = None,
    answering: CreatorMessage | None = None,
) -> Occasion:
    """One message to Mia about the litter box, with 18 % and a sample unless said otherwise."""
    given = Offer(1800, None, free_sample=True) if offer is None else offer
    return Occasion(who or creator(), BRAND, purpose, channel, product, given, relation, answering)


def message(text: str, gist: Gist, *, number: int = 1, who: int = 1, batch: str | None = None) -> CreatorMessage:
    """What creator `who` wrote."""
    return CreatorMessage(
        CreatorMessageId(number),
        CreatorId(who),
        f"pawlife{who}",
        BRAND.id,
        text,
        NOW,
        gist,
        batch,
        1 if batch else None,
        ConversationId(7),
    )


class Acceptor:
    """A messenger that takes every creator but those named."""

    def __init__(self, *refused: str) -> None:
        self._refused = refused

    def accepts(self, who: Creator, channel: Channel) -> Flag | None:
        """Refuse by handle."""
        return Flag("no_channel", {"channel": channel}) if who.handle in self._refused else None


@dataclass
class ScriptedModel:
    """A text model that answers from a list; an exception in it is raised. Remembers what it was asked."""

    answers: list[dict[str, JsonValue] | str | Unavailable]
    asked: list[str] = field(default_factory=list)

    async def write(self, *, system: str, user: str, purpose: str, max_tokens: int = 800) -> str:
        """The next text."""
        return str(self._next(user))

    async def write_json(
        self, *, system: str, user: str, purpose: str, schema: dict[str, JsonValue], max_tokens: int = 1200
    ) -> dict[str, JsonValue]:
        """The next object."""
        return cast("dict[str, JsonValue]", self._next(user))

    def _next(self, user: str) -> object:
        self.asked.append(user)
        answer = self.answers.pop(0)
        if isinstance(answer, Unavailable):
            raise answer
        return answer


@dataclass
class Office:
    """Everything the tools under test may read or write; `unit` satisfies `Units`."""

    creators_: list[Creator] = field(default_factory=lambda: [creator(number) for number in range(1, 6)])
    products_: list[Product] = field(default_factory=lambda: [LITTER_BOX])
    relations_: dict[CreatorId, Relation] = field(default_factory=dict)
    samples_: list[Sample] = field(default_factory=list)
    messages_: list[CreatorMessage] = field(default_factory=list)
    batches_: list[Batch] = field(default_factory=list)
    answered: list[CreatorMessageId | None] = field(default_factory=list)
    fences: list[Fence | None] = field(default_factory=list)
    invited: dict[CreatorId, FirstContact] = field(default_factory=dict)
    passes: dict[CreatorId, CoolDownPass] = field(default_factory=dict)
    read: list[CreatorMessageId] = field(default_factory=list)
    policy_: BrandPolicy = field(default_factory=BrandPolicy)
    occasions: set[str] = field(default_factory=set)
    demo: bool = False
    shop: ShopLink | None = None

    def units(self) -> Units:
        """As the tools see it."""
        return cast("Units", self)

    def as_unit(self) -> Unit:
        """One open transaction."""
        return cast("Unit", _Unit(self))

    @asynccontextmanager
    async def unit(self, scope: Scope, *, fence: Fence | None = None) -> AsyncIterator["_Unit"]:
        """Open a transaction; nothing is rolled back here."""
        yield _Unit(self)


@dataclass
class _Samples:
    office: Office

    async def find(self, *, statuses: Collection[SampleStatus]) -> list[Sample]:
        return [sample for sample in self.office.samples_ if sample.status in statuses]


class _Unit:
    scope = SCOPE
    now = NOW

    def __init__(self, office: Office) -> None:
        self.office = office
        self.creators = self.relations = self.shortlists = self.products = self.people = self.shops = self
        self.drafts = self.steps = _Drafts(office)
        self.creator_messages = _Messages(office)
        self.samples = _Samples(office)

    async def first_time(self, occasion: str) -> bool:
        new = occasion not in self.office.occasions
        self.office.occasions.add(occasion)
        return new

    async def of_brand(self, brand: BrandId) -> ShopLink | None:
        return self.office.shop

    async def by_ids(self, ids: Sequence[CreatorId]) -> dict[CreatorId, Creator]:
        return {who.id: who for who in self.office.creators_ if who.id in ids}

    async def by_handles(self, handles: Sequence[str]) -> dict[str, Creator]:
        return {who.handle: who for who in self.office.creators_ if who.handle in handles}

    async def of(self, creators: Sequence[CreatorId]) -> dict[CreatorId, Relation]:
        return {who: relation for who, relation in self.office.relations_.items() if who in creators}

    async def ids_with(self, *, stages: Sequence[str] = ()) -> list[CreatorId]:
        return [who for who, relation in self.office.relations_.items() if relation.stage in stages]

    async def current(self, conversation: ConversationId) -> Shortlist | None:
        items = tuple(ShortlistItem(rank, who, ()) for rank, who in enumerate(self.office.creators_, start=1))
        return Shortlist(ShortlistId(1), items, len(items), {})

    async def all(self) -> list[Product]:
        return self.office.products_

    async def by_id(self, product: ProductId) -> Product | None:
        return next((one for one in self.office.products_ if one.id == product), None)

    async def workspace(self) -> Workspace:
        return Workspace(WorkspaceKind.DEMO if self.office.demo else WorkspaceKind.REAL, "PawJoy", 0)

    async def brands(self) -> list[Brand]:
        return [BRAND]

    async def brand(self, brand: BrandId) -> Brand:
        return BRAND

    async def policy(self, brand: BrandId) -> BrandPolicy:
        return self.office.policy_


class _Drafts:
    def __init__(self, office: Office) -> None:
        self.office = office

    async def add_batch(
        self,
        drafts: Sequence[NewDraft],
        *,
        brand: BrandId,
        conversation: ConversationId | None,
        purpose: Purpose,
        channel: Channel,
        product: ProductId | None,
        decide_by: datetime,
        fence: Fence | None,
        answers: CreatorMessageId | None = None,
    ) -> Batch:
        code = f"K{len(self.office.batches_) + 1}"
        batch_id = BatchId(len(self.office.batches_) + 1)
        handles = {who.id: who.handle for who in self.office.creators_}
        kept = tuple(
            Draft(
                DraftId(batch_id * 100 + number), batch_id, code, number, new.creator, handles[new.creator], "US",
                "America/New_York", True, purpose, new.channel or channel, product,
                _version(DraftId(batch_id * 100 + number), 1, new, new.channel or channel, purpose),
                DraftStatus.FAILING if any(flag.blocking for flag in new.flags) else DraftStatus.OPEN,
            )
            for number, new in enumerate(drafts, start=1)
        )  # fmt: skip
        batch = Batch(batch_id, code, brand, conversation, purpose, None, MemberId(1), NOW, decide_by, False, kept)
        self.office.batches_.append(batch)
        self.office.answered.append(answers)
        self.office.fences.append(fence)
        return batch

    async def batch(self, code: str) -> Batch | None:
        return next((batch for batch in self.office.batches_ if batch.code == code.upper()), None)

    async def open_batches(self, conversation: ConversationId) -> list[Batch]:
        return list(reversed(self.office.batches_))

    async def find(
        self,
        *,
        statuses: Sequence[DraftStatus] = (),
        batch: str | None = None,
        campaign: CampaignId | None = None,
        limit: int = 200,
    ) -> list[Draft]:
        return [
            draft
            for one in reversed(self.office.batches_)
            for draft in one.drafts
            if (not statuses or draft.status in statuses) and (batch is None or one.code == batch.upper())
        ]

    async def newest_sent(self, creators: Collection[CreatorId]) -> dict[CreatorId, Draft]:
        sent = await self.find(statuses=[DraftStatus.SENT])
        return {draft.creator: draft for draft in reversed(sent) if draft.creator in creators}

    async def unanswered(self) -> list[CreatorId]:
        return [draft.creator for draft in await self.find(statuses=[DraftStatus.SENT]) if draft.replied_at is None]

    async def add_version(self, draft: DraftId, content: Content, flags: Sequence[Flag]) -> DraftVersion:
        for place, batch in enumerate(self.office.batches_):
            for old in batch.drafts:
                if old.id == draft:
                    new = NewDraft(old.creator, content, tuple(flags))
                    version = _version(draft, old.version.number + 1, new, old.channel, old.purpose)
                    status = DraftStatus.FAILING if any(flag.blocking for flag in flags) else DraftStatus.OPEN
                    changed = replace(old, version=version, status=status)
                    drafts = tuple(changed if one.id == draft else one for one in batch.drafts)
                    self.office.batches_[place] = replace(batch, drafts=drafts)
                    return version
        raise LookupError(draft)

    async def lock(self, batch: BatchId, *, numbers: Sequence[int]) -> list[Draft]:
        return [
            draft for one in self.office.batches_ if one.id == batch for draft in one.drafts if draft.number in numbers
        ]

    async def first_contacts(self, creators: Sequence[CreatorId], *, brand: BrandId) -> dict[CreatorId, FirstContact]:
        return {who: contact for who, contact in self.office.invited.items() if who in creators}

    async def open_passes(self, creators: Sequence[CreatorId], *, brand: BrandId) -> dict[CreatorId, CoolDownPass]:
        return {who: given for who, given in self.office.passes.items() if who in creators}


class _Messages:
    def __init__(self, office: Office) -> None:
        self.office = office

    async def find(
        self,
        *,
        status: str = "unanswered",
        intent: Intent | None = None,
        handles: Sequence[str] = (),
        limit: int = 50,
        after: CreatorMessageId | None = None,
        newest_first: bool = False,
    ) -> list[CreatorMessage]:
        found = [
            one
            for one in self.office.messages_
            if (not handles or one.handle in handles) and (intent is None or one.gist.intent is intent)
        ]
        ordered = list(reversed(found)) if newest_first else found
        passed = next((place + 1 for place, one in enumerate(ordered) if one.id == after), 0)
        return ordered[passed : passed + limit]

    async def by_id(self, message: CreatorMessageId) -> CreatorMessage | None:
        return next((one for one in self.office.messages_ if one.id == message), None)

    async def thread(self, creator: CreatorId) -> list[tuple[str, str, datetime]]:
        return [("creator", one.text, one.received_at) for one in self.office.messages_ if one.creator == creator]

    async def keep_translation(self, message: CreatorMessageId, translation: str) -> None:
        self.office.messages_ = [
            replace(one, translation=translation) if one.id == message else one for one in self.office.messages_
        ]

    async def keep_gist(self, message: CreatorMessageId, gist: Gist) -> None:
        self.office.messages_ = [replace(one, gist=gist) if one.id == message else one for one in self.office.messages_]

    async def mark_read(self, messages: Sequence[CreatorMessageId]) -> None:
        self.office.read += messages


def _version(draft: DraftId, number: int, new: NewDraft, channel: Channel, purpose: Purpose) -> DraftVersion:
    digest = digest_of(new.content, draft=draft, creator=new.creator, channel=channel, purpose=purpose)
    return DraftVersion(VersionId(draft * 10 + number), number, new.content, new.flags, digest, MemberId(1), NOW)


def turn(*, role: Role = Role.OPERATOR) -> TurnContext:
    """One call in one turn."""
    scope = replace(SCOPE, role=role)
    return TurnContext(scope, ConversationId(7), Fence(TurnId(3), 1), "zh", "turn:3:0")
