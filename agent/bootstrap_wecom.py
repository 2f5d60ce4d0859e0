"""What `bootstrap` puts together of WeCom and WeChat: what speaks to people there, then what hears them."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from random import Random
from time import monotonic

from agent.binding.door import OpenDoor
from agent.channels.answers import SaidOnce
from agent.channels.callbacks import KeyedPaths
from agent.channels.inbox import GroupedInbox
from agent.channels.judging import KeptJudgements
from agent.channels.pacing import CountedPaces
from agent.channels.safe import SealedSafe
from agent.channels.team_chat import TeamChats
from agent.desk import OpenDesk, cannot_wait
from agent.guardrails.contacts import mask
from agent.queries import OpenQueries
from agent.settings import Settings
from connectors.ports.callbacks import CalledBack
from connectors.ports.channels import Pusher
from connectors.ports.lines import LineKeeper
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
from connectors.wecom.rations.standing import RationedStanding
from connectors.wecom.rations.voice import RationedTelling
from connectors.wecom.timing import LoopTime
from connectors.wecom.webhook.client import WebhookClient
from connectors.wecom.webhook.pushing import WebhookPusher
from memory.database import Database
from memory.domain.channels import ChannelKind, SecretBox
from memory.domain.clock import SystemClock
from prompts.render import Texts

__all__ = ["Ears", "KfCallbacks", "Reach", "open_ears", "open_reach"]

KfCallbacks = kf_calls.KfCallbacks
_now = SystemClock().now


@dataclass(frozen=True, slots=True)
class Reach:
    """What speaks to people there. `lines`: connections of bots, of those that this process holds."""

    safe: SealedSafe
    paths: KeyedPaths
    app: AppClient
    kf: KfClient
    account: AccountClient
    lines: Lines
    pushers: Mapping[ChannelKind, Pusher]
    standings: Mapping[ChannelKind, CalledBack]


@dataclass(frozen=True, slots=True)
class Ears:
    """What hears people there: over lines that one process keeps, and where the platform calls."""

    keepers: Mapping[ChannelKind, LineKeeper]
    app: AppCallbacks
    kf: KfCallbacks
    account: AccountCallbacks


def open_reach(settings: Settings, database: Database, box: SecretBox, words: Texts, stack: AsyncExitStack) -> Reach:
    """Clients and pushers of every kind of channel."""
    safe, paths = SealedSafe(database, box, _now), KeyedPaths(database, box, monotonic)
    calls, wechat = Calls(settings.wecom_url), Calls(settings.wechat_url)
    webhook = WebhookClient(settings.wecom_url)
    for each in (calls, wechat, webhook):
        stack.push_async_callback(each.aclose)
    app = AppClient(calls, Tokens(calls, safe, _now), Notes(safe, _now))
    kf = KfClient(calls, app.tokens, app.notes)
    account = AccountClient(wechat, AccountTokens(wechat, safe, _now), app.notes)
    probe = CallbackProbe(settings.public_url, paths, _now)
    kf_probe = replace(probe, at=kf_calls.ADDRESS)
    account_probe = AccountProbe(settings.public_url, paths, _now)
    chats, lines = TeamChats(database), Lines()
    return Reach(
        safe, paths, app, kf, account, lines,
        {
            ChannelKind.WECOM_BOT: BotPusher(lines, chats.of, chats.deciders, settings.wecom_bot_url, _now),
            ChannelKind.WECOM_WEBHOOK: WebhookPusher(webhook),
            ChannelKind.WECOM_APP: AppPusher(app, safe, chats.people, probe, words.say, CountedPaces(database)),
            ChannelKind.WECOM_KF: KfPusher(kf, safe, kf_probe),
            ChannelKind.WECHAT_ACCOUNT: AccountPusher(account, safe, account_probe),
        },
        {
            ChannelKind.WECOM_APP: AppStanding(safe, probe),
            ChannelKind.WECOM_KF: RationedStanding(AppStanding(safe, kf_probe), safe),
            ChannelKind.WECHAT_ACCOUNT: RationedStanding(AppStanding(safe, account_probe), safe),
        },
    )  # fmt: skip


def open_ears(
    settings: Settings, database: Database, box: SecretBox, words: Texts, reach: Reach,
    desk: OpenDesk, door: OpenDoor, queries: OpenQueries, stack: AsyncExitStack,
) -> Ears:  # fmt: skip
    """Channels that hear, over what reaches them."""
    telling = AppTelling(desk, SaidOnce(database), words.say, LoopTime(), queries)
    inbox = GroupedInbox(database, box, _now)
    stack.push_async_callback(inbox.aclose)
    taking = Taking(inbox, cannot_wait, settings.turn_concurrency)
    app = AppChannel(
        desk, door, telling, reach.app, reach.safe, words.say, Random(), taking, CountedPaces(database)  # noqa: S311  # it spreads retries
    )  # fmt: skip
    stack.push_async_callback(app.stop)
    importing = Importing(desk, queries, words.say)

    def hearing(connector: str) -> Hearing:
        answers = SaidOnce(database)
        rationed = RationedTelling(desk, answers, words.say, LoopTime())
        giving = Giving(desk, queries.file, answers, reach.safe, words.say, LoopTime(), _now)
        places = TeamChats(database).push_places
        return Hearing(connector, desk, door, rationed, giving, importing, words.say, places, Errands(connector))

    kf = KfChannel(hearing(KF), reach.kf, reach.safe, _now)
    pulling = Pulling(reach.kf, reach.safe, LoopTime(), _now, kf.handle)
    account = AccountChannel(hearing(ACCOUNT), reach.account, reach.safe, LoopTime(), _now)
    for stop in (kf.hearing.errands.stop, account.hearing.errands.stop, pulling.stop):
        stack.push_async_callback(stop)
    keepers: dict[ChannelKind, LineKeeper] = {
        ChannelKind.WECOM_KF: KfKeeper(kf, pulling, _now),
        ChannelKind.WECHAT_ACCOUNT: AccountKeeper(account, _now),
        ChannelKind.WECOM_APP: AppKeeper(app, _now),
        ChannelKind.WECOM_BOT: BotKeeper(
            settings.wecom_bot_url, reach.lines, desk, queries, door, SaidOnce(database), KeptJudgements(database),
            words.say, mask, _now, LoopTime(),
        ),
    }  # fmt: skip
    return Ears(
        keepers,
        AppCallbacks(reach.paths, app, reach.app.notes, _now),
        kf_calls.KfCallbacks(reach.paths, pulling, reach.kf.notes, _now),
        AccountCallbacks(reach.paths, account, reach.account.notes, _now),
    )
