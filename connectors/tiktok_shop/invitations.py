"""Target collaborations as the platform writes them, and ours as it wants them. Pure.

Rates are in hundredths of a percent, our basis points; the same rate has another name when one is made than when it is
replaced. Source: TikTok Shop Partner Center, Affiliate Seller API "target_collaborations" 202508 (create, search,
detail, edit), 202605 (conflicts), "open_collaborations" 202412 (search), read 2026-11-29.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from connectors.ports.collaborations import Changes, NewCollaboration
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.translate import LONGEST_HANDLE, clean_text
from memory.domain.collaborations import Collaboration, CollaborationStatus, Invited, OpenPlan, Rated
from memory.domain.money import BASIS_POINTS

MOST_CREATORS, MOST_PRODUCTS = 50, 100
LONGEST_NAME: Final = 200
_GOING: Final = "DELETING"
_GONE: Final = "DELETED"

Row = Mapping[str, Any]


def to_collaboration(row: Row, status: CollaborationStatus) -> Collaboration | None:
    """One, whole; None where it does not read."""
    ends, number = _moment(row.get("end_time")), row.get("id")
    if ends is None or not isinstance(number, str) or not number:
        return None
    rule = row.get("free_sample_rule")
    rule = rule if isinstance(rule, Mapping) else {}
    products = [_rated(each) for each in _rows(row, "products")]
    creators = [_invited(each) for each in _rows(row, "creators")]
    return Collaboration(
        id=number,
        name=clean_text(row.get("name"), limit=LONGEST_NAME),
        status=status,
        ends_at=ends,
        gives_sample=rule.get("has_free_sample") is True,
        unreviewed=rule.get("is_sample_approval_exempt") is True,
        products=tuple(each for each in products if each is not None),
        creators=tuple(each for each in creators if each is not None),
    )


def to_plan(row: Row) -> OpenPlan | None:
    """A product of the open plan, at the rate it has now; None where it does not read."""
    product, commission = row.get("product"), row.get("current_commission")
    product = product if isinstance(product, Mapping) else {}
    rate = commission.get("rate") if isinstance(commission, Mapping) else None
    number = product.get("id")
    is_rate = isinstance(rate, int) and not isinstance(rate, bool) and 0 <= rate <= BASIS_POINTS
    if not is_rate or not isinstance(rate, int) or not isinstance(number, str) or not number:
        return None
    title = " ".join(clean_text(product.get("title"), limit=LONGEST_NAME).split())
    return OpenPlan(number, title, rate, ending=row.get("status") == "TERMINATING")


def to_create(wanted: NewCollaboration, creators: Sequence[str]) -> Body:
    """What is asked for to make one. Samples are reviewed: an unreviewed one would spend goods without a word."""
    body: Body = {
        "name": wanted.name,
        "end_time": str(int(wanted.ends_at.timestamp())),
        "products": [{"id": one, "target_commission_rate": rate} for one, rate in wanted.rates_bp.items()],
        "creator_user_open_ids": list(creators),
        "seller_contact_info": {"email": wanted.email} if wanted.email else {},
        "free_sample_rule": {"has_free_sample": wanted.gives_sample, "is_sample_approval_exempt": False},
    }
    return body | {"message": wanted.message} if wanted.message else body


def to_replace(row: Row, changes: Changes, creators: Sequence[str]) -> Body:
    """The whole record as it is now, with the changes: what is left out of a list would be taken away.

    `creators`: everybody who is to be in it, by the platform's ids.
    """
    rates = changes.rates_bp if changes.rates_bp is not None else {}
    kept = [each for each in _rows(row, "products") if each.get("collaboration_status") not in (_GOING, _GONE)]
    products = [_kept(each, rates) for each in kept]
    known = {each["id"] for each in products}
    products += [{"id": one, "commission_rate": rate} for one, rate in rates.items() if one not in known]
    contact, rule = row.get("seller_contact_info"), row.get("free_sample_rule")
    contact = {name: value for name, value in contact.items() if value} if isinstance(contact, Mapping) else {}
    rule = rule if isinstance(rule, Mapping) else {}
    sample = changes.gives_sample if changes.gives_sample is not None else rule.get("has_free_sample") is True
    ends = int(changes.ends_at.timestamp()) if changes.ends_at is not None else row.get("end_time")
    return {
        "name": str(row.get("name", "")),
        "end_time": str(ends),
        "products": products,
        "creator_user_open_ids": list(creators),
        "seller_contact_info": contact | ({"email": changes.email} if changes.email else {}),
        "free_sample_rule": {
            "has_free_sample": sample,
            "is_sample_approval_exempt": sample and rule.get("is_sample_approval_exempt") is True,
        },
    }


def not_done(answer: Row) -> tuple[str, ...]:
    """What of a replacement could not be done: the platform's own names of the parts that failed."""
    failed = answer.get("update_failed")
    names = [name for name, value in failed.items() if value] if isinstance(failed, Mapping) else []
    clashes = ["target_collaboration_conflicts"] if answer.get("target_collaboration_conflicts") else []
    return (*clashes, *sorted(names))


def ids_of(answer: Row, name: str) -> tuple[str, ...]:
    """A list of ids."""
    found = answer.get(name)
    return tuple(str(one) for one in found) if isinstance(found, list) else ()


def _kept(each: Row, rates: Mapping[str, int]) -> dict[str, Any]:
    commission = each.get("commission")
    commission = commission if isinstance(commission, Mapping) else {}
    found: dict[str, Any] = {
        "id": each.get("id"),
        "commission_rate": rates.get(str(each.get("id")), commission.get("rate")),
    }
    ads = commission.get("shop_ads_commission_rate")
    return found | ({"target_ad_commission_rate": ads} if isinstance(ads, int) and ads else {})


def _rated(row: Row) -> Rated | None:
    commission, number = row.get("commission"), row.get("id")
    rate = commission.get("rate") if isinstance(commission, Mapping) else None
    is_rate = isinstance(rate, int) and not isinstance(rate, bool) and 0 <= rate <= BASIS_POINTS
    if not is_rate or not isinstance(commission, Mapping) or not isinstance(number, str) or _is_gone(row):
        return None
    title = " ".join(clean_text(row.get("title"), limit=LONGEST_NAME).split())
    since = _moment(commission.get("effective_time"))
    return Rated(number, title, int(commission["rate"]), since, leaving=row.get("collaboration_status") == _GOING)


def _invited(row: Row) -> Invited | None:
    number, handle = row.get("creator_open_id"), clean_text(row.get("username"), limit=LONGEST_HANDLE)
    if not isinstance(number, str) or not number or not handle or _is_gone(row):
        return None
    return Invited(number, handle, leaving=row.get("collaboration_status") == _GOING)


def _is_gone(row: Row) -> bool:
    return row.get("collaboration_status") == _GONE


def _rows(row: Row, name: str) -> list[Row]:
    found = row.get(name)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _moment(value: object) -> datetime | None:
    """Seconds since the epoch, as a number or its text; 0 is none."""
    text = str(value)
    if isinstance(value, bool) or not text.isascii() or not text.isdecimal() or len(text) > 11 or not int(text):
        return None
    return datetime.fromtimestamp(int(text), UTC)
