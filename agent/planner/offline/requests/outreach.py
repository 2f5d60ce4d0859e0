"""Requests for new messages: to whom, why, about which product, on what offer, in which words."""

import re
from typing import cast

from pydantic import JsonValue
from rapidfuzz import fuzz

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.asking.reported import reported, without_reported
from agent.planner.offline.reading.message import fold
from agent.planner.offline.reading.quantities import Unit, as_json
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.references import creators, segment_of
from agent.planner.offline.requests.senses import sense
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.terms import STATES_TERMS, meant, metric_beside, term_at
from agent.planner.offline.requests.texts import QUOTES
from agent.planner.plan import PlanningContext
from prompts import words

_ANSWERED = words.phrase("outreach", "answered")
_PRODUCT = words.phrase("outreach", "product")
_NOT_A_PRODUCT = words.phrase("outreach", "not_a_product")
_NOTE = words.phrase("outreach", "note")
_TEMPLATE = words.phrase("outreach", "template")
_SPLIT = words.phrase("outreach", "split")
_BY_CHANCE = words.phrase("outreach", "by_chance")
_INVITES = words.phrase("outreach", "invites")
_ASKS_ABOUT_SAMPLE = words.phrase("outreach", "asks_about_sample")
_SAME = words.phrase("outreach", "same")
_NO_CARDS = words.phrase("message_cards", "none")
_CARDS = {name: words.phrase("message_cards", name) for name in ("product", "collaboration", "sample")}
_WHOM = frozenset(["ranks", "handles", "segment"])
_SEVERAL = re.compile(r"[他她]们|大家|所有|全部|名单|都|每|\b(?:them|they|all|everyone|everybody|each|those|these)\b")
_MAY_OFFER = frozenset(["invite", "negotiate", "reply", "sample_offer"])


def draft(segment: Segment, context: PlanningContext) -> Sheet:
    """`draft_messages`."""
    sheet = Sheet(segment, context)
    text = segment.reading.text[segment.start : segment.end]
    told = [(segment.start + start, segment.start + end) for start, end in reported(text)]
    for span in told:
        sheet.use_span(*span)
    grouped = not told or segment_of(without_reported(text)) is not None
    sheet.arguments = creators(sheet, segments=grouped, writing=True)
    noted = _said(sheet, *told[0]) if told else _note(sheet)
    if told and not _WHOM & set(sheet.arguments) and not _SEVERAL.search(without_reported(text)):
        _answer_the_one_shown(sheet)
    _cards(sheet)
    purpose = _purpose(sheet)
    sheet.arguments["purpose"] = purpose
    if told or purpose in STATES_TERMS:
        _share_in(sheet, noted, named=purpose not in STATES_TERMS)
    _product(sheet)
    _offer_numbers(sheet)
    _fee_in(sheet, noted)
    for index, token in enumerate(sheet.tokens):
        if index in sheet.used:
            continue
        offer, language = token.value("offers"), token.value("languages")
        if offer is not None:
            _offer(sheet, offer, purpose)
        elif language is not None:
            sheet.arguments.setdefault("language", language)
        elif not token.has("purposes", "negation"):
            continue
        sheet.use(index)
    _sample(sheet, purpose)
    for clause in segment.clauses:
        for said in words.senses("purpose")[purpose].finditer(segment.reading.text, clause.start, clause.end):
            sheet.use_span(*said.span())
    if not _split(sheet):
        _template(sheet)
    _product_left_over(sheet)
    _as_before(sheet)
    return sheet


def _cards(sheet: Sheet) -> None:
    """`cards`: what goes after the texts; whoever wants none says so."""
    text = sheet.segment.reading.text
    for clause in sheet.segment.clauses:
        if found := _NO_CARDS.search(text, clause.start, clause.end):
            sheet.use_span(*found.span())
            sheet.arguments["cards"] = []
            return
    chosen: list[JsonValue] = []
    for name, pattern in _CARDS.items():
        for clause in sheet.segment.clauses:
            if found := pattern.search(text, clause.start, clause.end):
                sheet.use_span(*found.span())
                chosen.append(name)
                break
    if chosen:
        sheet.arguments["cards"] = chosen


