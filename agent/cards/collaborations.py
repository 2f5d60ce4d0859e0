"""Target collaborations in words and rows: a list, and a proposal with exactly what would be done. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from pydantic import JsonValue

from agent.cards.drafts import flag_text
from agent.cards.piece import Piece, Show
from memory.domain.cards import ChoiceCard, ReportCard
from memory.domain.collaborations import Collaboration
from memory.domain.proposals import Deed, DeedState, ShopProposal
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.collaborations.reading import Gap
from tools.collaborations.results import CollaborationList, OpenPlanList, Proposed, RequestList

_MOST_ROWS: Final = 50
_NAMED: Final = 50
_WHAT: Final = ("collab_column_what", "collab_column_value")
_COLUMNS: Final = (
    "collab_column_name", "collab_column_status", "collab_column_products", "collab_column_sample",
    "collab_column_creators", "collab_column_ends",
)  # fmt: skip


def proposed(result: Proposed, lang: Lang, texts: Texts) -> Piece:
    """「T3 等负责人批准：…」 with the whole of it, who was left out, and how it is answered."""
    one = result.proposal
    lines = [texts.say("collab_waits", lang, code=one.code, deed=_deed(one, lang, texts))]
    for out in result.left_out:
        why = flag_text(out.reason, lang=lang, texts=texts, now=result.now)
        lines.append(texts.say("collab_left_out", lang, handle=out.handle, why=why))
    card = proposal_card(one, result.zone, lang, texts)
    return Piece("\n".join(lines), (card, choices(one, lang, texts)), for_planner={"proposal": one.code})


def proposal_card(one: ShopProposal, zone: str, lang: Lang, texts: Texts) -> ReportCard:
    """Everything a decision on it is about."""
    rows = [(texts.say(f"collab_row_{key}", lang), value) for key, value in _rows(one, zone, lang, texts)]
    return ReportCard(
        title=f"{one.code} · {_deed(one, lang, texts)}",
        period=texts.say("collab_decide_by", lang, when=_when(one.decide_by, zone)),
        columns=tuple(texts.say(key, lang) for key in _WHAT),
        rows=tuple(rows),
        as_of=one.made_at,
        source=texts.say("collab_source", lang),
    )


def choices(one: ShopProposal, lang: Lang, texts: Texts) -> ChoiceCard:
    """The answers: yes and no, and where there are two ways a yes to each."""
    yes = [texts.say("collab_approve", lang, code=one.code)]
    if len(one.ways) > 1:
        yes = [texts.say("collab_approve_way", lang, code=one.code, number=nth) for nth in range(1, len(one.ways) + 1)]
    return ChoiceCard(
        prompt=texts.say("collab_how", lang, code=one.code),
        choices=(*yes, texts.say("collab_reject", lang, code=one.code)),
    )


def listed(result: CollaborationList, lang: Lang, texts: Texts) -> Piece:
    """Those that run, what waits for a word, and what became of the last ones."""
    counted = texts.say("collab_listed", lang, count=len(result.found)) if result.found else None
    lines = _headed(counted, result.gap, texts.say("collab_none", lang), lang, texts)
    sync = result.sync
    if sync is not None and sync.ended_at is not None:
        lines.append(texts.say("collab_read_at", lang, when=_when(sync.ended_at, result.zone)))
    if sync is not None and sync.trouble is not None:
        lines.append(flag_text(sync.trouble, lang=lang, texts=texts, now=result.now))
    lines += [standing(one, lang, texts, now=result.now) for one in result.proposals if _is_news(one, result.now)]
    rows = tuple(_row(one, result, lang, texts) for one in result.found[:_MOST_ROWS])
    card = ReportCard(
        title=texts.say("collab_title", lang), period="", columns=tuple(texts.say(key, lang) for key in _COLUMNS),
        rows=rows, as_of=sync.ended_at if sync is not None else None, source=texts.say("collab_source", lang),
    )  # fmt: skip
    told: dict[str, JsonValue] = {"collaborations": len(result.found)}
    return Piece("\n".join(lines), (card,) if rows else (), for_planner=told | _not_read(result.gap))


def _headed(counted: str | None, gap: Gap | None, none: str, lang: Lang, texts: Texts) -> list[str]:
    """How many there are, and why none is read now with what to do; `none` only of what was read."""
    why = [texts.say(gap, lang)] if gap is not None else []
    return [*([counted] if counted else []), *why] or [none]


def _not_read(gap: Gap | None) -> dict[str, JsonValue]:
    return {"not_read": gap.value} if gap is not None else {}


def standing(one: ShopProposal, lang: Lang, texts: Texts, *, now: datetime) -> str:
    """「T3 新建定向合作：已建好，编号 7…」"""
    state = one.state.value if one.state is not DeedState.OPEN or one.waits(now) else "expired"
    why = flag_text(one.reason, lang=lang, texts=texts, now=now) if one.reason is not None else ""
    said = texts.say(f"collab_state_{state}", lang, outcome=one.outcome, why=why)
    return texts.say("collab_standing", lang, code=one.code, deed=_deed(one, lang, texts), said=said)


def _is_news(one: ShopProposal, now: datetime) -> bool:
    return one.waits(now) or one.state in (DeedState.APPROVED, DeedState.DOING, DeedState.UNKNOWN, DeedState.FAILED)


def _rows(one: ShopProposal, zone: str, lang: Lang, texts: Texts) -> list[tuple[str, str]]:
    found = cast(dict[str, Any], dict(one.content))
    if one.deed is Deed.REVIEW:
        return _review_rows(found, lang, texts)
    rows = [("name", one.name if one.deed is Deed.INVITE else f"{found['name']}（{found['collaboration']}）")]
    if one.deed is Deed.INVITE:
        rows += [
            ("creators", _handles(found["handles"]) or "-"),
            ("product", f"{found['title']}（{found['product']}）"),
            ("rate", _percent(found["rate_bp"])),
        ]
    rows += _clash_rows(one, found, zone, lang, texts)
    if "rates_bp" in found:
        before = found.get("rates_before_bp", {})
        said = [f"{product}：{_percent(before.get(product))} → {_percent(rate)}"
                for product, rate in found["rates_bp"].items()]  # fmt: skip
        rows.append(("rate", "；".join(said)))
    if "gives_sample" in found:
        rows.append(("sample", texts.say("collab_sample_yes" if found["gives_sample"] else "collab_sample_no", lang)))
    if "ends_at" in found:
        when = _when(datetime.fromisoformat(found["ends_at"]), zone)
        if "ends_before" in found:
            when = f"{_when(datetime.fromisoformat(found['ends_before']), zone)} → {when}"
        rows.append(("ends", when))
    rows += [(key, _handles(found[key])) for key in ("add", "drop") if key in found]
    return rows


def _clash_rows(
    one: ShopProposal, found: dict[str, Any], zone: str, lang: Lang, texts: Texts
) -> list[tuple[str, str]]:  # fmt: skip
    """Who is in another one already, what they have there and would get here, and what can be done about it."""
    rows = [("clash", _clash(each, found, zone, lang, texts)) for each in found.get("clashes", ())]
    names = _handles(list(dict.fromkeys(each["handle"] for each in found.get("clashes", ()))))
    rest = _handles(found.get("handles", ()))
    for number, way in enumerate(one.ways, start=1):
        key = f"collab_way_{way.value}" if len(one.ways) > 1 else f"collab_only_way_{way.value}"
        rows.append(("way", texts.say(key, lang, number=number, code=one.code, handles=names, rest=rest)))
    return rows


def _clash(each: dict[str, Any], found: dict[str, Any], zone: str, lang: Lang, texts: Texts) -> str:
    old = f"{each['name']}（{each['collaboration']}）" if each["name"] else each["collaboration"]
    if each["rate_bp"] is None or each["ends_at"] is None:
        terms = texts.say("collab_terms_unread", lang)
    else:
        terms = texts.say(
            "collab_terms", lang, rate=_rate_of(each["rate_bp"]), sample=_gives(each["gives_sample"], lang, texts),
            until=_when(datetime.fromisoformat(each["ends_at"]), zone),
        )  # fmt: skip
    new = texts.say("collab_terms_new", lang, rate=_rate_of(found["rate_bp"]),
                    sample=_gives(found["gives_sample"], lang, texts))  # fmt: skip
    return f"@{each['handle']} · {old}：{terms} → {new}"


def open_listed(result: OpenPlanList, lang: Lang, texts: Texts) -> Piece:
    """What any creator may sell, at which rate; nothing is changed there from here."""
    count = len(result.found)
    counted = texts.say("open_plans_listed", lang, count=count) if count else None
    lines = _headed(counted, result.gap, texts.say("open_plans_none", lang), lang, texts)
    sync = result.sync
    if sync is not None and sync.ended_at is not None:
        lines.append(texts.say("collab_read_at", lang, when=_when(sync.ended_at, result.zone)))
    if sync is not None and sync.trouble is not None:
        lines.append(flag_text(sync.trouble, lang=lang, texts=texts, now=result.now))
    rows = tuple(
        (one.title or one.product, one.product, _rate_of(one.rate_bp),
         texts.say("open_plan_ending" if one.ending else "open_plan_normal", lang))
        for one in result.found[:_MOST_ROWS]
    )  # fmt: skip
    card = ReportCard(
        title=texts.say("open_plans_title", lang), period="",
        columns=tuple(texts.say(f"open_plans_column_{key}", lang) for key in ("product", "number", "rate", "status")),
        rows=rows, as_of=sync.ended_at if sync is not None else None, source=texts.say("collab_source", lang),
    )  # fmt: skip
    plans: dict[str, JsonValue] = {one.title or one.product: _rate_of(one.rate_bp) for one in result.found[:_MOST_ROWS]}
    told: dict[str, JsonValue] = {"open_plans": plans}
    return Piece("\n".join(lines), (card,) if rows else (), for_planner=told | _not_read(result.gap))


def _gives(sample: object, lang: Lang, texts: Texts) -> str:
    return texts.say("collab_gives" if sample else "collab_gives_not", lang)


def _review_rows(found: dict[str, Any], lang: Lang, texts: Texts) -> list[tuple[str, str]]:
    """The answer, and who is given what at which price."""
    said = texts.say("collab_review_yes" if found["approve"] else "collab_review_no", lang)
    if not found["approve"]:
        why = found["reason"]
        said += f"（{texts.say(f'collab_refusal_{why}', lang)}）"
    rows = [("answer", said)]
    for each in found["requests"]:
        price = each["price"] or texts.say("collab_price_unknown", lang)
        rows.append(("request", f"@{each['handle']} · {each['title']} · {price}"))
    return rows


def requests_listed(result: RequestList, lang: Lang, texts: Texts) -> Piece:
    """Who waits for an answer, until when."""
    if not result.found:
        lines = _headed(None, result.gap, texts.say("sample_requests_none", lang), lang, texts)
        none: dict[str, JsonValue] = {"requests": 0}
        return Piece("\n".join(lines), for_planner=none | _not_read(result.gap))
    rows = tuple(
        (f"@{one.handle}", one.title or one.product, _when(one.review_by, result.zone) if one.review_by else "-")
        for one in result.found[:_MOST_ROWS]
    )
    card = ReportCard(
        title=texts.say("sample_requests_title", lang), period="",
        columns=tuple(texts.say(f"sample_requests_column_{key}", lang) for key in ("creator", "product", "until")),
        rows=rows, as_of=result.read_at, source=texts.say("collab_source", lang),
    )  # fmt: skip
    text = texts.say("sample_requests_listed", lang, count=len(result.found))
    return Piece(text, (card,), for_planner={"requests": len(result.found)})


def _row(one: Collaboration, result: CollaborationList, lang: Lang, texts: Texts) -> tuple[str, ...]:
    status = one.status.value if one.status.value != "live" or one.is_live(result.now) else "ended"
    products = "；".join(
        f"{rated.title or rated.product} {_rate_of(rated.rate_at(result.now))}" for rated in one.products
    )
    return (
        f"{one.name}（{one.id}）",
        texts.say(f"collab_status_{status}", lang),
        products,
        texts.say("collab_gives" if one.gives_sample else "collab_gives_not", lang),
        str(sum(not guest.leaving for guest in one.creators)),
        _when(one.ends_at, result.zone),
    )


def _deed(one: ShopProposal, lang: Lang, texts: Texts) -> str:
    return texts.say(f"collab_deed_{one.deed.value}", lang)


def _handles(handles: Sequence[str]) -> str:
    return " ".join(f"@{handle}" for handle in handles[:_NAMED])


def _percent(share: int | None) -> str:
    return _rate_of(share) if share is not None else "-"


def _rate_of(share: int) -> str:
    return f"{share / 100:g}%"


def _when(moment: datetime, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}（{zone}）"


SHOWN: dict[type, Show] = {
    Proposed: proposed,
    CollaborationList: listed,
    OpenPlanList: open_listed,
    RequestList: requests_listed,
}
