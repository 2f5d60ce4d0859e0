"""What the terminal says of what can be taken back: undo after a change, a stopped batch and who resumes it."""

import pytest

from memory.domain.chat import Reply
from memory.domain.workspace import Lang
from tests.connectors.terminal.test_channel import terminal_of
from tests.support import fake_office
from tests.support.fake_desk import FakeOffice


@pytest.mark.parametrize(("lang", "hint"), [("zh", "回「撤销」"), ("en", 'reply "undo"')])
@pytest.mark.parametrize("undo", [None, 71])
async def test_a_change_says_how_it_is_undone(lang: Lang, hint: str, undo: int | None) -> None:
    terminal, written = terminal_of(FakeOffice(), lang=lang)
    await terminal.show(Reply(text="改好了。", undo=undo), await terminal.queries.shell(terminal.scope))
    assert (hint in written.getvalue()) is (undo is not None)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "K7 已停，没发出的先不发。要接着发，请 Anna、Ben 回「恢复 K7」。"),
        ("en", 'K7 is stopped; nothing more goes out. To go on, Anna, Ben can reply "resume K7".'),
    ],
)
async def test_a_stopped_batch_says_so_and_who_resumes_it(lang: Lang, said: str) -> None:
    terminal, written = terminal_of(FakeOffice(), lang=lang)
    card = fake_office.drafts()
    stopped = card.model_copy(update={"stopped": True, "may_resume": ("Anna", "\x1b[31mBen")})
    shell = await terminal.queries.shell(terminal.scope)
    await terminal.show(Reply(text="", cards=(card,)), shell)
    assert said not in written.getvalue()
    await terminal.show(Reply(text="", cards=(stopped,)), shell)
    assert said.replace("Ben", "[31mBen") in written.getvalue()