def _without_cards(text: str) -> str:
    """A text without what it says of cards: 「样品卡」 offers no sample."""
    for pattern in (_NO_CARDS, *_CARDS.values()):
        text = pattern.sub("  ", text)
    return text


def _as_before(sheet: Sheet) -> None:
    """「6到10也写一样的」: what the last drafts offered, under what this message says otherwise."""
    text = sheet.segment.reading.text
    for clause in sheet.segment.clauses:
        if found := _SAME.search(text, clause.start, clause.end):
            sheet.use_span(*found.span())
            before = sheet.context.last_drafting or {}
            kept = {name: value for name, value in before.items() if name not in _WHOM}
            assumed = any(note.key == "assumed_purpose" for note in sheet.notes)
            if kept and assumed:
                sheet.notes = [note for note in sheet.notes if note.key != "assumed_purpose"]
                sheet.arguments.pop("purpose")
            sheet.arguments = kept | sheet.arguments
            return


def _purpose(sheet: Sheet) -> str:
    text = _without_cards(sheet.segment.text)
    segment = segment_of(text)
    note = sheet.arguments.get("note")
    plain = _ANSWERED.sub("  ", text)
    beside = _ANSWERED.sub("  ", text.replace(fold(str(note)), "  ")) if note else plain
    found = _purposes_in(beside) or _purposes_in(plain)
    order = list(words.entries("purposes"))
    chosen = next((key for key in order if key in found), None)
    sample = sense("free_sample", plain) == "true"
    if chosen == "sample_offer" and _INVITES.search(plain) and not _ASKS_ABOUT_SAMPLE.search(plain):
        chosen = "invite"
    if chosen is None and sample and not any(token.quantity for token in sheet.tokens):
        return "sample_offer"
    if segment == "no_content" and chosen in (None, "follow_up", "invite"):
        return "content_reminder"
    if (
        chosen == "reply"
        and "invite" in found
        and not re.search(r"回复(?:他|她|@|一下|第|这)|reply to|respond to", plain)
    ):
        return "invite"
    if chosen is None and note and (_to_one(sheet) or sheet.incomplete):
        return "reply"
    if chosen is None:
        chosen = "follow_up" if segment == "no_reply" else "invite"
        sheet.note("assumed_purpose", purpose=chosen)
    return chosen


def _to_one(sheet: Sheet) -> bool:
    named = [value for key in ("ranks", "handles") if isinstance(value := sheet.arguments.get(key), list)]
    return sum(len(value) for value in named) == 1


def _purposes_in(text: str) -> set[str]:
    named = {key for key, _, _ in find_terms("purposes", text)}
    return named | {key for key, pattern in words.senses("purpose").items() if pattern.search(text)}


def _sample(sheet: Sheet, purpose: str) -> None:
    """`free_sample`, however it is put; what is a sample offer by its purpose does not say so twice."""
    if purpose not in _MAY_OFFER:
        return
    for clause in sheet.segment.clauses:
        for value in ("false", "true"):
            found = words.senses("free_sample")[value].search(sheet.segment.reading.text, clause.start, clause.end)
            if found is None:
                continue
            sheet.use_span(*found.span())
            if not (value == "true" and purpose == "sample_offer"):
                sheet.arguments["free_sample"] = value == "true"
            break


def _offer(sheet: Sheet, offer: str, purpose: str) -> None:
    field, value = offer.split(".")
    if field == "free_sample":
        if purpose in _MAY_OFFER - {"sample_offer"}:
            sheet.arguments.setdefault(field, value == "true")
    elif (
        field == "channel"
        and value == "email"
        and not re.search(r"用邮|发邮|走邮|邮件|email|e-mail", sheet.segment.text)
    ):
        return
    else:
        sheet.arguments[field] = value


