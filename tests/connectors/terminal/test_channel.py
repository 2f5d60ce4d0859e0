"""What a person at the terminal sees, over fakes of the desk."""

import io

import pytest
from rich.console import Console

from connectors.terminal.channel import Terminal
from memory.domain.chat import Reply
from memory.domain.errors import Conflict
from memory.domain.hand_forms import HandOut
from memory.domain.ids import BrandId, DraftId, MemberId
from memory.domain.workspace import Lang, Role, Scope, WorkspaceKind
from prompts.render import texts
from tests.support import fake_office
from tests.support.fake_desk import FakeDesk, FakeOffice, FakeQueries
from tests.support.fake_send_list import text_of


def terminal_of(office: FakeOffice, *, lang: Lang = "zh") -> tuple[Terminal, io.StringIO]:
    """A terminal and what it writes."""
    written = io.StringIO()
    scope = Scope(fake_office.TENANT, BrandId(1), MemberId(1), Role.LEAD, lang)
    console = Console(file=written, width=200, force_terminal=False)
    return Terminal(FakeDesk(office), FakeQueries(office), scope, texts().say, console), written


@pytest.mark.parametrize(("kind", "marks"), [(WorkspaceKind.DEMO, 1), (WorkspaceKind.REAL, 0)])
async def test_every_answer_of_a_demo_is_marked_and_none_of_a_real_workspace(kind: WorkspaceKind, marks: int) -> None:
    office = FakeOffice(kind=kind)
    terminal, written = terminal_of(office)
    cards = (
        fake_office.shortlist(),
        fake_office.report(),
        fake_office.plan(),
        fake_office.creator_card(),
        fake_office.share(),
    )
    for card in cards:
        await terminal.show(Reply(text="好了。", cards=(card,)), await terminal.queries.shell(terminal.scope))
    assert written.getvalue().count("【演示数据】") == marks * len(cards)


@pytest.mark.parametrize(("key", "said"), [("database_busy", "请再试一次"), ("no_text_of_its_own", "刚才有人先改了")])
async def test_a_failure_in_mid_talk_is_told_and_the_talk_goes_on(key: str, said: str) -> None:
    office = FakeOffice(next_error=Conflict(key))
    terminal, written = terminal_of(office)
    lines = iter(["你好", None])
    await terminal.chat(lambda _: next(lines))
    assert said in written.getvalue()


async def test_a_text_of_the_send_list_copies_clean() -> None:
    office = FakeOffice()
    office.send_list.hand_out(HandOut(draft=DraftId(701)))
    terminal, written = terminal_of(office)
    terminal.console.width = 40
    card = office.send_list.card(office.now)
    await terminal.show(Reply(text="", cards=(card,)), await terminal.queries.shell(terminal.scope))
    assert f"\n{text_of(1)}\n" in written.getvalue()
    assert "K7 3" in written.getvalue()
