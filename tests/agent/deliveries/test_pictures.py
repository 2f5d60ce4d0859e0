"""A digest's chart follows its text: where that went, once, and whatever becomes of it the text is not sent again."""

from datetime import UTC, datetime, time, timedelta

import pytest

from memory.domain.cards import ChartCard
from memory.domain.deliveries import PushKind
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.money import Money
from memory.domain.places import Place
from memory.domain.sales import OrderLine, Sale
from tests.agent.deliveries.conftest import APP, BOT, HOOK, PushShop
from tests.agent.deliveries.test_digests import Subscribed, subscribed
from tests.support.fake_painter import PNG, FakePainter


async def day_of_sales(shop: PushShop, place: Place | None = None) -> Subscribed:
    """A digest that is made, after three weeks with an order of $30 a day."""
    one = await subscribed(shop, place)
    await one.day_later()
    async with shop.database.unit(shop.office.operator) as unit:
        today = unit.now.date()
        days = [datetime.combine(today - timedelta(days=ago), time(20), UTC) for ago in range(1, 22)]
        sales = [Sale(OrderLine(f"o{at:%m%d}", "s", at, Money(3_000), 1)) for at in days]
        await unit.sales.upsert(sales, brand=shop.office.brand, source="file:orders.csv", as_of=unit.now)
    assert await one.maker().run() == 1
    return one


def ends(shop: PushShop) -> list[tuple[str, str]]:
    """(kind, state) of every delivery, oldest first."""
    return [(str(kind), str(state)) for kind, state in shop._read("select kind, state from delivery order by id")]


def in_chat(channel: ChannelId) -> Place:
    return Place(channel=channel, chat="lina", is_group=False)


async def test_it_follows_into_the_chat_that_took_the_text_and_stands_beside_it_on_the_page(shop: PushShop) -> None:
    bot = await shop.channel(BOT)
    one = await day_of_sales(shop, in_chat(bot))
    await shop.deliver()
    (_, said), (_, alt) = shop.pushers[BOT].accepted
    assert "日报" in said
    assert alt.startswith("演示数据\nGMV共 14 项：最高 ")
    (picture,) = shop.pushers[BOT].pictures
    assert (picture.content, picture.name[:5], picture.name[-15:]) == (PNG, "演示数据-", f"-{one.first}.png")
    assert ends(shop) == [("digest", "delivered"), ("picture", "delivered")]
    async with shop.database.unit(shop.office.operator) as unit:
        (line,) = await unit.conversations.transcript(one.conversation)
    (chart,) = line.reply.cards
    assert isinstance(chart, ChartCard)
    (drawn,) = shop.painter.drawn
    assert (drawn["series"], drawn["title"]["text"]) == (chart.option["series"], chart.title)  # type: ignore[index, call-overload]  # an option as it comes
    assert "演示数据 · " in str(drawn["title"])


@pytest.mark.parametrize(("end", "state"), [(Refused("refused"), "refused"), (Unclear("channel_unclear"), "unknown")])
async def test_one_that_does_not_arrive_has_nothing_sent_again(
    shop: PushShop, end: Refused | Unclear, state: str
) -> None:
    await shop.channel(HOOK)
    await shop.channel(APP)
    app, hook = shop.pushers[APP], shop.pushers[HOOK]
    app.spared, app.script = 1, [end]
    await day_of_sales(shop)
    for _ in range(3):
        await shop.deliver()
    assert (len(app.accepted), app.calls, hook.calls) == (1, 2, 0)
    assert ends(shop) == [("digest", "delivered"), ("picture", state)]


async def test_a_text_that_failed_over_takes_its_picture_along(shop: PushShop) -> None:
    await shop.channel(HOOK)
    await shop.channel(APP)
    shop.pushers[APP].script = [Refused("app_nobody")]
    await day_of_sales(shop)
    await shop.deliver()
    assert (len(shop.pushers[HOOK].accepted), len(shop.pushers[HOOK].pictures)) == (2, 1)
    assert shop.pushers[APP].calls == 1


async def test_a_text_nobody_knows_the_end_of_is_followed_by_nothing_until_it_is_known(shop: PushShop) -> None:
    await shop.channel(APP)
    app = shop.pushers[APP]
    app.knows_repeats, app.script, app.swallows = True, [Unclear("channel_unclear")], True
    await day_of_sales(shop)
    await shop.deliver()
    assert ends(shop) == [("digest", "unknown")]
    shop.rest_no_longer()
    await shop.deliver()
    await shop.deliver()
    assert ends(shop) == [("digest", "delivered"), ("picture", "delivered")]
    assert (len(app.accepted), len(app.pictures)) == (2, 1)


async def test_what_cannot_be_drawn_or_taken_now_is_tried_again_later(shop: PushShop) -> None:
    bot = await shop.channel(BOT)
    shop.painter = FakePainter(is_missing=True)
    await day_of_sales(shop, in_chat(bot))
    await shop.deliver()
    assert shop.rows() == [("delivered", None), ("waiting", "charts_missing")]
    shop.painter = FakePainter()
    shop.pushers[BOT].script = [Unavailable("wecom_not_uploaded")]
    for _ in range(2):
        await shop.office.move_clock(timedelta(minutes=5))
        await shop.deliver()
    assert (len(shop.pushers[BOT].accepted), len(shop.pushers[BOT].pictures)) == (2, 1)


async def test_without_figures_there_is_no_chart(shop: PushShop) -> None:
    await shop.channel()
    one = await subscribed(shop)
    await one.day_later()
    await one.maker().run()
    await shop.deliver()
    assert ends(shop) == [(PushKind.DIGEST, "delivered")]
