"""How the bot says something in one chat: as an answer to a callback while that is possible, else as a push.

A message is sent again only when the platform has refused it for now; without an ack it may have arrived, and is not.
"""

import math
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Literal

import structlog

from connectors.wecom.bot.calling import Calls
from connectors.wecom.bot.errors import Verdict, verdict
from connectors.wecom.bot.frames import Ack, Cmd, Json
from connectors.wecom.bot.uploading import kind_of, uploaded
from connectors.wecom.cards import TemplateCard
from connectors.wecom.pace import MINUTE, Pace
from connectors.wecom.timing import Time
from memory.domain.errors import Refused, Unavailable

log = structlog.get_logger()

OUTAGE_TRIES = 20
BUSY_SECONDS = (1.0, 3.0, 9.0)


@dataclass(slots=True)
class Voice:
    """One chat. `req_id`: of the message that is answered, None (any more) where only a push is possible.

    `outage_tries`: how often a connection is waited for again; `said`: how much was accepted. `patient`: a full minute
    is waited for, else it is Unavailable.
    """

    calls: Calls
    chatid: str
    is_group: bool
    pace: Pace
    time: Time
    rng: Random
    req_id: str | None = None
    outage_tries: int = OUTAGE_TRIES
    said: int = 0
    patient: bool = True

    async def say(self, text: str) -> None:
        """Send Markdown of at most 20480 bytes, once.

        Raises:
            Unavailable: nothing was accepted; may be said again (retryable).
            Refused: for good; "wecom_blocked" when it was the content.
            Unclear: sent without an ack.
        """
        await self._send("markdown", {"content": text})

    async def show(self, card: TemplateCard) -> None:
        """Send a card. Raises as `say`."""
        await self._send("template_card", dict(card))

    async def attach(self, name: str, content: bytes) -> None:
        """Send a picture of at most 2 MB or a file of at most 20 MB. Raises as `say`, and what `uploaded` raises."""
        media = await uploaded(self.calls, name, content)
        await self._send("image" if kind_of(content) == "image" else "file", {"media_id": media})

    def direct(self, user: str) -> "Voice":
        """Somebody's 1:1 chat with the same bot, where they have written to it."""
        return Voice(self.calls, user, is_group=False, pace=Pace(self.time), time=self.time, rng=self.rng)

    async def _send(self, msgtype: Literal["markdown", "template_card", "file", "image"], content: Json) -> None:
        tries = 0
        while True:
            self._require_room()
            await self.pace.room()
            ack = await self._connected({"msgtype": msgtype, msgtype: content})
            meaning = verdict(ack.errcode)
            if meaning is Verdict.DONE:
                self.said += 1
                return
            if meaning in (Verdict.NO_RIGHT, Verdict.STREAM_OVER, Verdict.NOT_SUBSCRIBED) and self.req_id is not None:
                self.req_id = None
                continue
            if meaning is Verdict.BLOCKED:
                raise Refused("wecom_blocked")
            if meaning is Verdict.TOO_OFTEN and not self.patient:
                raise Unavailable("channel_too_often", pause_seconds=int(MINUTE))
            pause = self._pause(meaning, tries)
            if pause is None:
                log.error("wecom_bot.refused", msgtype=msgtype, errcode=ack.errcode)
                raise Refused("wecom_refused", errcode=ack.errcode)
            if tries == len(BUSY_SECONDS):
                raise Unavailable("wecom_refused", errcode=ack.errcode)
            tries += 1
            await self.time.sleep(pause)

    def _require_room(self) -> None:
        wait = self.pace.full_for()
        if wait > 0 and not self.patient:
            raise Unavailable("channel_too_often", pause_seconds=math.ceil(wait))

    async def _connected(self, body: Json) -> Ack:
        """Through an outage, some ten minutes by default: nothing was accepted, so it may be sent again."""
        for _ in range(self.outage_tries):
            with suppress(Unavailable):
                return await self._once(body)
        return await self._once(body)

    async def _once(self, body: Json) -> Ack:
        if self.req_id is not None:
            return await self.calls.call(Cmd.RESPOND_MSG, body, req_id=self.req_id)
        where: Json = {"chatid": self.chatid, "chat_type": 2 if self.is_group else 1}
        return await self.calls.call(Cmd.SEND_MSG, where | body)

    def _pause(self, meaning: Verdict, tries: int) -> float | None:
        """Seconds until it may be sent again; None: never."""
        match meaning:
            case Verdict.CONFLICT:
                return self.rng.uniform(0.2, 2.0)
            case Verdict.BUSY | Verdict.NOT_SUBSCRIBED:
                return BUSY_SECONDS[min(tries, len(BUSY_SECONDS) - 1)] * self.rng.uniform(1.0, 1.5)
            case Verdict.TOO_OFTEN:
                return MINUTE
            case _:
                return None