def _offer_numbers(sheet: Sheet) -> None:
    for index, token in enumerate(sheet.tokens):
        quantity = token.quantity
        if quantity is None or index in sheet.used:
            continue
        term = term_at(sheet, index)
        if term is not None:
            sheet.arguments[term.field] = term.value
        elif (
            quantity.unit is Unit.PEOPLE
            and not token.text.endswith(("条", "封", "份"))
            and "ranks" not in sheet.arguments
            and quantity.exact
            and not _one_each(sheet, index)
        ):
            sheet.arguments["ranks"] = cast(list[JsonValue], list(range(1, min(int(quantity.value), 200) + 1)))
        elif quantity.unit not in (Unit.DAYS, Unit.PEOPLE):
            continue
        sheet.use(index)
        sheet.use(
            *[i for i, other in enumerate(sheet.tokens) if other.value("metrics") in ("commission_rate", "flat_fee")]
        )


def _one_each(sheet: Sheet, index: int) -> bool:
    """「都发一个邀约」: one message to each of them, unless one creator is counted (一个达人)."""
    quantity = sheet.tokens[index].quantity
    if quantity is None or quantity.value != 1 or not quantity.spelled:
        return False
    ahead = next((token for token in sheet.tokens[index + 1 :] if token.kind != "mark"), None)
    return ahead is None or not ahead.has("creator")


def _product(sheet: Sheet) -> None:
    segment = sheet.segment
    for name in sorted(sheet.context.products, key=len, reverse=True):
        at = segment.text.find(name.lower())
        if at >= 0:
            sheet.arguments["product"] = name
            found = segment.reading.text.find(name.lower(), segment.start)
            sheet.use_span(found, found + len(name))
            return
    text = segment.reading.text
    for clause in segment.clauses:
        for match in _PRODUCT.finditer(text, clause.start, clause.end):
            group = next(key for key, value in match.groupdict().items() if value)
            start, end = match.span(group)
            said = sheet.quote(start, end).strip(QUOTES)
            if (
                not said
                or _NOT_A_PRODUCT.match(said.lower())
                or _is_language(said.lower())
                or any(i in sheet.used and t.start >= start and t.end <= end for i, t in enumerate(sheet.tokens))
            ):
                continue
            sheet.arguments["product"] = _known_product(said, sheet.context.products) or said
            sheet.use_span(match.start(), match.end())
            return


def _is_language(said: str) -> bool:
    return any(end - start == len(said) for _, start, end in find_terms("languages", said))


def _product_left_over(sheet: Sheet) -> None:
    """A phrase nothing else read is the product when it is one we know, or quoted."""
    if "product" in sheet.arguments:
        return
    run: list[int] = []
    for index in range(len(sheet.tokens) + 1):
        token = sheet.tokens[index] if index < len(sheet.tokens) else None
        if (
            token is not None
            and index not in sheet.used
            and (token.kind in ("unread", "quote") or token.has("categories") or (run and token.text == " "))
        ):
            run.append(index)
            continue
        if run:
            said = sheet.quote(sheet.tokens[run[0]].start, sheet.tokens[run[-1]].end).strip(QUOTES)
            known = _known_product(said, sheet.context.products)
            if known or (len(said) > 1 and sheet.tokens[run[0]].kind == "quote"):
                sheet.arguments["product"] = known or said
                sheet.use(*run)
                return
        run = []


def _known_product(said: str, products: tuple[str, ...]) -> str | None:
    lowered = said.lower()
    if len(lowered) < 2:
        return None
    for name in products:
        if lowered in name.lower() or name.lower() in lowered:
            return name
    scored = [(fuzz.ratio(lowered, name.lower()), name) for name in products]
    best = max(scored, default=(0.0, ""))
    return best[1] if best[0] >= 75 else None


