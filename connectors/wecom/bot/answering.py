"""A turn's events become one streaming answer, and what a stream cannot hold follows it as messages and cards."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random

import structlog

from connectors.wecom import telling
from connectors.wecom.attaching import Attaching
from connectors.wecom.bot.errors import Verdict
from connectors.wecom.bot.streaming import StreamingAnswer, StreamLimits
from connectors.wecom.bot.voice import Voice
from connectors.wecom.render import Item, Words
from connectors.wecom.telling import Progress, whole
from memory.domain.chat import Reply
from memory.domain.ids import TurnId

log = structlog.get_logger()

Talk = telling.Talk[Voice]  # for annotations: Python 3.11 cannot make a frozen one with slots by this name


@dataclass(frozen=True, slots=True)
class Answering(Attaching[Voice]):
    """Answers in chats of one bot. Every method raises what `Voice.say` raises."""

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
            await self.watch(talk, turn, progress)
            await self._answer(talk, progress)
            return
        stream = self._stream(talk, turn, talk.voice.req_id)
        async with stream.running():
            shown = talk.renderer
            await self.watch(talk, turn, progress, lambda: stream.show(shown.marked(shown.mask(progress.shown()))))
            await self._answer(talk, progress, stream)

    async def reply(self, talk: Talk, reply: Reply, stream: StreamingAnswer | None = None) -> None:
        """Say a whole reply in order; its first message ends the stream."""
        items: Sequence[Item] = talk.renderer.items(reply, task=talk.outside_id)
        if stream is not None:
            items = await self._into(stream, items, talk)
        await self.items(talk, items)
        await self.attach(talk, reply)

    def private(self, talk: Talk) -> Voice:
        """See `Attaching.private`."""
        return talk.voice.direct(talk.place.user) if talk.voice.is_group else talk.voice

    def _stream(self, talk: Talk, turn: TurnId, req_id: str) -> StreamingAnswer:
        name = f"turn-{turn}"
        farewell = self.say("wecom_still_working", talk.guest.scope.lang)
        voice = talk.voice
        return StreamingAnswer(voice.calls, req_id, name, name, farewell, voice.pace, self.time, self.rng, self.limits)

    async def _answer(self, talk: Talk, progress: Progress, stream: StreamingAnswer | None = None) -> None:
        lang = talk.guest.scope.lang
        async with self.answers.saying(talk.place.channel, talk.outside_id) as is_ours:
            if is_ours:
                with whole(talk.voice):
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
