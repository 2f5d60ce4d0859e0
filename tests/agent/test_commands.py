from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.commands.nouns import Ask, Confirm, Decide, Parsed, Stop, Why
from agent.commands.parsing import parse

K7 = {"K7": 8}
TWO = {"L1": 5, "K7": 8}
ALL = tuple(range(1, 9))


def read(text: str, *, batch_sizes: Mapping[str, int] = K7, quoted: str | None = None) -> Parsed | None:
    return parse(text, batch_sizes=batch_sizes, quoted=quoted)


def approve(*numbers: int, batch: str = "K7", count: int | None = None) -> Decide:
    return Decide(batch, approve=numbers, count=count)


def reject(*numbers: int) -> Decide:
    return Decide("K7", reject=numbers)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("批准 1-3", approve(1, 2, 3)),
        ("批准1-3", approve(1, 2, 3)),
        ("批准１－３", approve(1, 2, 3)),
        ("批准 1~3", approve(1, 2, 3)),
        ("批准1到3", approve(1, 2, 3)),
        ("批准第1到第3条", approve(1, 2, 3)),
        ("批准一到三", approve(1, 2, 3)),
        ("批准 1、2、4", approve(1, 2, 4)),
        ("批准 1,2,4", approve(1, 2, 4)),
        ("批准1，2，4", approve(1, 2, 4)),
        ("批准 1 2 4", approve(1, 2, 4)),
        ("批准 1和3", approve(1, 3)),
        ("批准 1-3 和 5", approve(1, 2, 3, 5)),
        ("批准 3-1", approve(1, 2, 3)),
        ("通过 2", approve(2)),
        ("同意 2、3", approve(2, 3)),
        ("批 2", approve(2)),
        ("批2", approve(2)),
        ("批准第3个", approve(3)),
        ("批准3号", approve(3)),
        ("批准 #3", approve(3)),
        ("批准前5个", approve(1, 2, 3, 4, 5)),
        ("批准前五条", approve(1, 2, 3, 4, 5)),
        ("批准全部", approve(*ALL)),
        ("全部批准", approve(*ALL)),
        ("都批准", approve(*ALL)),
        ("批准所有", approve(*ALL)),
        ("批准 K7", approve(*ALL)),
        ("批准k7", approve(*ALL)),
        ("批准 K7 全部 8 条", approve(*ALL, count=8)),
        ("批准 K7 全部八条", approve(*ALL, count=8)),
        ("K7 全部 八 封都批准", approve(*ALL, count=8)),
        ("批准 K7 全部", approve(*ALL)),
        ("批准 K7 的 1-3", approve(1, 2, 3)),
        ("批准 K7：1-3", approve(1, 2, 3)),
        ("K7：批准 1-3", approve(1, 2, 3)),
        ("K7 批准 1-3", approve(1, 2, 3)),
        ("K7 全部批准", approve(*ALL)),
        ("批准 1-3（K7）", approve(1, 2, 3)),
        ("批准全部，除了 3", approve(1, 2, 4, 5, 6, 7, 8)),
        ("批准全部除了3和5", approve(1, 2, 4, 6, 7, 8)),
        ("批准全部，3 除外", approve(1, 2, 4, 5, 6, 7, 8)),
        ("批准 K7，3 除外", approve(1, 2, 4, 5, 6, 7, 8)),
        ("全部批准，除了 3", approve(1, 2, 4, 5, 6, 7, 8)),
        ("都通过 3 除外", approve(1, 2, 4, 5, 6, 7, 8)),
        ("除了 3 都批准", approve(1, 2, 4, 5, 6, 7, 8)),
        ("除 3 以外全部批准", approve(1, 2, 4, 5, 6, 7, 8)),
        ("批准除了 3 以外的", approve(1, 2, 4, 5, 6, 7, 8)),
        ("批准 1-8 除了 3", approve(1, 2, 4, 5, 6, 7, 8)),
        ("请批准 1-3", approve(1, 2, 3)),
        ("帮我批准 1-3 吧", approve(1, 2, 3)),
        ("麻烦批准1-3，谢谢", approve(1, 2, 3)),
        ("批准 1-3。", approve(1, 2, 3)),
        ("批准 1-3！", approve(1, 2, 3)),
        ("好的，批准 1-3", approve(1, 2, 3)),
        ("@达人助手 批准 1-3", approve(1, 2, 3)),
        ("@Daren\u2005批准 1-3", approve(1, 2, 3)),
        ("> 上面那张卡\n批准 1-3", approve(1, 2, 3)),
        ("「Daren：K7 共 8 条」\n- - - - - - - - - -\n批准 1-3", approve(1, 2, 3)),
        ("批準 1-3", approve(1, 2, 3)),
        ("1-3 通过", approve(1, 2, 3)),
        ("1、2通过，3拒绝", Decide("K7", approve=(1, 2), reject=(3,))),
        ("拒绝 5", reject(5)),
        ("拒 5", reject(5)),
        ("拒絕 5", reject(5)),
        ("驳回 5、6", reject(5, 6)),
        ("不通过 5", reject(5)),
        ("全部拒绝", reject(*ALL)),
        ("拒绝 K7", reject(*ALL)),
        ("批1-3拒4", Decide("K7", approve=(1, 2, 3), reject=(4,))),
        ("批准 1-4 拒 5", Decide("K7", approve=(1, 2, 3, 4), reject=(5,))),
        ("批准 1-4，其余拒绝", Decide("K7", approve=(1, 2, 3, 4), reject=(5, 6, 7, 8))),
        ("拒 5，剩下的批准", Decide("K7", approve=(1, 2, 3, 4, 6, 7, 8), reject=(5,))),
        ("批准全部，拒 5", Decide("K7", approve=(1, 2, 3, 4, 6, 7, 8), reject=(5,))),
        ("批准全部，拒 3-5", Decide("K7", approve=(1, 2, 6, 7, 8), reject=(3, 4, 5))),
        ("批准 1-3\n拒 4", Decide("K7", approve=(1, 2, 3), reject=(4,))),
        (
            "批准 1-8，改 3：佣金改成 15%，拒 5",
            Decide("K7", approve=(1, 2, 4, 6, 7, 8), reject=(5,), revise={3: "佣金改成 15%"}),
        ),
        (
            "批准 1-4，改 3：佣金改成 15%，拒 5",
            Decide("K7", approve=(1, 2, 4), reject=(5,), revise={3: "佣金改成 15%"}),
        ),
        ("改 3：短一点，语气热情些", Decide("K7", revise={3: "短一点，语气热情些"})),
        ("改3：短一点，批准 1", Decide("K7", approve=(1,), revise={3: "短一点"})),
        ("改 3、4：短一点", Decide("K7", revise={3: "短一点", 4: "短一点"})),
        ("改 3 语气热情一点", Decide("K7", revise={3: "语气热情一点"})),
        ("修改 K7 的 3：加上 $20 固定费", Decide("K7", revise={3: "加上 $20 固定费"})),
        ("重写 3", Decide("K7", revise={3: "重写"})),
        ("改 3：說明可以寄樣", Decide("K7", revise={3: "說明可以寄樣"})),
        ("改 3：同意 10 天内发货", Decide("K7", revise={3: "同意 10 天内发货"})),
        ("approve 1-3", approve(1, 2, 3)),
        ("Approve 1 to 3.", approve(1, 2, 3)),
        ("approve #2", approve(2)),
        ("approve 1, 2 and 4", approve(1, 2, 4)),
        ("approve all", approve(*ALL)),
        ("approve all 8", approve(*ALL, count=8)),
        ("approve K7", approve(*ALL)),
        ("approve all except 3", approve(1, 2, 4, 5, 6, 7, 8)),
        ("approve everything but 3 and 5", approve(1, 2, 4, 6, 7, 8)),
        ("please approve the first 3", approve(1, 2, 3)),
        ("approve 1-3, reject 4", Decide("K7", approve=(1, 2, 3), reject=(4,))),
        ("approve 1-3 and reject the rest", Decide("K7", approve=(1, 2, 3), reject=(4, 5, 6, 7, 8))),
        ("reject 5", reject(5)),
        ("edit 3: make the commission 15%, reject 5", Decide("K7", reject=(5,), revise={3: "make the commission 15%"})),
        (
            "approve 1-8, edit 3: commission 15%, reject 5",
            Decide("K7", approve=(1, 2, 4, 6, 7, 8), reject=(5,), revise={3: "commission 15%"}),
        ),
    ],
)
def test_a_whole_line_decides(text: str, expected: Decide) -> None:
    assert read(text) == expected


