"""The composition root: the only module that names concrete adapters and reads settings."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from random import Random
from time import monotonic

from fastapi import FastAPI
from procrastinate import App
from prometheus_client import generate_latest
from pydantic import HttpUrl, ValidationError

from agent.accounts import OpenAccounts
from agent.binding.door import OpenDoor
from agent.binding.forms import BindingForms
from agent.by_hand.desk import HandDesk, hand_desk
from agent.cards.decisions import DecisionWords
from agent.cards.shown import Presenter
from agent.catalogue import Routes, build_catalogue
from agent.channels.answers import SaidOnce
from agent.channels.callbacks import KeyedPaths
from agent.channels.checking import ChannelDoctor
from agent.channels.forms import ChannelForms
from agent.channels.holding import Holder
from agent.channels.inbox import GroupedInbox
from agent.channels.judging import KeptJudgements
from agent.channels.pacing import CountedPaces
from agent.channels.safe import SealedSafe, ShopSafe
from agent.channels.team_chat import TeamChats
from agent.deliveries.carrying import Post, deliver_due
from agent.deliveries.nudging import remind
from agent.deliveries.rules import team_window
from agent.deliveries.wording import PushWords
from agent.demo_clock import DemoClock
from agent.desk import OpenDesk, cannot_wait
from agent.erasing import Eraser
from agent.forms import Forms
from agent.graph import Nodes, build
from agent.guardrails.contacts import mask
from agent.imports import Imports
from agent.index_engine import Index, open_index, readiness
from agent.indexing import Indexer
from agent.jobs.blueprint import Workshop, no_shop
from agent.jobs.upkeep import Upkeep, no_sources
from agent.jobs.worker import make_app
from agent.model_books import ModelBooks
from agent.nodes.act import Act
from agent.nodes.answer import Answer
from agent.nodes.recall import Recall
from agent.nodes.think import Limits, Think
from agent.outreach.contacts import no_week
from agent.planner.model import ChatModel, connect
from agent.planner.tokens import unpack_vocabulary
from agent.queries import OpenQueries
from agent.reply_work import ReplyDesk
from agent.settings import Settings
from agent.shops.opening import Shops, app_of, open_shops
from agent.turn import TurnRunner
from connectors.by_hand.messenger import ByHandMessenger
from connectors.by_hand.settings import ByHandSettings
from connectors.files.reader import FileReader
from connectors.playground.agency import demo_agency
from connectors.playground.answers import PlaygroundAnswers
from connectors.playground.messenger import PlaygroundMessenger
from connectors.playground.source import PlaygroundSource
from connectors.playground.world import World
from connectors.ports.channels import Pusher
from connectors.ports.lines import LineKeeper
from connectors.ports.platforms import AnswerSource, CreatorSource, Messenger
from connectors.server import Lifespan, create_app
from connectors.terminal.channel import ScriptLine, Terminal
from connectors.terminal.contract import failure_json, to_json
from connectors.tiktok_shop.calls import Calls as ShopCalls
from connectors.tiktok_shop.platform import TikTokShop, open_tiktok_shop
from connectors.tiktok_shop.source import Wanted
from connectors.tiktok_shop.webhooks import ShopWebhooks
from connectors.webchat.settings import WebSettings
from connectors.wecom.app.callbacks import AppCallbacks
from connectors.wecom.app.channel import AppChannel
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.keeping import AppKeeper
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.pushing import AppPusher
from connectors.wecom.app.standing import AppStanding
from connectors.wecom.app.taking import Taking
from connectors.wecom.app.telling import AppTelling
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.bot.keeping import BotKeeper, Lines
from connectors.wecom.bot.pushing import BotPusher
from connectors.wecom.calls import Calls
from connectors.wecom.errands import Errands
from connectors.wecom.importing import Importing
from connectors.wecom.kf import callbacks as kf_calls
from connectors.wecom.kf.channel import KfChannel
from connectors.wecom.kf.client import KfClient
from connectors.wecom.kf.inbound import CONNECTOR as KF
from connectors.wecom.kf.keeping import KfKeeper
from connectors.wecom.kf.pulling import Pulling
from connectors.wecom.kf.pushing import KfPusher
from connectors.wecom.oa.callbacks import AccountCallbacks
from connectors.wecom.oa.channel import AccountChannel
from connectors.wecom.oa.client import AccountClient
from connectors.wecom.oa.inbound import CONNECTOR as ACCOUNT
from connectors.wecom.oa.keeping import AccountKeeper
from connectors.wecom.oa.probe import AccountProbe
from connectors.wecom.oa.pushing import AccountPusher
from connectors.wecom.oa.tokens import AccountTokens
from connectors.wecom.rations.giving import Giving
from connectors.wecom.rations.hearing import Hearing
from connectors.wecom.rations.voice import RationedTelling
from connectors.wecom.timing import LoopTime
from connectors.wecom.webhook.channel import WebhookPusher
from connectors.wecom.webhook.client import WebhookClient
from memory.custody import ScopeCursors
from memory.database import Database
from memory.domain.channels import ChannelKind, SecretBox
from memory.domain.clock import Clock, SystemClock
from memory.domain.deliveries import DELIVERIES
from memory.domain.errors import BadRequest
from memory.domain.ids import TenantId
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
    kf_callbacks: kf_calls.KfCallbacks
    account_callbacks: AccountCallbacks
    shops: Shops | None = None
    shop_webhooks: ShopWebhooks | None = None

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
    playground: Sequence[Messenger] = (PlaygroundMessenger(world),) if simulated else ()
    key = settings.secret_key.get_secret_value() if settings.secret_key else None
    box = HomeSecretBox(settings.home, key)
    tiktok_shop = _tiktok_shop(settings, ShopSafe(database, box, SystemClock().now), stack)
    shops = open_shops(settings, tiktok_shop, database, box, accounts.of_tenant) if tiktok_shop else None
    over_shops = (tiktok_shop.messenger(shops.of_brand),) if tiktok_shop and shops else ()
    messengers: Sequence[Messenger] = (*playground, *over_shops, ByHandMessenger())
    sources: Sequence[AnswerSource] = (PlaygroundAnswers(world),) if simulated else ()
    jobs = make_app(database.url, connections=settings.turn_concurrency + 2)
    catalogue = build_catalogue(
        database, index, messengers, model, clock, decision_hours=settings.decision_hours,
        platform=shops,
    )  # fmt: skip
    presenter = Presenter(words)
    graph = build(
        Nodes(
            Recall(database),
            Think(catalogue, words, model, Limits(settings.turn_steps, settings.turn_tokens)),
            Act(catalogue, presenter, words),
            Answer(database, words),
        )
    )
    imports = Imports(database, FileReader(), words)
    demo_clock = DemoClock(database, database, sources, words)
    hand = hand_desk(database, words, messengers, lease=ByHandSettings().lease)
    lines: Lines = {}
    safe = SealedSafe(database, box, SystemClock().now)
    paths = KeyedPaths(database, box, monotonic)
    calls = Calls(settings.wecom_url)
    stack.push_async_callback(calls.aclose)
    app_client = AppClient(calls, Tokens(calls, safe, SystemClock().now), Notes(safe, SystemClock().now))
    probe = CallbackProbe(settings.public_url, paths, SystemClock().now)
    app_pusher = AppPusher(app_client, safe, TeamChats(database).people, probe, words.say, CountedPaces(database))
    kf_probe = replace(probe, at=kf_calls.ADDRESS)
    kf_client = KfClient(calls, app_client.tokens, app_client.notes)
    wechat = Calls(settings.wechat_url)
    stack.push_async_callback(wechat.aclose)
    account_client = AccountClient(wechat, AccountTokens(wechat, safe, SystemClock().now), app_client.notes)
    account_probe = AccountProbe(settings.public_url, paths, SystemClock().now)
    pushers = _pushers(settings, stack, lines, TeamChats(database)) | {
        ChannelKind.WECOM_APP: app_pusher,
        ChannelKind.WECOM_KF: KfPusher(kf_client, safe, kf_probe),
        ChannelKind.WECHAT_ACCOUNT: AccountPusher(account_client, safe, account_probe),
    }
    forms = Forms(
        database,
        words,
        imports,
        accounts.hash_password,
        demo_clock.move,
        hand,
        bindings=BindingForms(box, words),
        channels=ChannelForms(box, words, pushers),
        replies=ReplyDesk(Routes(messengers), model, settings.decision_hours),
    )
    desk = OpenDesk(database, database.turn_events, words, tuple(messengers), forms, DecisionWords(words), hand)

    post = Post(database, pushers, box, PushWords(words).say, team_window(settings.team_hours))
    upkeep = Upkeep(
        units=database,
        services=database,
        outreach=database,
        cursors=lambda scope: ScopeCursors(database, scope),
        scope_of_tenant=accounts.of_tenant,
        messengers=messengers,
        sources=sources,
        scope_of=accounts.of_member,
        texts=words,
        sources_of=shops.hearing.sources if shops else no_sources,
        week_of=shops.week if shops else no_week,
    )

    async def deliver() -> None:
        await remind(database)
        await deliver_due(post)

    async def index_tenant(tenant: TenantId) -> None:
        await indexer.catch_up(index, tenant)

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
        erase=Eraser(database.unit, index).run,
    )
    queries = OpenQueries(
        database, index, imports, words, "model" if model else "offline", readiness(database, index), hand,
        {
            ChannelKind.WECOM_APP: AppStanding(safe, probe),
            ChannelKind.WECOM_KF: AppStanding(safe, kf_probe),
            ChannelKind.WECHAT_ACCOUNT: AppStanding(safe, account_probe),
        },
    )  # fmt: skip
    door = OpenDoor(database, box, words, settings.team_timezone.key)
    telling = AppTelling(desk, SaidOnce(database), words.say, LoopTime(), queries)
    inbox = GroupedInbox(database, box, SystemClock().now)
    stack.push_async_callback(inbox.aclose)
    taking = Taking(inbox, cannot_wait, settings.turn_concurrency)
    apps = AppChannel(
        desk, door, telling, app_client, safe, words.say, Random(), taking, CountedPaces(database)  # noqa: S311  # it spreads retries
    )  # fmt: skip
    stack.push_async_callback(apps.stop)
    importing = Importing(desk, queries, words.say)

    def hearing(connector: str) -> Hearing:
        rationed = RationedTelling(desk, SaidOnce(database), words.say, LoopTime())
        giving = Giving(desk, queries.file, safe, words.say, LoopTime(), SystemClock().now)
        places = TeamChats(database).push_places
        return Hearing(connector, desk, door, rationed, giving, importing, words.say, places, Errands(connector))

    kf = KfChannel(hearing(KF), kf_client, safe, SystemClock().now)
    pulling = Pulling(kf_client, safe, LoopTime(), SystemClock().now, kf.handle)
    accounts_heard = AccountChannel(hearing(ACCOUNT), account_client, safe, LoopTime(), SystemClock().now)
    for stop in (kf.hearing.errands.stop, accounts_heard.stop, pulling.stop):
        stack.push_async_callback(stop)
    keepers: dict[ChannelKind, LineKeeper] = {
        ChannelKind.WECOM_KF: KfKeeper(kf, pulling, SystemClock().now),
        ChannelKind.WECHAT_ACCOUNT: AccountKeeper(accounts_heard, SystemClock().now),
        ChannelKind.WECOM_APP: AppKeeper(apps, SystemClock().now),
        ChannelKind.WECOM_BOT: BotKeeper(
            settings.wecom_bot_url, lines, desk, queries, door, SaidOnce(database), KeptJudgements(database), words.say,
            mask, SystemClock().now, LoopTime(),
        ),
    }  # fmt: skip
    return Installation(
        settings, database, index, accounts, desk, hand, queries, indexer, imports, workshop, jobs, world, words, model,
        box, door, ChannelDoctor(database, box, pushers, keepers, database.leadership),
        Holder(database, database.leadership, keepers, box, deliver, lambda: database.wakeups.bell(DELIVERIES)),
        AppCallbacks(paths, apps, app_client.notes, SystemClock().now),
        kf_calls.KfCallbacks(paths, pulling, kf_client.notes, SystemClock().now),
        AccountCallbacks(paths, accounts_heard, account_client.notes, SystemClock().now), shops,
        tiktok_shop.webhooks(shops.hearing) if tiktok_shop and shops else None,
    )  # fmt: skip


def _pushers(settings: Settings, stack: AsyncExitStack, lines: Lines, chats: TeamChats) -> dict[ChannelKind, Pusher]:
    """Channels that can speak first, by kind; a bot speaks where this process holds its connection."""
    webhook = WebhookClient(settings.wecom_url)
    stack.push_async_callback(webhook.aclose)
    bot = BotPusher(lines, chats.of, chats.deciders, settings.wecom_bot_url, SystemClock().now)
    return {ChannelKind.WECOM_BOT: bot, ChannelKind.WECOM_WEBHOOK: WebhookPusher(webhook)}


def _tiktok_shop(settings: Settings, safe: ShopSafe, stack: AsyncExitStack) -> TikTokShop | None:
    """TikTok Shop where its app is set up."""
    shop = settings.tiktok_shop
    if shop is None:
        return None
    calls = ShopCalls()
    stack.push_async_callback(calls.aclose)
    wanted = Wanted(most=shop.most_creators, with_detail=shop.figures)
    return open_tiktok_shop(app_of(shop), calls, safe, now=SystemClock().now, rng=Random(), wanted=wanted)  # noqa: S311  # it spreads retries


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
        called=[one.router() for one in called if one is not None],
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


script_answer = to_json
script_failure = failure_json
