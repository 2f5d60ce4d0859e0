"""Pushes over a bot's connection, into a chat where somebody has written to it. Satisfies `Pusher`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import structlog

from connectors.ports.channels import Chat, OpenChannel, Push
from connectors.wecom.bot.keeping import BotLine, Lines, http_for
from connectors.wecom.bot.settings import read_typed
from connectors.wecom.bot.socket import Ended
from connectors.wecom.skew import require_right_time
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, ChannelId

_DOWN_FOR_GOOD = {Ended.TAKEN_OVER: "bot_taken_over", Ended.WRONG_SECRET: "bot_wrong_secret"}

log = structlog.get_logger()

TeamChat = Callable[[OpenChannel, BrandId | None], Awaitable[Chat | None]]
Deciders = Callable[[OpenChannel, BrandId | None], Awaitable[Sequence[str]]]


@dataclass(frozen=True, slots=True)
class BotPusher:
    """`lines`: what this process holds; `team_chat`: where a brand's team is told; `url`: of the connection.

    `deciders`: the chats of those who may approve: a bot calls nobody by name in a group, so what asks for a deed goes
    to each of them alone.
    """

    lines: Lines
    team_chat: TeamChat
    deciders: Deciders
    url: str
    now: Callable[[], datetime]
    kind: ChannelKind = ChannelKind.WECOM_BOT
    knows_repeats_for: timedelta = timedelta(0)
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
        if push.calls and push.chat is None and await self._called(line, channel, push):
            return None
        chat = push.chat or await self.team_chat(channel, push.brand)
        if chat is None:
            raise Refused("bot_no_chat")
        if push.picture is not None:
            await line.channel.show(chat.id, push.picture, is_group=chat.is_group)
        else:
            await line.channel.push(chat.id, push.text, is_group=chat.is_group)
        return None

    async def _called(self, line: BotLine, channel: OpenChannel, push: Push) -> bool:
        """Whether those who may decide and have written to the bot were told 1:1; False where there is none of them.

        Raises:
            Unavailable: none of them was told; may be tried again (retryable).
            Unclear: "bot_call_unclear", `users`: who may not have been told, while somebody may have been.
        """
        reached: list[str] = []
        missed: dict[str, Unavailable | Unclear] = {}
        for user in await self.deciders(channel, push.brand):
            try:
                await line.channel.push(user, push.text, is_group=False)
                reached.append(user)
            except Refused as refused:  # somebody who has not written to the bot, or long ago
                log.info("wecom_bot.not_called", channel=channel.setting.id, key=refused.text_key)
            except (Unavailable, Unclear) as failure:
                missed[user] = failure
        if missed and (reached or any(isinstance(one, Unclear) for one in missed.values())):
            raise Unclear("bot_call_unclear", users="、".join(missed))
        if missed:
            raise next(iter(missed.values()))
        return bool(reached)

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
