"""Pushes over a bot's connection, into a chat where somebody has written to it. Satisfies `Pusher`."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

import httpx

from connectors.ports.channels import Chat, OpenChannel, Push
from connectors.wecom.bot.keeping import Lines, http_for
from connectors.wecom.bot.settings import read_typed
from connectors.wecom.bot.socket import Ended
from connectors.wecom.skew import require_right_time
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import BrandId, ChannelId

_DOWN_FOR_GOOD = {Ended.TAKEN_OVER: "bot_taken_over", Ended.WRONG_SECRET: "bot_wrong_secret"}

TeamChat = Callable[[OpenChannel, BrandId | None], Awaitable[Chat | None]]


@dataclass(frozen=True, slots=True)
class BotPusher:
    """`lines`: what this process holds; `team_chat`: where a brand's team is told; `url`: of the connection."""

    lines: Lines
    team_chat: TeamChat
    url: str
    now: Callable[[], datetime]
    kind: ChannelKind = ChannelKind.WECOM_BOT
    knows_repeats: bool = False
    per_minute: int = 600  # thirty a minute is each chat's, and counted where it is spoken

    def holds(self, channel: ChannelId) -> bool:
        """See `Pusher.holds`."""
        return channel in self.lines

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""
        return read_typed(typed)

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        """See `Pusher.push`. A bot that is down for good refuses, so that the next channel is asked."""
        del key  # the platform knows no repeats
        line = self.lines.get(channel.setting.id)
        if line is None:
            raise Unavailable("wecom_not_connected")
        if (ended := line.socket.state.ended) in _DOWN_FOR_GOOD:
            raise Refused(_DOWN_FOR_GOOD[ended])
        chat = push.chat or await self.team_chat(channel, push.brand)
        if chat is None:
            raise Refused("bot_no_chat")
        await line.channel.push(chat.id, push.text, is_group=chat.is_group)
        return None

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: whether the host answers, and at what time. The connection itself is its holder's."""
        del channel
        address = self.url.replace("ws", "http", 1)
        try:
            async with http_for(self.url) as http:
                answer = await http.get(address)
        except httpx.HTTPError as failed:
            raise Unavailable("channel_unreachable", host=httpx.URL(address).host) from failed
        require_right_time(answer.headers.get("date", ""), self.now())