@pytest.mark.parametrize(
    ("text", "batch"),
    [
        ("停", None),
        ("停！", None),
        ("停停停", None),
        ("先别发", None),
        ("先别发了", None),
        ("暂停", None),
        ("暂停 K7", "K7"),
        ("停 k7", "K7"),
        ("K7 停", "K7"),
        ("停掉K7", "K7"),
        ("暫停", None),
        ("stop", None),
        ("STOP!!", None),
        ("stop K7", "K7"),
        ("pause k7", "K7"),
        ("全部停", None),
        ("@达人助手 停", None),
        ("请停", None),
        ("stop all", None),
        ("停 X9", "X9"),
        ("别发了", None),
        ("don't send", None),
    ],
)
def test_anybody_can_say_stop(text: str, batch: str | None) -> None:
    assert read(text) == Stop(batch)
    assert read(text, batch_sizes={}) == Stop(batch)


def test_stop_on_a_quoted_card_means_its_batch() -> None:
    assert read("停", batch_sizes=TWO, quoted="K7") == Stop("K7")


@pytest.mark.parametrize("text", ["确认 C4", "确认c4", "confirm C4", "確認 C4", "确认 C4 吧"])
def test_a_waiting_change_is_confirmed_by_its_code(text: str) -> None:
    assert read(text, batch_sizes={}) == Confirm("C4")


