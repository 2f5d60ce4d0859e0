"""Speaking to the bot, in groups and alone."""

import json
from contextlib import AbstractAsyncContextManager

from agent.settings import Settings
from evals.emulators.wecom.bot.hub import Kind
from evals.emulators.wecom.core.corp import Bot
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Scope
from tests.support.talks import Seat, Talk, talking

UPDATES = "aibot/aibot_respond_update_msg"
CARDS = ("aibot/aibot_respond_msg", "aibot/aibot_send_msg", "aibot/aibot_respond_welcome_msg", UPDATES)


class GroupTalk(Talk):
    """A product whose bots are connected."""

    async def bot(self, lead: Scope, bot_id: str = "AIBOT1", *, name: str = "达人助手") -> ChannelId:
        """A lead sets a bot up; it is connected."""
        corp = self.emulator.platform.corp
        bot = corp.bots.setdefault(bot_id, Bot(bot_id, name, f"secret-of-{bot_id}-0123456789abcdef"))
        channel = await self.save(lead, ChannelKind.WECOM_BOT, name, {"bot_id": bot_id, "bot_secret": bot.secret})
        await self.until(lambda: bot_id in self.emulator.hub.lines)
        return channel

    def types(self, seat: Seat, text: str) -> None:
        """Type; with the mention in a group."""
        phone = self.emulator.phone
        if seat.group:
            phone.says_in_group(seat.user, text, chatid=seat.group, mention=seat.whom)
        else:
            phone.says_to_bot(seat.user, text, bot_id=seat.whom)

    def frames(self, seat: Seat) -> list[str]:
        """See `Talk.frames`."""
        asked = self.emulator.hub.asked
        name = seat.chat.rpartition(":")[2]
        found: list[str] = []
        for call in self.emulator.platform.records.calls:
            req_id = str(call.query.get("req_id")) if isinstance(call.query, dict) else ""
            is_push = isinstance(call.body, dict) and call.body.get("chatid") == name
            if is_push or (req_id in asked and asked[req_id].chat == seat.chat):
                found.append(json.dumps(call.body, ensure_ascii=False))
        return found

    async def presses(self, seat: Seat, *, task: str, key: str) -> None:
        """See `Talk.presses`."""
        before, heard = len(self.emulator.platform.records.of(UPDATES)), len(self.said(seat))
        event = {"card_type": "button_interaction", "event_key": key, "task_id": task}
        self.emulator.hub.event(Kind.CARD, event, bot_id=seat.whom, chat=seat.chat, userid=seat.user)
        await self.until(
            lambda: len(self.emulator.platform.records.of(UPDATES)) > before or len(self.said(seat)) > heard
        )


def group_talk(settings: Settings) -> AbstractAsyncContextManager[GroupTalk]:
    """See `talking`."""
    return talking(GroupTalk, settings)
