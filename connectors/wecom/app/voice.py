"""How an app says something to one member, and keeps the right to change each card it sent."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from random import Random
from typing import TypeVar

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Safe
from connectors.wecom.app import translate
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.errors import TASK_USED
from connectors.wecom.app.reached import Sent, unreached
from connectors.wecom.app.settings import settings_of
from connectors.wecom.cards import TemplateCard
from connectors.wecom.pace import MESSAGES_A_MINUTE, MINUTE, SharedPace
from connectors.wecom.timing import Time
from memory.domain.errors import AppError, Refused, Unavailable, Unclear

log = structlog.get_logger()

T = TypeVar("T")

ANSWERS_A_MINUTE = 20  # of the thirty a member gets: what comes faster is dropped without a word
PUSHES_A_MINUTE = MESSAGES_A_MINUTE - ANSWERS_A_MINUTE
CODE_LIFE = timedelta(hours=71)  # of seventy-two
BUSY_SECONDS = (1.0, 3.0, 9.0)


def card_name(user: str, task_id: str) -> str:
    """Under what name the right to change a card is kept; the beginning of it names all cards of a batch."""
    return f"card:{user}:{task_id}"


def task_of(name: str, user: str) -> str:
    """The task of the card that is kept under a name."""
    return name.removeprefix(card_name(user, ""))


@dataclass(slots=True)
class AppVoice:
    """One member's chat with one app. Satisfies `Mouth`."""

    client: AppClient
    channel: OpenChannel
    user: str
    safe: Safe
    pace: SharedPace
    time: Time
    rng: Random
    said: int = 0

    async def say(self, text: str) -> None:
        """Send a message of at most 2048 bytes. See `Mouth`: without an answer it is not sent again."""
        settings = settings_of(self.channel)
        body = translate.message(settings.agent_id, [self.user], text, plain=settings.plain)
        _require_reached(await self._patiently(lambda: self.client.send(self.channel, body)))
        self.said += 1

    async def show(self, card: TemplateCard) -> None:
        """Send a card. Its task is refused a second time, so what ended without an answer is sent again."""
        body = translate.card(settings_of(self.channel).agent_id, [self.user], card)
        sent = await self._shown(lambda: self.client.send(self.channel, body))
        self.said += 1
        if sent is None:
            return
        _require_reached(sent)
        if sent.response_code:
            await self.safe.keep(
                self.channel.setting.id, card_name(self.user, card["task_id"]), Fresh(sent.response_code, CODE_LIFE)
            )

    async def attach(self, name: str, content: bytes) -> None:
        """Send a picture or a file. See `say`; keeping it with the platform shows nothing, so that is tried twice."""
        media = await self._uploaded(name, content)
        body = translate.attachment(settings_of(self.channel).agent_id, [self.user], content, media)
        _require_reached(await self._patiently(lambda: self.client.send(self.channel, body)))
        self.said += 1

    async def change(self, code: str, card: TemplateCard) -> bool:
        """Change a card of theirs; False when it stays as it was, which a later click will find out."""
        body = translate.changed_card(settings_of(self.channel).agent_id, [self.user], code, card)
        try:
            await self._patiently(lambda: self.client.update_card(self.channel, body))
        except AppError as failed:
            log.warning("wecom_app.card_stays", key=failed.text_key)
            return False
        return True

    async def _uploaded(self, name: str, content: bytes) -> str:
        with suppress(Unclear):
            return await self._patiently(lambda: self.client.upload(self.channel, name=name, content=content))
        return await self._patiently(lambda: self.client.upload(self.channel, name=name, content=content))

    async def _shown(self, send: Callable[[], Awaitable[Sent]]) -> Sent | None:
        """Send a card, once more after no answer; None when it had arrived the first time."""
        with suppress(Unclear):
            return await self._patiently(send)
        try:
            return await self._patiently(send)
        except Refused as refused:
            if refused.facts.get("code") == TASK_USED:
                return None
            raise

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Through what passes: nothing was accepted, so the same may be handed over again."""
        for seconds in BUSY_SECONDS:
            await self.pace.room()
            try:
                return await call()
            except Unavailable as busy:
                too_often = busy.facts.get("pause_seconds") is not None
                await self.time.sleep(MINUTE if too_often else seconds * self.rng.uniform(1.0, 1.5))
        await self.pace.room()
        return await call()


def _require_reached(sent: Sent) -> None:
    failure = unreached(sent)
    if failure is not None:
        raise failure