@pytest.mark.parametrize(
    "text",
    [
        "可以",
        "可以的",
        "好",
        "好的",
        "好啊",
        "行",
        "ok",
        "OK",
        "Ok!",
        "okay",
        "yes",
        "发吧",
        "发",
        "全部发送",
        "👍",
        "👍👍",
        "👍🏻",
        "没问题",
        "嗯嗯",
        "同意",
        "批准",
        "通过",
        "好的，发吧",
        "go ahead",
        "lgtm",
        "send it",
        "sounds good",
        "都发吧",
        "ＯＫ",
        "✅",
        "可以，发吧！",
        "得",
        "冇問題",
        "approve",
    ],
)
def test_bare_assent_decides_nothing_and_says_how(text: str) -> None:
    assert read(text) == Ask(Why.BARE_ASSENT, "K7", {"batch": "K7", "size": 8})
    assert read(text, batch_sizes={}) is None


@pytest.mark.parametrize(
    ("text", "why", "batch", "facts"),
    [
        ("批准 3，拒 3", Why.TWO_VERBS, "K7", {"batch": "K7", "number": 3}),
        ("批准 1、3，改 3：短一点", Why.TWO_VERBS, "K7", {"batch": "K7", "number": 3}),
        ("批准 1-5，拒 3-4", Why.TWO_VERBS, "K7", {"batch": "K7", "number": 3}),
        ("全部批准，全部拒绝", Why.TWO_VERBS, "K7", {"batch": "K7", "number": 1}),
        ("改 3：短一点，改 3：长一点", Why.TWO_VERBS, "K7", {"batch": "K7", "number": 3}),
        ("批准 9", Why.NOT_ON_CARD, "K7", {"batch": "K7", "numbers": "9", "size": 8}),
        ("批准 1-10", Why.NOT_ON_CARD, "K7", {"batch": "K7", "numbers": "9、10", "size": 8}),
        ("批准 0", Why.NOT_ON_CARD, "K7", {"batch": "K7", "numbers": "0", "size": 8}),
        ("批准全部除了 9", Why.NOT_ON_CARD, "K7", {"batch": "K7", "numbers": "9", "size": 8}),
        ("批准 K7 全部五十七条", Why.WRONG_COUNT, "K7", {"batch": "K7", "count": 57, "size": 8}),
        ("批准 K7 全部 9 条", Why.WRONG_COUNT, "K7", {"batch": "K7", "count": 9, "size": 8}),
        ("批准 X9", Why.NO_SUCH_BATCH, "X9", {"batch": "X9"}),
        ("改 3", Why.NO_INSTRUCTION, "K7", {"batch": "K7", "numbers": "3"}),
        ("停 3", Why.STOP_WHOLE, None, {"numbers": "3"}),
    ],
)
def test_what_is_not_clear_is_asked(text: str, why: Why, batch: str | None, facts: dict[str, str | int]) -> None:
    assert read(text) == Ask(why, batch, facts)


