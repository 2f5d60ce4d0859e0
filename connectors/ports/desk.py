"""What a channel is handed to talk to Daren: one door for every surface, satisfied by `agent/desk.py`."""

from collections.abc import AsyncIterator, Collection
from typing import Protocol

from memory.domain.cards import DraftsCard
from memory.domain.chat import Command, Inbound, Receipt, Reply, Tap, TurnEvent
from memory.domain.ids import ConversationId, ImportRunId, PresentationId, TurnId
from memory.domain.places import Place
from memory.domain.workspace import Scope


class Desk(Protocol):
    """Stores what people say, carries out what they decide, and shows how it is answered."""

    async def receive(self, scope: Scope, inbound: Inbound) -> Receipt:
        """Carry out a command at once, or store the message and queue its turn, in one transaction.

        A repeated (connector, outside_id) returns the first receipt. Raises BadRequest for a message over
        the limit (8,000 characters; nothing is stored), NotFound for a conversation that is not the member's.
        """
        ...

    def follow(self, scope: Scope, turn: TurnId, *, after: int = 0) -> AsyncIterator[TurnEvent]:
        """Yield the turn's events with seq > `after`, from any process, until it ends. Raises NotFound."""
        ...

    async def present(
        self,
        scope: Scope,
        batch: str,
        *,
        conversation: ConversationId | None = None,
        numbers: Collection[int] | None = None,
    ) -> DraftsCard:
        """A fresh card of a batch, or some of its numbers, for this member; call `delivered` once all of it was shown.

        Up to twenty drafts are shown in full, more as variants and variables. Raises NotFound.
        """
        ...

    async def delivered(self, scope: Scope, presentation: PresentationId, *, place: Place | None = None) -> None:
        """The member was shown the full texts of a presentation (promise 2), outside at `place`. Idempotent."""
        ...

    async def undelivered(self, scope: Scope, presentation: PresentationId) -> None:
        """One of those texts did not arrive after all: nothing counts as shown (promise 2). Idempotent."""
        ...

    async def decide(self, scope: Scope, tap: Tap) -> Reply:
        """Carry out buttons of a presentation. A second click is harmless and says what holds already.

        Raises NotAllowed (role), Conflict (a draft changed; a fresh card is needed), NotFound.
        """
        ...

    async def submit(self, scope: Scope, command: Command) -> Reply:
        """Carry out a form. Raises BadRequest, NotAllowed, Conflict with facts for a clear message."""
        ...

    async def upload(self, scope: Scope, *, name: str, content: bytes, kind: str) -> ImportRunId:
        """Read a CSV or Excel file into a previewed import; nothing is changed.

        `kind`: creators, products, samples, orders, posts or rates; "" where the columns shall say it.
        Raises BadRequest for a file that cannot be read, with the reason and the way out.
        """
        ...
