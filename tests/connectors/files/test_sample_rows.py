"""Sheets as samples: the columns people name, statuses in both languages, and rows that cannot be used."""

from datetime import date

from connectors.files.reader import FileReader
from connectors.ports.files import SampleFacts, SampleRow
from memory.domain.money import Money
from memory.domain.outreach import Flag
from memory.domain.sample import SampleStatus

READER = FileReader()


def rows(text: str) -> list[SampleRow]:
    sheet = READER.read(name="样品.csv", content=text.encode())
    return READER.samples(sheet, READER.guess(sheet.headers, kind="samples").fields, currency="USD")


def test_a_table_of_samples_is_read_with_its_days_and_costs() -> None:
    text = (
        "达人账号,产品,样品状态,物流单号,成本,币种,寄出日期,签收日期,发布日期,内容链接\n"
        "@mia.pets,猫砂盆,逾期未发,1Z999AA1,12.5,GBP,2026-10-28,2026/11/2,,\n"
        "ben.pets,,posted,,,,,,2026-11-05,https://vt.tiktok.com/x\n"
    )
    assert rows(text) == [
        SampleRow(
            2,
            SampleFacts(
                "mia.pets", SampleStatus.DELIVERED, product="猫砂盆", tracking_number="1Z999AA1",
                cost=Money(1250, "GBP"), shipped_on=date(2026, 10, 28), delivered_on=date(2026, 11, 2),
            ),
        ),
        SampleRow(
            3,
            SampleFacts(
                "ben.pets", SampleStatus.POSTED, content_link="https://vt.tiktok.com/x", posted_on=date(2026, 11, 5)
            ),
        ),
    ]  # fmt: skip


def test_every_status_that_is_recorded_has_words_for_a_table() -> None:
    kept = [status for status in SampleStatus if status not in (SampleStatus.CONTENT_DUE, SampleStatus.OVERDUE)]
    found = rows("handle,status\n" + "".join(f"pet_{place},{status}\n" for place, status in enumerate(kept)))
    assert [row.facts.status for row in found if row.facts] == kept


def test_a_row_that_cannot_be_used_says_why() -> None:
    found = rows("handle,status,cost\n,shipped,1\nmia.pets,somewhere,1\nmia.pets,shipped,a lot\nMIA.pets,lost,1\n")
    assert [row.problems for row in found] == [
        (Flag("row_no_handle", {}),),
        (Flag("row_no_sample_status", {"text": "somewhere"}),),
        (Flag("cell_unreadable", {"field": "cost", "text": "a lot"}, blocking=False),),
        (Flag("row_repeats", {"line": 4}),),
    ]
    assert [row.facts is None for row in found] == [True, True, False, True]
