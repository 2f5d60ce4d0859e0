"""What a table holds is told by its columns; its file's name helps where they leave it open."""

import pytest

from agent.import_kinds import likeliest, readable
from connectors.files.reader import FileReader
from memory.domain.import_stores import KINDS

READER = FileReader()


def fields(headers: str) -> dict[str, set[str]]:
    names = headers.split(",")
    return {kind: {*READER.guess(names, kind=kind).fields.values()} for kind in KINDS}


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ("账号,粉丝", "creators"),
        ("handle,name,followers,gmv 30d", "creators"),
        ("达人昵称,达人账号,主营类目,佣金率,联系邮箱", "creators"),
        ("产品名,价格,链接,卖点,佣金上限", "products"),
        ("name,price,selling points,sample", "products"),
        ("达人账号,产品,样品状态,物流单号,寄出日期", "samples"),
        ("handle,product,status,tracking number,shipped on,posted on", "samples"),
        ("订单号,sku,下单时间,支付金额,达人用户名,佣金率", "orders"),
        ("Order ID,SKU ID,Time Created,Payment Amount,Creator Username", "orders"),
        ("达人账号,视频链接,发布时间,播放量,点赞,订单数", "posts"),
        ("video id,creator,posted at,views,likes", "posts"),
        ("达人账号,商品,佣金率,生效日期,结束日期", "rates"),
        ("creator handle,product,agreed rate,since", "rates"),
    ],
)
def test_the_columns_say_what_a_table_holds(headers: str, kind: str) -> None:
    assert likeliest(fields(headers), file_name="表.csv") == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [("样品.csv", "samples"), ("samples Nov.xlsx", "samples"), ("达人.csv", "creators"), ("表.csv", "creators")],
)
def test_where_columns_fit_two_the_name_of_the_file_decides(name: str, kind: str) -> None:
    assert likeliest(fields("达人账号,备注"), file_name=name) == kind


def test_a_name_does_not_make_a_table_what_its_columns_are_not() -> None:
    assert likeliest(fields("达人账号,产品,状态,物流单号"), file_name="订单.csv") == "samples"


@pytest.mark.parametrize(("name", "kind"), [("寄样.csv", "samples"), ("x.csv", "creators")])
def test_where_no_needed_column_is_there_the_name_alone_is_left(name: str, kind: str) -> None:
    assert likeliest(fields("甲,乙"), file_name=name) == kind


def test_what_a_table_may_be_read_as_are_the_kinds_whose_needed_columns_are_there() -> None:
    assert readable(fields("达人账号,佣金率,生效日期,发布时间")) == ("creators", "samples", "posts", "rates")
    assert readable(fields("产品名,价格")) == ("products",)
    assert readable(fields("甲,乙")) == ()