def _share_in(sheet: Sheet, noted: range, *, named: bool) -> None:
    """「就说佣金我们最多12个点」: the share that an answer names is what is offered; `named` as the commission."""
    for index, token in enumerate(sheet.tokens):
        quantity = token.quantity
        if quantity is None or token.start not in noted or quantity.unit is not Unit.PERCENT:
            continue
        metric = metric_beside(sheet, index)
        if metric == "commission_rate" or (metric is None and not named):
            sheet.arguments["commission_rate"] = as_json(meant(quantity))


def _fee_in(sheet: Sheet, noted: range) -> None:
    """「第7个要坑位费200刀，跟她说最多120」: what the answer names is what is offered, never what was asked for."""
    asked_for = sheet.arguments.get("flat_fee")
    if not isinstance(asked_for, dict):
        return
    for token in sheet.tokens:
        quantity = token.quantity
        if quantity is not None and token.start in noted and quantity.unit in (Unit.PLAIN, Unit.MONEY):
            currency = quantity.currency or asked_for.get("currency")
            fee: dict[str, JsonValue] = {"amount": as_json(meant(quantity))}
            sheet.arguments["flat_fee"] = fee | ({"currency": currency} if currency else {})


def _answer_the_one_shown(sheet: Sheet) -> None:
    """「就说样品下周一寄出」: an answer goes to the creator shown last, never to a whole list."""
    if sheet.context.last_focus:
        sheet.arguments["handles"] = [sheet.context.last_focus.removeprefix("@")]
    else:
        sheet.note("needs_creator")
        sheet.incomplete = True


def _said(sheet: Sheet, start: int, end: int) -> range:
    sheet.arguments["note"] = sheet.quote(start, end).strip(QUOTES)
    return range(start, end)


def _note(sheet: Sheet) -> range:
    """What is to be mentioned, in the person's own words; where it stands in the text."""
    text = sheet.segment.reading.text
    for clause in sheet.segment.clauses:
        match = _NOTE.search(text, clause.start, clause.end)
        if not match:
            continue
        group = next(key for key, value in match.groupdict().items() if value)
        start, end = match.span(group)
        if ":" in text[match.start() : start]:
            end = sheet.segment.end
        said = sheet.quote(start, end).strip(QUOTES)
        if len(said) > 1:
            sheet.arguments["note"] = said
            sheet.use_span(match.start(), end)
            return range(start, end)
    return range(0)


def _template(sheet: Sheet) -> None:
    text = sheet.segment.reading.text
    for clause in sheet.segment.clauses:
        match = _TEMPLATE.search(text, clause.start, clause.end)
        if match:
            group = next(key for key, value in match.groupdict().items() if value)
            sheet.arguments["template"] = sheet.quote(*match.span(group)).strip(QUOTES)
            sheet.use_span(*match.span())
            _as_the_template_says(sheet, *match.span())
            return


def _split(sheet: Sheet) -> bool:
    """「一半用模板A一半用模板B，随机分」: both names; whoever gets which is left to chance."""
    start, end = sheet.segment.start, sheet.segment.end
    found = _SPLIT.search(sheet.segment.reading.text, start, end)
    if found is None:
        return False
    names = [group for group, value in found.groupdict().items() if value]
    sheet.arguments["split"] = [sheet.quote(*found.span(group)).strip(QUOTES + " ") for group in names]
    sheet.use_span(*found.span())
    for said in _BY_CHANCE.finditer(sheet.segment.reading.text, start, end):
        sheet.use_span(*said.span())
    _as_the_template_says(sheet, *found.span())
    return True


def _as_the_template_says(sheet: Sheet, start: int, end: int) -> None:
    """A template says itself what it is for and about: nothing is assumed, and its name names no product."""
    sheet.notes = [note for note in sheet.notes if note.key != "assumed_purpose"]
    text, product = sheet.segment.reading.text, str(sheet.arguments.get("product", "")).lower()
    beside = text[sheet.segment.start : start] + " " + text[end : sheet.segment.end]
    if product and product in text[start:end] and product not in beside:
        del sheet.arguments["product"]
