"""Our own books in words: relations changed, products, preferences, quota. Pure."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from agent.cards import quota_week, wording
from agent.cards.piece import Piece, Show
from memory.domain.cards import ReportCard
from memory.domain.money import MoneySpan
from memory.domain.office_stores import DayActivity
from memory.domain.shops import PlatformQuota
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.crm.tool import CrmChanged, CrmUpdateArgs, CrmWaiting
from tools.preferences.tool import PreferencesShown
from tools.products.tool import ProductsShown
from tools.quota.tool import QuotaShown


def crm_waiting(result: CrmWaiting, lang: Lang, texts: Texts) -> Piece:
    """「要改 23 位：阶段 → 谈判中。请回：确认 C4」"""
    said = wording.listed(_changes(result.arguments, lang, texts), lang)
    text = texts.say("crm_waiting", lang, count=result.count, changes=said, code=result.code)
    return Piece(text, for_planner={"waiting": result.code, "count": result.count})


def crm_changed(result: CrmChanged, lang: Lang, texts: Texts) -> Piece:
    """「已改 3 位：@a、@b、@c，阶段 → 谈判中」"""
    changes = _changes(result.arguments, lang, texts)
    handles = wording.listed([f"@{handle}" for handle in result.handles], lang)
    text = texts.say(
        "crm_changed", lang, count=len(result.handles), handles=handles, changes=wording.listed(changes, lang)
    )
    return Piece(text, for_planner={"changed": result.changed, "handles": list(result.handles)})


def _changes(args: CrmUpdateArgs, lang: Lang, texts: Texts) -> list[str]:
    changes: list[str] = []
    if args.stage:
        changes.append(texts.say("change_stage", lang, stage=texts.say(f"stage_{args.stage}", lang)))
    if args.add_tags:
        changes.append(texts.say("change_add_tags", lang, tags=wording.listed(list(args.add_tags), lang)))
    if args.remove_tags:
        changes.append(texts.say("change_remove_tags", lang, tags=wording.listed(list(args.remove_tags), lang)))
    if args.note:
        changes.append(texts.say("change_note", lang))
    if args.owner:
        changes.append(texts.say("change_owner", lang, owner=args.owner))
    if args.blocked is not None:
        changes.append(texts.say("change_blocked" if args.blocked else "change_unblocked", lang))
    return changes


def products_shown(result: ProductsShown, lang: Lang, texts: Texts) -> Piece:
    """The brand's products as a table."""
    if not result.products:
        return Piece(texts.say("no_products_yet", lang), for_planner={"products": []})
    unknown = texts.say("not_set", lang)
    rows = tuple(
        (
            product.name,
            wording.money(MoneySpan.exactly(product.price), lang) if product.price else unknown,
            wording.share(product.commission_ceiling_bp) if product.commission_ceiling_bp is not None else unknown,
            unknown if product.sample is None else texts.say("yes" if product.sample else "no", lang),
            product.link or unknown,
        )
        for product in result.products
    )
    columns = ("product", "price", "commission_ceiling", "sample", "link")
    card = ReportCard(
        title=texts.say("products_title", lang),
        period="",
        columns=tuple(texts.say(f"column_{name}", lang) for name in columns),
        rows=rows,
        as_of=None,
        source=texts.say("source_own_books", lang),
    )
    if result.changed is None:
        text = texts.say("products_listed", lang, count=len(rows))
    else:
        text = texts.say("product_added" if result.added else "product_changed", lang, name=result.changed.name)
    return Piece(text, (card,), for_planner={"products": [product.name for product in result.products]})


def preferences_shown(result: PreferencesShown, lang: Lang, texts: Texts) -> Piece:
    """What is remembered now."""
    lines = [f"{place}. {kept.text}" for place, kept in enumerate(result.preferences, 1)]
    kept = "\n".join(lines) or texts.say("no_preferences", lang)
    heading = {
        "list": "preferences_listed",
        "set": "preference_set",
        "forget": "preference_forgotten",
    }[result.action]
    said = texts.say(heading, lang, text=result.changed.text if result.changed else "")
    return Piece(f"{said}\n{kept}", for_planner={"preferences": [kept.text for kept in result.preferences]})


