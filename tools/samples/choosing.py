"""Which sample of a creator is meant, and the legal way it has to go. Pure; where two could be meant it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import ProductId
from memory.domain.money import Money
from memory.domain.sample import BY_TIME, Sample, SampleStatus, kept_as, way

# What may be the first thing one hears of a sample.
_BEGINS = frozenset(
    {
        SampleStatus.ASKED,
        SampleStatus.AGREED,
        SampleStatus.APPROVED,
        SampleStatus.SHIPPED,
        SampleStatus.DELIVERED,
    }
)
_ENDED = frozenset({SampleStatus.POSTED, SampleStatus.EXCUSED, SampleStatus.LOST})


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be recorded. `at`: when it happened, None: now. None elsewhere: nothing is said of it."""

    status: SampleStatus | None = None
    tracking_number: str | None = None
    cost: Money | None = None
    content_link: str | None = None
    product: ProductId | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sample (None: a new one) and the way it goes; no steps: only what is known of it changes."""

    sample: Sample | None
    steps: tuple[SampleStatus, ...] = ()

    @property
    def signs(self) -> bool:
        """Whether goods are approved on the way."""
        return SampleStatus.APPROVED in self.steps


def choose(creator: Creator, samples: Sequence[Sample], wish: Wish, *, products: Mapping[ProductId, str]) -> Chosen:
    """The sample of a creator that a wish is about; `samples` are all of theirs, oldest first.

    Raises BadRequest: "sample_by_time", "sample_none", "sample_no_way", "samples_alike".
    """
    if wish.status in BY_TIME:
        raise BadRequest("sample_by_time")
    about = _about(samples, wish)
    if wish.status is None:
        return Chosen(_newest(creator, about))
    ways = [(way(sample.status, wish.status), sample) for sample in about]
    open_ways = [(steps, sample) for steps, sample in ways if steps and _may_pass(steps, wish.status)]
    if open_ways:
        shortest = min(len(steps) for steps, _ in open_ways)
        nearest = [(steps, sample) for steps, sample in open_ways if len(steps) == shortest]
        if len({sample.product for _, sample in nearest}) > 1:
            named = "、".join(products.get(sample.product, "-") if sample.product else "-" for _, sample in nearest)
            raise BadRequest("samples_alike", handle=creator.handle, products=named)
        steps, sample = min(nearest, key=lambda one: (one[1].due_at or one[1].since, one[1].id))
        return Chosen(sample, steps)
    standing = [sample for sample in about if kept_as(sample.status) is wish.status]
    if standing and not _is_another(standing[-1], wish):
        return Chosen(standing[-1])
    if wish.status in _BEGINS:
        return Chosen(None, way(None, wish.status))
    if not about:
        raise BadRequest("sample_none", handle=creator.handle)
    raise BadRequest("sample_no_way", handle=creator.handle)


def filled(sample: Sample, wish: Wish) -> Sample:
    """The sample with what a wish says besides its status."""
    return replace(
        sample,
        tracking_number=wish.tracking_number or sample.tracking_number,
        cost=wish.cost or sample.cost,
        content_link=wish.content_link or sample.content_link,
        product=sample.product or wish.product,
    )


def _about(samples: Sequence[Sample], wish: Wish) -> list[Sample]:
    """Those of the product named, or with the parcel's own number."""
    if wish.tracking_number and (own := [one for one in samples if one.tracking_number == wish.tracking_number]):
        return own
    return [one for one in samples if wish.product is None or one.product in (None, wish.product)]


def _may_pass(steps: Sequence[SampleStatus], to: SampleStatus) -> bool:
    """A video, an excuse or a lost parcel says nothing of a sample that nobody approved."""
    return to in _BEGINS or SampleStatus.APPROVED not in steps


def _is_another(standing: Sample, wish: Wish) -> bool:
    """Whether a second parcel is meant: on its way already under another number."""
    numbers = {standing.tracking_number, wish.tracking_number}
    return wish.status is SampleStatus.SHIPPED and None not in numbers and len(numbers) > 1


def _newest(creator: Creator, samples: Sequence[Sample]) -> Sample:
    going = [sample for sample in samples if sample.status not in _ENDED]
    if not samples:
        raise BadRequest("sample_none", handle=creator.handle)
    return (going or samples)[-1]
