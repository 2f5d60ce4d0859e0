"""Digests that are due: each day made once, whoever makes them and whatever dies on the way, and pushed where asked."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from pathlib import Path

import pytest

from agent.accounts import OpenAccounts
from agent.cards.digest_shown import digest_set
from agent.digests.making import DigestMaker
from memory.database import Database
from memory.domain.channels import ChannelKind
from memory.domain.chat_stores import Author, Fence
from memory.domain.clock import SystemClock
from memory.domain.delivery_views import ChannelUnit, ChannelUnits
from memory.domain.digest_stores import DueDigest
from memory.domain.digests import LATEST, Schedule, Wish
from memory.domain.errors import Refused, Unclear
from memory.domain.ids import BrandId, ConversationId, MemberId
from memory.domain.places import Place
from memory.domain.shops import PlatformQuota
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.agent.deliveries.conftest import BOT, HOOK, PushShop
from tools.contract import TurnContext
from tools.digest.arguments import SubscribeDigestArgs
from tools.digest.results import DigestSet
from tools.digest.tool import subscribe_digest

AT_NOON = Schedule(time(12), "Asia/Shanghai")


@dataclass
class Dies:
    """A door behind which everything is done, and then the process dies before it is kept."""

    database: Database

    @asynccontextmanager
    async def unit(self, scope: Scope, *, fence: Fence | None = None) -> AsyncIterator[ChannelUnit]:
        async with self.database.unit(scope, fence=fence) as unit:
            yield unit
            raise ZeroDivisionError


@dataclass
class Subscribed:
    """An operator's conversation with a digest at noon of Shanghai, from tomorrow on: it is noon."""

    shop: PushShop
    conversation: ConversationId
    first: date

    def maker(self, units: ChannelUnits | None = None) -> DigestMaker:
        database = self.shop.database
        return DigestMaker(database, units or database, self.scope_of, texts())

    async def scope_of(self, due: DueDigest) -> Scope | None:
        who = self.shop.office.operator
        assert (due.tenant, due.member, due.brand) == (who.tenant, who.member, who.brand)
        return who

    async def notices(self) -> list[str]:
        async with self.shop.database.unit(self.shop.office.operator) as unit:
            lines = await unit.conversations.transcript(self.conversation)
        return [line.reply.text for line in lines if line.author is Author.NOTICE]

    async def day_later(self, **more: float) -> None:
        await self.shop.office.move_clock(timedelta(days=1, **more))

    def days(self) -> list[tuple[date, bool]]:
        return [(day, made) for day, made in self.shop._read("select day, made from digest_run order by day")]


async def subscribed(shop: PushShop, place: Place | None = None) -> Subscribed:
    async with shop.database.unit(shop.office.operator) as unit:
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
        made = await unit.digests.save(thread.id, Wish(AT_NOON, "zh", active=True, place=place))
    return Subscribed(shop, thread.id, made.next_day)


async def test_many_makers_at_once_make_a_day_once_on_the_page_and_for_the_team(shop: PushShop) -> None:
    await shop.channel()
    one = await subscribed(shop)
    assert await one.maker().run() == 0
    await one.day_later()
    made = await asyncio.gather(*(one.maker().run() for _ in range(4)))
    assert sorted(made) == [0, 0, 0, 1]
    assert await one.maker().run() == 0
    (said,) = await one.notices()
    assert "日报" in said
    assert "还没有订单数据" in said
    await shop.deliver()
    ((_, pushed),) = shop.pushers[HOOK].accepted
    assert pushed == f"演示数据\n{said}"
    assert one.days() == [(one.first, True)]
    async with shop.database.unit(shop.office.operator) as unit:
        kept = await unit.digests.of(one.conversation)
        assert kept is not None
        assert not await unit.digests.claim(kept.id, one.first, due_at=unit.now)


async def test_a_models_sentence_stands_in_it_and_one_that_never_comes_is_not_waited_for(
    shop: PushShop,
) -> None:
    asked: list[tuple[str, str]] = []

    async def says(scope: Scope, text: str, lang: str) -> str:
        asked.append((text, lang))
        return "今天还没有订单。"

    async def never(scope: Scope, text: str, lang: str) -> str:
        await asyncio.Event().wait()
        return "太晚了。"

    one = await subscribed(shop)
    await one.day_later()
    assert await replace(one.maker(), remark=says).run() == 1
    (said,) = await one.notices()
    assert "模型看到的：今天还没有订单。" in said.splitlines()
    assert [(lang, "日报" in text) for text, lang in asked] == [("zh", True)]
    await one.day_later()
    assert await replace(one.maker(), remark=never, patience=0.01).run() == 1
    assert "模型看到的" not in (await one.notices())[-1]


async def test_what_dies_before_it_is_kept_leaves_nothing_and_is_made_by_the_next(shop: PushShop) -> None:
    await shop.channel()
    one = await subscribed(shop)
    await one.day_later()
    with pytest.raises(ZeroDivisionError):
        await one.maker(Dies(shop.database)).run()
    assert (await one.notices(), one.days(), shop.rows()) == ([], [], [])
    assert await one.maker().run() == 1
    assert (len(await one.notices()), one.days(), len(shop.rows())) == (1, [(one.first, True)], 1)


async def test_a_late_one_says_when_it_was_due_and_one_too_late_is_named_in_the_next(shop: PushShop) -> None:
    one = await subscribed(shop)
    await one.day_later(hours=3)
    assert await one.maker().run() == 1
    assert "12:00 发，当时没发成，现在补上" in (await one.notices())[0]
    await one.day_later(hours=LATEST / timedelta(hours=1) - 2)
    assert await one.maker().run() == 0
    await shop.at(12)
    assert await one.maker().run() == 1
    second = one.first + timedelta(days=1)
    assert one.days() == [(one.first, True), (second, False), (second + timedelta(days=1), True)]
    assert f"{second:%m-%d} 的日报没发" in (await one.notices())[-1]


