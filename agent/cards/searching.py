"""Searches, shortlists, profiles and replies in words and cards. Pure."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue

from agent.cards import wording
from agent.cards.creators import category, profile_card, reason_text, shortlist_card
from agent.cards.criteria import filters
from agent.cards.drafts import draft_row
from agent.cards.piece import Piece, Show, file_out
from agent.deliveries.wording import quoted
from memory.domain.cards import RepliesCard, ReplyRow, ReportCard
from memory.domain.creator import Relaxation, Shortlist
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.compliance.tool import ComplianceReport
from tools.creator_search.tool import CreatorShown
from tools.replies.tool import Replies, ReplyShown
from tools.shortlists.tool import ShortlistExported, ShortlistsListed
from tools.translation.tool import Translated

_MONEY_FIELDS = {"gmv_30d", "avg_price"}
_SHARE_FIELDS = {"engagement_bp", "commission_bp", "fulfilment_bp"}
_LABELS = {"engagement_bp": "engagement", "commission_bp": "commission", "fulfilment_bp": "fulfilment"}


def shortlist(result: Shortlist, lang: Lang, texts: Texts) -> Piece:
    """What was found, with the filters used and everything a number might hide."""
    said = filters(result.criteria, lang=lang, texts=texts)
    notes = _notes(result, lang, texts)
    if result.items:
        key = "shortlist_named" if result.name else "shortlist_found"
        text = texts.say(key, lang, total=result.total, shown=len(result.items), name=result.name or "")
    else:
        text = texts.say("shortlist_none", lang)
    text = "\n".join([text, *([texts.say("filters_used", lang, filters=" · ".join(said))] if said else []), *notes])
    day = result.criteria.get("rates_day")
    card = shortlist_card(
        result, lang=lang, texts=texts, filters=said, notes=tuple(notes), rates_day=str(day) if day else None
    )
    return Piece(text, (card,) if result.items else (), for_planner=_for_planner(result))


def _notes(result: Shortlist, lang: Lang, texts: Texts) -> list[str]:
    notes = [
        texts.say("also_unknown", lang, count=count, field=_label(name, lang, texts, short=True))
        for name, count in result.unknown.items()
        if count
    ]
    if possible := sum(1 for item in result.items if item.possible):
        notes.append(texts.say("possible_last", lang, count=possible))
    if result.hidden:
        notes.append(texts.say("hidden_by_rules", lang, count=result.hidden))
    if result.relaxations:
        offers = [_relaxation(offer, lang, texts) for offer in result.relaxations]
        notes.append(texts.say("could_relax", lang, offers=("；" if lang == "zh" else "; ").join(offers)))
    if result.dropped:
        names = [_label(name, lang, texts) for name in result.dropped]
        notes.append(texts.say("dropped_numbers", lang, fields=wording.listed(names, lang)))
    return notes


def _relaxation(offer: Relaxation, lang: Lang, texts: Texts) -> str:
    label = _label(offer.filter, lang, texts)
    if offer.low is None and offer.high is None:
        return texts.say("relax_without", lang, field=label, found=offer.found)
    low = _value(offer.filter, offer.low, lang)
    high = _value(offer.filter, offer.high, lang)
    bounds = f"{low}–{high}" if low and high else f"≥ {low}" if low else f"≤ {high}"
    return texts.say("relax_to", lang, field=label, bounds=bounds, found=offer.found)


def _value(name: str, value: int | None, lang: Lang) -> str:
    if value is None:
        return ""
    if name in _MONEY_FIELDS:
        return f"${wording.number(value // 100, lang)}"
    return wording.share(value) if name in _SHARE_FIELDS else wording.number(value, lang)


def _label(name: str, lang: Lang, texts: Texts, *, short: bool = False) -> str:
    known = _LABELS.get(name, name)
    for key in (*((f"short_{known}",) if short else ()), f"label_{known}", f"field_{name}"):
        if key in texts:
            return texts.say(key, lang)
    return name


def _for_planner(result: Shortlist) -> dict[str, JsonValue]:
    rows: list[JsonValue] = [
        {
            "rank": item.rank,
            "handle": item.creator.handle,
            "market": item.creator.facts.market,
            "followers": item.creator.facts.followers.middle if item.creator.facts.followers else None,
            "reasons": [f"{reason.key} {reason.facts}" for reason in item.reasons],
        }
        for item in result.items[:10]
    ]
    return {"total": result.total, "shown": len(result.items), "unknown": {**result.unknown}, "top": rows}


def creator_shown(result: CreatorShown, lang: Lang, texts: Texts) -> Piece:
    """One creator's profile."""
    card = profile_card(result.creator, result.relation, lang=lang, texts=texts)
    facts = result.creator.facts
    categories = wording.listed([category(slug, lang, texts) for slug in facts.categories], lang)
    lines = [texts.say("creator_shown", lang, handle=facts.handle, categories=categories or texts.say("unknown", lang))]
    if result.ranked is not None and result.ranked.reasons:
        reasons = [reason_text(reason, lang=lang, texts=texts) for reason in result.ranked.reasons]
        rank, why = result.ranked.rank, wording.listed(reasons, lang)
        lines.append(texts.say("creator_ranked", lang, rank=rank, reasons=why))
    told: dict[str, JsonValue] = {"handle": facts.handle, "facts": [list(pair) for pair in card.facts]}
    return Piece("\n".join(lines), (card,), for_planner=told)


