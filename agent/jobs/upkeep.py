"""What happens by itself: due steps sent, unclear sends asked about, answers collected, forgotten rows picked up."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from agent.cards.searching import reply_rows
from agent.metrics import ANSWERS, SENDS
from agent.outreach.answers import AnswerDesk, collect, take_in, tell
from agent.outreach.card_sending import CardService, send_cards
from agent.outreach.dispatch import dispatch_due
from agent.outreach.downtime import after_downtime
from agent.outreach.reconcile import reconcile
from connectors.ports.custody import Cursors
from connectors.ports.platforms import Answer, AnswerSource, Messenger
from memory.domain import jobs
from memory.domain.account_stores import Services
from memory.domain.chat import Reply
from memory.domain.dispatch import Service
from memory.domain.errors import Unavailable
from memory.domain.ids import CampaignId, ConversationId, DigestId, ImportRunId, TenantId, TurnId
from memory.domain.outreach import CreatorMessage
from memory.domain.shops import WeekOf, no_week
from memory.domain.stores import Units
from memory.domain.workspace import Lang, Scope
from prompts.render import Texts
from tools.replies.reading import read_reply
from tools.replies.summary import heading_of, summarise
from tools.replies.tool import ReplyShown

log = structlog.get_logger()

FORGOTTEN_AFTER = timedelta(seconds=30)
ScopeOf = Callable[..., Awaitable[Scope | None]]


async def no_sources(tenant: TenantId) -> Sequence[AnswerSource]:
    """A tenant without shops."""
    del tenant
    return ()


@dataclass(frozen=True, slots=True)
class Upkeep:
    """The workspace's housekeeping, each part a job's body; all of it may be repeated at any time.

    `sources`: answers for everybody; `sources_of`: a tenant's own. `cards`: where those are kept that go after texts.
    """

    units: Units
    services: Services
    outreach: Service
    cards: CardService
    cursors: Callable[[Scope], Cursors]
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]
    messengers: Sequence[Messenger]
    sources: Sequence[AnswerSource]
    scope_of: ScopeOf
    texts: Texts
    sources_of: Callable[[TenantId], Awaitable[Sequence[AnswerSource]]] = no_sources
    week_of: WeekOf = no_week

    async def dispatch(self) -> None:
        """Send what is due; when a limit made some wait, the minute's sweep looks again.

        Answers come first: who wrote that they want no more messages, perhaps while nothing ran, gets none.
        """
        await after_downtime(self.outreach)
        await self.collect_answers()
        report = await dispatch_due(self.outreach, self.messengers, week_of=self.week_of)
        await send_cards(self.cards, self.messengers)
        for end, count in report.ends.items():
            SENDS.labels(str(end)).inc(count)
        if report.sent or report.held:
            log.info("outreach.dispatched", sent=report.sent, held=report.held)

    async def reconcile(self) -> None:
        """Ask platforms about unclear sends; cards of texts that are found to have gone go after them."""
        await reconcile(self.outreach, self.messengers)
        await send_cards(self.cards, self.messengers)

    async def collect_answers(self) -> None:
        """Take in what creators wrote, tenant by tenant, source by source; one that is down is tried next minute.

        What members pasted is told as well, where no source is there to bring answers or while it is down.
        """
        async with self.services.across_tenants("whose answers to collect") as work:
            tenants = await work.accounts.tenants()
        desk = self._desk()
        for tenant in tenants:
            scope = await self.scope_of_tenant(tenant)
            if scope is None:
                continue
            for source in (*self.sources, *await self.sources_of(tenant)):
                try:
                    report = await collect(desk, source, self.cursors(scope), tenant=tenant)
                    ANSWERS.inc(len(report.stored))
                except Unavailable as failure:
                    log.warning("answers.unavailable", source=source.name, error=failure.text_key)
            await tell(desk, tenant=tenant)

    async def take_in(self, tenant: TenantId, source: str, answers: Sequence[Answer]) -> None:
        """Answers that a platform told by itself. Raises Unavailable (retryable)."""
        report = await take_in(self._desk(), source, answers, tenant=tenant)
        ANSWERS.inc(len(report.stored))
        await tell(self._desk(), tenant=tenant)

    def notice(self, lang: Lang, messages: Sequence[CreatorMessage], *, now: datetime) -> Reply:
        """「2 位达人回复了」, with what they wrote."""
        items = [ReplyShown(message, heading_of(message), summarise(message.gist)) for message in messages]
        text = self.texts.say("answers_in", lang, count=len(items))
        return Reply(text=text, cards=(reply_rows(items, lang, self.texts, now=now),))

    async def sweep(self) -> None:
        """Once a minute: rows are the truth, so whatever waits without a job gets one."""
        await after_downtime(self.outreach)
        async with self.services.across_tenants("what waits without a job") as work:
            before = work.now - FORGOTTEN_AFTER
            for row in await work.sweeps.turns(before=before):
                scope = Scope(row.tenant, row.brand, row.member, row.role, row.lang)
                await work.defer(
                    jobs.answer_turn(TurnId(row.id), scope=scope, conversation=ConversationId(row.conversation or 0))
                )
            for row in await work.sweeps.imports(before=before):
                scope = Scope(row.tenant, row.brand, row.member, row.role, row.lang)
                await work.defer(jobs.run_import(ImportRunId(row.id), scope=scope))
            for row in await work.sweeps.campaigns():
                scope = Scope(row.tenant, row.brand, row.member, row.role, row.lang)
                await work.defer(jobs.write_campaign(CampaignId(row.id), scope=scope))
            for tenant in await work.sweeps.tenants_to_index():
                await work.defer(jobs.index_creators(tenant))
            for link in await work.shops.due(now=work.now):
                await work.defer(jobs.sync_shop(link.id, link.tenant))
            for link, source in await work.shop_sources.due(now=work.now):
                await work.defer(jobs.read_shop(link.id, link.tenant, source))
            for link in await work.shop_events.waiting_links():
                await work.defer(jobs.hear_shop(link.id, link.tenant))
            if await work.deeds.to_do() or await work.deeds.unclear() or await work.deeds.to_check():
                await work.defer(jobs.do_deeds())
            await work.defer(jobs.dispatch())
            await work.defer(jobs.reconcile())
            await work.defer(jobs.deliver())
            if await work.digests.due(now=work.now, after=DigestId(0), limit=1):
                await work.defer(jobs.digest())

    def _desk(self) -> AnswerDesk:
        return AnswerDesk(self.outreach, self.units, read_reply, self.scope_of, self.notice)
