"""Clicks on cards: carried out by the desk, and the card changed within the five seconds the platform gives.

Only a click can change a bot's card. A decision taken elsewhere leaves it as it was; the next click on it gets the card
as it stands now.
"""

import asyncio
from dataclasses import dataclass

import structlog

from connectors.ports.desk import Desk
from connectors.wecom import cards, keys
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.frames import Cmd, Json
from connectors.wecom.importing import Importing as Imports
from connectors.wecom.keys import Importing
from connectors.wecom.markdown import reduced
from connectors.wecom.saying import Say
from connectors.wecom.spent import MAY_NOT_DECIDE, Spent, after_a_press, gone
from connectors.wecom.timing import Time, within
from memory.domain.chat import Reply, Tap
from memory.domain.errors import AppError, BadRequest, Conflict, NotAllowed, NotFound, Unavailable, Unclear

log = structlog.get_logger()

UPDATE_SECONDS = 4.0  # of the platform's five


@dataclass(frozen=True, slots=True)
class Clicked:
    """One click: the right to change its card, and which card it is."""

    req_id: str
    user: str
    task_id: str

    @property
    def batch(self) -> str:
        """The batch a drafts card shows."""
        return self.task_id.partition("-")[0]


@dataclass(frozen=True, slots=True)
class Clicks:
    """Carries clicks out."""

    desk: Desk
    importing: Imports
    answering: Answering
    say: Say
    time: Time

    async def decide(self, talk: Talk, clicked: Clicked, tap: Tap) -> Reply:
        """Decide; the card says what holds once nothing on it waits. Returns what is owed to the chat."""
        deciding = asyncio.ensure_future(self._decided(talk, clicked, tap))
        is_prompt = await within(self.time, UPDATE_SECONDS, deciding) is not None
        if not is_prompt:
            waiting = Spent(self._say(talk, "wecom_card_waiting"), self._say(talk, "wecom_card_done_button"))
            await self._update(talk, clicked, waiting, only=clicked.user)  # nothing is decided for the others yet
        failure: AppError | None = None
        try:
            reply = await deciding
        except (NotAllowed, BadRequest, Conflict) as refused:
            failure, reply = refused, await self.answering.refused(talk, refused, batch=clicked.batch)
        if is_prompt:
            await self._show(talk, clicked, tap, reply, failure)
        return reply

    async def _show(self, talk: Talk, clicked: Clicked, tap: Tap, reply: Reply, failure: AppError | None) -> None:
        """Change the card as far as the press has changed what it can do."""
        if failure is not None and failure.text_key == MAY_NOT_DECIDE:
            useless = Spent(reply.text, self._say(talk, "wecom_card_done_button"))
            await self._update(talk, clicked, useless, only=clicked.user)
            return
        scope = talk.guest.scope
        try:
            became = await after_a_press(
                self.answering.queries, scope, clicked.batch, tap=tap, reply=reply, failure=failure, say=self.say
            )
        except AppError as unknown:
            log.warning("wecom_bot.card_stays", key=unknown.text_key)
            return
        if became is not None:
            await self._update(talk, clicked, became, reply.text)

    async def _decided(self, talk: Talk, clicked: Clicked, tap: Tap) -> Reply:
        """A card stands in a group for everybody who read it there, so a colleague may press it too."""
        try:
            return await self.desk.decide(talk.guest.scope, _placed(talk, tap))
        except NotFound as missing:
            if missing.text_key != "card_gone" or not talk.voice.is_group:
                raise
        return await self.desk.decide(talk.guest.scope, _placed(talk, await self._own(talk, clicked, tap)))

    async def _own(self, talk: Talk, clicked: Clicked, tap: Tap) -> Tap:
        """The same tap on a presentation of the member's own, whose full texts are those the group was sent.

        Raises:
            Conflict: they are not any more (not retryable).
        """
        numbers = {*tap.approve, *tap.reject}
        card = await self.desk.present(talk.guest.scope, clicked.batch, numbers=numbers)
        task = keys.read_task(clicked.task_id)
        if task is None or card.presentation is None or cards.fingerprint(card, numbers) != task.fingerprint:
            raise Conflict("conflict")
        await self.desk.delivered(talk.guest.scope, card.presentation)
        return tap.model_copy(update={"presentation": card.presentation})

    async def start_import(self, talk: Talk, clicked: Clicked, wish: Importing) -> Reply:
        """Carry a previewed import out, with the mapping it was previewed with; a second time changes nothing."""
        reply = await self.answering.promised(talk, await self.importing.start(talk.guest.scope, wish))
        await self._update(talk, clicked, Spent(reply.text, self._say(talk, "wecom_card_done_button")))
        return reply

    async def chosen(self, talk: Talk, clicked: Clicked, text: str) -> None:
        """The card of whoever chose shows it; everybody else keeps their choice."""
        title = self.say("wecom_card_chosen", talk.guest.scope.lang, choice=text)
        chosen = Spent(title, self._say(talk, "wecom_card_done_button"))
        await self._update(talk, clicked, chosen, only=clicked.user)

    async def gone(self, talk: Talk, clicked: Clicked) -> None:
        """A card that means nothing any more says so."""
        await self._update(talk, clicked, gone(talk.guest.scope.lang, self.say), only=clicked.user)

    def _say(self, talk: Talk, key: str) -> str:
        return self.say(key, talk.guest.scope.lang)

    async def _update(self, talk: Talk, clicked: Clicked, became: Spent, text: str = "", *, only: str = "") -> None:
        """Change the card for everybody, or for one person. Too late or refused, it stays: the chat tells it anyway."""
        shown = talk.renderer.mask(reduced(text))
        card = cards.settled_card(clicked.task_id, became.title, shown, button=became.button)
        body: Json = {
            "response_type": "update_template_card",
            "template_card": cards.with_mark(card, talk.renderer.mark),
        }
        if only:
            body["userids"] = [only]
        try:
            ack = await talk.voice.calls.call(Cmd.RESPOND_UPDATE_MSG, body, req_id=clicked.req_id)
        except (Unavailable, Unclear) as failed:
            log.warning("wecom_bot.card_stays", key=failed.text_key)
            return
        if ack.errcode:
            log.warning("wecom_bot.card_stays", errcode=ack.errcode)


def _placed(talk: Talk, tap: Tap) -> Tap:
    return tap.model_copy(update={"place": talk.place, "outside_id": talk.outside_id})
