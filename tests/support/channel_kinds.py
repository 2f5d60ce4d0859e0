"""The kinds of channel that the platform calls back, each put together on a stand as in production."""

from collections.abc import Mapping
from random import Random
from typing import Any, ClassVar

from agent.channels.answers import SaidOnce
from agent.channels.inbox import GroupedInbox
from agent.channels.pacing import CountedPaces
from agent.channels.team_chat import TeamChats
from agent.desk import cannot_wait
from connectors.wecom.app import callbacks as app
from connectors.wecom.app.channel import AppChannel
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.keeping import AppKeeper
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.pushing import AppPusher
from connectors.wecom.app.taking import Taking
from connectors.wecom.app.telling import AppTelling
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.kf import callbacks as kf
from connectors.wecom.kf.channel import KfChannel
from connectors.wecom.kf.client import KfClient
from connectors.wecom.kf.keeping import KfKeeper
from connectors.wecom.kf.pulling import Pulling
from connectors.wecom.kf.pushing import KfPusher
from connectors.wecom.oa import callbacks as oa
from connectors.wecom.oa.channel import AccountChannel
from connectors.wecom.oa.client import AccountClient
from connectors.wecom.oa.keeping import AccountKeeper
from connectors.wecom.oa.probe import AccountProbe
from connectors.wecom.oa.pushing import AccountPusher
from connectors.wecom.oa.tokens import AccountTokens
from evals.emulators.wecom.calling import UrlCheck
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.delivering import Delivering
from memory.domain.channels import ChannelKind
from prompts.render import texts
from tests.agent.deliveries.conftest import BOX
from tests.connectors.wecom.apps import AGENT, app_of, opened
from tests.connectors.wecom.customers import kf_row, kfid_of
from tests.connectors.wecom.followers import account_row
from tests.support.called_back import Built, Parts, Struck


class AppStruck(Struck):
    """Over a self-built app."""

    kind, user, sends = ChannelKind.WECOM_APP, "lina", "message/send"
    tokens, callbacks = "gettoken", "callback/app"

    def typed(self) -> Mapping[str, str]:
        """See `Struck.typed`."""
        return opened(self.emulator).secrets

    def build(self, parts: Parts, address: str) -> Built:
        """See `Struck.build`."""
        database, say = parts.shop.database, texts().say
        client = AppClient(parts.calls, Tokens(parts.calls, parts.safe, parts.now), Notes(parts.safe, parts.now))
        telling = AppTelling(parts.desk, SaidOnce(database), say, parts.time, parts.queries)
        inbox = GroupedInbox(database, BOX, parts.now)
        taking = Taking(inbox, cannot_wait, 8)
        apps = AppChannel(
            parts.desk, parts.door(), telling, client, parts.safe, say, Random(5), taking, CountedPaces(database)
        )
        parts.stack.push_async_callback(inbox.aclose)
        parts.stack.push_async_callback(apps.stop)
        probe = CallbackProbe(address, parts.paths, parts.now, through_proxy=False)
        pusher = AppPusher(client, parts.safe, TeamChats(database).people, probe, say, CountedPaces(database))
        router = app.AppCallbacks(parts.paths, apps, client.notes, parts.now).router()
        return Built(router, app.ADDRESS, AppKeeper(apps, parts.now), pusher, probe)

    async def saves(self, url: str) -> UrlCheck:
        """See `Struck.saves`."""
        app_of(self.emulator).callback.url = url
        return await self.emulator.callbacks.verify_url(app_of(self.emulator))

    @property
    def known_as(self) -> str:
        """See `Struck.known_as`."""
        return self.user

    @property
    def chat(self) -> str:
        """See `Struck.chat`."""
        return private(str(AGENT), self.user)

    @property
    def called(self) -> Delivering[Any]:
        """See `Struck.called`."""
        return self.emulator.callbacks

    def types(self, text: str) -> None:
        """See `Struck.types`."""
        self.emulator.phone.says_to_app(self.user, text, agentid=AGENT)


class KfStruck(AppStruck):
    """Over 微信客服, which an app is called back about."""

    kind, user, sends = ChannelKind.WECOM_KF, "xiaolin", "kf/send_msg"
    pulls: ClassVar[str] = "kf/sync_msg"

    def typed(self) -> Mapping[str, str]:
        """See `Struck.typed`."""
        return kf_row(self.emulator).secrets

    def build(self, parts: Parts, address: str) -> Built:
        """See `Struck.build`."""
        client = KfClient(parts.calls, Tokens(parts.calls, parts.safe, parts.now), Notes(parts.safe, parts.now))
        channel = KfChannel(parts.hearing("wecom_kf"), client, parts.safe, parts.now)
        pulling = Pulling(client, parts.safe, parts.time, parts.now, channel.handle)
        parts.stack.push_async_callback(pulling.stop)
        probe = CallbackProbe(address, parts.paths, parts.now, through_proxy=False, at=kf.ADDRESS)
        router = kf.KfCallbacks(parts.paths, pulling, client.notes, parts.now).router()
        pusher = KfPusher(client, parts.safe, probe)
        return Built(router, kf.ADDRESS, KfKeeper(channel, pulling, parts.now), pusher, probe)

    @property
    def known_as(self) -> str:
        """See `Struck.known_as`."""
        return self.emulator.platform.wechat.people[self.user].external_userid

    @property
    def chat(self) -> str:
        """See `Struck.chat`."""
        return private(kfid_of(self.emulator), self.user)

    def types(self, text: str) -> None:
        """See `Struck.types`."""
        self.emulator.kf.people.says(self.user, text, open_kfid=kfid_of(self.emulator))


class AccountStruck(Struck):
    """Over an Official Account, whose callbacks are sealed."""

    kind, user, sends = ChannelKind.WECHAT_ACCOUNT, "xiaolin", "message/custom/send"
    tokens, callbacks = "stable_token", "callback/oa"

    def typed(self) -> Mapping[str, str]:
        """See `Struck.typed`."""
        return account_row(self.emulator).secrets

    def build(self, parts: Parts, address: str) -> Built:
        """See `Struck.build`."""
        tokens = AccountTokens(parts.calls, parts.safe, parts.now)
        client = AccountClient(parts.calls, tokens, Notes(parts.safe, parts.now))
        accounts = AccountChannel(parts.hearing("wechat_account"), client, parts.safe, parts.time, parts.now)
        parts.stack.push_async_callback(accounts.stop)
        probe = AccountProbe(address, parts.paths, parts.now, through_proxy=False)
        router = oa.AccountCallbacks(parts.paths, accounts, client.notes, parts.now).router()
        pusher = AccountPusher(client, parts.safe, probe)
        return Built(router, oa.ADDRESS, AccountKeeper(accounts, parts.now), pusher, probe)

    async def saves(self, url: str) -> UrlCheck:
        """See `Struck.saves`."""
        self.emulator.platform.wechat.account.url = url
        self.emulator.platform.wechat.account.followers.add(self.user)
        return await self.emulator.oa.callbacks.verify_url()

    @property
    def known_as(self) -> str:
        """See `Struck.known_as`."""
        return self.emulator.platform.wechat.people[self.user].openid

    @property
    def chat(self) -> str:
        """See `Struck.chat`."""
        return private(self.emulator.platform.wechat.account.original_id, self.user)

    @property
    def called(self) -> Delivering[Any]:
        """See `Struck.called`."""
        return self.emulator.oa.callbacks

    def types(self, text: str) -> None:
        """See `Struck.types`."""
        self.emulator.oa.people.says(self.user, text)
