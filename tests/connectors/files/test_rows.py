"""Sheets as creators and products: mappings, cells people write, problems that lose nothing else."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.files.reader import FileReader
from connectors.ports.files import CreatorRow, ProductRow, Sheet
from memory.domain.creator import CreatorFacts
from memory.domain.import_stores import ImportedRow
from memory.domain.money import Money, MoneySpan, Span
from memory.domain.outreach import Flag
from prompts.render import texts

READER = FileReader()
REAL = Path(__file__).parents[4] / "shared" / "data" / "tiktok_creators_public.csv"


def creators(text: str, *, currency: str = "USD") -> list[CreatorRow]:
    sheet = READER.read(name="list.csv", content=text.encode())
    guessed = READER.guess(sheet.headers, kind="creators")
    return READER.creators(sheet, guessed.fields, mapping_name=guessed.name, currency=currency)


def products(text: str, *, currency: str = "USD") -> list[ProductRow]:
    sheet = READER.read(name="list.csv", content=text.encode())
    guessed = READER.guess(sheet.headers, kind="products")
    return READER.products(sheet, guessed.fields, mapping_name=guessed.name, currency=currency)


def one(text: str, *, currency: str = "USD") -> CreatorFacts:
    (row,) = creators(text, currency=currency)
    assert row.facts is not None
    assert row.problems == ()
    return row.facts


def unreadable(field: str, text: str) -> Flag:
    return Flag("cell_unreadable", {"field": field, "text": text}, blocking=False)


def test_the_real_profiles_are_creators_whose_sales_stay_unknown() -> None:
    sheet = READER.read(name=REAL.name, content=REAL.read_bytes())
    guessed = READER.guess(sheet.headers, kind="creators")
    rows = READER.creators(sheet, guessed.fields, mapping_name=guessed.name, currency="USD")
    known = [row.facts for row in rows if row.facts]
    assert guessed.name == "creator_atlas"
    assert len(known) == len(rows) == 59
    assert all((facts.gmv_30d, facts.market, facts.languages, facts.email) == (None, None, (), None) for facts in known)
    assert all(facts.followers and facts.profile_url for facts in known)
    assert [row.number for row in rows] == list(range(2, 61))
    assert {problem.key for row in rows for problem in row.problems} == {"category_unknown"}
    khaby = next(facts for facts in known if facts.handle == "khaby.lame")
    assert khaby.followers == Span.exactly(162_246_031)
    assert khaby.avg_views == Span.exactly(27_258_682)
    assert khaby.categories == ("comedy",)
    assert khaby.hashtags[:2] == ("learnfromkhaby", "comedy")


def test_a_whole_row_is_read() -> None:
    facts = one(
        "handle;name;bio;market;zone;languages;categories;captions;hashtags;followers;gmv_30d;avg_price;avg_views;"
        "engagement;commission;fulfilment;content;audience_gender;audience_age;email;last_active;profile_url;currency\n"
        "@Anna.Cooks;Anna;Cats & food;墨西哥;america/mexico_city;西语/English;宠物、Food & Beverages|beauty;"
        '"[""one"", ""two""]";#cats #food;1.2万;5K-10K;19.9;"12,500";3.4%;0.15;80;直播;女 68%;25–34岁;'
        "anna@example.com;2026年6月8日;tiktok.com/@anna.cooks;MXN\n"
    )
    assert facts == CreatorFacts(
        handle="Anna.Cooks",
        name="Anna",
        bio="Cats & food",
        market="MX",
        zone="America/Mexico_City",
        languages=("es", "en"),
        categories=("pets", "food", "beauty"),
        captions=("one", "two"),
        hashtags=("cats", "food"),
        followers=Span.exactly(12_000),
        gmv_30d=MoneySpan(500_000, 1_000_000, "MXN"),
        avg_price=MoneySpan(1990, 1990, "MXN"),
        avg_views=Span.exactly(12_500),
        engagement_bp=Span.exactly(340),
        commission_bp=Span.exactly(1500),
        fulfilment_bp=Span.exactly(8000),
        content="live",
        audience_gender="female",
        audience_age="25-34",
        email="anna@example.com",
        last_active_at=datetime(2026, 6, 8, tzinfo=UTC),
        profile_url="https://tiktok.com/@anna.cooks",
    )


def test_empty_and_unknown_cells_are_unknown_without_a_problem() -> None:
    header = "handle,followers,gmv_30d,engagement,market,email,languages,categories,last_active,bio"
    assert one(f"{header}\nanna,-,N/A,未知,,null,-,,暂无,-\n") == CreatorFacts(handle="anna")


def test_a_zero_is_known() -> None:
    assert one("handle,gmv_30d,followers\nanna,0,0\n").gmv_30d == MoneySpan(0, 0, "USD")


@pytest.mark.parametrize(
    ("text", "currency", "expected"),
    [
        ("handle,GMV\nanna,1000", "EUR", MoneySpan(100_000, 100_000, "EUR")),
        ("handle,GMV\nanna,$1K", "EUR", MoneySpan(100_000, 100_000, "USD")),
        ("handle,GMV($)\nanna,1000", "EUR", MoneySpan(100_000, 100_000, "USD")),
        ("handle,GMV($)\nanna,£1000", "EUR", MoneySpan(100_000, 100_000, "GBP")),
        ("handle,GMV,currency\nanna,1000,gbp", "EUR", MoneySpan(100_000, 100_000, "GBP")),
        ("handle,GMV,currency\nanna,$1000,MXN", "EUR", MoneySpan(100_000, 100_000, "MXN")),
        ("handle,GMV,currency\nanna,€1000,MXN", "USD", MoneySpan(100_000, 100_000, "EUR")),
        ("handle,GMV,币种\nanna,1000,日元", "USD", MoneySpan(1000, 1000, "JPY")),
        ("handle,GMV\nanna,￥1000", "JPY", MoneySpan(1000, 1000, "JPY")),
        ("handle,GMV\nanna,￥1000", "USD", MoneySpan(100_000, 100_000, "CNY")),
        ("handle,GMV（万元）\nanna,3.4", "USD", MoneySpan(3_400_000, 3_400_000, "CNY")),
        ("handle,GMV\nanna,150.000", "IDR", MoneySpan(15_000_000, 15_000_000, "IDR")),
        ("handle,GMV\nanna,$1K+", "USD", MoneySpan(100_000, 100_000, "USD")),
        ("handle,GMV\nanna,<$100", "USD", MoneySpan(0, 10_000, "USD")),
    ],
)
def test_money_is_in_the_currency_that_is_nearest(text: str, currency: str, expected: MoneySpan) -> None:
    assert one(text, currency=currency).gmv_30d == expected


def test_an_unknown_currency_makes_bare_amounts_unknown() -> None:
    (row,) = creators("handle,gmv_30d,avg_price,currency\nanna,1000,5,zorkmid\n")
    assert row.facts == CreatorFacts(handle="anna")
    assert row.problems == (unreadable("currency", "zorkmid"),)


def test_numbers_follow_the_unit_in_their_header() -> None:
    facts = [row.facts for row in creators("handle,粉丝数（万）\nanna,3.4\nbo,12K\n")]
    assert [known.followers for known in facts if known] == [Span.exactly(34_000), Span.exactly(12_000)]


@pytest.mark.parametrize(
    ("header", "cells", "expected"),
    [
        ("互动率", ["0.034", "0.12", "0.5"], [340, 1200, 5000]),
        ("互动率", ["0.8", "3.5", "12"], [80, 350, 1200]),
        ("互动率(%)", ["0.8", "0.5", "0.2"], [80, 50, 20]),
        ("互动率", ["12 %", "0.12", "5%"], [1200, 1200, 500]),
        ("佣金率", ["0.15", "18", "12%"], [1500, 1800, 1200]),
        ("佣金率", ["15", "18", "1"], [1500, 1800, 100]),
        ("履约率", ["1", "0.8", "0"], [10_000, 8000, 0]),
    ],
)
def test_a_column_of_bare_rates_is_fractions_or_percent(header: str, cells: list[str], expected: list[int]) -> None:
    rows = creators(f"handle,{header}\n" + "".join(f"creator{n},{cell}\n" for n, cell in enumerate(cells)))
    read = [row.facts.engagement_bp or row.facts.commission_bp or row.facts.fulfilment_bp for row in rows if row.facts]
    assert read == [Span.exactly(value) for value in expected]


@pytest.mark.parametrize(
    ("cell", "handle"),
    [
        ("anna", "anna"),
        (" @Anna_1 ", "Anna_1"),
        ("https://www.tiktok.com/@anna.b?lang=en", "anna.b"),
        ("www.tiktok.com/@anna/video/7", "anna"),
        ("＠anna", "anna"),
        ("an\u200bna", "anna"),
    ],
)
def test_handles_are_cleaned(cell: str, handle: str) -> None:
    assert one(f"handle,name\n{cell},\n").handle == handle


def test_a_profile_address_stands_in_for_a_missing_handle() -> None:
    assert one("handle,profile_url\n,https://www.tiktok.com/@anna?x=1\n").handle == "anna"


def test_rows_without_a_usable_handle_say_so() -> None:
    rows = creators("handle,name\n,Anna\nBo Smith,Bo\n7.25E+18,Cy\n...,Di\neve,Eve\n")
    assert [(row.number, row.facts.handle if row.facts else None) for row in rows] == [
        (2, None), (3, None), (4, None), (5, None), (6, "eve"),
    ]  # fmt: skip
    assert [row.problems for row in rows] == [
        (Flag("row_no_handle", {}),),
        (Flag("handle_unreadable", {"text": "Bo Smith"}),),
        (Flag("handle_unreadable", {"text": "7.25E+18"}),),
        (Flag("handle_unreadable", {"text": "..."}),),
        (),
    ]


def test_the_first_of_equal_handles_counts() -> None:
    rows = creators("handle,name\nanna,Anna\nbo,Bo\n@ANNA,Other\n")
    assert [row.facts.name if row.facts else None for row in rows] == ["Anna", "Bo", None]
    assert rows[2].problems == (Flag("row_repeats", {"line": 2}),)


def test_what_cannot_be_read_is_unknown_and_the_row_still_counts() -> None:
    (row,) = creators(
        "handle,粉丝数,gmv_30d,互动率,市场,邮箱,时区,last_active,profile_url,categories,content\n"
        "anna,lots,-5,300000%,Narnia,anna at example,Mars/Base,31/12/26,javascript:alert(1),beauty/Magic,song\n"
    )
    assert row.facts == CreatorFacts(handle="anna", categories=("beauty",))
    assert row.problems == (
        unreadable("市场", "Narnia"),
        unreadable("时区", "Mars/Base"),
        Flag("category_unknown", {"text": "Magic"}, blocking=False),
        unreadable("粉丝数", "lots"),
        unreadable("gmv_30d", "-5"),
        unreadable("互动率", "300000%"),
        unreadable("content", "song"),
        unreadable("邮箱", "anna at example"),
        unreadable("last_active", "31/12/26"),
        unreadable("profile_url", "javascript:alert(1)"),
    )


def test_surplus_cells_are_a_problem_of_their_row_only() -> None:
    rows = creators("handle,name\nanna,Anna\nbo,Bo,extra\n")
    assert [row.problems for row in rows] == [(), (Flag("row_surplus", {"text": "extra"}, blocking=False),)]
    assert all(row.facts for row in rows)


@pytest.mark.parametrize(
    ("cell", "slugs"),
    [
        ("Beauty & Personal Care", ("beauty",)),
        ("美妆个护/护肤", ("beauty", "skincare")),
        ("Sports & Outdoor", ("sports", "outdoor")),
        ("Womenswear & Underwear; Shoes", ("fashion", "shoes_bags")),
        ("shoes_bags", ("shoes_bags",)),
        ("Food & Travel", ("food", "travel")),
        ('["Pets", "Pets"]', ("pets",)),
    ],
)
def test_categories_are_known_by_their_names(cell: str, slugs: tuple[str, ...]) -> None:
    quoted = cell.replace('"', '""')
    assert one(f'handle,category\nanna,"{quoted}"\n').categories == slugs


@pytest.mark.parametrize(
    ("cell", "market"),
    [("us", "US"), ("美国", "US"), ("United States (US)", "US"), ("UK", "GB"), ("de", "DE"), ("墨西哥站", "MX")],
)
def test_markets_are_known_by_their_names(cell: str, market: str) -> None:
    assert one(f"handle,market\nanna,{cell}\n").market == market


@pytest.mark.parametrize(
    ("cell", "gender"),
    [("Female", "female"), ("男", "male"), ("Male 40% / Female 60%", "female"), ("女性 30%、男性 70%", "male")],
)
def test_the_larger_part_of_an_audience_counts(cell: str, gender: str) -> None:
    assert one(f"handle,粉丝性别\nanna,{cell}\n").audience_gender == gender


@pytest.mark.parametrize(
    "cell",
    ["2026-06-28", "2026/6/28", "2026.6.28", "20260628", "2026-06-28T00:00:00Z", "1782604800", "2026-06-28 00:00"],
)
def test_days_are_read_year_first(cell: str) -> None:
    assert one(f"handle,last active\nanna,{cell}\n").last_active_at == datetime(2026, 6, 28, tzinfo=UTC)


def test_foreign_text_is_cleaned_and_cut() -> None:
    facts = one(f"handle,bio,name\nanna,=cmd|' /C calc'!A0 \u202eevil\u202c {'x' * 9000},{'n' * 999}\n")
    assert facts.bio.startswith("=cmd|' /C calc'!A0 evil xxx")
    assert (len(facts.bio), len(facts.name)) == (5000, 200)


def test_products_are_read_and_what_is_not_said_is_absent() -> None:
    rows = products(
        "产品名,产品链接,售价（美元）,卖点,佣金上限,寄样\n"
        "Cat Brush,shop.example.com/brush,19.9,轻便；可水洗；不伤皮,20%,是\n"
        "Dog Bed,,,,,\n"
        ",https://shop.example.com/x,5,,,\n"
        "cat brush,,7,,,\n"
        "Bowl,not a link,5-9,,180%,maybe\n"
    )
    assert [row.fields for row in rows] == [
        {
            "name": "Cat Brush",
            "link": "https://shop.example.com/brush",
            "price": Money(1990, "USD"),
            "selling_points": ("轻便", "可水洗", "不伤皮"),
            "commission_ceiling_bp": 2000,
            "sample": True,
        },
        {"name": "Dog Bed"},
        None,
        None,
        {"name": "Bowl"},
    ]
    assert rows[2].problems == (Flag("row_no_name", {}),)
    assert rows[3].problems == (Flag("row_repeats", {"line": 2}),)
    assert [problem.facts["text"] for problem in rows[4].problems] == ["180%", "maybe", "not a link", "5-9"]


def test_every_problem_can_be_said_in_both_languages() -> None:
    rows = creators("handle,followers,category\nanna,many,Magic,more\nanna,,\nBo B,,\n,1,\n")
    flags = [problem for row in rows for problem in row.problems]
    flags += [problem for row in products("name,price\n,5\n") for problem in row.problems]
    assert len({flag.key for flag in flags}) == 7
    for flag in flags:
        said = {lang: texts().say(flag.key, lang, **flag.facts) for lang in ("zh", "en")}
        assert said["zh"] != said["en"]


FOREIGN = st.text(max_size=40)
HEADERS = READER.fields("creators")


@settings(deadline=None, max_examples=150)
@given(st.lists(st.lists(FOREIGN, min_size=len(HEADERS), max_size=len(HEADERS)), max_size=5))
def test_every_row_is_accounted_for_whatever_it_holds(table: list[list[str]]) -> None:
    rows = tuple(ImportedRow(number, tuple(cells)) for number, cells in enumerate(table, start=2))
    mapping = {header: header for header in HEADERS}
    read = READER.creators(Sheet(HEADERS, rows), mapping, mapping_name="own", currency="USD")
    assert [row.number for row in read] == [row.number for row in rows]
    assert all(row.facts or row.problems for row in read)


@settings(deadline=None, max_examples=100)
@given(st.lists(st.lists(FOREIGN, max_size=6), max_size=5), st.dictionaries(FOREIGN, st.sampled_from(HEADERS)))
def test_any_mapping_of_any_sheet_accounts_for_every_row(table: list[list[str]], mapping: dict[str, str]) -> None:
    headers = (*mapping, "x")
    rows = tuple(ImportedRow(number, tuple(cells)) for number, cells in enumerate(table, start=2))
    sheet = Sheet(headers, rows)
    creators_read = READER.creators(sheet, mapping, mapping_name="chosen", currency="EUR")
    products_read = READER.products(sheet, {"x": "name"}, mapping_name="chosen", currency="EUR")
    assert (
        [row.number for row in creators_read] == [row.number for row in products_read] == [row.number for row in rows]
    )
