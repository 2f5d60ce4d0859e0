"""Follow-ups in words: the rounds of a plan, the list of what waits, and what was taken out. Pure."""

from pydantic import JsonValue

from agent.approval.policy import MOST_DRAFTS
from agent.cards import wording
from agent.cards.drafting import made_from_lines
from agent.cards.drafts import as_published, drafts_card, flag_text, follow_text, status_text
from agent.cards.piece import Piece, Show
from memory.domain.cards import ReportCard
from memory.domain.outreach import Batch, Draft, DraftStatus
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.follow_ups.schedule_tool import FollowUpsPlanned
from tools.follow_ups.waiting_tool import CancelWaiting, FollowUpList, FollowUpsCancelled

_MOST_ROWS = 50


def planned(result: FollowUpsPlanned, lang: Lang, texts: Texts) -> Piece:
    """「排好 2 轮跟进 …」: a line a round, who was left out, and how each round is approved."""
    batches = result.batches
    lines = [texts.say("follow_ups_planned", lang, count=len(batches))]
    for batch in batches:
        lines.append(_round(batch, lang, texts))
        use = result.made_from.get(batch.code)
        lines += made_from_lines((use,) if use else (), lang, texts)
    for out in result.left_out:
        why = flag_text(out.reason, lang=lang, texts=texts, now=batches[0].made_at)
        lines.append(texts.say("left_out", lang, handle=out.handle, why=why))
    first, size = batches[0], len(batches[0].drafts)
    if size > MOST_DRAFTS:
        lines.append(texts.say("how_to_answer_large", lang, batch=first.code, size=size))
    else:
        lines.append(texts.say("follow_ups_how", lang, batch=first.code, last=size))
    if len(batches) > 1:
        others = wording.listed([batch.code for batch in batches[1:]], lang)
        key = "follow_ups_whole" if result.whole else "follow_ups_each"
        lines.append(texts.say(key, lang, batch=first.code, others=others))
    cards = tuple(drafts_card(batch, lang=lang, texts=texts, now=batch.made_at) for batch in batches)
    rounds: list[JsonValue] = [{"code": batch.code, "drafts": len(batch.drafts)} for batch in batches]
    return Piece("\n".join(lines), cards, for_planner={"rounds": rounds})


def _round(batch: Batch, lang: Lang, texts: Texts) -> str:
    drafts = [as_published(draft) for draft in batch.drafts]
    line = texts.say(
        "follow_up_round", lang, batch=batch.code, count=len(drafts), rule=follow_text(drafts[0], lang, texts)
    )
    failing = [draft.number for draft in drafts if draft.status is DraftStatus.FAILING]
    if not failing:
        return line
    return line + texts.say("follow_up_failing", lang, numbers=wording.ranges(failing, lang))


def listed(result: FollowUpList, lang: Lang, texts: Texts) -> Piece:
    """A table: whose, which round and number, when by both clocks, and where it stands."""
    if not result.drafts:
        return Piece(texts.say("no_follow_ups", lang), for_planner={"follow_ups": 0})
    shown = result.drafts[:_MOST_ROWS]
    columns = ("follow_up_creator", "follow_up_round", "follow_up_draft", "follow_up_when", "follow_up_state")
    card = ReportCard(
        title=texts.say("follow_ups_title", lang),
        period="",
        columns=tuple(texts.say(f"column_{name}", lang) for name in columns),
        rows=tuple(_row(draft, result, lang, texts) for draft in shown),
        as_of=result.now,
        source=texts.say("source_own_books", lang),
    )
    lines = [texts.say("follow_ups_listed", lang, waiting=result.waiting, over=len(result.drafts) - result.waiting)]
    if len(shown) < len(result.drafts):
        lines.append(texts.say("follow_ups_cut", lang, count=len(shown), total=len(result.drafts)))
    return Piece("\n".join(lines), (card,), for_planner={"follow_ups": len(result.drafts), "waiting": result.waiting})


def _row(draft: Draft, result: FollowUpList, lang: Lang, texts: Texts) -> tuple[str, ...]:
    moment = draft.sent_at or draft.due_at
    when = (
        wording.clocks(moment, draft.zone, result.team_zone, lang, estimated=draft.zone_estimated)
        if moment
        else follow_text(draft, lang, texts)
    )
    return (
        f"@{draft.handle}",
        str(draft.follow.round if draft.follow else ""),
        f"{draft.batch_code}-{draft.number}",
        when,
        status_text(draft, lang=lang, texts=texts, now=result.now),
    )


def cancelled(result: FollowUpsCancelled, lang: Lang, texts: Texts) -> Piece:
    """「已取消 3 条跟进：@a、@b」"""
    if not result.count:
        return Piece(texts.say("no_follow_up_waits", lang), for_planner={"cancelled": 0})
    handles = wording.listed([f"@{handle}" for handle in result.handles], lang)
    text = texts.say("follow_ups_cancelled", lang, count=result.count, handles=handles)
    return Piece(text, for_planner={"cancelled": result.count, "handles": list(result.handles)})


def cancel_waiting(result: CancelWaiting, lang: Lang, texts: Texts) -> Piece:
    """「要取消 23 条跟进。请回：确认 C4」"""
    text = texts.say("cancel_waiting", lang, count=result.count, code=result.code)
    return Piece(text, for_planner={"waiting": result.code, "count": result.count})


SHOWN: dict[type, Show] = {
    FollowUpsPlanned: planned,
    FollowUpList: listed,
    FollowUpsCancelled: cancelled,
    CancelWaiting: cancel_waiting,
}
