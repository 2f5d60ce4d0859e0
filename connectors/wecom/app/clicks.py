"""What a card becomes after its button was pressed: changed with the click's own code, which is good once."""

from dataclasses import dataclass

from connectors.ports.desk import Desk
from connectors.wecom.app.inbound import Pressed
from connectors.wecom.app.settling import settled
from connectors.wecom.app.voice import AppVoice, card_name
from connectors.wecom.saying import Say, told
from connectors.wecom.telling import Talk, Telling
from memory.domain.chat import Reply
from memory.domain.errors import AppError, Conflict, NotAllowed


@dataclass(frozen=True, slots=True)
class Clicks:
    """Says what a click did. What it did was carried out before the click was acknowledged."""

    desk: Desk
    telling: Telling[AppVoice]
    say: Say

    async def decided(self, talk: Talk[AppVoice], pressed: Pressed, reply: Reply) -> None:
        """The card says what holds, the chat tells it in full, once."""
        title = self.say("wecom_card_done", talk.guest.scope.lang, batch=pressed.task_id.partition("-")[0])
        await self._settle(talk, pressed, title, reply.text)
        await self.telling.decided(talk, reply)

    async def not_decided(self, talk: Talk[AppVoice], pressed: Pressed, failure: AppError) -> None:
        """Why not; where a draft has changed, with a fresh card."""
        lang = talk.guest.scope.lang
        why = told(failure, self.say, lang)
        title = why if isinstance(failure, NotAllowed) else self.say("wecom_card_gone", lang)
        await self._settle(talk, pressed, title, why)
        reply = Reply(text=why)
        if isinstance(failure, Conflict):
            batch = pressed.task_id.partition("-")[0]
            reply = Reply(text=why, cards=(await self.desk.present(talk.guest.scope, batch),))
        await self.telling.reply(talk, reply)

    async def chosen(self, talk: Talk[AppVoice], pressed: Pressed, text: str) -> None:
        """The card shows what was chosen."""
        await self._settle(talk, pressed, self.say("wecom_card_chosen", talk.guest.scope.lang, choice=text), "")

    async def gone(self, talk: Talk[AppVoice], pressed: Pressed) -> None:
        """A card that means nothing any more says so."""
        await self._settle(talk, pressed, self.say("wecom_card_gone", talk.guest.scope.lang), "")

    async def _settle(self, talk: Talk[AppVoice], pressed: Pressed, title: str, body: str) -> None:
        """The code that came with the card is not needed any more."""
        voice = talk.voice
        card = settled(pressed.task_id, title, body, talk, self.say)
        await voice.safe.take(voice.channel.setting.id, card_name(pressed.user, pressed.task_id))
        await voice.change(pressed.response_code, card)
