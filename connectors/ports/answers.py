"""Answers said once in chats outside, and what people thought of them; satisfied by `agent/channels`."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from connectors.ports.pacing import Paced
from memory.domain.chat import Reply
from memory.domain.errors import AppError
from memory.domain.ids import ChannelId
from memory.domain.owed import Owed
from memory.domain.places import Place
from memory.domain.workspace import Scope


class Answers(Protocol):
    """Who says an answer, decided by rows: once, however often it was asked for and by however many processes heard.

    What is owed is written where it is made (`Desk.receive`, `Desk.decide`); why a click decided nothing, here. Every
    method raises Unavailable when the rows cannot be reached (retryable).
    """

    def saying(
        self,
        channel: ChannelId,
        outside_id: str,
        paced: Paced | None = None,
        *,
        kept_for: timedelta | None = None,
    ) -> AbstractAsyncContextManager[bool]:
        """Say an owed answer in the block; False when somebody says or has said it: then say nothing.

        `paced` is granted room for what it wants, with the claim. `kept_for`: the block puts it where somebody gives
        it, and it may wait there so long; how that ends is for `ended` to say, else it ends as not given.

        How the block ends is how it went: Unavailable, and it waits to be said again; Refused, and it is not said;
        any other failure, and nobody knows. A process that dies in the block leaves it unknown.
        """
        ...

    async def ended(self, channel: ChannelId, outside_id: str, failure: AppError | None) -> None:
        """How the giving of a kept answer ended: None, it was given whole; Unclear, nobody knows; else, it was not.

        Nothing where that is known already.
        """
        ...

    async def is_open(self, channel: ChannelId, outside_id: str) -> bool:
        """Whether nobody has begun to say it."""
        ...

    async def waiting(self, channel: ChannelId) -> Sequence[Owed]:
        """What nobody has begun to say, oldest first."""
        ...

    async def owe(self, scope: Scope, place: Place, *, outside_id: str, reply: Reply) -> None:
        """Promise a reply to what was said under this id; nothing where one is promised already.

        Whoever says it, says it in `saying`; from now on `Desk.decide` answers the same click with it.
        """
        ...

    async def drop(self, owed: Owed) -> None:
        """Nobody may be told any more: the chat or the member is bound no longer."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a person thought of an answer: good | bad | withdrawn, with reasons as the channel names them."""

    answer: str
    verdict: str
    reasons: tuple[str, ...] = ()
    text: str = ""


class Judgements(Protocol):
    """Where judgements are kept as signals of quality; a person's last one counts."""

    async def keep(self, scope: Scope, judgement: Judgement) -> None:
        """Keep one. Raises Unavailable (retryable)."""
        ...
