"""What a card becomes after its button was pressed: changed with the click's own code, which is good once."""

from dataclasses import dataclass

import structlog

from connectors.wecom.app.inbound import Pressed
from connectors.wecom.app.settling import settled
from connectors.wecom.app.telling import AppTelling
from connectors.wecom.app.voice import AppVoice, card_name
from connectors.wecom.saying import Say
from connectors.wecom.spent import MAY_NOT_DECIDE, Spent, after_a_press, gone
from connectors.wecom.telling import Talk
from memory.domain.chat import Reply, Tap
from memory.domain.errors import AppError

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Clicks:
    """Says what a click did. What it did was carried out before the click was acknowledged."""

    telling: AppTelling
    say: Say

    async def decided(
        self, talk: Talk[AppVoice], pressed: Pressed, tap: Tap, reply: Reply, failure: AppError | None = None
    ) -> None:
        """The card says what holds once nothing on it waits, the chat tells it in full or why not, once."""
        became = await self._became(talk, pressed, tap, reply, failure)
        if became is not None:
            await self._settle(talk, pressed, became, reply.text)
        await self.telling.decided(talk, reply)

    async def _became(
        self, talk: Talk[AppVoice], pressed: Pressed, tap: Tap, reply: Reply, failure: AppError | None
    ) -> Spent | None:
        scope, batch = talk.guest.scope, pressed.task_id.partition("-")[0]
        if failure is not None and failure.text_key == MAY_NOT_DECIDE:
            return Spent(reply.text, self.say("wecom_card_done_button", scope.lang))
        try:
            return await after_a_press(
                self.telling.queries, scope, batch, tap=tap, reply=reply, failure=failure, say=self.say
            )
        except AppError as unknown:
            log.warning("wecom_app.card_stays", key=unknown.text_key)
            return None

    async def chosen(self, talk: Talk[AppVoice], pressed: Pressed, text: str) -> None:
        """The card shows what was chosen."""
        lang = talk.guest.scope.lang
        title = self.say("wecom_card_chosen", lang, choice=text)
        await self._settle(talk, pressed, Spent(title, self.say("wecom_card_done_button", lang)))

    async def gone(self, talk: Talk[AppVoice], pressed: Pressed) -> None:
        """A card that means nothing any more says so."""
        await self._settle(talk, pressed, gone(talk.guest.scope.lang, self.say))

    async def _settle(self, talk: Talk[AppVoice], pressed: Pressed, became: Spent, body: str = "") -> None:
        """The code the card was sent with goes last: whoever dies before leaves it to the next."""
        voice = talk.voice
        await voice.change(pressed.response_code, settled(pressed.task_id, became, body, talk))
        await voice.safe.take(voice.channel.setting.id, card_name(pressed.user, pressed.task_id))
