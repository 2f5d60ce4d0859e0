"""A turn's events become one streaming answer, and what a stream cannot hold follows it as messages and cards."""

from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random

import structlog

from connectors.ports.answers import Answers
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted
from connectors.wecom.bot.errcodes import Verdict
from connectors.wecom.bot.render import Buttons, Item, Presented, Renderer, Words
from connectors.wecom.bot.streaming import StreamingAnswer, StreamLimits
from connectors.wecom.bot.voice import Voice
from connectors.wecom.foreign import line
from connectors.wecom.markdown import reduced
from connectors.wecom.saying import Say, told
from connectors.wecom.timing import Time
from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import TurnId
from memory.domain.places import Place

log = structlog.get_logger()

FOLLOW_TRIES = 8


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
class Talk:
    """A member in a chat: who, how it is spoken there, how it is written. `outside_id`: of what they said."""

    guest: Admitted
    place: Place
    voice: Voice
    renderer: Renderer
    outside_id: str


@dataclass(frozen=True, slots=True)
class Answering:
    """Answers in chats of one bot. Every method raises what `Voice.say` raises."""

    desk: Desk
    answers: Answers
    say: Say
    time: Time
    rng: Random
    limits: StreamLimits = field(default_factory=StreamLimits)

    async def turn(self, talk: Talk, turn: TurnId) -> None:
        """Follow a turn to its end and show it; where no stream is possible, its answer alone.

        Nothing is shown of what somebody has answered already.
        """
        if not await self.answers.is_open(talk.place.channel, talk.outside_id):
            return
        progress = Progress(self.say("wecom_working", talk.guest.scope.lang))
        if talk.voice.req_id is None:
            await self._watch(talk, turn, progress, None)
            await self._answer(talk, progress)
            return
        stream = self._stream(talk, turn, talk.voice.req_id)
        async with stream.running():
            await self._watch(talk, turn, progress, stream)
            await self._answer(talk, progress, stream)

    async def decided(self, talk: Talk, reply: Reply) -> None:
        """Say what was carried out at once, unless somebody has said it."""
        async with self.answers.saying(talk.place.channel, talk.outside_id) as is_ours:
            if is_ours:
                with _whole(talk):
                    await self.reply(talk, reply)

    async def reply(self, talk: Talk, reply: Reply, stream: StreamingAnswer | None = None) -> None:
        """Say a whole reply in order."""
        items: Sequence[Item] = talk.renderer.items(reply, task=talk.outside_id)
        if stream is not None:
            items = await self._into(stream, items, talk)
        for item in items:
            match item:
                case Words(text):
                    await self.words(talk, text)
                case Buttons(card):
                    await talk.voice.show(card)
                case Presented(presentation):
                    await self.desk.delivered(talk.guest.scope, presentation, place=talk.place)

    async def text(self, talk: Talk, text: str) -> None:
        """Say something that is no reply of the desk."""
        for item in talk.renderer.words(text):
            await self.words(talk, item.text)

    async def words(self, talk: Talk, text: str) -> None:
        """Say one message; where the platform will not show it, that."""
        try:
            await talk.voice.say(text)
        except Refused as refused:
            if refused.text_key == "wecom_blocked":
                await talk.voice.say(talk.renderer.marked(self.say("wecom_blocked", talk.guest.scope.lang)))
            raise

    async def _watch(self, talk: Talk, turn: TurnId, progress: Progress, stream: StreamingAnswer | None) -> None:
        """To the turn's end; where it cannot be followed any more, that is the answer."""
        try:
            async for event in self._events(talk, turn):
                progress.take(event)
                if progress.reply is None and stream is not None:
                    stream.show(talk.renderer.marked(talk.renderer.mask(progress.shown())))
        except AppError as failure:
            log.warning("wecom_bot.not_followed", turn=turn, key=failure.text_key)
            progress.reply = Reply(text=told(failure, self.say, talk.guest.scope.lang))

    def _stream(self, talk: Talk, turn: TurnId, req_id: str) -> StreamingAnswer:
        name = f"turn-{turn}"
        farewell = self.say("wecom_still_working", talk.guest.scope.lang)
        voice = talk.voice
        return StreamingAnswer(voice.calls, req_id, name, name, farewell, voice.pace, self.time, self.rng, self.limits)

    async def _answer(self, talk: Talk, progress: Progress, stream: StreamingAnswer | None = None) -> None:
        lang = talk.guest.scope.lang
        async with self.answers.saying(talk.place.channel, talk.outside_id) as is_ours:
            if is_ours:
                with _whole(talk):
                    await self.reply(talk, progress.reply or Reply(text=self.say("unexpected", lang)), stream)
            elif stream is not None:
                await stream.finish(talk.renderer.marked(self.say("wecom_answered_above", lang)))

    async def _into(self, stream: StreamingAnswer, items: Sequence[Item], talk: Talk) -> Sequence[Item]:
        """End the stream with the first message; what is left to send."""
        lang = talk.guest.scope.lang
        first = items[0] if items else None
        text = first.text if isinstance(first, Words) else talk.renderer.marked(self.say("done", lang))
        if await stream.finish(text):
            talk.voice.said += 1
            return items[1:] if isinstance(first, Words) else items
        if stream.over is Verdict.BLOCKED:
            log.warning("wecom_bot.blocked")
            return [Words(talk.renderer.marked(self.say("wecom_blocked", lang))), *items[1:]]
        return items or [Words(text)]

    async def _events(self, talk: Talk, turn: TurnId) -> AsyncIterator[TurnEvent]:
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
def _whole(talk: Talk) -> Iterator[None]:
    """An answer that breaks off after its beginning was accepted is unclear: said again, a part would come twice."""
    before = talk.voice.said
    try:
        yield
    except (Unavailable, Refused) as failed:
        if talk.voice.said > before and failed.text_key != "wecom_blocked":
            raise Unclear("wecom_in_parts") from failed
        raise
