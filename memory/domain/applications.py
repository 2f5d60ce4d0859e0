"""Samples that creators ask for on a platform: where each stands, and what that means for one of ours. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from memory.domain.ids import CreatorId, MemberId, SampleId
from memory.domain.sample import Sample, SampleStatus, moved, way
from memory.domain.shops import ShopLink


class ApplicationStatus(StrEnum):
    """Where one stands on the platform."""

    PENDING = "pending"
    APPROVED = "approved"
    SHIPPED = "shipped"
    RECEIVED = "received"
    POSTED = "posted"
    EXCUSED = "excused"
    MISSED = "missed"  # nothing was posted in time
    REJECTED = "rejected"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    NOT_SHIPPED = "not_shipped"
    CANCELLED = "cancelled"


# What is recorded of a sample of ours; whatever is missing ended before anything was received.
STANDS: Final[Mapping[ApplicationStatus, SampleStatus]] = MappingProxyType(
    {
        ApplicationStatus.PENDING: SampleStatus.ASKED,
        ApplicationStatus.APPROVED: SampleStatus.APPROVED,
        ApplicationStatus.SHIPPED: SampleStatus.SHIPPED,
        ApplicationStatus.RECEIVED: SampleStatus.DELIVERED,
        ApplicationStatus.POSTED: SampleStatus.POSTED,
        ApplicationStatus.EXCUSED: SampleStatus.EXCUSED,
        ApplicationStatus.MISSED: SampleStatus.DELIVERED,
    }
)
# It has not ended: there still is something for a card to show.
UNDER_WAY: Final = frozenset(
    {ApplicationStatus.PENDING, ApplicationStatus.APPROVED, ApplicationStatus.SHIPPED, ApplicationStatus.RECEIVED}
)
NOT_RECEIVED: Final = frozenset({SampleStatus.ASKED, SampleStatus.AGREED, SampleStatus.APPROVED, SampleStatus.SHIPPED})


@dataclass(frozen=True, slots=True)
class Application:
    """One. `product` is the shop's number of it; `review_by`: an unanswered one lapses then."""

    id: str
    status: ApplicationStatus
    handle: str
    product: str
    title: str
    tracking: str = ""
    review_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownApplication:
    """One as it is kept, with the sample of ours it is."""

    application: Application
    creator: CreatorId
    sample: SampleId | None


def carried_on(
    sample: Sample, application: Application, *, market: str | None, by: MemberId | None, now: datetime
) -> Sample:  # fmt: skip
    """The sample after what the platform shows: forward only. `by`: who approved it here; None: it was elsewhere.

    When a parcel came the platform does not tell: it is the moment at which that was first seen.
    """
    to = STANDS.get(application.status)
    steps = way(sample.status, to) if to is not None else ()
    after = sample
    if steps:
        after = moved(sample, steps, market=market, by=by or sample.made_by, now=now)
        if SampleStatus.APPROVED in steps:
            after = replace(after, approved_by=by)
    if by is not None and after.approved_at is not None and after.approved_by is None:
        after = replace(after, approved_by=by)  # what was told of it came sooner than who signed it
    return replace(after, tracking_number=application.tracking or after.tracking_number)


class ApplicationStore(Protocol):
    """Applications of the scope's brands, of shops that are worked with, as last read."""

    async def known(self, link: ShopLink, numbers: Sequence[str]) -> dict[str, KnownApplication]:
        """By the platform's id."""
        ...

    async def keep(
        self, link: ShopLink, application: Application, *, creator: CreatorId, sample: SampleId | None
    ) -> None:  # fmt: skip
        """Write down what was just read."""
        ...

    async def waiting(self, creators: Sequence[CreatorId] | None = None) -> list[KnownApplication]:
        """Those that wait for a review, the first to lapse first; of these creators alone, where they are named."""
        ...

    async def under_way(self, creators: Sequence[CreatorId]) -> list[KnownApplication]:
        """Those of creators that have not ended, the newest first."""
        ...
