"""Which creators a call means: ranks of the current shortlist, handles, or the whole shortlist."""

from collections.abc import Sequence

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, NotFound
from memory.domain.stores import Unit
from tools.contract import TurnContext


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
