"""An answer whose files come after its words, where a channel takes files."""

from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog

from connectors.ports.queries import Queries
from connectors.wecom.foreign import line
from connectors.wecom.telling import Mouth, Talk, Telling
from memory.domain.chat import FileOut, Reply
from memory.domain.errors import NotFound, Refused, Unavailable

log = structlog.get_logger()


class FileMouth(Mouth, Protocol):
    """A mouth that hands files over as well."""

    async def attach(self, name: str, content: bytes) -> None:
        """Send a picture or a file, once. Raises as every method of `Mouth`."""
        ...


V = TypeVar("V", bound=FileMouth)


@dataclass(frozen=True, slots=True)
class Attaching(Telling[V]):
    """Answers in chats of a channel that takes files. Every method raises what `Mouth` raises."""

    queries: Queries

    async def reply(self, talk: Talk[V], reply: Reply) -> None:
        """See `Telling.reply`."""
        await Telling.reply(self, talk, reply)
        await self.attach(talk, reply)

    async def attach(self, talk: Talk[V], reply: Reply) -> None:
        """Send the files of a reply. What may hold contacts comes from a group to its member 1:1."""
        for file in reply.files:
            if talk.place.is_group and file.personal:
                is_sent = await self._sent(talk, file, self.private(talk))
                await self._tell(talk, file, "wecom_file_sent_1to1" if is_sent else "wecom_file_first_1to1")
            elif not await self._sent(talk, file, talk.voice):
                await self._tell(talk, file, "wecom_file_out")

    def private(self, talk: Talk[V]) -> V:
        """Where the member alone reads."""
        return talk.voice

    async def _tell(self, talk: Talk[V], file: FileOut, key: str) -> None:
        await self.text(talk, self.say(key, talk.guest.scope.lang, name=line(file.name)))

    async def _sent(self, talk: Talk[V], file: FileOut, voice: V) -> bool:
        """Whether the platform took it; what it does not take, or is gone, is to be had on the page."""
        try:
            stored = await self.queries.file(talk.guest.scope, file.key)
            await voice.attach(stored.name, stored.content)
        except (NotFound, Refused, Unavailable) as failure:
            log.warning("wecom.file_not_sent", key=failure.text_key)
            return False
        return True
