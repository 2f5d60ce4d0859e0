"""What `daren doctor` says of how creators' answers come in over a shop."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from agent.cli.data import answers_of
from memory.domain.outreach import Flag
from memory.domain.shops import Hearing
from memory.domain.workspace import Lang

READ, TOLD = datetime(2026, 11, 29, 15, 59, tzinfo=UTC), datetime(2026, 11, 29, 16, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
NO_SCOPE = Flag("shop_scope_missing", {"operation": "conversations"})
CASES: list[tuple[Lang, Hearing, list[str]]] = [
    ("zh", Hearing(), ["回复还没读过", "还没收到过 Webhook（没有也行，回复每分钟去读）"]),
    ("zh", Hearing(TOLD, None, READ), ["回复最近读到 2026-11-29 23:59", "Webhook 最近收到 2026-11-30 00:00"]),
    ("en", Hearing(TOLD, None, READ), ["answers last read 2026-11-29 23:59", "last webhook 2026-11-30 00:00"]),
]


@pytest.mark.parametrize(("lang", "hearing", "lines"), CASES)
def test_each_way_in_is_told_with_its_last_time_on_the_teams_clock(
    lang: Lang, hearing: Hearing, lines: list[str]
) -> None:
    assert answers_of(hearing, lang, SHANGHAI) == lines


def test_why_they_cannot_be_read_is_told_beside_when_they_last_were() -> None:
    read, _, trouble = answers_of(Hearing(None, None, READ, NO_SCOPE), "en", SHANGHAI)
    assert read == "answers last read 2026-11-29 23:59"
    assert trouble.startswith("answers cannot be read now: The authorisation lacks a permission (conversations)")
