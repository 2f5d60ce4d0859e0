"""Samples as people look at them: with creator, product, owner and the last message."""

from dataclasses import dataclass

from memory.domain.offer import Product
from memory.domain.outreach import LastMessage
from memory.domain.sample import Sample, SampleStatus


@dataclass(frozen=True, slots=True)
class SampleLine:
    """One sample. `days`: until its content is due (below zero: overdue), else since it came to its status."""

    sample: Sample
    handle: str
    product: str | None
    owner: str | None
    last: LastMessage | None
    days: int


@dataclass(frozen=True, slots=True)
class SamplesView:
    """The samples page: those of the statuses asked for, how many stand where, and the brand's products."""

    lines: tuple[SampleLine, ...]
    counts: dict[SampleStatus, int]
    products: tuple[Product, ...]
