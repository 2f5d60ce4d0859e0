"""Two brands, every role, strangers and another tenant on one Official Account: who is bound decides every word."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from itertools import product

import pytest
from fastapi import FastAPI

from agent.settings import Settings
from connectors.wecom.oa.callbacks import ADDRESS
from evals.emulators.serving import serving
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.wechat import Person
from memory.domain.bindings import ChatKind
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Role, Scope
from tests.support.database import TestServer
from tests.support.group_talk import GroupTalk, group_talk
from tests.support.houses import House
from tests.support.neighbourhoods import LOOPBACK, asked_of, built, owner_of, require_own_decisions

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]

SENDS = "message/custom/send"
MOST_MORE = 6
OURS, THEIRS = "公众号", "别家的公众号"
STRANGER = "还不认识你"


@dataclass
class Followers:
    """Members of two brands of one tenant, each a follower of its account; another tenant has set the same one up."""

    talk: GroupTalk
    houses: list[House]
    channels: dict[str, ChannelId]
    address: str

    def calls(self, name: str) -> None:
        """The platform calls the account of one of them from now on."""
        paths = self.talk.daren.account_callbacks.paths
        self.talk.emulator.platform.wechat.account.url = self.address + ADDRESS + paths.path(self.channels[name])

    def follower(self, user: str) -> Person:
        """Somebody who follows the account; nobody knows them yet."""
        wechat = self.talk.emulator.platform.wechat
        wechat.account.followers.add(user)
        return wechat.people.setdefault(user, Person(user, user, f"wm-{user}", f"o-{user}"))

    async def bind(self, name: str, user: str, who: Scope) -> None:
        """A follower is a member."""
        openid, channel = self.follower(user).openid, self.channels[name]
        async with self.talk.daren.database.unit(who) as unit:
            identity = await unit.bindings.bind_person(channel, user=openid, user_name=user, member=who.member)
            await unit.bindings.bind_chat(
                channel, chat=openid, kind=ChatKind.DIRECT, brand=who.brand, by=who.member, identity=identity
            )

    def said(self, user: str) -> list[Message]:
        """What the account said to somebody."""
        own = self.talk.emulator.platform.wechat.account.original_id
        return [one for one in self.talk.emulator.platform.chats.of(private(own, user)) if one.sender == own]

    def shown(self, user: str) -> list[str]:
        """Everything they could read of it."""
        return [f"{one.content} {one.card or ''}" for one in self.said(user)]

    async def ask(self, user: str, text: str) -> None:
        """Type, and ask for the rest until there is none."""
        for typed in (text, *["更多"] * MOST_MORE):
            before = len(self.said(user))
            self.talk.emulator.oa.people.says(user, typed)
            await self._answered(user, before)
            if "更多" not in self.shown(user)[-1]:
                return

    async def taps(self, user: str, menu_id: str) -> None:
        """A choice that no menu of theirs holds."""
        before, person = len(self.said(user)), self.follower(user)
        platform = self.talk.emulator.platform
        said = {"MsgType": "text", "Content": "批准", "bizmsgmenuid": menu_id, "MsgId": platform.rng.getrandbits(60)}
        names = {"ToUserName": platform.wechat.account.original_id, "FromUserName": person.openid}
        self.talk.emulator.oa.callbacks.deliver(person, {**names, "CreateTime": int(platform.clock.now), **said})
        await self._answered(user, before)

    async def _answered(self, user: str, before: int) -> None:
        openid = self.follower(user).openid
        callbacks = self.talk.emulator.oa.callbacks
        await self.talk.until(
            lambda: (
                len(self.said(user)) > before
                and not self.talk.owed(openid)
                and all(one.over for one in callbacks.deliveries if one.person.openid == openid)
            )
        )


@pytest.fixture
async def followers(empty_settings: Settings) -> AsyncIterator[Followers]:
    houses = await built(empty_settings)
    async with group_talk(empty_settings) as talk:
        web = FastAPI()
        web.include_router(talk.daren.account_callbacks.router())
        async with serving(web) as address:
            made = Followers(talk, houses, {}, address)
            for name, house in ((OURS, houses[0]), (THEIRS, houses[2])):
                await talk.daren.workshop.index(house.lead.tenant)
                made.channels[name] = await _account(talk, owner_of(talk, house), name)
            for (number, house), role in product(enumerate(houses[:2]), Role):
                await made.bind(OURS, f"u{number}-{role}", house.scopes[role])
            await made.bind(THEIRS, "theirs", houses[2].lead)
            yield made


async def _account(talk: GroupTalk, lead: Scope, name: str) -> ChannelId:
    """A lead sets the account up."""
    account = talk.emulator.platform.wechat.account
    typed = {
        "app_id": account.appid, "app_secret": account.secret, "original_id": account.original_id,
        "token": account.token, "aes_key": account.aes_key, "mode": account.mode.value,
    }  # fmt: skip
    await talk.daren.desk.submit(lead, SaveChannel(of=ChannelKind.WECHAT_ACCOUNT, name=name, brand=None, typed=typed))
    found = (await talk.daren.queries.channels(lead)).channels
    return next(state.channel.id for state in found if state.channel.name == name)


async def converse(here: Followers, user: str, us: House, sister: House, stranger: House) -> None:
    """One person asks everything, then taps what was never theirs."""
    for text in asked_of(us, sister, stranger):
        await here.ask(user, text)
    for house in (sister, stranger):
        rows = here.talk.rows(f"select coalesce(min(id), 1) from presentation where brand_id = {house.brand.id}")
        await here.taps(user, f"approve:1-3|{house.batch}-{rows[0][0]}-forged")
    await here.taps(user, "approve:1-3|forged")


async def test_a_follower_reads_no_row_of_another_brand_or_tenant_and_no_local_link(
    followers: Followers, postgres: TestServer, empty_settings: Settings
) -> None:
    here, (alder, oak, birch) = followers, followers.houses
    here.calls(OURS)
    members = {f"u{number}-{role}": number for number, role in product((0, 1), Role)}
    await strangers(here)
    await asyncio.gather(
        *(converse(here, user, here.houses[number], here.houses[1 - number], birch) for user, number in members.items())
    )
    # The same account, set up by the other tenant: their lead is somebody there, and ours are nobody.
    here.calls(THEIRS)
    before = len(here.said("theirs"))
    await converse(here, "theirs", birch, alder, oak)
    ours = len(here.said(f"u0-{Role.LEAD}"))
    await here.ask(f"u0-{Role.LEAD}", f"列出{alder.brand.name}的草稿")
    assert [text for text in here.shown(f"u0-{Role.LEAD}")[ours:] if STRANGER not in text] == []

    seen = {user: (here.houses[number], here.shown(user)) for user, number in members.items()}
    seen["theirs"] = (birch, here.shown("theirs")[before:])
    foreign = {
        user: [text for text in texts for other in here.houses if other is not us
               if any(word in text for word in us.secrets_from(other))]
        for user, (us, texts) in seen.items()
    }  # fmt: skip
    assert {user: texts for user, texts in foreign.items() if texts} == {}
    assert [text for _, texts in seen.values() for text in texts if LOOPBACK.search(text)] == []
    # Each of them saw what is theirs: the silence about the others is no silence.
    assert [user for user, (us, texts) in seen.items() if not any(us.word in text for text in texts)] == []
    assert [call.errcode for call in here.talk.emulator.platform.records.of(SENDS) if call.errcode] == []
    assert here.talk.emulator.platform.records.warnings == []
    require_own_decisions(postgres, empty_settings)


async def strangers(here: Followers) -> None:
    """Who is not bound, and who is bound elsewhere, is told how to be let in, and no row."""
    words = [word for house in here.houses for word in (house.word, house.tenant_word)]
    for user in ("stranger", "theirs"):
        here.follower(user)
        for text in asked_of(here.houses[0], here.houses[1], here.houses[2]):
            await here.ask(user, text)
        await here.taps(user, f"approve:1-3|{here.houses[0].batch}-1-forged")
        assert [text for text in here.shown(user) if STRANGER not in text] == []
        assert [text for text in here.shown(user) if any(word in text for word in words)] == []
    assert here.talk.rows("select count(*) from turn where connector = 'wechat_account'") == [(0,)]
