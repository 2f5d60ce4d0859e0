"""kf/sync_msg: an account's stream in pages behind an opaque cursor; without one, three days of it."""

import base64
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from evals.emulators.limits import MINUTE, Rate
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.faults import FLOODS
from evals.emulators.wecom.core.wire import Json, Part
from evals.emulators.wecom.kf.book import KfBook

MOST_LINES: Final = 1_000
WITHOUT_TOKEN: Final = Rate(5, MINUTE)
_EMPTY: Final = "e"


class SyncBody(Part):
    """kf/sync_msg."""

    open_kfid: str = Field(min_length=1)
    cursor: str = ""
    token: str = ""
    limit: int = Field(default=MOST_LINES, ge=1, le=MOST_LINES)
    voice_format: int = Field(default=0, ge=0, le=1)


@dataclass(frozen=True, slots=True)
class KfPulling:
    """Hands the streams out."""

    book: KfBook

    def sync(self, body: Json) -> Json:
        """One page.

        Raises:
            ApiError: 40058, 95000, 95017; 95007 for a token that is old or another account's; 45009 above five calls
                a minute without one.
        """
        platform = self.book.platform
        wanted = platform.reader.read(SyncBody, body, where="kf/sync_msg")
        self.book.account(wanted.open_kfid)
        if wanted.token:
            if not self.book.good_token(wanted.open_kfid, wanted.token):
                raise ApiError(Errcode.KF_BAD_TOKEN)
        elif not platform.limits.take(("kf/sync_msg", wanted.open_kfid), WITHOUT_TOKEN):
            raise ApiError(Errcode.TOO_FREQUENT)
        after, was_empty = _read(wanted.open_kfid, wanted.cursor)
        if platform.faults.due("kf/sync_msg", FLOODS):
            after = 0
        lines = list(self.book.history(wanted.open_kfid, after=after))
        if lines and platform.rules.kf_empty_pages and not was_empty:
            return {"next_cursor": _cursor(wanted.open_kfid, after, _EMPTY), "has_more": 1, "msg_list": []}
        page = lines[: min(wanted.limit, platform.rules.kf_page_lines)]
        last = page[-1].number if page else max(after, len(self.book.lines.get(wanted.open_kfid, [])))
        return {
            "next_cursor": _cursor(wanted.open_kfid, last),
            "has_more": int(len(page) < len(lines)),
            "msg_list": [line.content for line in page],
        }


def _cursor(open_kfid: str, after: int, mark: str = "") -> str:
    return base64.urlsafe_b64encode(f"{open_kfid}:{after}:{mark}".encode()).decode()


def _read(open_kfid: str, cursor: str) -> tuple[int, bool]:
    if not cursor:
        return 0, False
    try:
        of, after, mark = base64.urlsafe_b64decode(cursor).decode().split(":")
    except ValueError as wrong:
        raise ApiError(Errcode.BAD_PARAMETER, "cursor") from wrong
    if of != open_kfid:
        raise ApiError(Errcode.BAD_PARAMETER, "cursor")
    return int(after), mark == _EMPTY
