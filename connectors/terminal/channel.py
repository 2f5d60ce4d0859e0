"""The terminal as a place to talk: sends lines to the desk, shows live steps and answers, marks what was shown."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from uuid import uuid4

from pydantic import BaseModel, ConfigDict
from rich.console import Console
from rich.text import Text

from connectors.ports.desk import Desk
from connectors.ports.queries import Queries, Shell
from connectors.terminal.render import Say, plain, reply, texts_to_copy
from memory.domain.cards import DraftsCard
from memory.domain.chat import Decided, Inbound, Reply, TurnEvent, TurnEventKind
from memory.domain.errors import AppError
from memory.domain.ids import ConversationId, TurnId
from memory.domain.workspace import Scope

CONNECTOR = "terminal"


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of one line."""

    conversation: ConversationId
    turn: TurnId | None
    reply: Reply


class ScriptLine(BaseModel):
    """One line of standard input under `--batch`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    conversation: int | str | None = None
    text: str


@dataclass(slots=True)
class Terminal:
    """One person's terminal. `on_event` None: nothing is shown while a turn runs."""

    desk: Desk
    queries: Queries
    scope: Scope
    say: Say
    console: Console = field(default_factory=Console)

    async def ask(
        self,
        text: str,
        *,
        conversation: ConversationId | None = None,
        chat: str = "direct",
        on_event: Callable[[TurnEvent], None] | None = None,
    ) -> Answered:
        """Say one line and wait for the whole answer. Raises BadRequest, NotFound."""
        inbound = Inbound(connector=CONNECTOR, outside_id=uuid4().hex, text=text, chat=chat, conversation=conversation)
        receipt = await self.desk.receive(self.scope, inbound)
        if isinstance(receipt, Decided):
            return Answered(receipt.conversation, None, receipt.reply)
        answer = await self._follow(receipt.turn, on_event)
        return Answered(receipt.conversation, receipt.turn, answer)

    async def _follow(self, turn: TurnId, on_event: Callable[[TurnEvent], None] | None) -> Reply:
        events: AsyncIterator[TurnEvent] = self.desk.follow(self.scope, turn)
        async for event in events:
            if on_event is not None:
                on_event(event)
            if event.kind is TurnEventKind.ANSWER:
                return Reply.model_validate(event.data["reply"])
            if event.kind is TurnEventKind.FAILED:
                return Reply(text=str(event.data.get("text", "")))
        return Reply(text=self.say("unexpected", self.scope.lang))

    async def script_line(self, line: ScriptLine, *, run: str) -> Answered:
        """One line of `--batch`: a number continues that conversation, any other name is one of this run's own."""
        named = line.conversation
        if isinstance(named, int) or (isinstance(named, str) and named.isdigit()):
            return await self.ask(line.text, conversation=ConversationId(int(named)))
        return await self.ask(line.text, chat=f"script:{run}:{named or uuid4().hex}")

    async def delivered(self, answer: Reply) -> None:
        """The full texts of an answer's drafts were written out for this member (promise 2)."""
        for card in answer.cards:
            if isinstance(card, DraftsCard) and card.presentation is not None:
                await self.desk.delivered(self.scope, card.presentation)

    async def show(self, answer: Reply, shell: Shell) -> None:
        """Print an answer in full, then mark its drafts as shown."""
        brand = shell.brand or next(iter(shell.brands), None)
        zone = brand.team_zone if brand else "Asia/Shanghai"
        marked = shell.workspace.is_demo
        self.console.print(reply(answer, lang=self.scope.lang, say=self.say, team_zone=zone, marked=marked))
        for text in texts_to_copy(answer):
            self.console.print(text, soft_wrap=True)
        await self.delivered(answer)

    async def chat(self, read_line: Callable[[str], str | None]) -> None:
        """Talk until the input ends or 「退出」. `read_line` blocks; it gets the prompt."""
        shell = await self.queries.shell(self.scope)
        self.console.print(Text(self.say("chat_welcome", self.scope.lang)))
        conversation: ConversationId | None = None
        while True:
            line = await asyncio.to_thread(read_line, "> ")
            if line is None or line.strip().lower() in {"退出", "exit", "quit"}:
                return
            if not line.strip():
                continue
            try:
                conversation = await self._one(line.strip(), conversation, shell)
            except AppError as failure:
                self.console.print(Text(self._told(failure), style="red"))

    def _told(self, failure: AppError) -> str:
        """A failure as a sentence; one without a text of its own is told by its kind."""
        try:
            return self.say(failure.text_key, self.scope.lang, **failure.facts)
        except KeyError:
            return self.say(type(failure).key, self.scope.lang)

    async def _one(self, line: str, conversation: ConversationId | None, shell: Shell) -> ConversationId | None:
        answered = await self.ask(line, conversation=conversation, on_event=self._step)
        await self.show(answered.reply, shell)
        return answered.conversation

    def _step(self, event: TurnEvent) -> None:
        if event.kind in (TurnEventKind.STEP, TurnEventKind.NOTICE):
            words = event.data.get("label") or event.data.get("text") or ""
            self.console.print(Text(f"  … {plain(str(words))}", style="dim"))