def shortlists_listed(result: ShortlistsListed, lang: Lang, texts: Texts) -> Piece:
    """Saved shortlists by name."""
    if not result.shortlists:
        return Piece(texts.say("no_shortlists", lang), for_planner={"shortlists": []})
    names = [kept.name or "" for kept in result.shortlists]
    lines = [texts.say("shortlist_line", lang, name=kept.name or "", total=kept.total) for kept in result.shortlists]
    return Piece("\n".join([texts.say("shortlists_listed", lang), *lines]), for_planner={"shortlists": list(names)})


def exported(result: ShortlistExported, lang: Lang, texts: Texts) -> Piece:
    """A file to fetch."""
    kept = result.file
    lines = [texts.say("exported", lang, rows=result.rows, name=kept.name)]
    if not result.contacts:
        lines.append(texts.say("exported_without_contacts", lang))
    return Piece("\n".join(lines), files=(file_out(kept),), for_planner={"file": kept.name, "rows": result.rows})


def replies(result: Replies, lang: Lang, texts: Texts) -> Piece:
    """Who wrote back, oldest first."""
    thread = [_line(who, text, at, result, lang, texts) for who, text, at in result.thread]
    if not result.items:
        return Piece("\n".join([texts.say("no_replies", lang), *thread]), for_planner={"replies": 0})
    card = RepliesCard(
        total=result.total,
        items=tuple(
            _reply(item, lang, texts, now=result.now, brand=result.brands.get(item.message.brand, ""))
            for item in result.items
        ),
    )
    told: list[JsonValue] = [
        {"handle": item.message.handle, "intent": str(item.message.gist.intent)} for item in result.items
    ]
    text = texts.say("replies_found", lang, total=result.total, shown=len(result.items))
    return Piece("\n".join([text, *thread]), (card,), for_planner={"replies": told})


def _line(who: str, text: str, at: datetime, result: Replies, lang: Lang, texts: Texts) -> str:
    """One line of a thread, without contacts or Markdown."""
    when = wording.day(at, result.zone, lang, now=result.now).strip()
    return texts.say("thread_line_us" if who == "us" else "thread_line_creator", lang, when=when, text=quoted(text))


def _reply(item: ReplyShown, lang: Lang, texts: Texts, *, now: datetime, brand: str = "") -> ReplyRow:
    message = item.message
    suggested = message.suggested
    heading = texts.say(item.heading, lang)
    return ReplyRow(
        id=message.id,
        handle=message.handle,
        received_at=message.received_at,
        text=message.text,
        heading=texts.say("heading_of_brand", lang, heading=heading, brand=brand) if brand else heading,
        summary=tuple(texts.say(line.key, lang, **line.facts) for line in item.summary),
        translation=message.translation,
        intent=str(message.gist.intent),
        confidence=message.gist.confidence,
        suggested=draft_row(suggested, lang=lang, texts=texts, now=now) if suggested else None,
        suggested_batch=suggested.batch_code if suggested else None,
    )


def reply_rows(items: Sequence[ReplyShown], lang: Lang, texts: Texts, *, now: datetime) -> RepliesCard:
    """The same rows for a page."""
    return RepliesCard(total=len(items), items=tuple(_reply(item, lang, texts, now=now) for item in items))


def compliance(result: ComplianceReport, lang: Lang, texts: Texts) -> Piece:
    """What a text breaks, with the rule and a wording that passes."""
    if not result.findings:
        return Piece(texts.say("compliance_clean", lang, market=result.market), for_planner={"findings": []})
    rows = tuple(
        (texts.say(f"rule_{f.rule}", lang) if f"rule_{f.rule}" in texts else f.rule, f.quote, f.instead, f.authority)
        for f in result.findings
    )
    card = ReportCard(
        title=texts.say("compliance_title", lang),
        period="",
        columns=tuple(texts.say(f"column_{name}", lang) for name in ("rule", "quote", "instead", "authority")),
        rows=rows,
        as_of=None,
        source=texts.say("source_rules", lang),
    )
    text = texts.say("compliance_found", lang, count=len(rows), market=result.market)
    return Piece(text, (card,), for_planner={"findings": [finding.rule for finding in result.findings]})


def translated(result: Translated, lang: Lang, texts: Texts) -> Piece:
    """A model's translation, with figures that got lost named."""
    lines = [result.translation]
    if result.differences:
        lost = wording.listed([one.figure.quote for one in result.differences], lang)
        lines.append(texts.say("translation_differs", lang, figures=lost))
    return Piece("\n\n".join(lines), for_planner={"translation": result.translation})


SHOWN: dict[type, Show] = {
    Shortlist: shortlist,
    CreatorShown: creator_shown,
    ShortlistsListed: shortlists_listed,
    ShortlistExported: exported,
    Replies: replies,
    ComplianceReport: compliance,
    Translated: translated,
}
