"""Who sold what, asked and asked further in one conversation: each answer stands on the one before it."""

from itertools import pairwise

import pytest
from pydantic import JsonValue

from memory.domain.cards import ReportCard
from memory.domain.chat import Reply
from tests.support.product import Person

pytestmark = pytest.mark.journey


def report(reply: Reply) -> ReportCard:
    (card,) = [card for card in reply.cards if isinstance(card, ReportCard)]
    return card


def asked(reply: Reply) -> dict[str, JsonValue]:
    (call,) = reply.tool_calls
    assert (call.name, call.ok) == ("performance", True)
    return call.arguments


async def test_a_ranking_is_drilled_into_put_right_and_passed_on(approver: Person) -> None:
    ranked = await approver.ask("近30天卖得最好的5个达人")
    table = report(ranked)
    assert 2 <= len(table.rows) <= 5
    second = table.names[1]
    assert table.rows[1][0] == f"@{second}"
    assert table.as_of is not None
    for word in ("America/Los_Angeles", "归因："):
        assert word in f"{table.period} {ranked.text}"

    videos = await approver.ask("第二名是哪些视频带的")
    assert asked(videos) == {"period": "last_30_days", "subject": "videos", "handle": second} | {
        key: value for key, value in asked(videos).items() if key == "metrics"
    }
    assert f"@{second}" in report(videos).title

    before = await approver.ask("换成上个月")
    assert asked(before) == asked(videos) | {"period": "last_month"}

    shared = await approver.ask("给个转发版")
    assert report(before).title.split(" ")[0] in shared.cards[0].model_dump_json()


async def test_why_a_figure_moved_sums_up_and_how_it_is_defined_is_told(approver: Person) -> None:
    why = await approver.ask("上周GMV为什么变了")
    assert asked(why)["explain"] is True
    lines = why.text.splitlines()
    assert any(line.startswith("按达人：") for line in lines)
    assert any(line.startswith("按产品：") for line in lines)
    defined = await approver.ask("GMV怎么算的")
    assert "Seller Center：" in defined.text


async def test_days_in_order_are_the_days_of_the_shop(approver: Person) -> None:
    daily = await approver.ask("近7天每天的订单")
    names = report(daily).names
    assert all(one < other for one, other in pairwise(names))
    own = await approver.ask("按北京时间")
    assert "Asia/Shanghai" in report(own).period
    assert asked(own) == asked(daily) | {"timezone": "Asia/Shanghai"}
