"""Media a bot uploads in pieces: a session of 30 minutes, pieces in any order, the whole checked at the end."""

import base64
import hashlib
from dataclasses import dataclass, field

from evals.emulators.limits import HOUR, MINUTE, Rate
from evals.emulators.wecom.bot.frames import CHUNK_BYTES, UploadChunk, UploadFinish, UploadInit
from evals.emulators.wecom.core.corp import Bot
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.media import BOT_MOST
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.platform import Platform

SESSION_SECONDS = 30 * MINUTE
UPLOADING = (Rate(30, MINUTE), Rate(1_000, HOUR))


@dataclass(slots=True)
class _Session:
    bot_id: str
    wanted: UploadInit
    began: float
    pieces: dict[int, bytes] = field(default_factory=dict)


@dataclass(slots=True)
class Uploads:
    """Open sessions. They belong to the bot, not to a connection."""

    platform: Platform
    _sessions: dict[str, _Session] = field(default_factory=dict)

    def init(self, bot: Bot, body: Json) -> Json:
        """Open a session.

        Raises:
            ApiError: 45009 above 30 a minute or 1000 an hour; 40005 or 45001 for what could never be kept.
        """
        wanted = self.platform.reader.read(UploadInit, body, where="aibot_upload_media_init")
        if wanted.type not in BOT_MOST:
            raise ApiError(Errcode.BAD_TYPE)
        if wanted.total_size > BOT_MOST[wanted.type]:
            raise ApiError(Errcode.FILE_TOO_LARGE)
        if not self.platform.limits.take(("upload", bot.bot_id), *UPLOADING):
            raise ApiError(Errcode.TOO_FREQUENT)
        upload_id = self.platform.name("upload")
        self._sessions[upload_id] = _Session(bot.bot_id, wanted, self.platform.clock.now)
        return {"upload_id": upload_id}

    def chunk(self, bot: Bot, body: Json) -> Json:
        """Take a piece; a repeated one is ignored.

        Raises:
            ApiError: 40058 for a session or index that is not there, 45001 above 512 KB.
        """
        piece = self.platform.reader.read(UploadChunk, body, where="aibot_upload_media_chunk")
        session = self._session(bot, piece.upload_id)
        if piece.chunk_index > session.wanted.total_chunks:
            raise ApiError(Errcode.BAD_PARAMETER, "chunk_index")
        try:
            content = base64.b64decode(piece.base64_data, validate=True)
        except ValueError as wrong:
            raise ApiError(Errcode.BAD_PARAMETER, "base64_data") from wrong
        if len(content) > CHUNK_BYTES:
            raise ApiError(Errcode.FILE_TOO_LARGE)
        session.pieces.setdefault(piece.chunk_index, content)
        return {}

    def finish(self, bot: Bot, body: Json) -> Json:
        """Put the pieces together: indexes from 0 or from 1, which is noted.

        Raises:
            ApiError: 40058 for missing pieces, another size or md5; as `MediaStore.upload`.
        """
        wanted = self.platform.reader.read(UploadFinish, body, where="aibot_upload_media_finish")
        session = self._session(bot, wanted.upload_id)
        first = 0 if 0 in session.pieces else 1
        if sorted(session.pieces) != list(range(first, first + session.wanted.total_chunks)):
            raise ApiError(Errcode.BAD_PARAMETER, "chunks missing")
        if first:
            self.platform.records.warn("aibot_upload_media_chunk: chunk_index counted from 1")
        content = b"".join(session.pieces[index] for index in sorted(session.pieces))
        digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
        if len(content) != session.wanted.total_size or digest != session.wanted.md5.lower():
            raise ApiError(Errcode.BAD_PARAMETER, "total_size or md5")
        media = self.platform.media.upload(
            session.wanted.type, session.wanted.filename, content, owner=bot.bot_id, most=BOT_MOST
        )
        del self._sessions[wanted.upload_id]
        return {"type": media.type, "media_id": media.media_id, "created_at": media.created_at}

    def _session(self, bot: Bot, upload_id: str) -> _Session:
        session = self._sessions.get(upload_id)
        if session is None or session.bot_id != bot.bot_id:
            raise ApiError(Errcode.BAD_PARAMETER, "upload_id")
        if self.platform.clock.now > session.began + SESSION_SECONDS:
            raise ApiError(Errcode.BAD_PARAMETER, "upload_id expired")
        return session
