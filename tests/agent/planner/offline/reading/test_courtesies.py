"""A greeting before a request and thanks behind it are heard past; what may be part of a text stays."""

import pytest

from agent.planner.offline.reading.message import read
from agent.planner.offline.reading.pauses import with_pauses


@pytest.mark.parametrize(
    ("written", "request_"),
    [
        ("在吗，换成加拿大的", "换成加拿大的"),
        ("你好 麻烦你给前3个写邀约，谢谢", "给前3个写邀约"),
        ("第一个第三个打标签 优质哈，辛苦了", "第一个第三个打标签 优质"),
        ("hi there, save these as spring pls, thx", "save these as spring"),
        ("morning, show drafts. thanks a lot!", "show drafts"),
    ],
)
def test_what_is_only_polite_is_heard_past(written: str, request_: str) -> None:
    assert read(written).text == request_


@pytest.mark.parametrize(
    "written", ["谢谢", "你好", "翻译成英文:样品明天寄,谢谢", "send number 2 a quick thanks", "morning digest at 8"]
)
def test_what_may_be_meant_stays(written: str) -> None:
    assert read(written).text == written


def test_a_quote_of_a_polite_message_gives_what_was_written() -> None:
    reading = read("在吗，存成 春季 谢谢")
    assert reading.quote(0, len(reading.text)) == "存成 春季"


@pytest.mark.parametrize(
    ("written", "parted"),
    [
        ("看第1个的资料 再找5个类似的", "看第1个的资料,再找5个类似的"),
        ("第2个拉黑 第5个打标签 潜力", "第2个拉黑,第5个打标签 潜力"),
        ("存到 春季 然后导出", "存到 春季 然后导出"),
        ("拉黑第2个, 再看 未读", "拉黑第2个, 再看 未读"),
        ("换成德国的 不是法国的", "换成德国的 不是法国的"),
    ],
)
def test_a_blank_parts_what_nothing_else_does(written: str, parted: str) -> None:
    assert with_pauses(written) == parted


@pytest.mark.parametrize(
    ("written", "in_full"),
    [
        ("block num 2 and no. 3", "block number 2 and number 3"),
        ("invite 1 w/ 12% comm", "invite 1 with 12% commission"),
        ("第4个跟第6个拉黑", "第4个和第6个拉黑"),
        ("你把第2个拉黑", "把第2个拉黑"),
        ("number 4s sample got lost", "number 4's sample got lost"),
        ("w/o email", "without email"),
    ],
)
def test_shorthand_of_chats_is_read_in_full(written: str, in_full: str) -> None:
    assert read(written).text == in_full
