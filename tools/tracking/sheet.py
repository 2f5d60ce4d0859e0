"""Promo codes and tracking links as a table to upload to a shop. Pure."""

from collections.abc import Sequence
from typing import Final

from memory.domain.workspace import Lang
from prompts.render import texts
from tools.shortlists.sheet import Sheet
from tools.tracking.results import TrackedCode, TrackedLink

_COLUMNS: Final = ("tracking_code", "tracking_handle", "tracking_campaign", "tracking_target", "tracking_link")


def sheet_of(
    links: Sequence[TrackedLink], codes: Sequence[TrackedCode], *, address: str | None, lang: Lang
) -> Sheet:  # fmt: skip
    """Codes first; a code leads nowhere, and without an `address` a link is its path alone."""
    said = texts()
    of_codes = tuple((one.code, one.handle, one.campaign, None, None) for one in codes)
    of_links = tuple((one.code, one.handle, one.campaign, one.target, followed(one, address)) for one in links)
    return Sheet(
        titles=tuple(said.say(column, lang) for column in _COLUMNS),
        rows=of_codes + of_links,
        mark=said.say("export_demo_mark", lang),
    )


def followed(link: TrackedLink, address: str | None) -> str:
    """What a creator puts into a profile; its path alone while others reach this workspace nowhere."""
    return f"{address or ''}/r/{link.code}"
