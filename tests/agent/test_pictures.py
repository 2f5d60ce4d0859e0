"""Pictures of charts: kept as files of whoever asked, marked in a demo; where none can be drawn nothing is missed."""

from pydantic import JsonValue

from agent.cards.piece import Piece
from agent.charts.painting import marked
from agent.charts.poster import Poster
from agent.nodes.pictures import Pictures
from agent.nodes.run import Remembered, TurnRun
from memory.database import Database
from memory.domain.cards import ShareCard
from memory.domain.chat import TurnEventKind
from memory.domain.chat_stores import Fence
from prompts.render import texts
from tests.support import fake_office
from tests.support.database import Office
from tests.support.fake_painter import PNG, FakePainter


class _Nowhere:
    async def add(self, kind: TurnEventKind, data: dict[str, JsonValue]) -> None:
        """Told to nobody."""


async def running(database: Database, office: Office) -> TurnRun:
    """A turn that has begun."""
    async with database.unit(office.lead()) as unit:
        conversation = (await unit.conversations.start(connector="test", chat="direct", now=unit.now)).id
        turn, _ = await unit.turns.add(conversation, text="画个图", connector="test", outside_id="1", now=unit.now)
        begun = await unit.turns.begin(turn)
        known = Remembered(unit.now)
    assert begun is not None
    return TurnRun(office.lead(), conversation, begun.message, Fence(turn, begun.attempt), "zh", _Nowhere(), known)


async def test_a_chart_comes_with_a_picture_that_says_that_a_demo_is_made_up(
    database: Database, office: Office
) -> None:
    painter, run = FakePainter(), await running(database, office)
    (file,) = await Pictures(database, painter, texts()).of((fake_office.chart(), ShareCard(text="x")), run)
    assert file.media_type == "image/png"
    assert file.name.startswith("演示数据-近7天_GMV")
    (option,) = painter.drawn
    assert option["title"] == {**_title(), "subtext": "演示数据 · 美国太平洋时间"}
    async with database.unit(office.lead()) as unit:
        kept = await unit.files.read(file.key)
    assert kept is not None
    assert kept.content == PNG
    assert not file.personal


async def test_where_nothing_can_be_drawn_the_answer_goes_without_a_picture(database: Database, office: Office) -> None:
    run = await running(database, office)
    assert await Pictures(database, FakePainter(is_missing=True), texts()).of((fake_office.chart(),), run) == ()


async def test_an_answer_without_charts_asks_for_nothing(database: Database, office: Office) -> None:
    painter, run = FakePainter(), await running(database, office)
    assert await Pictures(database, painter, texts()).of((ShareCard(text="x"),), run) == ()
    assert painter.drawn == []


async def test_a_poster_is_kept_under_its_title_and_one_that_cannot_be_drawn_is_said(
    database: Database, office: Office
) -> None:
    painter, run = FakePainter(), await running(database, office)
    piece = Piece("图片：Pawly · 达人", poster=Poster("Pawly · 达人", mark="演示数据"))
    shown = await Pictures(database, painter, texts()).drawn(piece, run)
    assert shown.text == piece.text
    assert [(file.name[:14], file.media_type) for file in shown.files] == [("演示数据-Pawly_达人-", "image/png")]
    assert painter.posters == [piece.poster]
    missing = await Pictures(database, FakePainter(is_missing=True), texts()).drawn(piece, run)
    assert (missing.text, missing.files) == (texts().say("share_not_drawn", "zh"), ())


def test_a_real_workspaces_picture_has_no_mark() -> None:
    assert marked(fake_office.chart().option, "") == fake_office.chart().option


def _title() -> dict[str, JsonValue]:
    title = fake_office.chart().option["title"]
    assert isinstance(title, dict)
    return title
