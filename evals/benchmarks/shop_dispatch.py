"""Approved messages over an emulated TikTok Shop, answers lost on the way, dispatchers killed again and again: the
platform, which knows no key of ours, says who heard what how often.
"""

import asyncio
import base64
import tempfile
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import perf_counter
from urllib.parse import parse_qs, urlsplit

import httpx
import psycopg

from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.shops import shops
from evals.benchmarks.dispatch import approve_many, give_up_claims, statuses_of
from evals.benchmarks.shop_dispatcher import ShopTold, dispatch, shop_client
from evals.emulators.real_time import keep_time
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from evals.emulators.tiktok_shop.people import Answer
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.server import running
from evals.forking import forked
from evals.scorers.scorecard import Line, Scorecard
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.outreach import DraftStatus
from memory.secret_box import KEY_BYTES

SENDING = "conversations/send"
LOST_SHARE = 0.1
# For so long a message whose answer was lost may still come, and is not asked about for good.
UNDER_WAY_SECONDS = 601
_LEDGER = """
select count(*) filter (where state = 'accepted' and outside_id is null) as went,
  count(*) filter (where reason_key = 'never_seen') as never_seen,
  count(*) filter (where state in ('claimed', 'unknown')) as unresolved
from send
"""


@dataclass(frozen=True, slots=True)
class Ledger:
    """Sends whose end was unknown: found out, by reading, to have gone or not; and those nobody has found out about."""

    went: int
    never_seen: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class ShopReport:
    """What was left after the last dispatcher was done. `heard`: creators by how many messages they were told."""

    heard: Counter[int]
    lost_answers: int
    ledger: Ledger
    kills: int
    statuses: Counter[DraftStatus]
    seconds: float


async def run(drafts: int = 5000, kills: int = 20, *, url: str | None = None) -> Scorecard:
    """Approve, lose answers, kill, finish, count. With `url` on that database, else on one of its own."""
    with tempfile.TemporaryDirectory(prefix="daren-bench-") as folder:
        async with Database.open(home=Path(folder) / "home", url=url) as database:
            if url is None:
                await database.migrate()
            office = await open_office(database)
            await office.move_to_hour(12)
            await approve_many(office, drafts)
            report = await kill_shop_dispatchers(office, drafts, kills=kills, every=max(drafts // (kills + 2), 1))
    twice = sum(count for times, count in report.heard.items() if times > 1)
    sent, ledger = report.statuses[DraftStatus.SENT], report.ledger
    return Scorecard(
        "shop_dispatch",
        (
            Line("approved messages", str(drafts), "", ok=True),
            Line("dispatchers killed", str(report.kills), f"= {kills}", report.kills == kills),
            Line("accepted, and the answer lost", str(report.lost_answers), "> 0", report.lost_answers > 0),
            Line("creators told twice", str(twice), "= 0", twice == 0),
            Line("creators never told", str(report.heard[0]), "= 0", report.heard[0] == 0),
            Line("not sent by our own books", str(drafts - sent), "= 0", sent == drafts),
            Line("unknown, found by reading to have gone", str(ledger.went), "≥ the lost answers",
                 ledger.went >= report.lost_answers),
            Line("unknown, found by reading not to have gone", str(ledger.never_seen), "", ok=True),
            Line("unknown to the end", str(ledger.unresolved), "= 0", ledger.unresolved == 0),
            Line("messages a second", f"{drafts / report.seconds:.0f}", "", ok=True),
        ),
    )  # fmt: skip


async def kill_shop_dispatchers(
    office: SellingOffice, drafts: int, *, kills: int, every: int, seed: int = 0
) -> ShopReport:
    """Kill a dispatcher each time about `every` more messages were handed over, then let the last ones finish."""
    rng, killed = Random(seed), 0
    async with _platform(drafts) as platform:
        told = await _authorised(office, platform)
        for kind in (FaultKind.DROP_AFTER, FaultKind.DROP_BEFORE):
            platform.faults.add(Fault(kind=kind, endpoint=SENDING, times=0, probability=LOST_SHARE))
        began = perf_counter()
        for _ in range(kills):
            process = await forked(dispatch, replace(told, now=platform.clock.now))
            await process.ends_or(_handed(platform, len(platform.records.of(SENDING)) + rng.randint(1, every)))
            killed += process.process.is_alive()
            await process.kill()
            await platform.clock.advance(UNDER_WAY_SECONDS)
            await give_up_claims(office.database)
        while True:
            process = await forked(dispatch, replace(told, now=platform.clock.now))
            await process.ended()
            await platform.clock.advance(UNDER_WAY_SECONDS)
            if not await give_up_claims(office.database):
                break
        seconds = perf_counter() - began
        lost = sum(call.errcode is None for call in platform.records.of(SENDING))
        heard = _heard(platform)
    ledger, statuses = await _ledger(office.database.url), await statuses_of(office.database, office)
    return ShopReport(heard, lost, ledger, killed, statuses, seconds)


@asynccontextmanager
async def _platform(people: int) -> AsyncIterator[Platform]:
    """A marketplace of the office's creators, who do not answer, and a shop that may write to all of them."""
    platform = Platform(creators=people, rules=Rules(per_second=10_000.0, burst=10_000))
    for number, creator in enumerate(platform.people.values()):
        creator.username, creator.answer = f"creator{number:05d}", Answer.SILENCE
    platform.partner.seller.shops[0].unlimited = True
    async with running(platform):
        ticking = asyncio.create_task(keep_time(platform.clock))
        try:
            yield platform
        finally:
            ticking.cancel()
            with suppress(asyncio.CancelledError):
                await ticking


async def _authorised(office: SellingOffice, platform: Platform) -> ShopTold:
    """The seller lets the office in; what a dispatcher needs to know of it."""
    app = platform.partner.app
    ours = ShopApp.model_validate(
        {
            "app_key": app.key, "app_secret": app.secret, "service_id": app.service_id, "per_second": 50, "burst": 50,
            "api_base": platform.base_url, "auth_base": platform.base_url, "authorize_base": platform.base_url,
        }
    )  # fmt: skip
    member = office.owner.member
    async with office.database.unit(office.owner) as unit:
        link = (await unit.shops.begin(office.brand, by=member)).id
    key = base64.b64encode(bytes(KEY_BYTES)).decode()
    told = ShopTold(office.database.url, key, link, ours, platform.clock.now)
    async with shop_client(told, office.database) as (client, _), httpx.AsyncClient(trust_env=False) as seller:
        agreed = await seller.get(await client.authorizations.begin(link, member=member))
        back = parse_qs(urlsplit(agreed.headers["location"]).query)
        await client.authorizations.finish(link, member=member, state=back["state"][0], code=back["code"][0])
        return replace(told, cipher=(await shops(client, link))[0].cipher)


async def _handed(platform: Platform, count: int) -> None:
    """Until so many messages were handed over."""
    await platform.records.until(lambda: len(platform.records.of(SENDING)) >= count)


def _heard(platform: Platform) -> Counter[int]:
    """How many creators have so many messages of the shop in their conversation."""
    shop, now = platform.partner.seller.shops[0], platform.clock.now
    talks = [platform.contacts.of(shop, creator).shown(now) for creator in platform.people.values()]
    return Counter(sum(one.sender == shop.im_id for one in talk) for talk in talks)


async def _ledger(url: str) -> Ledger:
    """With SQL of its own: what is sent is not judged by its repository's word."""
    async with await psycopg.AsyncConnection.connect(url) as line:
        await line.execute("set local role daren_service")
        row = await (await line.execute(_LEDGER)).fetchone()
    return Ledger(*row) if row else Ledger(0, 0, 0)
