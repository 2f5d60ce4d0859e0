"""What a card says besides when a sequence is decided as a whole: when each message goes, and what a word covers."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.approval.policy import MOST_DRAFTS
from agent.approval.seen import MOST_BY_CHAT
from agent.approval.whole import waits_for_decision
from agent.cards import wording
from agent.outreach.forecast import due
from memory.domain.cards import DraftsCard
from memory.domain.ids import DraftId
from memory.domain.outreach import Batch, Draft, DraftStatus
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from prompts.render import Texts

_UNDECIDED = frozenset({DraftStatus.DRAFT, DraftStatus.OPEN, DraftStatus.FAILING})


@dataclass(frozen=True, slots=True)
class Sequel:
    """`when`: number → when it goes if it is approved now; `total`: how many wait with those behind them."""

    batches: tuple[str, ...] = ()
    when: dict[int, str] = field(default_factory=dict)
    total: int = 0


async def sequel(unit: Unit, batch: Batch, drafts: Sequence[Draft], *, lang: Lang, texts: Texts) -> Sequel:
    """Of drafts of one batch; empty where rounds are decided one by one, or nothing comes before or after them."""
    policy = await unit.people.policy(batch.brand)
    if not policy.whole_sequences:
        return Sequel()
    behind = await unit.steps.behind([draft.id for draft in drafts])
    later = [draft for rounds in behind.values() for draft in rounds]
    if not later and not any(draft.follow for draft in drafts):
        return Sequel()
    zone = (await unit.people.brand(batch.brand)).team_zone
    progress = await unit.steps.progress([draft.id for draft in drafts if draft.follow])
    when = {}
    for draft in drafts:
        if draft.status in _UNDECIDED or draft.approvable:
            moment = due(draft, policy, progress.get(draft.id), now=unit.now)
            clocks = wording.clocks(moment, draft.zone, zone, lang, estimated=draft.zone_estimated)
            when[draft.number] = texts.say("sequence_when", lang, when=clocks)
    waiting = [draft for draft in (*drafts, *later) if waits_for_decision(draft) or draft.status is DraftStatus.DRAFT]
    codes = dict.fromkeys(draft.batch_code for draft in sorted(later, key=lambda draft: (draft.batch, draft.number)))
    return Sequel(tuple(codes), when, len(waiting))


def with_sequel(card: DraftsCard, found: Sequel, *, size: int, lang: Lang, texts: Texts) -> DraftsCard:
    """The card with when each message goes, what a word about it covers, and how so many are signed. Pure."""
    if not found.when and not found.batches:
        return card
    items = tuple(
        row.model_copy(update={"flags": (*row.flags, found.when[row.number])}) if row.number in found.when else row
        for row in card.items
    )
    notes = card.notes
    if found.batches and found.total:
        batches = wording.listed(list(found.batches), lang)
        notes = (*notes, texts.say("sequence_whole", lang, batches=batches, count=found.total))
    changed: dict[str, object] = {"items": items, "notes": notes}
    if found.batches and found.total > MOST_DRAFTS and len(card.items) == size and card.count is None:
        on_page = found.total > MOST_BY_CHAT
        key = "sign_whole_on_page" if on_page else "sign_by_count"
        said = texts.say(key, lang, batch=card.batch, size=size, count=found.total, most=MOST_BY_CHAT)
        changed |= {"count": size, "lead_only": on_page, "how_to_sign": said}
    return card.model_copy(update=changed)


async def batches_behind(unit: Unit, batch: Batch) -> tuple[Batch, ...]:
    """The rounds that a decision on a batch covers, in their order; none where each is decided by itself."""
    if not (await unit.people.policy(batch.brand)).whole_sequences:
        return ()
    behind = await unit.steps.behind([DraftId(draft.id) for draft in batch.drafts])
    codes = {draft.batch_code for later in behind.values() for draft in later}
    found = [one for code in codes if (one := await unit.drafts.batch(code)) is not None]
    return tuple(sorted(found, key=lambda one: one.id))
