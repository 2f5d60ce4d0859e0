"""What a terminal prints of drafts is all of it, however narrow it is."""

import re
from io import StringIO

import pytest
from rich.console import Console

from connectors.terminal.contract import card_json
from connectors.terminal.render import card
from memory.domain.cards import DraftsCard
from prompts.render import texts
from tests.support import fake_office

LINK = "https://shop.example.com/view/" + "a1b2c3" * 12
_FRAME = re.compile(r"[\s─│┃┏┓┗┛┡┩┳╇━├┤┼┴└┘╭╮╰╯┬┌┐╷╵╴╶]")


def printed(shown: DraftsCard, *, width: int) -> str:
    """What was written out, without frames and spaces."""
    out = StringIO()
    Console(file=out, width=width, force_terminal=False).print(
        card(shown, lang="zh", say=texts().say, team_zone="Asia/Shanghai")
    )
    return _FRAME.sub("", out.getvalue())


def test_a_large_batch_is_printed_whole() -> None:
    shown = fake_office.large(presentation=1)
    assert "…" not in printed(shown, width=60)
    out = printed(shown, width=160)
    for row in shown.items:
        assert f"L1{row.number}" in out or row.in_full
    assert "Mia24/米娅24" in out
    assert "批准L1全部24条" in out


@pytest.mark.parametrize("width", [60, 160])
def test_a_long_link_is_folded_and_not_cut(width: int) -> None:
    shown = fake_office.drafts()
    long = shown.items[0].model_copy(update={"text": LINK, "text_zh": "链接"})
    out = printed(shown.model_copy(update={"items": (long,)}), width=width)
    assert out.count("a1b2c3") >= 1
    assert "…" not in out


def test_json_gives_every_row_with_its_texts() -> None:
    shown = card_json(fake_office.large(presentation=1))
    assert isinstance(shown, dict)
    items = shown["items"]
    assert isinstance(items, list)
    assert len(items) == 24
    assert all(isinstance(row, dict) and row["text"] and row["text_zh"] for row in items)
    assert shown["count"] == 24
