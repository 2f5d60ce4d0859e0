"""Speaking on WeChat to an Official Account, or to 微信客服, where only so much is said at a time."""

import json
from abc import abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from agent.bootstrap import web
from agent.settings import Settings
from connectors.wecom.kf import callbacks as kf
from connectors.wecom.oa import callbacks as oa
from evals.emulators.serving import serving
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.wechat import Person
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Scope
from tests.support.talks import Seat, Talk, talking

MORE, MOST_MORE = "更多", 12


class RationedTalk(Talk):
    """A product that is called back at `address` about two accounts, or about one that two have set up."""

    kind: ClassVar[ChannelKind]
    sends: ClassVar[str]
    address: str
    channels: dict[int, ChannelId]

    @abstractmethod
    def account(self, place: int) -> str:
        """The one of that number, as the platform names it."""

    @abstractmethod
    def typed(self, place: int) -> dict[str, str]:
        """What a lead types to set it up."""

    @abstractmethod
    def calls(self, place: int) -> None:
        """The platform calls the address of who set that one up from now on, and no other."""

    @abstractmethod
    def taps(self, seat: Seat, menu_id: str) -> None:
        """Tap a line that no menu of theirs holds."""

    async def set_up(self, lead: Scope, place: int) -> None:
        """A lead sets an account up."""
        self.channels[place] = await self.save(lead, self.kind, f"{self.kind} {place}", self.typed(place))

    def person(self, seat: Seat) -> Person:
        """Who they are on WeChat."""
        return self.emulator.platform.wechat.people[seat.user]

    def hire(self, seat: Seat) -> None:
        """They have WeChat."""
        made = Person(seat.user, seat.user, f"wm-{seat.user}", f"o-{seat.user}")
        self.emulator.platform.wechat.people.setdefault(seat.user, made)

    async def ask(self, seat: Seat, text: str) -> list[Message]:
        """See `Talk.ask`: asked for the rest until there is none."""
        before = len(self.said(seat))
        for typed in (text, *[MORE] * MOST_MORE):
            last = (await super().ask(seat, typed))[-1]
            if MORE not in f"{last.content} {last.card or ''}":
                break
        return self.said(seat)[before:]

    def frames(self, seat: Seat) -> list[str]:
        """See `Talk.frames`."""
        bodies = [call.body for call in self.emulator.platform.records.of(self.sends) if isinstance(call.body, dict)]
        return [json.dumps(one, ensure_ascii=False) for one in bodies if one["touser"] == self.known_as(seat)]

    async def presses(self, seat: Seat, *, task: str, key: str) -> None:
        """See `Talk.presses`."""
        before = len(self.said(seat))
        self.taps(seat, f"{key}|{task}")
        await self.until(lambda: self.is_answered(seat, before))

    def is_answered(self, seat: Seat, before: int) -> bool:
        """See `Talk.is_answered`: and nothing is being given any more."""
        giving = f"select 1 from channel_kept where name = 'give:{self.known_as(seat)}'"
        return len(self.said(seat)) > before and not self.rows(giving) and super().is_answered(seat, before)


class AccountTalk(RationedTalk):
    """An Official Account; one alone, whoever sets it up."""

    kind = ChannelKind.WECHAT_ACCOUNT
    sends = "message/custom/send"

    def account(self, place: int) -> str:
        """See `RationedTalk.account`."""
        del place
        return self.emulator.platform.wechat.account.original_id

    def typed(self, place: int) -> dict[str, str]:
        """See `RationedTalk.typed`."""
        del place
        account = self.emulator.platform.wechat.account
        return {
            "app_id": account.appid, "app_secret": account.secret, "original_id": account.original_id,
            "token": account.token, "aes_key": account.aes_key, "mode": account.mode.value,
        }  # fmt: skip

    def calls(self, place: int) -> None:
        """See `RationedTalk.calls`."""
        path = self.daren.account_callbacks.paths.path(self.channels[place])
        self.emulator.platform.wechat.account.url = f"{self.address}{oa.ADDRESS}{path}"

    def known_as(self, seat: Seat) -> str:
        """See `Talk.known_as`."""
        return self.person(seat).openid

    def hire(self, seat: Seat) -> None:
        """See `Talk.hire`: they follow the account."""
        super().hire(seat)
        self.emulator.platform.wechat.account.followers.add(seat.user)

    def types(self, seat: Seat, text: str) -> None:
        """See `Talk.types`."""
        self.emulator.oa.people.says(seat.user, text)

    def taps(self, seat: Seat, menu_id: str) -> None:
        """See `RationedTalk.taps`."""
        platform, person = self.emulator.platform, self.person(seat)
        names = {"ToUserName": seat.whom, "FromUserName": person.openid, "CreateTime": int(platform.clock.now)}
        said = {"MsgType": "text", "Content": "批准", "bizmsgmenuid": menu_id, "MsgId": platform.rng.getrandbits(60)}
        self.emulator.oa.callbacks.deliver(person, names | said)

    def is_answered(self, seat: Seat, before: int) -> bool:
        """See `Talk.is_answered`: and no callback waits for its answer."""
        theirs = (one for one in self.emulator.oa.callbacks.deliveries if one.person.userid == seat.user)
        return all(one.over for one in theirs) and super().is_answered(seat, before)


class KfTalk(RationedTalk):
    """Accounts of 微信客服, managed by one app, which has one address."""

    kind = ChannelKind.WECOM_KF
    sends = "kf/send_msg"

    @property
    def app(self) -> App:
        """The app that manages them."""
        return next(app for app in self.emulator.platform.corp.apps.values() if app.manages_kf)

    def account(self, place: int) -> str:
        """See `RationedTalk.account`."""
        return list(self.emulator.platform.wechat.kf)[place]

    def typed(self, place: int) -> dict[str, str]:
        """See `RationedTalk.typed`."""
        return {
            "corp_id": self.emulator.platform.corp.corpid, "app_secret": self.app.secret,
            "token": self.app.callback.token, "aes_key": self.app.callback.aes_key, "open_kfid": self.account(place),
        }  # fmt: skip

    def calls(self, place: int) -> None:
        """See `RationedTalk.calls`."""
        path = self.daren.kf_callbacks.paths.path(self.channels[place])
        self.app.callback.url = f"{self.address}{kf.ADDRESS}{path}"

    def known_as(self, seat: Seat) -> str:
        """See `Talk.known_as`."""
        return self.person(seat).external_userid

    def types(self, seat: Seat, text: str) -> None:
        """See `Talk.types`."""
        self.emulator.kf.people.says(seat.user, text, open_kfid=seat.whom)

    def taps(self, seat: Seat, menu_id: str) -> None:
        """See `RationedTalk.taps`."""
        said = {"msgtype": "text", "text": {"content": "批准", "menu_id": menu_id}}
        self.emulator.kf.book.wrote(seat.whom, self.person(seat), said)


@asynccontextmanager
async def rationed_talk(kind: type[AccountTalk] | type[KfTalk], settings: Settings) -> AsyncIterator[RationedTalk]:
    """See `talking`."""
    async with talking(kind, settings) as talk, serving(web(talk.daren)) as address:
        talk.address, talk.channels = address, {}
        yield talk