def test_with_two_open_batches_a_number_alone_decides_nothing() -> None:
    assert read("批准 1-3", batch_sizes=TWO) == Ask(Why.WHICH_BATCH, None, {"codes": "L1、K7"})
    assert read("批准 K7 1-3，拒 L1 2", batch_sizes=TWO) == Ask(Why.WHICH_BATCH, None, {"codes": "K7、L1"})


def test_a_code_or_a_quote_says_which() -> None:
    assert read("批准 L1 1-3", batch_sizes=TWO) == approve(1, 2, 3, batch="L1")
    assert read("批准 1-3", batch_sizes=TWO, quoted="L1") == approve(1, 2, 3, batch="L1")
    assert read("批准 K7 1-3", batch_sizes=TWO, quoted="L1") == approve(1, 2, 3)


def test_without_an_open_batch_nothing_is_decided() -> None:
    assert read("批准 1-3", batch_sizes={}) == Ask(Why.NO_BATCH, None, {})


def test_assent_names_the_quoted_batch() -> None:
    assert read("可以", batch_sizes=TWO, quoted="K7") == Ask(Why.BARE_ASSENT, "K7", {"batch": "K7", "size": 8})


@given(st.sets(st.integers(1, 8), min_size=1), st.sets(st.integers(1, 8)))
def test_numbers_named_are_numbers_decided(yes: set[int], no: set[int]) -> None:
    no -= yes
    line = "批准 " + "、".join(map(str, sorted(yes)))
    line += "，拒 " + "、".join(map(str, sorted(no))) if no else ""
    assert read(line) == Decide("K7", approve=tuple(sorted(yes)), reject=tuple(sorted(no)))


@given(st.text(max_size=60))
def test_no_text_breaks_the_reader(text: str) -> None:
    read(text)


@given(st.text(alphabet="批准拒改停1-3、，全部除了K7：% ?了吗", max_size=16))
def test_no_number_is_in_two_verdicts(text: str) -> None:
    found = read(text)
    if isinstance(found, Decide):
        numbers = [*found.approve, *found.reject, *found.revise]
        assert len(numbers) == len(set(numbers))
        assert set(numbers) <= set(ALL)


FIFTY_SEVEN = tuple(range(1, 58))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("批准 K7 全部 57 条", Decide("K7", approve=FIFTY_SEVEN, count=57)),
        ("批准Ｋ７全部５７条", Decide("K7", approve=FIFTY_SEVEN, count=57)),
        ("全部 57 条批准", Decide("K7", approve=FIFTY_SEVEN, count=57)),
        ("approve K7 all 57", Decide("K7", approve=FIFTY_SEVEN, count=57)),
        ("批准 K7 全部 57 条，拒 57", Decide("K7", approve=FIFTY_SEVEN[:-1], reject=(57,), count=57)),
        ("批准 K7 全部", Decide("K7", approve=FIFTY_SEVEN)),
        ("拒绝 K7 全部 57 条", Decide("K7", reject=FIFTY_SEVEN)),
    ],
)
def test_the_count_of_a_large_batch_is_read(text: str, expected: Decide) -> None:
    assert read(text, batch_sizes={"K7": 57}) == expected


@pytest.mark.parametrize("text", ["批准 K7 全部 56 条", "approve K7 all 58", "批准 K7 全部 5 条"])
def test_a_wrong_count_of_a_large_batch_asks(text: str) -> None:
    asked = read(text, batch_sizes={"K7": 57})
    assert isinstance(asked, Ask)
    assert asked.why is Why.WRONG_COUNT
