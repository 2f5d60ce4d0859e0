"""Drafts in words and cards. A card is given its presentation when the answer is put together. Pure."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from pydantic import JsonValue

from agent.approval.policy import MOST_DRAFTS
from agent.cards import wording
from agent.cards.drafts import as_published, draft_row, drafts_card, flag_text
from agent.cards.piece import Piece, Show
from memory.domain.cards import DraftsCard
from memory.domain.outreach import Batch, Draft, DraftStatus
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.drafting.choosing import TemplateUse
from tools.drafting.revise_tool import DraftsRevised
from tools.drafting.tool import Drafted, DraftList


def drafted(result: Drafted, lang: Lang, texts: Texts) -> Piece:
    """A new batch: how many, what was left out, how to answer."""
    batches = (result.batch, *result.more)
    lines = [_summary(batch, lang, texts) for batch in batches]
    lines += made_from_lines(result.made_from, lang, texts)
    for out in result.left_out:
        why = flag_text(out.reason, lang=lang, texts=texts, now=result.batch.made_at)
        lines.append(texts.say("left_out", lang, handle=out.handle, why=why))
    lines += [flag_text(note, lang=lang, texts=texts, now=result.batch.made_at) for note in result.notes]
    if result.similarity:
        lines.append(texts.say("batch_similarity", lang, percent=round(result.similarity / 10)))
    lines += [_how_to_answer(batch, lang, texts) for batch in batches[:1]]
    cards = tuple(drafts_card(batch, lang=lang, texts=texts, now=batch.made_at) for batch in batches)
    return Piece("\n".join(lines), cards, for_planner=_for_planner(batches))


def _summary(batch: Batch, lang: Lang, texts: Texts) -> str:
    failing = [draft.number for draft in map(as_published, batch.drafts) if draft.status is DraftStatus.FAILING]
    count = len(batch.drafts)
    if failing:
        return texts.say("drafted_failing", lang, batch=batch.code, count=count, failing=wording.ranges(failing, lang))
    return texts.say("drafted", lang, batch=batch.code, count=count)


def made_from_lines(made_from: Sequence[TemplateUse], lang: Lang, texts: Texts) -> list[str]:
    """「模板 A（第1版）：10 条（1、3-5…），模板 B …；谁用哪个是随机分的」"""
    uses = [
        texts.say(
            "made_from_template",
            lang,
            template=texts.say("template_named", lang, name=use.name, version=use.version),
            count=len(use.numbers),
            numbers=wording.ranges(use.numbers, lang) or "-",
        )
        for use in made_from
    ]
    return [*uses, texts.say("split_at_random", lang)] if len(uses) > 1 else uses


def _how_to_answer(batch: Batch, lang: Lang, texts: Texts) -> str:
    ready = [draft.number for draft in map(as_published, batch.drafts) if draft.status is DraftStatus.OPEN]
    if not ready:
        return texts.say("nothing_to_approve", lang)
    size = len(batch.drafts)
    if size > MOST_DRAFTS:
        return texts.say("how_to_answer_large", lang, batch=batch.code, size=size)
    return texts.say("how_to_answer_one" if size == 1 else "how_to_answer", lang, batch=batch.code, last=size)


def revised(result: DraftsRevised, lang: Lang, texts: Texts) -> Piece:
    """New versions, shown in full again: what was decided of the old ones is void."""
    numbers = [draft.number for draft in result.changed]
    lines = [texts.say("revised", lang, batch=result.batch.code, numbers=wording.ranges(numbers, lang))]
    if result.settled:
        lines.append(texts.say("revise_settled", lang, numbers=wording.ranges(result.settled, lang)))
    if result.overtaken:
        lines.append(texts.say("revise_overtaken", lang, numbers=wording.ranges(result.overtaken, lang)))
    now = max((draft.version.made_at for draft in result.changed), default=None)
    card = drafts_card(result.batch, lang=lang, texts=texts, numbers=numbers, now=now)
    return Piece("\n".join(lines), (card,), for_planner=_for_planner((result.batch,)))


def draft_list(result: DraftList, lang: Lang, texts: Texts) -> Piece:
    """Drafts found, a card a batch; how many there are of each state."""
    status = texts.say(f"status_{result.status}", lang) if result.status else ""
    if not result.drafts:
        return Piece(texts.say("no_drafts", lang, status=status), for_planner={"drafts": 0})
    cards: list[DraftsCard] = []
    for code, group in groupby(result.drafts, key=lambda draft: draft.batch_code):
        drafts = list(group)
        cards.append(_card_of(code, drafts, lang, texts, now=result.now, brand=result.brands.get(code, "")))
    count = len(result.drafts)
    text = (
        texts.say("drafts_listed", lang, count=count, status=status)
        if status
        else texts.say("drafts_found", lang, count=count)
    )
    return Piece(text, tuple(cards[:5]), for_planner={"drafts": len(result.drafts), "status": result.status})


def _card_of(
    code: str, drafts: Sequence[Draft], lang: Lang, texts: Texts, *, now: datetime, brand: str = ""
) -> DraftsCard:
    return DraftsCard(
        batch=code,
        presentation=None,
        decide_by=drafts[0].version.made_at,
        items=tuple(draft_row(draft, lang=lang, texts=texts, now=now) for draft in drafts),
        notes=(texts.say("of_brand", lang, brand=brand),) if brand else (),
    )


def _for_planner(batches: Sequence[Batch]) -> dict[str, JsonValue]:
    return {
        "batches": [
            {
                "code": batch.code,
                "drafts": [
                    {"number": draft.number, "handle": draft.handle, "status": str(as_published(draft).status)}
                    for draft in batch.drafts
                ],
            }
            for batch in batches
        ]
    }


SHOWN: dict[type, Show] = {Drafted: drafted, DraftsRevised: revised, DraftList: draft_list}
