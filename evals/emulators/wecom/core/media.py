"""Files: uploads that live three days, and encrypted downloads of bots that live five minutes."""

import base64
import hashlib
from dataclasses import dataclass, field
from random import Random
from typing import Final

from evals.emulators.clock import Clock
from evals.emulators.limits import DAY, MINUTE
from evals.emulators.wecom.core.crypto import encrypt
from evals.emulators.wecom.core.errors import ApiError, Errcode

MIB: Final = 1_048_576
LEAST_BYTES: Final = 5
KEPT_SECONDS: Final = 3 * DAY
DOWNLOAD_SECONDS: Final = 5 * MINUTE
APP_MOST: Final = {"image": 10 * MIB, "voice": 2 * MIB, "video": 10 * MIB, "file": 20 * MIB}
BOT_MOST: Final = {"image": 2 * MIB, "voice": 2 * MIB, "video": 10 * MIB, "file": 20 * MIB}
ACCOUNT_MOST: Final = {"image": 2 * MIB}
WEBHOOK_MOST: Final = {"voice": 2 * MIB, "file": 20 * MIB}


@dataclass(frozen=True, slots=True)
class Media:
    """An uploaded file. `owner` may use it: the corp's apps, one bot, or one webhook."""

    media_id: str
    owner: str
    type: str
    filename: str
    content: bytes
    created_at: int


@dataclass(slots=True)
class _Download:
    content: bytes
    key: bytes
    offered_at: float


def looks_like(kind: str, content: bytes) -> bool:
    """Whether the first bytes are those of the type: JPG or PNG, AMR, MP4; a file may be anything."""
    if kind == "image":
        return content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))
    if kind == "voice":
        return content.startswith(b"#!AMR")
    return kind != "video" or content[4:8] == b"ftyp"


@dataclass(slots=True)
class MediaStore:
    """Everything uploaded and offered."""

    clock: Clock
    rng: Random
    _uploads: dict[str, Media] = field(default_factory=dict)
    _downloads: dict[str, _Download] = field(default_factory=dict)

    def upload(self, kind: str, filename: str, content: bytes, *, owner: str, most: dict[str, int]) -> Media:
        """Keep a file.

        Raises:
            ApiError: 40005 for another type, 40006 below 5 bytes, 45001 above the limit, 40004 for other content.
        """
        if kind not in most:
            raise ApiError(Errcode.BAD_TYPE)
        if len(content) <= LEAST_BYTES:
            raise ApiError(Errcode.BAD_FILE_SIZE)
        if len(content) > most[kind]:
            raise ApiError(Errcode.FILE_TOO_LARGE)
        if not looks_like(kind, content):
            raise ApiError(Errcode.BAD_MEDIA_TYPE)
        media_id = base64.urlsafe_b64encode(self.rng.randbytes(33)).decode()
        media = Media(media_id, owner, kind, filename, content, int(self.clock.now))
        self._uploads[media_id] = media
        return media

    def use(self, media_id: str, *, owner: str) -> Media:
        """A file of three days at most.

        Raises:
            ApiError: 40007 when it is unknown, too old, or somebody else's.
        """
        media = self._uploads.get(media_id)
        if media is None or media.owner != owner or media.created_at + KEPT_SECONDS < self.clock.now:
            raise ApiError(Errcode.BAD_MEDIA_ID)
        return media

    def offer(self, content: bytes) -> tuple[str, str]:
        """The id and the aeskey (base64, unpadded) of a download encrypted with a key of its own."""
        key = self.rng.randbytes(32)
        name = hashlib.sha256(self.rng.randbytes(16)).hexdigest()
        self._downloads[name] = _Download(content, key, self.clock.now)
        return name, base64.b64encode(key).decode().rstrip("=")

    def download(self, name: str, *, expired: bool = False, bad_padding: bool = False) -> bytes | None:
        """The encrypted bytes; None when the address is dead."""
        offered = self._downloads.get(name)
        if offered is None or expired or offered.offered_at + DOWNLOAD_SECONDS < self.clock.now:
            return None
        if bad_padding:
            whole = offered.content + bytes(-len(offered.content) % 16) + bytes(16)
            return encrypt(offered.key, whole, padded=False)
        return encrypt(offered.key, offered.content)
