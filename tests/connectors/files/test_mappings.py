"""Headers as our fields: named mappings, synonyms, and what was asked for by name."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.reader import FileReader
from memory.domain.errors import BadRequest

READER = FileReader()
FOREIGN = st.text(max_size=40)


@pytest.mark.parametrize(
    ("headers", "name", "fields"),
    [
        (
            "handle,market,gmv_30d,avg_price,engagement,email",
            "own",
            {key: key for key in ("handle", "market", "gmv_30d", "avg_price", "engagement", "email")},
        ),
        (
            "排名,账号,名字,市场,类目,粉丝,近30天GMV,币种,均播,互动率,履约率,佣金,邮箱,简介,主页,来源,数据日期",
            "own",
            {
                "账号": "handle", "名字": "name", "市场": "market", "类目": "categories", "粉丝": "followers",
                "近30天GMV": "gmv_30d", "币种": "currency", "均播": "avg_views", "互动率": "engagement",
                "履约率": "fulfilment", "佣金": "commission", "邮箱": "email", "简介": "bio", "主页": "profile_url",
            },
        ),
        (
            "Creator Handle,Creator Name,Followers,Revenue($),Item Sold,Avg. Unit Price($),Views,Engagement Rate,Email",
            "kalodata",
            {
                "Creator Handle": "handle", "Creator Name": "name", "Followers": "followers", "Revenue($)": "gmv_30d",
                "Avg. Unit Price($)": "avg_price", "Engagement Rate": "engagement", "Email": "email",
            },
        ),
        (
            "达人,达人账号,粉丝数,成交金额(¥),直播成交金额(¥),平均成交单价(¥),互动率",
            "kalodata",
            {
                "达人账号": "handle", "粉丝数": "followers", "成交金额(¥)": "gmv_30d", "平均成交单价(¥)": "avg_price",
                "互动率": "engagement",
            },
        ),
        (
            "uid,unique_id,nickname,region,follower_count,aweme_count,category_name,gmv,units_sold,video_avg_play_count",
            "fastmoss",
            {
                "unique_id": "handle", "nickname": "name", "region": "market", "follower_count": "followers",
                "category_name": "categories", "gmv": "gmv_30d", "video_avg_play_count": "avg_views",
            },
        ),
        (
            "达人昵称,达人ID,国家/地区,粉丝数,近28天销售额($),带货类目,邮箱",
            "fastmoss",
            {
                "达人昵称": "name", "达人ID": "handle", "国家/地区": "market", "粉丝数": "followers",
                "近28天销售额($)": "gmv_30d", "带货类目": "categories", "邮箱": "email",
            },
        ),
        (
            "username,display_name,bio,category,recent_captions,hashtags,followers,avg_likes,avg_views,profile_url,collected_at",
            "creator_atlas",
            {
                "username": "handle", "display_name": "name", "bio": "bio", "category": "categories",
                "recent_captions": "captions", "hashtags": "hashtags", "followers": "followers",
                "avg_views": "avg_views", "profile_url": "profile_url",
            },
        ),
        (
            "＠ 用户名,粉丝量（万）,月GMV(美元),备注,E-Mail Address",
            "learnt",
            {
                "＠ 用户名": "handle", "粉丝量（万）": "followers", "月GMV(美元)": "gmv_30d",
                "E-Mail Address": "email",
            },
        ),
        ("one,two", "learnt", {}),
    ],
)  # fmt: skip
def test_headers_are_mapped(headers: str, name: str, fields: dict[str, str]) -> None:
    guessed = READER.guess(headers.split(","), kind="creators")
    assert (guessed.name, guessed.fields) == (name, fields)


def test_a_mapping_asked_for_by_name_is_taken() -> None:
    headers = ["Creator", "Followers", "Revenue"]
    assert READER.guess(headers, kind="creators", name="fastmoss").fields["Creator"] == "name"
    assert READER.guess(headers, kind="creators", name="kalodata").fields["Creator"] == "handle"
    assert READER.guess(headers, kind="creators", name="learnt").name == "learnt"
    for kind, name in (("creators", "excel"), ("products", "kalodata")):
        with pytest.raises(BadRequest) as caught:
            READER.guess(headers, kind=kind, name=name)
        assert caught.value.text_key == "mapping_unknown"


def test_an_unknown_kind_is_refused() -> None:
    for ask in (lambda: READER.fields("receipts"), lambda: READER.guess(["a"], kind="receipts")):
        with pytest.raises(BadRequest, match="kind_unknown"):
            ask()


def test_a_field_has_one_header_and_the_plainer_name_wins() -> None:
    guessed = READER.guess(["达人", "达人账号", "GMV", "近30天GMV", "Followers", "Followers (2)"], kind="creators")
    assert {field: header for header, field in guessed.fields.items()} == {
        "handle": "达人账号",
        "gmv_30d": "近30天GMV",
        "followers": "Followers",
    }


def test_product_headers_are_mapped() -> None:
    own = READER.guess(READER.fields("products"), kind="products")
    assert (own.name, own.fields) == ("own", {field: field for field in READER.fields("products")})
    learnt = READER.guess(["Product Title", "URL", "Price", "Free sample"], kind="products")
    assert learnt.name == "learnt"
    assert list(learnt.fields.values()) == ["name", "link", "price", "sample"]


def test_our_own_field_names_are_our_own_mapping() -> None:
    own = READER.guess(READER.fields("creators"), kind="creators")
    assert (own.name, own.fields) == ("own", {field: field for field in READER.fields("creators")})


@settings(deadline=None, max_examples=100)
@given(st.lists(FOREIGN, max_size=8), st.sampled_from(["creators", "products"]))
def test_any_headers_are_mapped_to_our_fields_once(headers: list[str], kind: str) -> None:
    fields = READER.guess(headers, kind=kind).fields
    assert set(fields) <= set(headers)
    assert len(set(fields.values())) == len(fields)
    assert set(fields.values()) <= set(READER.fields(kind))
