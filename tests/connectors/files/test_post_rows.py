"""Sheets as posts: one row a day, ids out of links, days of the shop's zone, rows without use."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from connectors.files.reader import FileReader
from connectors.ports.files import PostRow
from memory.domain.outreach import Flag
from memory.domain.sales import ContentKind, ContentPost, DayCounters

READER = FileReader()
HEAD = "Video ID,Creator,Product ID,Post time,Date,Views,Likes,Comments,Product clicks,Orders\n"
CHINESE = "视频链接,商品名称,发布时间,统计日期,播放量,点赞数,评论数,商品点击数,成交订单数,内容类型\n"


def rows(text: str, zone: str = "America/Los_Angeles") -> list[PostRow]:
    sheet = READER.read(name="posts.csv", content=text.encode())
    mapping = READER.guess(sheet.headers, kind="posts").fields
    return READER.posts(sheet, mapping, zone=ZoneInfo(zone))


def test_a_row_is_a_post_on_one_day_of_the_shop() -> None:
    text = f"{HEAD}7300001,@Cat_Mama,17290001,2026-10-31 21:30,2026-11-01,1.2万,300,12,450,9\n"
    assert rows(text) == [
        PostRow(
            2,
            ContentPost(
                "7300001", "Cat_Mama", ContentKind.VIDEO, datetime(2026, 11, 1, 4, 30, tzinfo=UTC), "17290001",
                counters=(DayCounters(date(2026, 11, 1), 12_000, 300, 12, clicks=450, orders=9),),
            ),
        )
    ]  # fmt: skip


def test_a_link_tells_the_id_and_the_creator_and_what_is_not_told_stays_unknown() -> None:
    link = "https://www.tiktok.com/@cat_mama/video/7300000000000000001"
    text = f"{CHINESE}{link},猫砂盆,2026年10月31日 21:30,2026年10月31日,,300,-,450,,直播\n"
    assert rows(text, "Asia/Shanghai") == [
        PostRow(
            2,
            ContentPost(
                "7300000000000000001", "cat_mama", ContentKind.LIVE, datetime(2026, 10, 31, 13, 30, tzinfo=UTC),
                link=link, product_name="猫砂盆", counters=(DayCounters(date(2026, 10, 31), likes=300, clicks=450),),
            ),
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (",cat_mama,1,2026-10-31,2026-11-01,1,1,1,1,1", Flag("row_no_content", {})),
        ("7300001,,1,2026-10-31,2026-11-01,1,1,1,1,1", Flag("row_no_handle", {})),
        ("7300001,cat_mama,1,soon,2026-11-01,1,1,1,1,1", Flag("row_no_posted", {"text": "soon"})),
    ],
)
def test_a_row_without_use_says_why(row: str, why: Flag) -> None:
    assert rows(f"{HEAD}{row}\n") == [PostRow(2, None, (why,))]


def test_counts_of_no_day_are_left_out_of_a_post_that_is_kept() -> None:
    (row,) = rows(f"{HEAD}7300001,cat_mama,1,2026-10-31,,900,,,,\n")
    assert row.facts is not None
    assert (row.facts.counters, row.problems) == ((), (Flag("row_counts_undated", {}, blocking=False),))


def test_a_day_named_twice_counts_once_and_a_post_has_one_creator() -> None:
    one = "7300001,cat_mama,1,2026-10-31,2026-11-01,1,,,,\n"
    found = rows(f"{HEAD}{one}{one}7300001,dog_dad,1,2026-10-31,2026-11-02,1,,,,\n")
    assert [row.problems for row in found] == [
        (),
        (Flag("row_repeats", {"line": 2}),),
        (Flag("row_post_of_another", {"line": 2}),),
    ]
