"""Shortlists kept, opened, listed and exported."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from memory.database import Database
from memory.domain.creator import CreatorFacts, Shortlist
from memory.domain.errors import BadRequest, NotFound
from memory.domain.money import Money, MoneySpan, Span
from tests.support.database import Office
from tests.support.searching import Shop, handles, open_shop
from tools.creator_search.tool import search_creators
from tools.shortlists.tool import (
    ShortlistExported,
    ShortlistsListed,
    export_shortlist,
    list_shortlists,
    open_shortlist,
    save_shortlist,
)


@pytest.fixture
async def shop(database: Database, office: Office, tmp_path: Path) -> Shop:
    one = await open_shop(database, office.operator(), tmp_path)
    await one.add(
        CreatorFacts(
            handle="first",
            name="=HYPERLINK(1)",
            bio="+1 cats",
            market="US",
            followers=Span(10_000, 20_000),
            gmv_30d=MoneySpan.exactly(Money.of(1_234)),
            engagement_bp=Span.exactly(425),
            email="first@example.com",
        ),
        CreatorFacts(handle="second", bio="cats", market="US"),
    )
    await one.run(search_creators(one.units, one.index), sort="followers")
    return one


async def test_saved_under_a_name_and_found_again(shop: Shop) -> None:
    saved = await shop.run(save_shortlist(shop.units), name=" 宠物  A ", ranks=[2])
    assert isinstance(saved, Shortlist)
    assert (saved.name, handles(saved), saved.items[0].rank) == ("宠物 A", ["second"], 1)
    await shop.run(search_creators(shop.units, shop.index), sort="followers")
    listed = await shop.run(list_shortlists(shop.units))
    assert isinstance(listed, ShortlistsListed)
    assert [one.name for one in listed.shortlists] == ["宠物 A"]
    assert handles(await shop.run(open_shortlist(shop.units), name="宠物 a")) == ["second"]
    async with shop.database.unit(shop.scope) as unit:
        assert handles(await unit.shortlists.current(shop.conversation)) == ["second"]


async def test_an_unknown_name_or_rank_is_said(shop: Shop) -> None:
    with pytest.raises(NotFound):
        await shop.run(open_shortlist(shop.units), name="nothing")
    with pytest.raises(BadRequest) as absent:
        await shop.run(save_shortlist(shop.units), name="x", ranks=[9])
    assert absent.value.facts == {"rank": 9, "total": 2}


async def exported(shop: Shop, **arguments: object) -> ShortlistExported:
    made = await shop.run(export_shortlist(shop.units), **arguments)  # type: ignore[arg-type]  # any argument of the tool
    assert isinstance(made, ShortlistExported)
    return made


async def test_a_demos_csv_is_marked_and_holds_no_formula(shop: Shop) -> None:
    made = await exported(shop, format="csv")
    text = made.file.content.decode()
    assert text.startswith("\ufeff演示数据")
    assert made.file.name.startswith("演示数据-shortlist-")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[1][:3] == ["排名", "账号", "名字"]
    assert rows[2][:8] == ["1", "first", "'=HYPERLINK(1)", "US", "", "10000–20000", "1234.0", "USD"]
    assert "'+1 cats" in rows[2]
    assert "first@example.com" in rows[2]
    async with shop.database.unit(shop.scope) as unit:
        kept = await unit.files.read(made.file.key)
        assert kept is not None
        assert kept.content == made.file.content


async def test_a_viewers_file_holds_no_contacts(shop: Shop, office: Office, tmp_path: Path) -> None:
    viewing = await open_shop(shop.database, office.viewer(), tmp_path / "viewer")
    await viewing.run(search_creators(shop.units, shop.index), sort="followers")
    made = await exported(viewing, format="csv")
    assert not made.contacts
    assert "example.com" not in made.file.content.decode()


async def test_the_workbook_keeps_numbers_as_numbers(shop: Shop) -> None:
    made = await exported(shop, ranks=[1])
    page = load_workbook(io.BytesIO(made.file.content)).active
    assert page is not None
    assert page.title == "演示数据"
    values = [cell.value for cell in page[3]]
    assert values[:8] == [1, "first", "'=HYPERLINK(1)", "US", None, "10000–20000", 1234, "USD"]
    assert made.rows == 1
