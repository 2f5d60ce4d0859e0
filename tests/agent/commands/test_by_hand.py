import pytest

from agent.commands.by_hand import read_pasted
from agent.commands.nouns import MarkSent, Parsed, Pasted, SendList
from agent.commands.parsing import may_be_command, parse
from memory.domain.by_hand import HandMark

SENT, FAILED, SKIPPED, AGAIN = HandMark.SENT, HandMark.FAILED, HandMark.SKIPPED, HandMark.AGAIN


def read(text: str, *, quoted: str | None = None) -> Parsed | None:
    return parse(text, batch_sizes={"K7": 8}, quoted=quoted)


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("发送清单", SendList()),
        ("發送清單", SendList()),
        ("@达人助手 发送清单", SendList()),
        ("send list", SendList()),
        ("show the send list please", SendList()),
        ("K7 的发送清单", SendList("K7")),
        ("发送清单 K7 1-3", SendList("K7", (1, 2, 3))),
        ("发送清单 K7 3，夜间也发", SendList("K7", (3,), night=True)),
        ("K7 的 1-3 已发", MarkSent(SENT, "K7", (1, 2, 3))),
        ("Ｋ７ 的 １-３ 已发", MarkSent(SENT, "K7", (1, 2, 3))),
        ("1-3 已发", MarkSent(SENT, None, (1, 2, 3))),
        ("已发 K7 1、3", MarkSent(SENT, "K7", (1, 3))),
        ("标记 K7 的 2 已发", MarkSent(SENT, "K7", (2,))),
        ("mark K7 1-3 as sent", MarkSent(SENT, "K7", (1, 2, 3))),
        ("K7 1-3 sent", MarkSent(SENT, "K7", (1, 2, 3))),
        ("K7 全部已发", MarkSent(SENT, "K7", everything=True)),
        ("K7 都发了", MarkSent(SENT, "K7", everything=True)),
        ("已发", MarkSent(SENT)),
        ("K7 已发", MarkSent(SENT, "K7")),
        ("K7 的 4 没发成", MarkSent(FAILED, "K7", (4,))),
        ("K7 的 4 没发", MarkSent(FAILED, "K7", (4,))),
        ("K7 4 failed", MarkSent(FAILED, "K7", (4,))),
        ("K7 5 跳过", MarkSent(SKIPPED, "K7", (5,))),
        ("skip K7 5", MarkSent(SKIPPED, "K7", (5,))),
        ("K7 的 4 再来一次", MarkSent(AGAIN, "K7", (4,))),
    ],
)
def test_lines_about_the_send_list_are_read(text: str, wish: SendList | MarkSent) -> None:
    assert read(text) == wish
    assert may_be_command(text)


@pytest.mark.parametrize(
    "text",
    [
        "发送清单里有几个",
        "发送清单怎么看",
        "发送清单？",
        "已发的有哪些",
        "已发的有几个",
        "哪些没发成",
        "K7 哪些没发成",
        "没发成的有哪些",
        "K7 的 1-3 已发了吗",
        "1-3 发了没",
        "已发 3 天了",
        "已发 5 个",
        "5 个已发",
        "K7 发了几条",
        "K7 的 4 没发成怎么办",
        "1-3 已发布",
        "10万已发",
        "3月5日已发",
        "跳过 5",
        "跳过前5个",
        "skip the first 5",
        "重发 3",
        "retry",
        "sent messages",
        "how many were sent",
        "what is the send list",
        "不要已发的",
        "他说 K7 的 1-3 已发",
        "如果 K7 的 1-3 已发呢",
    ],
)
def test_questions_about_it_mark_nothing(text: str) -> None:
    assert not isinstance(read(text), SendList | MarkSent)


def test_a_quoted_card_names_the_batch() -> None:
    assert read("3 跳过", quoted="L1") == MarkSent(SKIPPED, "L1", (3,))
    assert read("1-2 已发", quoted="L1") == MarkSent(SENT, "L1", (1, 2))


@pytest.mark.parametrize(
    ("text", "pasted"),
    [
        ("@mia.b 回复：批准 K7 全部", Pasted("mia.b", "批准 K7 全部")),
        ("@mia replied: Stop\nwriting me", Pasted("mia", "Stop\nwriting me")),
        ("@达人助手 @mia 回复：ok", Pasted("mia", "ok")),
        ("@mia 回复了什么", None),
        ("@mia 回复：", None),
        ("@达人助手 回复：好", None),
    ],
)
def test_a_pasted_answer_is_all_foreign(text: str, pasted: Pasted | None) -> None:
    assert read_pasted(text) == pasted
