"""What a card becomes after its button was pressed: changed with the click's own code, which is good once."""

from dataclasses import dataclass

from connectors.wecom.app.inbound import Pressed
from connectors.wecom.app.settling import settled
from connectors.wecom.app.voice import AppVoice, card_name
from connectors.wecom.saying import Say
from connectors.wecom.telling import Talk, Telling
from memory.domain.chat import Reply
from memory.domain.errors import AppError, NotAllowed


@dataclass(frozen=True, slots=True)
class Clicks:
    """Says what a click did. What it did was carried out before the click was acknowledged."""

    telling: Telling[AppVoice]
    say: Say

    async def decided(self, talk: Talk[AppVoice], pressed: Pressed, reply: Reply) -> None:
        """The card says what holds, the chat tells it in full, once."""
        if reply.decision is None:
            title = self.say("wecom_card_gone", talk.guest.scope.lang)  # it comes again, and was refused before
        else:
            title = self.say("wecom_card_done", talk.guest.scope.lang, batch=reply.decision.batch)
        await self._told(talk, pressed, title, reply)

    async def not_decided(self, talk: Talk[AppVoice], pressed: Pressed, failure: AppError, reply: Reply) -> None:
        """The card says that it can do nothing, the chat why, once."""
        title = reply.text if isinstance(failure, NotAllowed) else self.say("wecom_card_gone", talk.guest.scope.lang)
        await self._told(talk, pressed, title, reply)

    async def _told(self, talk: Talk[AppVoice], pressed: Pressed, title: str, reply: Reply) -> None:
        await self._settle(talk, pressed, title, reply.text)
        await self.telling.decided(talk, reply)

    async def chosen(self, talk: Talk[AppVoice], pressed: Pressed, text: str) -> None:
        """The card shows what was chosen."""
        await self._settle(talk, pressed, self.say("wecom_card_chosen", talk.guest.scope.lang, choice=text), "")

    async def gone(self, talk: Talk[AppVoice], pressed: Pressed) -> None:
        """A card that means nothing any more says so."""
        await self._settle(talk, pressed, self.say("wecom_card_gone", talk.guest.scope.lang), "")

    async def _settle(self, talk: Talk[AppVoice], pressed: Pressed, title: str, body: str) -> None:
        """The code the card was sent with goes last: whoever dies before leaves it to the next."""
        voice = talk.voice
        await voice.change(pressed.response_code, settled(pressed.task_id, title, body, talk, self.say))
        await voice.safe.take(voice.channel.setting.id, card_name(pressed.user, pressed.task_id))
