"""A shop's creators in a real database and a real index, and tools that run as a member's turn."""

import uuid
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from pydantic import JsonValue

from memory.creator_index.edge import EdgeEngine
from memory.creator_index.embedded import EmbeddedIndex
from memory.creator_index.vector_index import VectorIndex
from memory.database import Database
from memory.domain.chat_stores import Fence
from memory.domain.creator import CreatorFacts
from memory.domain.ids import ConversationId, CreatorId, TurnId
from memory.domain.stores import Embedder, Unit
from memory.domain.workspace import Scope
from tests.support.creator_index import WordEmbedder
from tools.contract import Arguments, Tool, TurnContext

A = TypeVar("A", bound=Arguments)
AS_OF = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Unfenced:
    """Units for calls outside a turn: nobody else owns it."""

    database: Database

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[Unit]:
        return self.database.unit(scope)


@dataclass(frozen=True)
class Shop:
    """One member's desk: rows, index, a conversation."""

    database: Database
    units: Unfenced
    index: EmbeddedIndex
    scope: Scope
    conversation: ConversationId

    async def add(self, *facts: CreatorFacts, scope: Scope | None = None) -> None:
        """Import creators and index them."""
        async with self.database.unit(scope or self.scope) as unit:
            await unit.creators.upsert(facts, source="file", as_of=AS_OF)
            await self.index.upsert(await unit.creators.to_index(after=CreatorId(0), limit=100_000))

    async def run(self, tool: Tool[A], /, **arguments: JsonValue) -> object:
        """Call a tool as the catalogue does."""
        return await tool.run(tool.arguments.model_validate(arguments), self.turn())

    def turn(self) -> TurnContext:
        """A call of this desk's member."""
        return TurnContext(
            scope=self.scope,
            conversation=self.conversation,
            fence=Fence(TurnId(1), 1),
            lang="zh",
            occasion=uuid.uuid4().hex,
        )


async def open_shop(database: Database, scope: Scope, folder: Path, *, embedder: Embedder | None = None) -> Shop:
    """An empty shop of one member."""
    words = embedder or WordEmbedder()
    index = EmbeddedIndex(VectorIndex(EdgeEngine.create(folder / "shard", dimension=words.dimension)), words)
    async with database.unit(scope) as unit:
        thread = await unit.conversations.start(connector="webchat", chat="direct", now=unit.now)
    return Shop(database, Unfenced(database), index, scope, thread.id)


def handles(shortlist: object) -> list[str]:
    """Handles in rank order."""
    items: Sequence[object] = getattr(shortlist, "items", ())
    return [item.creator.handle for item in items]  # type: ignore[attr-defined]  # ShortlistItem, or the test fails