async def test_a_chat_that_asked_gets_its_own_at_its_hour_and_hears_the_next_day_if_it_did_not_arrive(
    shop: PushShop,
) -> None:
    bot = await shop.channel(BOT)
    await shop.channel(HOOK)
    one = await subscribed(shop, Place(channel=bot, chat="lina", is_group=False))
    shop.pushers[BOT].script = [Refused("refused")]
    await one.day_later()
    await one.maker().run()
    await shop.deliver()
    assert shop.rows() == [("refused", "refused")]  # no other channel is told instead
    await one.day_later()
    await one.maker().run()
    await shop.deliver()
    ((_, pushed),) = shop.pushers[BOT].accepted
    assert f"{one.first:%m-%d} 那份日报没送到：" in pushed
    assert shop.pushers[HOOK].accepted == []


@pytest.mark.parametrize(
    ("kind", "where"),
    [
        (BOT, "发到这个对话里。"),
        (ChannelKind.WECOM_KF, "这个对话不能由我先开口，而且没有别的渠道能推送：到时请来问「今天的日报」。"),
    ],
)
async def test_who_asks_in_a_chat_outside_is_told_where_it_comes(shop: PushShop, kind: ChannelKind, where: str) -> None:
    channel, who = await shop.channel(kind), shop.office.operator
    place = Place(channel=channel, chat="room", is_group=True, user="lina")
    async with shop.database.unit(who) as unit:
        thread = await unit.conversations.find_or_start(connector=kind, chat="room", now=unit.now)
        turn, _ = await unit.turns.add(thread.id, text="…", connector=kind, outside_id="m1", now=unit.now)
        await unit.owed.owe(place, outside_id="m1", turn=turn)
        begun = await unit.turns.begin(turn)
    assert begun is not None
    context = TurnContext(who, thread.id, Fence(turn, begun.attempt), "zh", "turn:1:0", ("…",))
    made = await subscribe_digest(shop.database).run(SubscribeDigestArgs(at="12:00"), context)
    assert isinstance(made, DigestSet)
    assert made.times.subscription is not None
    assert made.times.subscription.wish == Wish(AT_NOON, "zh", active=True, place=place)
    said = digest_set(made, "zh", texts()).text
    assert said.startswith("好，每天 12:00（Asia/Shanghai）发中文日报。下一份：")
    assert said.endswith(where)


async def test_a_push_nobody_knows_the_end_of_is_named_in_the_next_digest_and_in_no_other(shop: PushShop) -> None:
    await shop.channel()
    one = await subscribed(shop)
    await one.day_later()
    await shop.answers(1, hours=100)
    await one.maker().run()
    shop.pushers[HOOK].script = [Unclear("channel_unclear")]
    await shop.deliver()  # made before that digest, and unclear after it
    await shop.office.move_clock(timedelta(days=3))
    assert [await one.maker().run() for _ in range(2)] == [1, 0]
    await one.day_later()
    await one.maker().run()
    named = "1 条推送没送到或没回音（达人回复 1 条不知道到没到）："
    assert [named in said for said in await one.notices()] == [False, True, False]


async def test_the_week_left_by_the_platforms_count_is_told_too(shop: PushShop) -> None:
    one = await subscribed(shop)
    await one.day_later()

    async def week(brand: BrandId) -> PlatformQuota:
        assert brand == shop.office.brand
        return PlatformQuota(88, 100, None, await shop.office.now())

    assert await replace(one.maker(), week_of=week).run() == 1
    assert "本周还能新建联 12 位（平台允许 100，已用 88）" in (await one.notices())[0]


async def test_a_time_moved_within_its_day_makes_no_second_one(shop: PushShop) -> None:
    one = await subscribed(shop)
    await one.day_later()
    await one.maker().run()
    async with shop.database.unit(shop.office.operator) as unit:
        later = Wish(Schedule(time(13), "Asia/Shanghai"), "en", active=True)
        assert (await unit.digests.save(one.conversation, later)).next_day == one.first + timedelta(days=1)
    await shop.office.move_clock(timedelta(hours=2))
    assert await one.maker().run() == 0
    await shop.at(13)
    assert await one.maker().run() == 1
    assert "No order data yet" in (await one.notices())[-1]


async def test_somebody_who_is_gone_gets_none_and_is_asked_about_once(shop: PushShop) -> None:
    one = await subscribed(shop)
    asked: list[MemberId] = []

    async def nobody(due: DueDigest) -> Scope | None:
        asked.append(due.member)
        return None

    await one.day_later()
    for _ in range(2):
        assert await DigestMaker(shop.database, shop.database, nobody, texts()).run() == 0
    assert (asked, one.days()) == ([shop.office.operator.member], [])


async def test_a_lead_of_all_brands_has_one_too_and_the_only_brands_team_is_told(shop: PushShop) -> None:
    await shop.channel()
    everything = replace(shop.office.owner, brand=None)
    accounts = OpenAccounts(shop.database, shop.database, SystemClock(), Path("no-such-home"))
    async with shop.database.unit(everything) as unit:
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
        await unit.digests.save(thread.id, Wish(AT_NOON, "zh", active=True))
    await shop.office.move_clock(timedelta(days=1))

    async def scope_of(due: DueDigest) -> Scope | None:
        return await accounts.of_conversation(due.tenant, due.member, due.brand)

    assert await DigestMaker(shop.database, shop.database, scope_of, texts()).run() == 1
    assert shop._read("select kind, brand_id from delivery") == [("digest", shop.office.brand)]
