"""Batches and drafts as cards. Pure."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from agent.cards import wording
from memory.domain.cards import DraftRow, DraftsCard, PlanCard, PlanRow
from memory.domain.outreach import Batch, Draft, DraftStatus, Flag, Presentation
from memory.domain.shop_cards import ShopCard
from memory.domain.workspace import Lang
from prompts.render import Texts


def drafts_card(
    batch: Batch,
    *,
    lang: Lang,
    texts: Texts,
    now: datetime | None,
    numbers: Collection[int] | None = None,
    presentation: Presentation | None = None,
    notes: tuple[str, ...] = (),
) -> DraftsCard:
    """A card of a batch, or of some of its numbers, in full. `now`: to say how long ago something was."""
    chosen = [draft for draft in batch.drafts if numbers is None or draft.number in numbers]
    return DraftsCard(
        batch=batch.code,
        presentation=presentation.id if presentation else None,
        decide_by=presentation.decide_by if presentation else batch.decide_by,
        items=tuple(draft_row(draft, lang=lang, texts=texts, now=now) for draft in chosen),
        notes=notes,
        stopped=batch.stopped,
    )


def as_published(draft: Draft) -> Draft:
    """The draft as the person will find it: one still being written opens, or fails, when its turn ends."""
    if draft.status is not DraftStatus.DRAFT:
        return draft
    failing = any(flag.blocking for flag in draft.version.flags)
    return replace(draft, status=DraftStatus.FAILING if failing else DraftStatus.OPEN)


def draft_row(draft: Draft, *, lang: Lang, texts: Texts, now: datetime | None) -> DraftRow:
    """One draft in full."""
    draft = as_published(draft)
    content = draft.version.content
    return DraftRow(
        number=draft.number,
        draft=draft.id,
        handle=draft.handle,
        language=content.language,
        text=content.text,
        text_zh=content.text_zh,
        flags=(
            *([follow_text(draft, lang, texts)] if draft.follow else []),
            *(card_text(card, lang, texts) for card in content.cards),
            *(flag_text(flag, lang=lang, texts=texts, now=now) for flag in draft.version.flags),
        ),
        status=draft.status,
        status_text=status_text(draft, lang=lang, texts=texts, now=now),
        approvable=draft.approvable,
        digest=draft.version.digest,
        paired=content.paired,
        due_at=_due(draft),
        zone=draft.zone,
        zone_estimated=draft.zone_estimated,
    )


def follow_text(draft: Draft, lang: Lang, texts: Texts) -> str:
    """第 2 轮跟进：前一条发出 3 天后，没回复才发; nothing for a message that follows none."""
    follow = draft.follow
    if follow is None:
        return ""
    when = (
        texts.say("follow_up_from", lang, when=wording.clock(follow.not_before, draft.zone, lang))
        if follow.not_before
        else texts.say("follow_up_after", lang, days=follow.delay_days or 0)
    )
    condition = texts.say(f"follow_up_if_{follow.condition}", lang)
    return texts.say("follow_up_rule", lang, round=follow.round, when=when, condition=condition)


def card_text(card: ShopCard, lang: Lang, texts: Texts) -> str:
    """「附商品卡：猫砂盆（1729…）」: what goes after the text, with its number."""
    said = texts.say(f"card_{card.kind}", lang, title=card.title, number=card.number)
    if card.rate_bp is None:
        return said
    sample = texts.say("collab_gives" if card.gives_sample else "collab_gives_not", lang)
    return texts.say("card_terms", lang, card=said, rate=f"{card.rate_bp / 100:g}%", sample=sample)


def flag_text(flag: Flag, *, lang: Lang, texts: Texts, now: datetime | None) -> str:
    """A check's finding as a sentence; an unknown key is shown rather than hidden.

    A moment in it reads as a day: how long ago where `now` is known, else its date. `why` in it is another finding.
    """
    facts = dict(flag.facts)
    if "why" in facts:
        facts["why"] = flag_text(Flag(str(facts.pop("why")), facts), lang=lang, texts=texts, now=now)
    if "when" in facts and "zone" in facts:
        moment = datetime.fromisoformat(str(facts["when"]))
        facts["when"] = wording.day(moment, str(facts["zone"]), lang, now=now)
    for key in (flag.key, f"flag_{flag.key}"):
        if key in texts:
            return texts.say(key, lang, **facts)
    return flag.key


def status_text(draft: Draft, *, lang: Lang, texts: Texts, now: datetime | None) -> str:
    """待审批 / 已排 21:10 / 暂停：没有发送渠道 …"""
    said = texts.say(f"status_{draft.status}", lang)
    if draft.reason is not None:
        return f"{said}{'：' if lang == 'zh' else ': '}{flag_text(draft.reason, lang=lang, texts=texts, now=now)}"
    return said


def plan_rows(drafts: Collection[Draft], *, lang: Lang, texts: Texts, now: datetime | None) -> tuple[PlanRow, ...]:
    """When each message goes, or why not."""
    return tuple(
        PlanRow(
            number=draft.number,
            handle=draft.handle,
            state=draft.status,
            state_text=status_text(draft, lang=lang, texts=texts, now=now),
            due_at=_due(draft),
            zone=draft.zone,
            zone_estimated=draft.zone_estimated,
        )
        for draft in drafts
    )


def plan_card(batch: str, drafts: Collection[Draft], *, lang: Lang, texts: Texts, now: datetime | None) -> PlanCard:
    """What a decision planned."""
    return PlanCard(batch=batch, items=plan_rows(drafts, lang=lang, texts=texts, now=now))


def _due(draft: Draft) -> datetime | None:
    """When it goes; nothing for one that waits for a decision again, whatever its step was planned for."""
    return None if draft.status in (DraftStatus.OPEN, DraftStatus.FAILING) else draft.due_at


def both_clocks(draft: Draft, team_zone: str, lang: Lang) -> str:
    """Creator's and team's clock of a planned send; nothing while it has no time."""
    if draft.due_at is None:
        return ""
    return wording.clocks(draft.due_at, draft.zone, team_zone, lang, estimated=draft.zone_estimated)
