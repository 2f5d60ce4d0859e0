"""What the public address of read-only reports is handed. Satisfied by `agent/figures/opening.py`."""

from typing import Final, Protocol

from memory.domain.report_links import Closed, SharedReport
from memory.domain.workspace import Lang

PATH: Final = "/report/"


class SharedReports(Protocol):
    """Shows strangers what a link of a lead's lets them see."""

    async def open(self, token: str, lang: Lang, *, counted: bool) -> SharedReport | Closed:
        """The report a link shows, in the reader's language; `counted`: a person looks at it.

        Raises Unavailable (retryable), Misconfigured (the key that signs links cannot be read).
        """
        ...
