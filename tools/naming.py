"""Which creators a call means (ranks of the current shortlist, handles, all of it, a segment), and brands by name."""

from collections.abc import Sequence
from typing import Literal

from memory.domain.creator import Creator, Stage
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import BrandId
from memory.domain.sample import OWING
from memory.domain.stores import Unit
from tools.contract import TurnContext

Segment = Literal["no_reply", "delivered", "no_content"]


async def meant_creators(
    unit: Unit, turn: TurnContext, *, ranks: Sequence[int], handles: Sequence[str], segment: Segment | None
) -> list[Creator]:
    """The creators meant: of a segment where one is named, else as `named_creators`.

    Raises BadRequest ("nobody_in_segment") besides.
    """
    if segment is None:
        return await named_creators(unit, turn, ranks=ranks, handles=handles)
    if segment == "no_reply":
        ids = await unit.drafts.unanswered()
    else:  # who has a sample and posted nothing for it, by its own book or by the stage a member set
        owing = await unit.samples.find(statuses=OWING)
        ids = [sample.creator for sample in owing] + await unit.relations.ids_with(stages=[Stage.DELIVERED])
    ids = list(dict.fromkeys(ids))
    found = await unit.creators.by_ids(ids)
    if not found:
        raise BadRequest("nobody_in_segment", segment=segment)
    return [found[creator] for creator in ids if creator in found]


async def named_creators(
    unit: Unit, turn: TurnContext, *, ranks: Sequence[int] = (), handles: Sequence[str] = ()
) -> list[Creator]:
    """The creators meant, in the order named, each once.

    Raises BadRequest ("no_shortlist", "shortlist_empty", "rank_missing") and NotFound ("creator_unknown").
    """
    chosen: list[Creator] = []
    if handles:
        plain = [handle.removeprefix("@").strip().lower() for handle in handles]
        found = await unit.creators.by_handles(plain)
        missing = [handle for handle in plain if handle not in found]
        if missing:
            raise NotFound("creator_unknown", handles=" ".join(f"@{handle}" for handle in missing[:5]))
        chosen += [found[handle] for handle in plain]
    if ranks or not handles:
        shortlist = await unit.shortlists.current(turn.conversation)
        if shortlist is None:
            raise BadRequest("no_shortlist")
        if not shortlist.items:
            raise BadRequest("shortlist_empty")
        by_rank = {item.rank: item.creator for item in shortlist.items}
        absent = [rank for rank in ranks if rank not in by_rank]
        if absent:
            raise BadRequest("rank_missing", rank=absent[0], total=len(by_rank))
        chosen += [by_rank[rank] for rank in ranks] if ranks else list(by_rank.values())
    return list({creator.id: creator for creator in chosen}.values())


async def brand_names(unit: Unit) -> dict[BrandId, str]:
    """What each brand is called where a scope holds several; empty in a scope of one, where nothing needs telling."""
    if unit.scope.brand is not None:
        return {}
    brands = await unit.people.brands()
    return {brand.id: brand.name for brand in brands} if len(brands) > 1 else {}
