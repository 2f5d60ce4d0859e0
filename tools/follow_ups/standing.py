"""Where the brand stands with creators before rounds are planned, and who has rounds already."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from memory.domain.creator import Relation, Stage
from memory.domain.follow_ups import Condition, stage_by_book
from memory.domain.ids import BrandId, CreatorId
from memory.domain.sample import SampleStatus
from memory.domain.stores import Unit

MOST_SAMPLES = 10_000


async def stages_of(
    unit: Unit, creators: Sequence[CreatorId], relations: Mapping[CreatorId, Relation], *, brand: BrandId
) -> dict[CreatorId, Stage]:
    """The stage of each, by the samples' own book where the stage a member set says less."""
    samples: defaultdict[CreatorId, list[SampleStatus]] = defaultdict(list)
    for sample in await unit.samples.find(creators=creators, limit=MOST_SAMPLES):
        if sample.brand == brand:
            samples[sample.creator].append(sample.status)
    return {
        one: stage_by_book(relations[one].stage if one in relations else Stage.NEW, samples[one]) for one in creators
    }


async def planned_already(unit: Unit, creators: Sequence[CreatorId], condition: Condition) -> dict[CreatorId, str]:
    """The batch in which a round on the same condition waits, for those who have one."""
    return {
        draft.creator: draft.batch_code
        for draft in await unit.steps.follow_ups(creators=creators, since=unit.now)
        if draft.waits and draft.follow is not None and draft.follow.condition is condition
    }