def quota_shown(result: QuotaShown, lang: Lang, texts: Texts) -> Piece:
    """One row a brand, with the time it was read; then one row a day of what was done."""
    columns = ("brand", "day_used", "day_left", "per_minute", "planned", "held")
    rows = tuple(
        (
            quota.brand,
            str(quota.day_used),
            str(max(quota.day_limit - quota.day_used, 0)),
            str(quota.minute_limit),
            str(quota.planned),
            str(quota.held),
        )
        for quota in result.brands
    )
    as_of = max((quota.as_of for quota in result.brands), default=None)
    card = ReportCard(
        title=texts.say("quota_title", lang),
        period=texts.say("today", lang),
        columns=tuple(texts.say(f"column_{name}", lang) for name in columns),
        rows=rows,
        as_of=as_of,
        source=texts.say("source_ledger", lang),
    )
    left = sum(max(quota.day_limit - quota.day_used, 0) for quota in result.brands)
    for_planner: dict[str, Any] = {"rows": [dict(zip(columns, line, strict=True)) for line in rows]}
    cards = [card]
    if result.activity:
        cards.append(_activity(result.activity, lang, texts, as_of=as_of))
        for_planner["activity"] = [asdict(day) | {"day": day.day.isoformat()} for day in result.activity]
    said = texts.say("quota_said", lang, left=left)
    if result.week is not None:
        said, cards = quota_week.said(result.week, lang, texts), [quota_week.card(result.week, lang, texts)]
        for_planner = {"week": quota_week.for_planner(result.week)}
    if isinstance(result.platform, PlatformQuota):
        cards.append(_platform(result.platform, result.contacts, lang, texts))
        if result.week is not None and result.platform.levels:
            cards.append(quota_week.levels(result.platform, lang, texts))
        for_planner["platform"] = {"used": result.platform.used, "allowed": result.platform.allowed}
    elif result.platform is not None:
        why = texts.say(result.platform.text_key, lang, **result.platform.facts)
        said += "\n" + texts.say("quota_platform_unknown", lang, why=why)
    return Piece(said, tuple(cards), for_planner=for_planner)


def _platform(quota: PlatformQuota, contacts: int | None, lang: Lang, texts: Texts) -> ReportCard:
    """What the platform itself counts, and our own count beside it: theirs comes late, ours knows no other app."""
    unknown = texts.say("unknown", lang)
    left = texts.say("quota_unlimited", lang) if quota.left is None else str(quota.left)
    columns = ("platform_used", "platform_left", "own_count", "count_difference")
    apart = quota.used - (contacts or 0)
    ours = (unknown, unknown) if contacts is None else (str(contacts), f"{apart:+d}" if apart else "0")
    ends = quota.ends_at.date().isoformat() if quota.ends_at else unknown
    return ReportCard(
        title=texts.say("quota_platform_title", lang),
        period=texts.say("quota_platform_period", lang, until=ends),
        columns=tuple(texts.say(f"column_{name}", lang) for name in columns),
        rows=((str(quota.used), left, *ours),),
        as_of=quota.read_at,
        source="TikTok Shop",
    )


def _activity(days: Sequence[DayActivity], lang: Lang, texts: Texts, *, as_of: datetime | None) -> ReportCard:
    """One row a day, newest first."""
    columns = ("utc_day", "searches", "active_creators", "messages", "invites", "replies")
    return ReportCard(
        title=texts.say("activity_title", lang),
        period=texts.say("activity_period", lang, since=days[-1].day.isoformat(), until=days[0].day.isoformat()),
        columns=tuple(texts.say(f"column_{name}", lang) for name in columns),
        rows=tuple(
            (
                day.day.isoformat(),
                *(str(count) for count in (day.searches, day.active_creators, day.messages, day.invites, day.replies)),
            )
            for day in days
        ),
        as_of=as_of,
        source=texts.say("source_counters", lang),
    )


SHOWN: dict[type, Show] = {
    CrmChanged: crm_changed,
    CrmWaiting: crm_waiting,
    ProductsShown: products_shown,
    PreferencesShown: preferences_shown,
    QuotaShown: quota_shown,
}
