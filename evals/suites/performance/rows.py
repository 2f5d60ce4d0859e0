"""The raw rows as they stand, read by the judge's own SQL, and messages planted without the machinery that sends."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta

import psycopg

from evals.suites.performance.history import BEGAN, DAYS, Shop

RAW = {
    "line": "select id, brand_id, creator_id, product_id, campaign_id, content, rule, placed_at, currency, price_minor,"
    " quantity, gross_minor from order_line",
    "refund": "select line_id, key, amount_minor from refund",
    "owed": "select line_id, settlement, estimated_minor, actual_minor from commission_line",
    "post": "select id, brand_id, content, creator_id, product_id from content_post",
    "seen": "select post_id, day, views, clicks from content_day",
    "sample": "select brand_id, creator_id, product_id, status, cost_minor, cost_currency, approved_at, shipped_at,"
    " delivered_at, posted_at from sample",
    "sent": "select s.brand_id, s.creator_id, s.sent_at, b.campaign_id, coalesce(v.template, ''), v.language, c.market"
    " from outreach_step s join send d on d.step_id = s.id and d.state = 'accepted'"
    " join draft_version v on v.id = d.version_id join draft r on r.id = s.draft_id join batch b on b.id = r.batch_id"
    " join creator c on c.id = s.creator_id",
    "answer": "select brand_id, creator_id, received_at from creator_message",
    "brand": "select id, market, currency from brand",
    "rate": "select day, currency, per_usd from exchange_rate",
}
_EARLIER = ("2026-06-15", {"USD": "1", "GBP": "0.74", "EUR": "0.91"})


def raw_rows(url: str) -> dict[str, list[tuple[object, ...]]]:
    """Every raw row by table."""
    with psycopg.connect(url) as line:
        line.execute("set role daren_service")
        return {name: line.execute(query.encode()).fetchall() for name, query in RAW.items()}


def plant(url: str, *, seed: int, shops: Sequence[Shop], tenant: int, member: int) -> None:
    """An earlier exchange table, campaigns, messages of theirs and of none, and answers to some."""
    draw = random.Random(f"{seed}/messages")  # nothing secret
    with psycopg.connect(url) as line:
        for currency, rate in _EARLIER[1].items():
            line.execute("insert into exchange_rate values (%s, %s, %s)", (_EARLIER[0], currency, rate))
        line.execute("set local role daren_service")
        handles = [f"maker_{number}" for number in range(14)]
        creators = [
            _new(line, "creator", tenant_id=tenant, platform="tiktok", handle=handle, name="", bio="", market="US",
                 languages="[]", categories="[]", captions="[]", hashtags="[]", source="x", source_as_of=BEGAN,
                 made_at=BEGAN, changed_at=BEGAN)
            for handle in handles
        ]  # fmt: skip
        for shop in shops:
            own = {"tenant_id": tenant, "brand_id": shop.brand}
            campaigns = [
                _new(line, "campaign", **own, name=name, key=name, scenario="daily", free_sample=False, starts_on=BEGAN,
                     steps="[]", product_ids="[]", made_by=member, made_at=BEGAN, changed_at=BEGAN)
                for name in ("spring", "autumn")
            ]  # fmt: skip
            for number in range(30):
                at = BEGAN + timedelta(minutes=draw.randrange(DAYS * 1440))
                campaign = draw.choice((None, *campaigns))
                _send(line, draw, own, f"{shop.brand}-{number}", draw.choice(creators), campaign, member, at)


def _send(
    line: psycopg.Connection, draw: random.Random, own: dict[str, int], name: str, creator: int, campaign: int | None,
    member: int, at: datetime,
) -> None:  # fmt: skip
    batch = _new(line, "batch", **own, code=f"B{name}", purpose="invite", channel="playground", made_by=member,
                 made_at=at, decide_by=at, campaign_id=campaign, campaign_round=1 if campaign else None)  # fmt: skip
    draft = _new(line, "draft", **own, batch_id=batch, number=1, creator_id=creator, purpose="invite",
                 channel="playground", occasion=f"o{name}", newest=1)  # fmt: skip
    version = _new(line, "draft_version", **own, draft_id=draft, number=1, digest="d", text="t", text_zh="t",
                   language=draw.choice(("en", "es")), template=draw.choice((None, "first", "second")), paired=True,
                   free_sample=False, flags="[]", author_id=member, made_at=at)  # fmt: skip
    step = _new(line, "outreach_step", **own, draft_id=draft, creator_id=creator, channel="playground",
                occasion=f"o{name}", idempotency_key=f"k{name}", first_message=False, state="sent", due_at=at,
                look_at=at, attempts=1, may_have_gone=False, made_at=at, sent_at=at)  # fmt: skip
    _new(line, "send", **own, step_id=step, attempt=1, state="accepted", version_id=version, digest="d", claimed_at=at)
    if draw.random() < 0.4:
        received = at + timedelta(hours=draw.randint(1, 300))
        _new(line, "creator_message", **own, creator_id=creator, source="x", outside_id=f"m{name}", text="ok",
             received_at=received, stored_at=received, intent="other", gist="{}")  # fmt: skip


def _new(line: psycopg.Connection, table: str, **values: object) -> int:
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    statement = f"insert into {table} ({names}) values ({places}) returning id"  # noqa: S608  # names of ours
    found = line.execute(statement.encode(), list(values.values())).fetchone()
    assert found is not None  # it returns what it made
    return int(found[0])
