"""Read-only views of one scope; satisfies `connectors.ports.queries.Queries`."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent.approval.rights import who_decides
from agent.approval.sequels import batches_behind
from agent.browsing import typed_filters
from agent.by_hand.desk import HandDesk
from agent.campaigns.making import choices, preview
from agent.campaigns.sheets import may_copy, sheet, sheets
from agent.campaigns.usual import preset_sheets
from agent.cards.creators import row as creator_row
from agent.cards.drafts import plan_rows
from agent.figures.links import LinkSigner, link_sheets
from agent.figures.overview import figures_file, figures_view, lines_view
from agent.imports import Imports
from agent.profiles import profile_of
from agent.reply_work import replies_page
from agent.samples.sheet import samples_file
from agent.scopes import of_everything
from agent.team.templates import template_sheets
from connectors.ports.callbacks import CalledBack
from connectors.ports.queries import (
    BatchView,
    BoundTeam,
    ChannelsView,
    CreatorPage,
    CreatorProfile,
    ImportView,
    RepliesView,
    ReplyFilter,
    Shell,
)
from memory.domain.campaign import CampaignSheet
from memory.domain.campaign_forms import MakeCampaign
from memory.domain.campaign_plans import CampaignChoices, CampaignPreview, PresetSheet
from memory.domain.cards import SendListCard
from memory.domain.channels import ChannelKind
from memory.domain.chat_stores import Conversation, Message
from memory.domain.deputies import Deputy
from memory.domain.errors import BadRequest, NotFound
from memory.domain.figures_views import FiguresView, FiguresWish, LinesView
from memory.domain.ids import CampaignId, ConversationId, ImportRunId, TurnId
from memory.domain.offer import Product
from memory.domain.office_stores import DayActivity, QuotaStatus, StoredFile
from memory.domain.office_units import OfficeUnits
from memory.domain.outreach import Batch
from memory.domain.report_links import ReportLinkSheet
from memory.domain.sample import SampleStatus
from memory.domain.sample_views import SamplesView
from memory.domain.stores import CreatorIndex, Unit
from memory.domain.templates import TemplateSheet
from memory.domain.workspace import BrandPolicy, Member, Scope
from prompts.render import Texts
from tools.creator_search.asking import to_query
from tools.creator_search.finding import under_our_rules
from tools.creator_search.gloss import in_english
from tools.quota.tool import DAYS
from tools.samples.listing import GOING, listed

PAGE = 20
INBOX = 10


@dataclass(frozen=True, slots=True)
class OpenQueries:
    """Views over rows and index."""

    units: OfficeUnits
    index: CreatorIndex
    imports: Imports
    texts: Texts
    planner: str
    checks: Mapping[str, Callable[[], Awaitable[str]]]
    hand: HandDesk
    called: Mapping[ChannelKind, CalledBack] = field(default_factory=dict)
    signer: LinkSigner | None = None

    async def shell(self, scope: Scope) -> Shell:
        """See `Queries.shell`."""
        async with self.units.unit(scope) as unit:
            member = next(member for member in await unit.people.members() if member.id == scope.member)
            workspace, now = await unit.people.workspace(), unit.now
            waiting = sum((await unit.drafts.waiting()).values())
            unread = await unit.creator_messages.find(status="unread")
            to_send = await unit.by_hand.waiting()
        async with self.units.unit(of_everything(scope, member)) as unit:
            brands = await unit.people.brands()
        return Shell(
            workspace=workspace,
            brand=next((brand for brand in brands if brand.id == scope.brand), None),
            brands=tuple(brands),
            member=member,
            now=now,
            waiting=waiting,
            unread=len(unread),
            planner=self.planner,
            to_send=to_send,
        )

    async def conversations(self, scope: Scope, *, connector: str) -> Sequence[Conversation]:
        """See `Queries.conversations`."""
        async with self.units.unit(scope) as unit:
            return await unit.conversations.mine(connector=connector)

    async def transcript(self, scope: Scope, conversation: ConversationId) -> Sequence[Message]:
        """See `Queries.transcript`."""
        async with self.units.unit(scope) as unit:
            await _known(unit, conversation)
            return await unit.conversations.transcript(conversation, limit=100)

    async def running_turn(self, scope: Scope, conversation: ConversationId) -> TurnId | None:
        """See `Queries.running_turn`."""
        async with self.units.unit(scope) as unit:
            await _known(unit, conversation)
            return await unit.turns.running(conversation)

    async def inbox(self, scope: Scope, *, offset: int = 0) -> Sequence[Batch]:
        """See `Queries.inbox`."""
        async with self.units.unit(scope) as unit:
            codes = list(await unit.drafts.waiting())[offset : offset + INBOX]
            return [batch for code in codes if (batch := await unit.drafts.batch(code))]

    async def templates(self, scope: Scope) -> Sequence[TemplateSheet]:
        """See `Queries.templates`."""
        async with self.units.unit(scope) as unit:
            return await template_sheets(unit, self.texts)

    async def batches(self, scope: Scope, *, offset: int = 0) -> Sequence[BatchView]:
        """See `Queries.batches`."""
        async with self.units.unit(scope) as unit:
            found = await unit.drafts.batches(limit=PAGE, offset=offset)
            may = {brand: await who_decides(unit, brand) for brand in {each.brand for each in found if each.stopped}}
            return [self._view(each, may.get(each.brand, ())) for each in found]

    async def batch(self, scope: Scope, code: str) -> BatchView:
        """See `Queries.batch`."""
        async with self.units.unit(scope) as unit:
            found = await unit.drafts.batch(code)
            if found is None:
                raise NotFound("no_such_batch", batch=code[:12])
            view = self._view(found, await who_decides(unit, found.brand) if found.stopped else ())
            plan = plan_rows(found.drafts, lang=scope.lang, texts=self.texts, now=unit.now)
            return replace(view, plan=plan, behind=await batches_behind(unit, found))

    def _view(self, batch: Batch, may_resume: tuple[str, ...]) -> BatchView:
        counts = Counter(str(draft.status) for draft in batch.drafts)
        return BatchView(batch, (), dict(counts), may_resume if batch.stopped else ())

    async def creators(self, scope: Scope, *, filters: dict[str, str], offset: int = 0, limit: int = 50) -> CreatorPage:
        """See `Queries.creators`."""
        async with self.units.unit(scope) as unit:
            asked = typed_filters(filters)
            rates = await unit.knowledge.rates()
            query = to_query(asked, topic=in_english(asked.topic or ""), rates=rates, now=unit.now)
            query = await under_our_rules(unit, asked, query)
        # The index is another process, perhaps another machine: no transaction waits for it.
        hits = await self.index.search(query, tenant=scope.tenant, limit=limit, offset=offset)
        (total,) = await self.index.count([query], tenant=scope.tenant)
        ids = [hit.id for hit in hits]
        async with self.units.unit(scope) as unit:
            found = await unit.creators.by_ids(ids)
            relations = await unit.relations.of(ids)
        rows = tuple(
            creator_row(found[one], rank=offset + place, relation=relations.get(one))
            for place, one in enumerate(ids, 1)
            if one in found
        )
        return CreatorPage(rows, total, offset)

    async def creator(self, scope: Scope, handle: str) -> CreatorProfile:
        """See `Queries.creator`."""
        async with self.units.unit(scope) as unit:
            return await profile_of(unit, handle, self.texts)

    async def send_list(self, scope: Scope) -> SendListCard:
        """See `Queries.send_list`."""
        return await self.hand.listed(scope)

    async def replies(self, scope: Scope, wish: ReplyFilter) -> RepliesView:
        """See `Queries.replies`."""
        async with self.units.unit(scope) as unit:
            return await replies_page(unit, wish, self.texts, has_model=self.planner == "model")

    async def products(self, scope: Scope) -> Sequence[Product]:
        """See `Queries.products`."""
        async with self.units.unit(scope) as unit:
            return await unit.products.all()

    async def samples(self, scope: Scope, *, status: str = "") -> SamplesView:
        """See `Queries.samples`."""
        if status and status not in set(SampleStatus):
            raise BadRequest("bad_request")
        statuses = {SampleStatus(status)} if status else GOING
        async with self.units.unit(scope) as unit:
            lines = await listed(unit, statuses)
            return SamplesView(tuple(lines), await unit.samples.counts(), tuple(await unit.products.all()))

    async def samples_file(self, scope: Scope) -> StoredFile:
        """See `Queries.samples_file`."""
        async with self.units.unit(scope) as unit:
            return await samples_file(unit, self.texts)

    async def figures(self, scope: Scope, wish: FiguresWish) -> FiguresView:
        """See `Queries.figures`."""
        async with self.units.unit(scope) as unit:
            return await figures_view(unit, wish, self.texts)

    async def figures_lines(self, scope: Scope, wish: FiguresWish) -> LinesView:
        """See `Queries.figures_lines`."""
        async with self.units.unit(scope) as unit:
            return await lines_view(unit, wish)

    async def figures_file(self, scope: Scope, wish: FiguresWish, *, part: str, extension: str) -> StoredFile:
        """See `Queries.figures_file`."""
        async with self.units.unit(scope) as unit:
            return await figures_file(unit, wish, part, extension, self.texts)

    async def report_links(self, scope: Scope) -> Sequence[ReportLinkSheet]:
        """See `Queries.report_links`."""
        if self.signer is None:
            return ()
        async with self.units.unit(scope) as unit:
            return await link_sheets(unit, self.signer)

    async def campaigns(self, scope: Scope) -> Sequence[CampaignSheet]:
        """See `Queries.campaigns`."""
        async with self.units.unit(scope) as unit:
            return await sheets(unit)

    async def campaign(self, scope: Scope, campaign: CampaignId) -> CampaignSheet:
        """See `Queries.campaign`."""
        async with self.units.unit(scope) as unit:
            found = await sheet(unit, campaign, self.texts)
            copies = await may_copy(unit)
        if not copies:
            return found
        async with self.units.unit(replace(scope, brand=None)) as unit:
            brands = await unit.people.brands()
        own = found.view.campaign.brand
        return replace(found, brands=tuple(brand for brand in brands if brand.id != own))

    async def campaign_presets(self, scope: Scope) -> Sequence[PresetSheet]:
        """See `Queries.campaign_presets`."""
        async with self.units.unit(scope) as unit:
            return await preset_sheets(unit, self.texts)

    async def campaign_choices(self, scope: Scope) -> CampaignChoices:
        """See `Queries.campaign_choices`."""
        async with self.units.unit(scope) as unit:
            return await choices(unit, self.texts)

    async def campaign_preview(self, scope: Scope, form: MakeCampaign) -> CampaignPreview:
        """See `Queries.campaign_preview`."""
        async with self.units.unit(scope) as unit:
            return await preview(unit, form, self.texts)

    async def members(self, scope: Scope) -> Sequence[Member]:
        """See `Queries.members`."""
        async with self.units.unit(scope) as unit:
            return await unit.people.members()

    async def deputies(self, scope: Scope) -> Sequence[Deputy]:
        """See `Queries.deputies`."""
        async with self.units.unit(scope) as unit:
            return await unit.people.deputies()

    async def bound(self, scope: Scope) -> BoundTeam:
        """See `Queries.bound`."""
        async with self.units.unit(scope) as unit:
            return BoundTeam(
                receives=await unit.bindings.receives(),
                identities=tuple(await unit.bindings.identities()),
                chats=tuple(await unit.bindings.bindings(brand=scope.brand)),
            )

    async def channels(self, scope: Scope) -> ChannelsView:
        """See `Queries.channels`."""
        async with self.units.unit(scope) as unit:
            states, waiting = tuple(await unit.pushes.states()), await unit.pushes.waiting()
            undelivered = tuple(await unit.pushes.undelivered())
        channels = [one.channel for one in states if one.channel.kind in self.called]
        called = {channel.id: await self.called[channel.kind].state(channel.id) for channel in channels}
        return ChannelsView(states, waiting, undelivered, called)

    async def policy(self, scope: Scope) -> BrandPolicy:
        """See `Queries.policy`."""
        async with self.units.unit(scope) as unit:
            return await unit.people.policy(scope.brand) if scope.brand else BrandPolicy()

    async def quota(self, scope: Scope) -> Sequence[QuotaStatus]:
        """See `Queries.quota`."""
        async with self.units.unit(scope) as unit:
            return await unit.counters.quota()

    async def activity(self, scope: Scope) -> Sequence[DayActivity]:
        """See `Queries.activity`."""
        async with self.units.unit(scope) as unit:
            return await unit.counters.activity(days=DAYS)

    async def import_run(self, scope: Scope, run: ImportRunId) -> ImportView:
        """See `Queries.import_run`."""
        return await self.imports.view(scope, run)

    async def file(self, scope: Scope, key: str) -> StoredFile:
        """See `Queries.file`."""
        async with self.units.unit(scope) as unit:
            found = await unit.files.read(key)
        if found is None:
            raise NotFound("file_gone")
        return found

    async def health(self) -> dict[str, str]:
        """See `Queries.health`."""
        return {name: await check() for name, check in self.checks.items()}


async def _known(unit: Unit, conversation: ConversationId) -> None:
    if await unit.conversations.by_id(conversation) is None:
        raise NotFound("not_found")
