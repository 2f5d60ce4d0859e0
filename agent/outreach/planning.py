"""When something is due next: how far a demo clock may jump, and when a quiet dispatcher must look again."""

from collections.abc import Sequence
from datetime import datetime

from connectors.ports.platforms import AnswerSource
from memory.domain.stores import Unit


async def next_due(unit: Unit, sources: Sequence[AnswerSource] = ()) -> datetime | None:
    """The next moment after now at which a planned message is due or a source has something; None: nothing waits."""
    moments = [await unit.steps.next_due(), *[await source.next_due() for source in sources]]
    return min((moment for moment in moments if moment is not None and moment > unit.now), default=None)
