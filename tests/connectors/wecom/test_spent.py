"""When a card of drafts has done its work, and what it says then."""

from dataclasses import replace

import pytest

from connectors.wecom.spent import Spent, spent
from memory.domain.outreach import Draft, DraftStatus
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support import fake_office as invented
from tests.support.fake_batches import fake_batch

PAUSED = "paused"


def drafts(*states: str) -> list[Draft]:
    (one, *_) = fake_batch("K7", statuses={}, now=invented.NOW, stopped=False).drafts
    stopped = replace(one, status=DraftStatus.STOPPED, paused=True)
    return [stopped if state == PAUSED else replace(one, status=DraftStatus(state)) for state in states]


@pytest.mark.parametrize("states", [("open",), ("approved", "open"), ("expired", "open"), (PAUSED,)])
def test_a_card_keeps_its_buttons_while_anything_on_it_waits(states: tuple[str, ...]) -> None:
    assert spent(drafts(*states), batch="K7", lang="zh", say=texts().say) is None


@pytest.mark.parametrize(
    ("states", "lang", "title", "button"),
    [
        (("expired", "expired"), "zh", "K7 已过期", "已过期"),
        (("rejected", "expired"), "en", "K7 has expired", "Expired"),
        (("approved", "rejected"), "zh", "K7 已处理", "已处理"),
        (("sent", "stopped"), "en", "K7 is decided", "Decided"),
        (("stopped", "failing"), "zh", "这张卡片已失效", "已失效"),
        ((), "en", "This card is no longer valid", "Invalid"),
    ],
)
def test_a_card_that_can_do_nothing_more_says_why(states: tuple[str, ...], lang: Lang, title: str, button: str) -> None:
    assert spent(drafts(*states), batch="K7", lang=lang, say=texts().say) == Spent(title, button)
