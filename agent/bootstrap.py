"""The composition root: with `bootstrap_wecom`, the only module that names concrete adapters and reads settings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from fastapi import FastAPI
from procrastinate import App
from prometheus_client import generate_latest
from pydantic import HttpUrl, ValidationError

from agent.accounts import OpenAccounts
from agent.binding.door import OpenDoor
from agent.binding.forms import BindingForms
from agent.bootstrap_wecom import KfCallbacks, open_ears, open_reach
from agent.by_hand.desk import HandDesk, hand_desk
from agent.campaigns.writer import CampaignWriter
from agent.cards.decisions import DecisionWords
from agent.cards.shown import Presenter
from agent.catalogue import Routes, build_catalogue
from agent.channels.checking import ChannelDoctor
from agent.channels.forms import ChannelForms
from agent.channels.holding import Holder
from agent.channels.safe import ShopSafe
from agent.charts.painter import ChartPainter
from agent.deliveries.carrying import Post, deliver_due
from agent.deliveries.drawing import PushPictures
from agent.deliveries.nudging import remind, tell_of_campaigns
from agent.deliveries.rules import team_window
from agent.deliveries.wording import PushWords
from agent.demo_clock import DemoClock
from agent.desk import OpenDesk
from agent.digests.making import DigestMaker
from agent.digests.readers import Readers
from agent.digests.remarks import Remarks, no_remark
from agent.erasing import Eraser
from agent.figures.links import LinkSigner
from agent.figures.opening import ReportOpener
from agent.following import LinkFollower
from agent.forms import Forms
from agent.graph import Nodes, build
from agent.imports import Imports
from agent.index_engine import Index, open_index, readiness
from agent.indexing import Indexer
from agent.jobs.blueprint import Workshop, no_deeds, no_shop, no_source
from agent.jobs.upkeep import Upkeep, no_sources
from agent.jobs.worker import make_app
from agent.model_books import ModelBooks
from agent.nodes.act import Act
from agent.nodes.answer import Answer
from agent.nodes.pictures import Pictures
from agent.nodes.quote import Quote
from agent.nodes.think import Limits, Think
from agent.planner.model import ChatModel, connect
from agent.planner.tokens import unpack_vocabulary
from agent.queries import OpenQueries
from agent.reply_work import ReplyDesk
from agent.sales.auditing import SumAuditor
from agent.settings import Settings
from agent.shops.deciding import DeedWords
from agent.shops.opening import Shops, app_of, open_shops
from agent.turn import TurnRunner
from connectors.by_hand.messenger import ByHandMessenger
from connectors.by_hand.settings import ByHandSettings
from connectors.files.reader import FileReader
from connectors.playground.agency import demo_agency
from connectors.playground.answers import PlaygroundAnswers
from connectors.playground.messenger import PlaygroundMessenger
from connectors.playground.past import PlaygroundPast
from connectors.playground.settings import UNFAILING, PlaygroundSettings
from connectors.playground.source import PlaygroundSales, PlaygroundSource
from connectors.playground.world import World
from connectors.ports.platforms import AnswerSource, CreatorSource, Messenger, SaleSource
from connectors.server import Lifespan, create_app
from connectors.terminal.channel import ScriptLine, Terminal
from connectors.terminal.contract import failure_json, to_json
from connectors.tiktok_shop.calls import Calls as ShopCalls
from connectors.tiktok_shop.platform import TikTokShop, open_tiktok_shop
from connectors.tiktok_shop.source import Wanted
from connectors.tiktok_shop.webhooks import ShopWebhooks
from connectors.webchat.assets import CHINESE_FONT, ECHARTS
from connectors.webchat.following import follow_router
from connectors.webchat.settings import WebSettings
from connectors.wecom.app.callbacks import AppCallbacks
from connectors.wecom.oa.callbacks import AccountCallbacks
from memory.custody import ScopeCursors
from memory.database import Database
from memory.domain.channels import SecretBox
from memory.domain.clock import Clock, SystemClock
from memory.domain.deliveries import DELIVERIES
from memory.domain.errors import BadRequest
from memory.domain.ids import TenantId
from memory.domain.shops import no_week
from memory.domain.workspace import Scope
from memory.secret_box import HomeSecretBox
from prompts.render import Texts, texts

__all__ = ["Installation", "demo_agency", "installed", "migrated", "terminal", "web"]


@dataclass(frozen=True, slots=True)
class Installation:
    """Everything one process works with, put together once."""

    settings: Settings
    database: Database
    index: Index
    accounts: OpenAccounts
    desk: OpenDesk
    hand: HandDesk
    queries: OpenQueries
    indexer: Indexer
    imports: Imports
    workshop: Workshop
    jobs: App
    world: World
    texts: Texts
    model: ChatModel | None
    secrets: SecretBox
    door: OpenDoor
    channel_doctor: ChannelDoctor
    holder: Holder
    app_callbacks: AppCallbacks
    kf_callbacks: KfCallbacks
    account_callbacks: AccountCallbacks
    shops: Shops | None = None
    shop_webhooks: ShopWebhooks | None = None

    @property
    def auditor(self) -> SumAuditor:
        """Looks at the sums of sales."""
        return SumAuditor(self.database, self.database, self.accounts.of_tenant)

    async def try_model(self) -> None:
        """Ask the configured model one short thing. Raises Unavailable or Refused."""
        if self.model is not None:
            await self.model.write(system="Answer with one word.", user="ping", purpose="doctor", max_tokens=5)


@asynccontextmanager
async def installed(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[Installation]:
    """Open the database (migrated already) and the index, and put everything together.

    Raises:
        Misconfigured: a setting or the machine must be mended first (not retryable).
        Unavailable: the database or a configured server does not answer (retryable).
    """
    settings.home.mkdir(parents=True, exist_ok=True)
    unpack_vocabulary(settings.home)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database.open(home=settings.home, url=settings.database_url))
        await database.require_migrated()
        world = await World.open(database.url)
        stack.push_async_callback(world.close)
        yield await _put_together(settings, database, world, clock or SystemClock(), stack)


async def _put_together(
    settings: Settings, database: Database, world: World, clock: Clock, stack: AsyncExitStack
) -> Installation:
    words = texts()
    accounts = OpenAccounts(database, database, clock, settings.home, team_zone=settings.team_timezone.key)
    indexer = Indexer(
        database, database, accounts.of_tenant, lambda tenant: database.leadership(f"index:{tenant}").awaited()
    )
    index = await open_index(settings, indexer)
    stack.push_async_callback(index.aclose)
    model = ChatModel(settings.model, clock, ModelBooks(database), connect(settings.model)) if settings.model else None
    workspace = await accounts.workspace()
    simulated = workspace is not None and workspace.is_demo
    moods = PlaygroundSettings() if settings.demo_faults else UNFAILING
    playground: Sequence[Messenger] = (PlaygroundMessenger(world, moods),) if simulated else ()
    key = settings.secret_key.get_secret_value() if settings.secret_key else None
    box = HomeSecretBox(settings.home, key)
    tiktok_shop = _tiktok_shop(settings, ShopSafe(database, box, SystemClock().now), stack)
    shops = (
        open_shops(
            settings,
            tiktok_shop,
            tiktok_shop.collaborations(),
            tiktok_shop.samples(),
            tiktok_shop.orders(),
            database,
            box,
            accounts.of_tenant,
            accounts.of_member,
            DeedWords(database, words).tell,
        )
        if tiktok_shop
        else None
    )
    over_shops = (tiktok_shop.messenger(shops.of_brand),) if tiktok_shop and shops else ()
    messengers: Sequence[Messenger] = (*playground, *over_shops, ByHandMessenger())
    sources: Sequence[AnswerSource] = (PlaygroundAnswers(world),) if simulated else ()
    jobs = make_app(database.url, connections=settings.turn_concurrency + 2)
    catalogue = build_catalogue(
        database, index, messengers, model, clock, decision_hours=settings.decision_hours,
        platform=shops, invitations=shops, address=settings.public_url,
    )  # fmt: skip
    presenter = Presenter(words)
    painter = ChartPainter(script=ECHARTS, font=CHINESE_FONT)
    graph = build(
        Nodes(
            Quote(database),
            Think(catalogue, words, model, Limits(settings.turn_steps, settings.turn_tokens)),
            Act(catalogue, presenter, words, Pictures(database, painter, words)),
            Answer(database, words),
        )
    )
    imports = Imports(database, FileReader(), words)
    demo_clock = DemoClock(database, database, sources, words)
    hand = hand_desk(database, words, messengers, lease=ByHandSettings().lease)
    reach = open_reach(settings, database, box, words, stack)
    forms = Forms(
        database,
        words,
        imports,
        accounts.hash_password,
        demo_clock.move,
        hand,
        bindings=BindingForms(box, words),
        channels=ChannelForms(box, words, reach.pushers),
        replies=ReplyDesk(Routes(messengers), model, settings.decision_hours),
    )
    signer = LinkSigner(box, settings.public_url)
    desk = OpenDesk(
        database, database.turn_events, words, tuple(messengers), forms, DecisionWords(words), hand, signer
    )  # fmt: skip

    post = Post(
        database, reach.pushers, box, PushWords(words, settings.public_url).say, team_window(settings.team_hours),
        PushPictures(painter, words).of,
    )  # fmt: skip
    week_of = shops.week if shops else no_week
    upkeep = Upkeep(
        units=database,
        services=database,
        outreach=database,
        cards=database,
        cursors=lambda scope: ScopeCursors(database, scope),
        scope_of_tenant=accounts.of_tenant,
        messengers=messengers,
        sources=sources,
        scope_of=accounts.of_member,
        texts=words,
        sources_of=shops.hearing.sources if shops else no_sources,
        week_of=week_of,
    )

    async def deliver() -> None:
        await remind(database)
        await tell_of_campaigns(database)
        await deliver_due(post)

    async def index_tenant(tenant: TenantId) -> None:
        await indexer.catch_up(index, tenant)

    door = OpenDoor(database, box, words, settings.team_timezone.key)
    workshop = Workshop(
        scopes=accounts,
        run_turn=TurnRunner(database, graph, words, settings.turn_seconds).run,
        run_import=imports.carry_out,
        dispatch=upkeep.dispatch,
        reconcile=upkeep.reconcile,
        collect_answers=upkeep.collect_answers,
        index=index_tenant,
        sweep=upkeep.sweep,
        deliver=deliver,
        sync_shop=shops.sync.run if shops else no_shop,
        hear_shop=shops.heard(upkeep.take_in) if shops else no_shop,
        read_shop=shops.sources.run if shops else no_source,
        do_deeds=shops.deeds.run if shops else no_deeds,
        erase=Eraser(database.unit, index).run,
        digest=DigestMaker(
            database,
            database,
            Readers(accounts.of_conversation, door).scope,
            words,
            week_of,
            Remarks(model).of if model else no_remark,
        ).run,
        audit=SumAuditor(database, database, accounts.of_tenant).run,
        write_campaign=CampaignWriter(database, Routes(messengers), settings.decision_hours).run,
    )
    queries = OpenQueries(
        database, index, imports, words, "model" if model else "offline", readiness(database, index), hand,
        reach.standings, signer,
    )  # fmt: skip
    ears = open_ears(settings, database, box, words, reach, desk, door, queries, stack)
    return Installation(
        settings, database, index, accounts, desk, hand, queries, indexer, imports, workshop, jobs, world, words, model,
        box, door, ChannelDoctor(database, box, reach.pushers, ears.keepers, database.leadership),
        Holder(database, database.leadership, ears.keepers, box, deliver, lambda: database.wakeups.bell(DELIVERIES)),
        ears.app, ears.kf, ears.account, shops,
        tiktok_shop.webhooks(shops.hearing) if tiktok_shop and shops else None,
    )  # fmt: skip


def _tiktok_shop(settings: Settings, safe: ShopSafe, stack: AsyncExitStack) -> TikTokShop | None:
    """TikTok Shop where its app is set up."""
    shop = settings.tiktok_shop
    if shop is None:
        return None
    calls = ShopCalls()
    stack.push_async_callback(calls.aclose)
    wanted = Wanted(most=shop.most_creators, with_detail=shop.figures)
    return open_tiktok_shop(
        app_of(shop), calls, safe,
        now=SystemClock().now, rng=Random(), wanted=wanted, back=timedelta(days=shop.order_days),  # noqa: S311  # it spreads retries
    )  # fmt: skip


async def migrated(settings: Settings) -> None:
    """Bring the tables of a home or database up to this version. Raises as `installed`."""
    settings.home.mkdir(parents=True, exist_ok=True)
    async with Database.open(home=settings.home, url=settings.database_url) as database:
        if await database.needs_migration():
            await database.migrate()


def web(daren: Installation, *, lifespan: Lifespan | None = None) -> FastAPI:
    """The HTTP application of an installation."""
    words = daren.texts
    called = (daren.app_callbacks, daren.kf_callbacks, daren.account_callbacks, daren.shop_webhooks)
    return create_app(
        desk=daren.desk,
        queries=daren.queries,
        accounts=daren.accounts,
        channels=daren.channel_doctor,
        say=words.say,
        metrics=generate_latest,
        now=SystemClock().now,
        settings=WebSettings(public_url=HttpUrl(daren.settings.public_url) if daren.settings.public_url else None),
        lifespan=lifespan,
        shops=daren.shops.desk if daren.shops else None,
        reports=ReportOpener(
            daren.database, daren.database, daren.accounts.of_member, LinkSigner(daren.secrets), words
        ),
        called=[
            follow_router(LinkFollower(daren.database), words.say, now=SystemClock().now),
            *(one.router() for one in called if one is not None),
        ],
    )


def terminal(daren: Installation, scope: Scope) -> Terminal:
    """A terminal for one member."""
    return Terminal(daren.desk, daren.queries, scope, daren.texts.say)


def script_line(text: str) -> ScriptLine:
    """One line of `daren ask --batch`. Raises BadRequest("line_unreadable")."""
    try:
        return ScriptLine.model_validate_json(text)
    except ValidationError as failure:
        raise BadRequest("line_unreadable", line=text[:80]) from failure


def playground_source(daren: Installation) -> CreatorSource:
    """The demo world's creators, through the port every platform uses."""
    return PlaygroundSource(daren.world)


def playground_sales(daren: Installation, code: str, *, now: datetime) -> SaleSource:
    """The sales of a demo brand's shop, through the port every platform uses."""
    brand = next(brand for brand in demo_agency().brands if brand.code == code)
    return PlaygroundSales(daren.world, brand, now)


def playground_past(daren: Installation, code: str) -> PlaygroundPast:
    """What a demo brand and its creators said to each other before the demo began."""
    brand = next(brand for brand in demo_agency().brands if brand.code == code)
    return PlaygroundPast(daren.world, brand)


script_answer = to_json
script_failure = failure_json
