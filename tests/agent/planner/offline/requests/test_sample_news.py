"""What is denied of a sample, or only asked, is looked up; what is said to have happened is recorded."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

CONTEXT = PlanningContext(today=date(2026, 11, 20), shortlist=("mia", "ben", "zoe"))


def call(text: str) -> tuple[str, Arguments]:
    (made,) = plan(text, CONTEXT).calls
    return made.name, made.arguments


@pytest.mark.parametrize(
    "text",
    [
        "@mia 的样品还没到",
        "@mia 样品没收到",
        "@mia 没有收到我们寄的样品",
        "@mia 的包裹还没有签收",
        "@mia 的样品尚未寄出",
        "@mia 样品没丢",
        "@mia 没同意寄样",
        "@mia 说不要样品",
        "@mia 还没发视频",
        "@mia's sample hasn’t arrived",
        "@mia's sample didn't arrive",
        "@mia hasn't got her sample yet",
        "@mia's parcel never turned up",
        "@mia's sample is yet to arrive",
        "we haven't shipped @mia's sample",
        "@mia hasn't posted the video https://vt.tiktok.com/ZSx9Qk2/",
        "mark @mia's sample as not delivered",
    ],
)
def test_what_has_not_happened_is_looked_up(text: str) -> None:
    assert call(text) == ("samples", {"action": "list", "handles": ["mia"]})


@pytest.mark.parametrize(
    "text",
    [
        "@mia 的样品到了吗",
        "@mia 样品寄了没",
        "@mia 的样品到没到",
        "不知道 @mia 的样品到了没有",
        "@mia 是不是收到样品了",
        "has @mia's sample arrived?",
        "@mia's sample arrived?",
        "was @mia's sample shipped",
        "can you check if @mia's sample arrived",
        "did we approve @mia's sample",
    ],
)
def test_what_is_asked_is_looked_up_wherever_the_sample_stands(text: str) -> None:
    assert call(text) == ("samples", {"action": "list", "handles": ["mia"]})


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("@mia 样品到了", "delivered"),
        ("@mia 样品没问题，已经签收了", "delivered"),
        ("@mia 的样品已经到了，没有丢", "delivered"),
        ("@mia 的样品寄了，还没签收", "shipped"),
        ("@mia 的样品批了", "approved"),
        ("@mia 不用发视频", "excused"),
        ("@mia's sample has arrived", "delivered"),
        ("@mia's sample just arrived, not a scratch", "delivered"),
        ("@mia's sample arrived, but she hasn't posted", "delivered"),
        ("@mia's sample shipped but hasn't arrived", "shipped"),
        ("could you mark @mia's sample as delivered?", "delivered"),
    ],
)
def test_what_is_said_to_have_happened_is_recorded(text: str, status: str) -> None:
    assert call(text) == ("samples", {"action": "record", "handles": ["mia"], "status": status})


def test_a_number_of_a_parcel_is_kept_though_it_has_not_arrived() -> None:
    assert call("@mia 的样品单号 1Z999AA10123456784，还没到") == (
        "samples",
        {"action": "record", "handles": ["mia"], "tracking_number": "1Z999AA10123456784"},
    )


def test_several_named_and_a_rank_are_looked_up_too() -> None:
    assert call("@mia 和 @ben 的样品还没收到") == ("samples", {"action": "list", "handles": ["mia", "ben"]})
    assert call("has number 3's sample arrived?") == ("samples", {"action": "list", "ranks": [3]})


def test_where_nobody_is_named_those_on_their_way_are_shown() -> None:
    assert call("样品没收到") == ("samples", {"action": "list", "status": "shipped"})
    assert call("前3个里谁还没收到样品") == ("samples", {"action": "list", "ranks": [1, 2, 3], "status": "shipped"})
