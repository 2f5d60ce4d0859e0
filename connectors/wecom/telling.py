"""How an answer is said in one chat: words, what they have shown, buttons; each answer once. Any WeCom channel's."""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import ClassVar, Generic, Protocol, TypeVar

import structlog

from connectors.ports.answers import Answers
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted
from connectors.wecom.cards import TemplateCard
from connectors.wecom.foreign import line
from connectors.wecom.markdown import reduced
from connectors.wecom.render import Buttons, Item, Presented, Renderer, Words
from connectors.wecom.saying import Say, told
from connectors.wecom.timing import Time
from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.errors import AppError, Conflict, Refused, Unavailable, Unclear
from memory.domain.ids import TurnId
from memory.domain.places import Place

log = structlog.get_logger()

FOLLOW_TRIES = 8


class Mouth(Protocol):
    """What says something in one chat, each thing once.

    Every method raises Unavailable (nothing was accepted; retryable), Refused ("wecom_blocked" when it was the
    content), Unclear (it may have arrived).
    """

    @property
    def said(self) -> int:
        """How much was accepted."""
        ...

    async def say(self, text: str) -> None:
        """Send a message in Markdown."""
        ...

    async def show(self, card: TemplateCard) -> None:
        """Send a card."""
        ...


V = TypeVar("V", bound=Mouth)


@dataclass(frozen=True, slots=True)
class Talk(Generic[V]):
    """A member in a chat: who, how it is spoken there, how it is written. `outside_id`: of what they said."""

    guest: Admitted
    place: Place
    voice: V
    renderer: Renderer
    outside_id: str


@dataclass(slots=True)
class Progress:
    """What a turn has shown so far: its steps, then its text. Pure."""

    working: str
    steps: list[str] = field(default_factory=list)
    text: str = ""
    reply: Reply | None = None

    def take(self, event: TurnEvent) -> None:
        """One more event; a new attempt drops what an earlier one showed."""
        match event.kind:
            case TurnEventKind.STARTED:
                self.steps, self.text = [], ""
            case TurnEventKind.STEP:
                self.steps.append(f"… {line(str(event.data.get('label') or event.data.get('name') or ''))}")
            case TurnEventKind.STEP_DONE if self.steps:
                mark = "✓" if event.data.get("ok", True) else "✗"
                self.steps[-1] = f"{mark} {self.steps[-1].removeprefix('… ')}"
            case TurnEventKind.TEXT:
                self.text += str(event.data.get("text", ""))
            case TurnEventKind.NOTICE:
                self.steps.append(line(str(event.data.get("text", ""))))
            case TurnEventKind.ANSWER:
                self.reply = Reply.model_validate(event.data["reply"])
            case TurnEventKind.FAILED:
                self.reply = Reply(text=str(event.data.get("text", "")))
            case _:
                return

    def shown(self) -> str:
        """The whole text as it stands."""
        if self.text:
            return reduced(self.text)
        return "\n".join(self.steps) or self.working


@dataclass(frozen=True, slots=True)
class Telling(Generic[V]):
    """Says answers in chats of one channel. Every method raises what `Mouth` raises.

    `kept_for`: how long what is said may wait where somebody gives it; None where it is said at once.
    """

    kept_for: ClassVar[timedelta | None] = None

    desk: Desk
    answers: Answers
    say: Say
    time: Time

    async def turn(self, talk: Talk[V], turn: TurnId) -> None:
        """Follow a turn to its end and say its answer, unless somebody says or has said it: the claim decides."""
        progress = Progress("")
        await self.watch(talk, turn, progress)
        await self.decided(talk, progress.reply or Reply(text=self.say("unexpected", talk.guest.scope.lang)))

    async def decided(self, talk: Talk[V], reply: Reply) -> None:
        """Say a whole reply, unless somebody has said it."""
        saying = self.answers.saying(talk.place.channel, talk.outside_id, kept_for=self.kept_for)
        async with saying as is_ours:
            if is_ours:
                with whole(talk.voice):
                    await self.reply(talk, reply)

    async def refused(self, talk: Talk[V], failure: AppError, *, batch: str) -> Reply:
        """Why a tap decided nothing; where a draft has changed or was not seen, with all of it once more.

        It is owed when this returns: the tap may be acknowledged. Raises as `Answers.owe` and `Desk.present`.
        """
        scope = talk.guest.scope
        cards = (await self.desk.present(scope, batch),) if isinstance(failure, Conflict) else ()
        return await self.promised(talk, Reply(text=told(failure, self.say, scope.lang), cards=cards))

    async def promised(self, talk: Talk[V], reply: Reply) -> Reply:
        """The same, owed from now on unless something was: said in `decided`, it is said once, by whatever process."""
        await self.answers.owe(talk.guest.scope, talk.place, outside_id=talk.outside_id, reply=reply)
        return reply

    async def reply(self, talk: Talk[V], reply: Reply) -> None:
        """Say a whole reply in order."""
        await self.items(talk, talk.renderer.items(reply, task=talk.outside_id))

    async def items(self, talk: Talk[V], items: Sequence[Item]) -> None:
        """Say one thing after another."""
        for item in items:
            match item:
                case Words(text):
                    await self.words(talk, text)
                case Buttons(card):
                    await talk.voice.show(card)
                case Presented(presentation):
                    await self.desk.delivered(talk.guest.scope, presentation, place=talk.place)

    async def text(self, talk: Talk[V], text: str) -> None:
        """Say something that is no reply of the desk."""
        for item in talk.renderer.words(text):
            await self.words(talk, item.text)

    async def words(self, talk: Talk[V], text: str) -> None:
        """Say one message; where the platform will not show it, that."""
        try:
            await talk.voice.say(text)
        except Refused as refused:
            if refused.text_key == "wecom_blocked":
                await talk.voice.say(talk.renderer.marked(self.say("wecom_blocked", talk.guest.scope.lang)))
            raise

    async def watch(
        self, talk: Talk[V], turn: TurnId, progress: Progress, changed: Callable[[], None] | None = None
    ) -> None:
        """To the turn's end, saying so with each event; where it cannot be followed any more, that is the answer."""
        try:
            async for event in self._events(talk, turn):
                progress.take(event)
                if progress.reply is None and changed is not None:
                    changed()
        except AppError as failure:
            log.warning("wecom.not_followed", turn=turn, key=failure.text_key)
            progress.reply = Reply(text=told(failure, self.say, talk.guest.scope.lang))

    async def _events(self, talk: Talk[V], turn: TurnId) -> AsyncIterator[TurnEvent]:
        """Every event once, also when the door to them fails for a while."""
        after, failures, is_done = 0, 0, False
        while not is_done:
            try:
                async for event in self.desk.follow(talk.guest.scope, turn, after=after):
                    after, failures = event.seq, 0
                    yield event
                is_done = True
            except AppError as failure:
                failures += 1
                if not failure.retryable or failures > FOLLOW_TRIES:
                    raise
            if not is_done:
                await self.time.sleep(min(2.0**failures, 30.0))


@contextmanager
def whole(voice: Mouth) -> Iterator[None]:
    """An answer that breaks off after its beginning was accepted is unclear: said again, a part would come twice."""
    before = voice.said
    try:
        yield
    except (Unavailable, Refused) as failed:
        if voice.said > before and failed.text_key != "wecom_blocked":
            raise Unclear("wecom_in_parts") from failed
        raise
