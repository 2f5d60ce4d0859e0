"""The page of figures: tiles, tables that lead to their orders, files, and days nobody can read."""

import re

import httpx


def words(html: str) -> list[str]:
    """Each row of the tables, as a person reads it."""
    rows = re.findall(r"<tr>.*?</tr>", html, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in rows]


async def test_a_period_is_shown_with_what_changed_and_every_row_leads_to_its_orders(client: httpx.AsyncClient) -> None:
    page = (await client.get("/performance?period=last_7_days")).text
    tiles = [" ".join(re.sub(r"<[^>]+>", " ", tile).split()) for tile in re.findall(r'class="tile">(.*?)</div>', page)]
    assert tiles == ["GMV $12,345 +23.4% 之前 $10,000", "退款率 未知 - 之前 未知"]
    assert words(page) == [
        "达人 GMV 样本", "@catdad_theo $9,000 8 单", "未归因 $345 1 单",
        "产品 GMV 样本", "&lt;script&gt;alert(1)&lt;/script&gt;猫砂盆 $9,000 8 单",
    ]  # fmt: skip
    assert re.findall(r'href="(/performance/orders[^"]*)"', page)[2:] == [
        "/performance/orders?period=last_7_days&amp;handle=catdad_theo",
        "/performance/orders?period=last_7_days&amp;product=%3Cscript%3Ealert%281%29%3C%2Fscript%3E%E7%8C%AB%E7%A0%82%E7%9B%86",
    ]
    assert 'aria-current="page">近7天<' in page


async def test_orders_are_shown_a_page_at_a_time_with_what_is_unknown_and_estimated(client: httpx.AsyncClient) -> None:
    page = (await client.get("/performance/orders?handle=catdad_theo")).text
    rows = words(page)[1:]
    assert rows[0].startswith("5776 SKU-1 2026-11-19 @catdad_theo")
    assert "$7.50 预估 平台内容 file" in rows[0]
    assert "未归因" in rows[1]
    assert "未知" in rows[1]
    more = re.findall(r'href="(/performance/orders[^"]*after[^"]*)"', page)
    assert more == ["/performance/orders?handle=catdad_theo&amp;after=5776"]
    last = (await client.get("/performance/orders?handle=catdad_theo&after=5776")).text
    assert "5777" in last
    assert "更早的" not in last


async def test_days_in_the_wrong_order_are_told_and_stay_typed(client: httpx.AsyncClient) -> None:
    answer = await client.get("/performance?first=2026-11-20&last=2026-11-01")
    assert answer.status_code == 422
    assert "日期没读懂" in answer.text
    assert 'value="2026-11-20"' in answer.text


async def test_without_orders_it_says_how_to_get_them(client: httpx.AsyncClient) -> None:
    page = (await client.get("/performance?first=2019-01-01")).text
    assert "还没有订单数据" in page
    assert 'href="/imports?kind=orders"' in page


async def test_a_table_is_had_as_a_file_and_nothing_else_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/performance/creators.csv")
    assert answer.text == "达人,GMV\r\n"
    assert (await client.get("/performance/passwords.csv")).status_code == 422
