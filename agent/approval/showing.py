"""Shows drafts to a member so that they can decide: the card, and the presentation that says exactly what it showed."""

from collections.abc import Collection

from agent.approval.policy import MOST_DRAFTS
from agent.approval.rights import who_decides
from agent.approval.seen import MOST_BY_CHAT
from agent.approval.sequels import sequel, with_sequel
from agent.cards.drafts import drafts_card
from agent.cards.overview import Overview, overview
from memory.domain.cards import DraftsCard
from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import ConversationId
from memory.domain.outreach import Batch, Draft
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from prompts.render import Texts

_TRIES = 3


async def show(
    unit: Unit,
    code: str,
    *,
    conversation: ConversationId | None,
    lang: Lang,
    texts: Texts,
    numbers: Collection[int] | None = None,
    notes: tuple[str, ...] = (),
) -> DraftsCard:
    """A card of a batch, or some of its numbers: in full up to twenty of them, else as variants and variables.

    What the card shows is what the presentation records: when somebody changes a draft in between it is read again.

    Raises:
        NotFound: the batch, or all of the numbers, are out of sight (not retryable).
        Conflict: the drafts change faster than they are read (retryable).
    """
    for _ in range(_TRIES):
        batch = await unit.drafts.batch(code)
        if batch is None:
            raise NotFound("no_such_batch", batch=code)
        chosen = [draft for draft in batch.drafts if numbers is None or draft.number in numbers]
        is_large = len(chosen) > MOST_DRAFTS
        parts = overview(chosen, lang=lang, texts=texts) if is_large else Overview()
        shown = await unit.drafts.present(
            batch.id,
            conversation=conversation,
            numbers=[draft.number for draft in chosen],
            now=unit.now,
            in_full=[draft.number for draft in chosen if draft.number not in parts.rows],
        )
        if any(shown.shown.get(draft.number) != draft.version.digest for draft in chosen):
            continue
        card = drafts_card(
            batch, lang=lang, texts=texts, now=unit.now, numbers=numbers, presentation=shown, notes=notes
        )
        if batch.stopped:
            card = card.model_copy(update={"may_resume": await who_decides(unit, batch.brand)})
        if is_large:
            card = _signed_by_count(card, batch, chosen, parts, lang=lang, texts=texts)
        found = await sequel(unit, batch, chosen, lang=lang, texts=texts)
        return with_sequel(card, found, size=len(batch.drafts), lang=lang, texts=texts)
    raise Conflict("draft_stale")


def _signed_by_count(
    card: DraftsCard, batch: Batch, chosen: list[Draft], parts: Overview, *, lang: Lang, texts: Texts
) -> DraftsCard:
    size = len(batch.drafts)
    own = parts.rows
    items = tuple(
        row.model_copy(
            update={"in_full": False, "made_of": own[row.number].made_of, "variables": own[row.number].variables}
        )
        if row.number in own
        else row
        for row in card.items
    )
    on_page = size > MOST_BY_CHAT
    key = "sign_on_page" if on_page else "sign_by_count"
    is_open = any(row.approvable for row in card.items)
    summary = texts.say(
        "overview_summary", lang, count=len(chosen), variants=len(own), wordings=len(parts.wordings),
        full=len(chosen) - len(own),
    )  # fmt: skip
    return card.model_copy(
        update={
            "items": items,
            "wordings": parts.wordings,
            "same": parts.same,
            "count": size,
            "lead_only": on_page,
            "how_to_sign": texts.say(key, lang, batch=batch.code, size=size, most=MOST_BY_CHAT) if is_open else "",
            "notes": (*card.notes, summary),
        }
    )
