"""The filters a search used, in words: what a person checks before believing a shortlist. Pure."""

from collections.abc import Mapping
from typing import Any, cast

from agent.cards import wording
from agent.cards.creators import category
from memory.domain.money import Money, MoneySpan
from memory.domain.workspace import Lang
from prompts.render import Texts

_COUNTS = ("followers", "avg_views")
_MONEY = ("gmv_30d", "avg_price")
_SHARES = ("engagement_rate", "commission_rate", "fulfilment_rate")
_WORDS = ("content", "audience_gender", "scope", "sort")
_DAYS = ("active_within_days", "not_contacted_within_days")


def filters(criteria: Mapping[str, object], *, lang: Lang, texts: Texts) -> tuple[str, ...]:
    """One phrase per filter, in the order a person would say them; limits and paging are not filters."""
    said: list[str] = []
    if topic := criteria.get("topic"):
        said.append(texts.say("filter_topic", lang, topic=str(topic)))
    said += _places(criteria, lang, texts)
    for name in (*_COUNTS, *_MONEY, *_SHARES):
        bounds = criteria.get(name)
        if isinstance(bounds, Mapping):
            said.append(_bounds(name, bounds, lang, texts))
    for name in _WORDS:
        if value := criteria.get(name):
            said.append(texts.say(f"filter_{name}_{value}", lang))
    if age := criteria.get("audience_age"):
        said.append(texts.say("filter_audience_age", lang, age=str(age)))
    if criteria.get("has_email") is not None:
        said.append(texts.say("filter_has_email" if criteria["has_email"] else "filter_no_email", lang))
    for name in _DAYS:
        if days := criteria.get(name):
            said.append(texts.say(f"filter_{name}", lang, days=cast(int, days)))
    said += _ours(criteria, lang, texts)
    return tuple(said)


def _places(criteria: Mapping[str, object], lang: Lang, texts: Texts) -> list[str]:
    said = []
    if markets := _list(criteria, "markets"):
        said.append(wording.listed([_named("market", code, lang, texts) for code in markets], lang))
    if categories := _list(criteria, "categories"):
        said.append(wording.listed([category(slug, lang, texts) for slug in categories], lang))
    if languages := _list(criteria, "languages"):
        names = wording.listed([_named("language", code, lang, texts) for code in languages], lang)
        said.append(texts.say("filter_languages", lang, languages=names))
    return said


def _ours(criteria: Mapping[str, object], lang: Lang, texts: Texts) -> list[str]:
    said = []
    if stages := _list(criteria, "stages"):
        said.append(wording.listed([texts.say(f"stage_{stage}", lang) for stage in stages], lang))
    if tags := _list(criteria, "tags"):
        said.append(texts.say("filter_tags", lang, tags=wording.listed(tags, lang)))
    if owner := criteria.get("owner"):
        said.append(texts.say("filter_owner", lang, owner=str(owner)))
    if excluded := _list(criteria, "exclude_handles"):
        said.append(texts.say("filter_exclude_handles", lang, count=len(excluded)))
    return said


def _bounds(name: str, bounds: Mapping[str, Any], lang: Lang, texts: Texts) -> str:
    low, high = bounds.get("min"), bounds.get("max")
    currency = str(bounds.get("currency") or "USD")
    label = texts.say(f"label_{name}", lang)
    if low is not None and high is not None:
        return f"{label} {_value(name, low, currency, lang)}–{_value(name, high, currency, lang)}"
    if low is not None:
        return f"{label} ≥ {_value(name, low, currency, lang)}"
    return f"{label} ≤ {_value(name, high, currency, lang)}" if high is not None else label


def _value(name: str, value: float, currency: str, lang: Lang) -> str:
    if name in _MONEY:
        return wording.money(MoneySpan.exactly(Money.of(str(value), currency)), lang)
    if name in _SHARES:
        return wording.share(round(value * 10_000))
    return wording.number(int(value), lang)


def _named(kind: str, code: str, lang: Lang, texts: Texts) -> str:
    key = f"{kind}_{code}"
    return texts.say(key, lang) if key in texts else code


def _list(criteria: Mapping[str, object], name: str) -> list[str]:
    value = criteria.get(name)
    return [str(entry) for entry in value] if isinstance(value, list | tuple) else []
