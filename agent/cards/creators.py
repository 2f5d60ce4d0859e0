"""Creators as rows and profiles. Pure; only facts the creator's row holds are shown."""

from agent.cards import wording
from memory.domain.cards import CreatorCard, MoneyShown, ShortlistCard, ShortlistRow
from memory.domain.creator import Creator, Reason, Relation, Shortlist, ShortlistItem
from memory.domain.money import MoneySpan
from memory.domain.workspace import Lang
from prompts.render import Texts


def shown_money(value: MoneySpan | None) -> MoneyShown | None:
    """A range or an amount as a card carries it."""
    return MoneyShown(low=value.low, high=value.high, currency=value.currency) if value else None


def reason_text(reason: Reason, *, lang: Lang, texts: Texts) -> str:
    """One reason as a short phrase."""
    return texts.say(reason.key, lang, **reason.facts)


def row(
    creator: Creator,
    *,
    rank: int,
    reasons: tuple[str, ...] = (),
    possible: bool = False,
    relation: Relation | None = None,
) -> ShortlistRow:
    """A creator as one row."""
    facts = creator.facts
    return ShortlistRow(
        rank=rank,
        creator=creator.id,
        handle=facts.handle,
        name=facts.name,
        market=facts.market,
        categories=facts.categories,
        followers=(facts.followers.low, facts.followers.high) if facts.followers else None,
        gmv_30d=shown_money(facts.gmv_30d),
        avg_views=(facts.avg_views.low, facts.avg_views.high) if facts.avg_views else None,
        engagement_bp=facts.engagement_bp.middle if facts.engagement_bp else None,
        fulfilment_bp=facts.fulfilment_bp.middle if facts.fulfilment_bp else None,
        commission_bp=facts.commission_bp.middle if facts.commission_bp else None,
        stage=relation.stage if relation else None,
        possible=possible,
        reasons=reasons,
    )


def item_row(item: ShortlistItem, *, lang: Lang, texts: Texts) -> ShortlistRow:
    """A shortlist's item as a row, reasons in words."""
    reasons = tuple(reason_text(reason, lang=lang, texts=texts) for reason in item.reasons)
    return row(item.creator, rank=item.rank, reasons=reasons, possible=item.possible, relation=item.relation)


def shortlist_card(
    shortlist: Shortlist,
    *,
    lang: Lang,
    texts: Texts,
    filters: tuple[str, ...],
    notes: tuple[str, ...],
    rates_day: str | None,
) -> ShortlistCard:
    """The card of a shortlist."""
    return ShortlistCard(
        shortlist=shortlist.id,
        name=shortlist.name,
        total=shortlist.total,
        items=tuple(item_row(item, lang=lang, texts=texts) for item in shortlist.items),
        filters=filters,
        notes=notes,
        rates_day=rates_day,
    )


def profile_card(creator: Creator, relation: Relation | None, *, lang: Lang, texts: Texts) -> CreatorCard:
    """The card of one creator: known facts as label and value, unknown ones as 未知."""
    facts = creator.facts
    unknown = texts.say("unknown", lang)

    def said(value: str | None) -> str:
        return value or unknown

    lines: list[tuple[str, str]] = [
        ("label_followers", said(wording.span(facts.followers, lang) if facts.followers else None)),
        ("label_gmv_30d", said(wording.money(facts.gmv_30d, lang) if facts.gmv_30d else None)),
        ("label_avg_views", said(wording.span(facts.avg_views, lang) if facts.avg_views else None)),
        ("label_engagement", said(wording.share(facts.engagement_bp.middle) if facts.engagement_bp else None)),
        ("label_commission", said(wording.share(facts.commission_bp.middle) if facts.commission_bp else None)),
        ("label_fulfilment", said(wording.share(facts.fulfilment_bp.middle) if facts.fulfilment_bp else None)),
        ("label_avg_price", said(wording.money(facts.avg_price, lang) if facts.avg_price else None)),
        ("label_languages", said(wording.listed(list(facts.languages), lang) if facts.languages else None)),
        (
            "label_categories",
            said(wording.listed([category(slug, lang, texts) for slug in facts.categories], lang)),
        ),
    ]
    if relation is not None:
        lines.append(("label_stage", texts.say(f"stage_{relation.stage}", lang)))
        if relation.samples_received:
            received, posted = relation.samples_received, relation.samples_posted
            lines.append(("web_samples", texts.say("web_samples_counts", lang, received=received, posted=posted)))
        if relation.tags:
            lines.append(("label_tags", wording.listed(list(relation.tags), lang)))
    return CreatorCard(
        creator=creator.id,
        handle=facts.handle,
        name=facts.name,
        bio=facts.bio,
        market=facts.market,
        facts=tuple((texts.say(key, lang), value) for key, value in lines),
        captions=facts.captions[:5],
        source=creator.source.name,
        as_of=creator.source.as_of,
        profile_url=facts.profile_url,
    )


def category(slug: str, lang: Lang, texts: Texts) -> str:
    """A category's name."""
    key = f"category_{slug}"
    return texts.say(key, lang) if key in texts else slug
