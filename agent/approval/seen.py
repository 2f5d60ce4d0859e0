"""Whether a member saw what they sign, and signed it as much must be signed: by numbers, or the whole by its count.

Numbers named singly or by ranges need their full texts; a batch signed by its count may be shown as variants, because
what is sent follows from them to the letter. Pure.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from agent.approval.policy import MOST_DRAFTS
from memory.domain.errors import NotAllowed
from memory.domain.outreach import Flag, Presentation
from memory.domain.workspace import BrandPolicy, Member, Role

# The largest batch a command in a chat may sign; above it a lead signs on the page.
MOST_BY_CHAT = 200


class Refused(Protocol):
    """A number that was not decided, and why."""

    @property
    def number(self) -> int:
        """Its number in the batch."""
        ...

    @property
    def reason(self) -> Flag:
        """Why."""
        ...


@dataclass(frozen=True, slots=True)
class Sealed:
    """How a member signed. `count`: the number they gave with 「全部」, None when they named numbers.

    `beside`: how many messages of other rounds the same word approves.
    """

    count: int | None = None
    on_page: bool = False
    beside: int = 0


def require_seal(sealed: Sealed, member: Member, brand: BrandPolicy, *, batch: str, size: int, approved: int) -> None:
    """Refuse an approval that is not signed as it needs. `approved`: how many numbers of the batch it approves.

    Raises:
        NotAllowed: too many without the count, a wrong count, a batch only a lead signs, or only on the page
            (not retryable).
    """
    if not approved:
        return
    if sealed.count is not None and sealed.count != size:
        raise NotAllowed("sign_wrong_count", batch=batch, count=sealed.count, size=size)
    whole = approved + sealed.beside
    if max(size, whole) > MOST_BY_CHAT:
        is_batch = size > MOST_BY_CHAT
        if not sealed.on_page:
            key = "sign_on_page" if is_batch else "sign_whole_on_page"
            raise NotAllowed(key, batch=batch, size=size, count=whole, most=MOST_BY_CHAT)
        if not member.role.covers(Role.LEAD):
            key = "sign_by_lead" if is_batch else "sign_whole_by_lead"
            raise NotAllowed(key, batch=batch, size=size, count=whole, most=MOST_BY_CHAT)
    if sealed.count is None and whole > MOST_DRAFTS:
        raise NotAllowed("too_many_at_once", count=whole, most=MOST_DRAFTS, batch=batch, size=size)
    if whole > brand.batch_ceiling and not member.role.covers(Role.LEAD):
        key = "batch_needs_lead" if sealed.count is None else "sign_above_ceiling"
        raise NotAllowed(key, batch=batch, count=whole, most=brand.batch_ceiling)


def not_read(number: int, shown: Presentation, sealed: Sealed, *, size: int) -> Flag | None:
    """Why this number may not be approved yet: its texts were not shown in full, and the whole was not signed."""
    if number in shown.in_full or sealed.count is not None:
        return None
    return Flag("shown_as_variant", {"number": number, "batch": shown.batch_code, "size": size})


def unread(refused: Iterable[Refused]) -> list[int]:
    """Numbers refused only because their texts were not read in full; as many as one card shows in full."""
    return [refusal.number for refusal in refused if refusal.reason.key == "shown_as_variant"][:MOST_DRAFTS]
