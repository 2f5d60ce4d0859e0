"""Whole turns on a real database: the desk, the graph and every tool, put together as an installation does.

A turn runs either here and now (`ask`) or through a job and a worker (`working`), with any stand-in for the model.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Protocol

from agent.by_hand.desk import hand_desk
from agent.cards.decisions import DecisionWords
from agent.cards.shown import Presenter
from agent.catalogue import build_catalogue
from agent.charts.painter import ChartPainter
from agent.desk import OpenDesk
from agent.forms import Forms
from agent.graph import Nodes, TurnGraph, build
from agent.imports import Imports
from agent.nodes.act import Act
from agent.nodes.answer import Answer
from agent.nodes.pictures import Pictures
from agent.nodes.quote import Quote
from agent.nodes.think import Limits, PlannerModel, Think
from agent.planner.tokens import unpack_vocabulary
from agent.turn import TurnRunner
from connectors.files.reader import FileReader
from connectors.webchat.assets import CHINESE_FONT, ECHARTS
from evals.suites.selling_office import SellingOffice, open_office
from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedded import EmbeddedIndex
from memory.creator_index.embedders.usem3 import Usem3Embedder
from memory.creator_index.vector_index import VectorIndex
from memory.database import Database
from memory.domain.chat import Accepted, Inbound, Reply, RunImport
from memory.domain.clock import SystemClock
from memory.domain.creator import CreatorFacts
from memory.domain.errors import BadRequest
from memory.domain.ids import ConversationId, CreatorId
from memory.domain.workspace import Scope
from prompts.render import texts
from tools.catalogue import Catalogue
from tools.contract import TextModel

TURN_SECONDS = 60.0
_OUTSIDE_IDS = count(1)


class Model(PlannerModel, TextModel, Protocol):
    """Both doors of a language model."""


@dataclass(slots=True)
class WorkingDesk:
    """One office at work with one planner."""

    database: Database
    office: SellingOffice
    index: EmbeddedIndex
    catalogue: Catalogue
    graph: TurnGraph
    desk: OpenDesk
    runner: TurnRunner
    imports: Imports

    async def add_creators(
        self, facts: Sequence[CreatorFacts], *, source: str, by: Scope | None = None
    ) -> list[CreatorId]:
        """Keep creators as an import does, and index them; their ids in order."""
        scope = by or self.office.owner
        async with self.database.unit(scope) as unit:
            await unit.creators.upsert(facts, source=source, as_of=unit.now)
            found = await unit.creators.by_handles([one.handle for one in facts])
        await self._catch_up(scope)
        return [found[one.handle.lower()].id for one in facts]

    async def import_creators(self, scope: Scope, *, name: str, content: bytes, handle: str) -> CreatorId:
        """Hand in a file, start its import and carry it out as the job does; the id of one creator in it."""
        run = await self.desk.upload(scope, name=name, content=content, kind="creators")
        await self.desk.submit(scope, RunImport(run=run))
        await self.imports.carry_out(scope, run)
        await self._catch_up(scope)
        async with self.database.unit(scope) as unit:
            return (await unit.creators.by_handles([handle]))[handle.lower()].id

    async def _catch_up(self, scope: Scope) -> None:
        async with self.database.unit(scope) as unit:
            entries, read_at = await unit.creators.stale(limit=1_000), unit.now
        await self.index.upsert(entries)
        async with self.database.unit(scope) as unit:
            await unit.creators.mark_indexed([entry.id for entry in entries], at=read_at)

    async def start(self, scope: Scope, *, chat: str = "direct") -> ConversationId:
        """A new conversation of a member."""
        async with self.database.unit(scope) as unit:
            return (await unit.conversations.start(connector="eval", chat=chat, now=unit.now)).id

    async def ask(self, scope: Scope, text: str, conversation: ConversationId) -> Reply:
        """Say a line and have it answered here and now; a command is answered by the desk itself."""
        receipt = await self.desk.receive(scope, inbound(text, conversation))
        if not isinstance(receipt, Accepted):
            return receipt.reply
        await self.runner.run(scope, receipt.turn)
        async with self.database.unit(scope) as unit:
            lines = await unit.conversations.transcript(conversation, limit=5)
        return next(line.reply for line in reversed(lines) if line.turn == receipt.turn and line.reply.planner)


def inbound(text: str, conversation: ConversationId) -> Inbound:
    """A line as a surface hands it in; each is a new one."""
    return Inbound(connector="eval", outside_id=f"eval-{next(_OUTSIDE_IDS)}", text=text, conversation=conversation)


@asynccontextmanager
async def open_working_desk(
    database: Database, folder: Path, model: Model | None, *, embedder: Usem3Embedder | None = None
) -> AsyncIterator[WorkingDesk]:
    """A desk over a migrated database; a new tenant of the workspace each time. `folder` holds its index."""
    unpack_vocabulary(folder)
    office = await open_office(database)
    encoder = embedder or Usem3Embedder()
    engine = EdgeEngine.create(folder / "shard", dimension=encoder.dimension)
    index = EmbeddedIndex(VectorIndex(engine), encoder)
    words = texts()
    catalogue = build_catalogue(database, index, office.messengers, model, SystemClock())
    painter = ChartPainter(script=ECHARTS, font=CHINESE_FONT)
    graph = build(
        Nodes(
            Quote(database),
            Think(catalogue, words, model, Limits()),
            Act(catalogue, Presenter(words), words, Pictures(database, painter, words)),
            Answer(database, words),
        )
    )
    imports = Imports(database, FileReader(), words)
    hand = hand_desk(database, words, office.messengers)
    forms = Forms(database, words, imports, _no_passwords, _no_clock, hand)
    desk = OpenDesk(database, database.turn_events, words, office.messengers, forms, DecisionWords(words), hand)
    runner = TurnRunner(database, graph, words, TURN_SECONDS)
    try:
        yield WorkingDesk(database, office, index, catalogue, graph, desk, runner, imports)
    finally:
        engine.close()


async def _no_passwords(password: str) -> str:
    raise BadRequest("password_short", length=len(password))


async def _no_clock(scope: Scope) -> Reply:
    raise BadRequest("real_time", tenant=scope.tenant)
