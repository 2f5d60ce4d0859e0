"""Read-only links over real rows: who makes them, what each shows, and that nothing else ever opens."""

import base64
import itertools
from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

from agent.accounts import OpenAccounts
from agent.figures.links import LinkSigner, link_sheets, make_link, read_wish, revoke_link
from agent.figures.opening import ReportOpener
from memory.database import Database
from memory.domain.clock import SystemClock
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.figures_views import PARTS
from memory.domain.ids import ReportLinkId
from memory.domain.money import Money
from memory.domain.periods import PeriodName
from memory.domain.report_forms import MakeReportLink
from memory.domain.report_links import Closed, LinkState, ReportLink, ReportWish, SharedReport, parts_of, wish_of
from memory.domain.sales import OrderLine, Sale
from memory.domain.workspace import Role, Scope
from memory.secret_box import KEY_BYTES, HomeSecretBox
from prompts.render import texts
from tests.connectors.webchat.conftest import build_app
from tests.support.database import Office, at_brand, make_workspace
from tests.support.fake_desk import FakeOffice

SIGNER = LinkSigner(HomeSecretBox(Path("no-such-home"), base64.b64encode(bytes(KEY_BYTES)).decode()))
OCTOBER = ReportWish(None, date(2026, 10, 1), date(2026, 10, 31), PARTS, 7)
TODAY = date(2026, 11, 20)
VIDEO = "7412345678901234567"


def opener(database: Database) -> ReportOpener:
    accounts = OpenAccounts(database, database, SystemClock(), Path("no-such-home"))
    return ReportOpener(database, database, accounts.of_member, SIGNER, texts())


def token_of(link: ReportLink) -> str:
    return SIGNER.path(link).removeprefix("/report/")


def sold(order: str, placed: datetime, name: str, minor: int) -> Sale:
    line = OrderLine(
        order, "sku", placed, Money(minor), 1, f"p-{name}", f"Gadget {name}", f"seller_{name}", content=VIDEO
    )  # fmt: skip
    return Sale(line)


async def sells(database: Database, who: Scope, word: str) -> None:
    """In October and before, each with names of its own; a contact is in a product's name and in the file's."""
    assert who.brand is not None
    lines = [
        sold("1", datetime(2026, 10, 9, 20, tzinfo=UTC), f"{word}_oct", 4_200),
        sold("2", datetime(2026, 8, 9, 20, tzinfo=UTC), f"{word}_aug mail@{word}.example", 7_700),
        sold("3", datetime(2026, 10, 8, 20, tzinfo=UTC), f"{word}_x mail@{word}.example", 100),
    ]
    async with database.unit(who) as unit:
        now = datetime(2026, 11, 2, tzinfo=UTC)
        await unit.sales.upsert(lines, brand=who.brand, source=f"file:me@{word}.example.csv", as_of=now)


async def made(database: Database, who: Scope, wish: ReportWish = OCTOBER) -> ReportLink:
    async with database.unit(who) as unit:
        return await make_link(unit, wish)


async def shown(database: Database, link: ReportLink) -> SharedReport:
    found = await opener(database).open(token_of(link), "zh", counted=False)
    assert isinstance(found, SharedReport)
    return found


async def test_a_link_shows_its_own_brand_and_period_and_nothing_of_anybody_else(
    database: Database, office: Office
) -> None:
    rivals = await make_workspace(database, name="Rival")
    makers = dict(zip("abcd", [office.lead(0), office.lead(1), rivals.lead(0), rivals.lead(1)], strict=True))
    for word, who in makers.items():
        await sells(database, who, word)
    links = {word: await made(database, who) for word, who in makers.items()}
    app = build_app(FakeOffice(), texts(), reports=opener(database))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://daren.test") as stranger:
        for word, link in links.items():
            page = (await stranger.get(f"/report/{token_of(link)}")).text
            assert f"seller_{word}_oct" in page
            assert "$43" in page
            assert VIDEO in page
            others = [other for other in makers if other != word]
            for foreign in (*(f"_{other}_" for other in others), f"_{word}_aug", "mail@", "me@", ".example"):
                assert foreign not in page, (word, foreign)
            for other in others:
                more = f"brand={makers[other].brand}&handle=seller_{other}_oct&first=2026-08-01&last=2026-08-31"
                assert (await stranger.get(f"/report/{token_of(link)}?{more}")).text == page


async def test_a_link_shows_the_parts_it_was_made_for(database: Database, office: Office) -> None:
    who = office.lead()
    await sells(database, who, "a")
    for part in PARTS:
        link = await made(database, who, ReportWish(None, OCTOBER.first, OCTOBER.last, (part,), 7))
        view = (await shown(database, link)).view
        assert set(view.parts) == {part}
        assert all(card.names == () for card in view.parts.values())
        assert ((view.trend is None), view.said == ()) == (part != "shop", part != "shop")


async def test_what_we_did_not_sign_opens_nothing(database: Database, office: Office) -> None:
    who = office.lead()
    await sells(database, who, "a")
    one, other = token_of(await made(database, who)), token_of(await made(database, who))
    foreign = LinkSigner(HomeSecretBox(Path("no-such-home"), base64.b64encode(b"x" * KEY_BYTES).decode()))
    elsewhere = foreign.path(await made(database, who)).removeprefix("/report/")
    flipped = [f"{one[:at]}{'0' if one[at] != '0' else '1'}{one[at + 1 :]}" for at in range(len(one))]
    for wrong in (*flipped, one[:32] + other[32:], elsewhere, one[:32], one + "0", one.upper(), f"{one}\n", ""):
        if wrong != one:
            assert await opener(database).open(wrong, "zh", counted=True) is Closed.UNKNOWN
    unknown = f"{'0' * 32}"
    signed = f"{unknown}{SIGNER.box.digest(unknown, of='report link')[:32]}"
    assert await opener(database).open(signed, "zh", counted=True) is Closed.UNKNOWN
    async with database.unit(who) as unit:
        assert [link.opened for link in await unit.report_links.recent(limit=5)] == [0, 0, 0]


async def test_it_is_counted_until_it_is_over_taken_back_or_its_maker_is_no_lead(
    database: Database, office: Office
) -> None:
    who, helper = office.lead(), office.operator()
    await sells(database, who, "a")
    week, other = await made(database, who), await made(database, at_brand(office.owner, who.brand))
    assert isinstance(await opener(database).open(token_of(other), "en", counted=False), SharedReport)
    assert isinstance(await opener(database).open(token_of(week), "en", counted=True), SharedReport)
    assert isinstance(await opener(database).open(token_of(week), "en", counted=False), SharedReport)
    async with database.unit(helper) as unit:
        assert [sheet.path for sheet in await link_sheets(unit, SIGNER)] == [None, None]
        await revoke_link(unit, other.id)
        await revoke_link(unit, other.id)
    assert await opener(database).open(token_of(other), "zh", counted=True) is Closed.OVER
    async with database.unit(who) as unit:
        sheets = await link_sheets(unit, SIGNER)
        assert [(sheet.state, sheet.link.opened, sheet.path) for sheet in sheets] == [
            (LinkState.REVOKED, 0, None),
            (LinkState.OPEN, 1, SIGNER.path(week)),
        ]
        assert sheets[1].link.opened_at is not None
        member = next(one for one in await unit.people.members() if one.id == who.member)
        await unit.people.save_member(member, {"role": Role.APPROVER})
    assert await opener(database).open(token_of(week), "zh", counted=True) is Closed.OVER
    async with database.unit(who) as unit:
        assert (await link_sheets(unit, SIGNER))[1].state is LinkState.UNBACKED
        member = next(one for one in await unit.people.members() if one.id == who.member)
        await unit.people.save_member(member, {"role": Role.LEAD})
    assert isinstance(await opener(database).open(token_of(week), "zh", counted=False), SharedReport)
    async with database.across_tenants("a week later") as work:
        await work.accounts.move_clock(by_seconds=7 * 24 * 3600)
    assert await opener(database).open(token_of(week), "zh", counted=True) is Closed.OVER


async def test_only_a_lead_of_their_own_right_makes_one_and_of_one_brand(database: Database, office: Office) -> None:
    for who in (office.viewer(), office.operator(), office.approver()):
        with pytest.raises(NotAllowed, match="needs_role"):
            await made(database, who)
    lent = Scope(office.tenant, office.brands[0].id, office.approver().member, Role.LEAD)
    with pytest.raises(NotAllowed, match="report_link_not_lent"):
        await made(database, lent)
    with pytest.raises(NotFound, match="which_brand"):
        await made(database, office.owner)
    theirs = await made(database, office.lead(1))
    async with database.unit(office.lead(0)) as unit:
        assert await unit.report_links.recent(limit=5) == []
        with pytest.raises(NotFound, match="report_link_gone"):
            await revoke_link(unit, theirs.id)
        with pytest.raises(NotFound, match="report_link_gone"):
            await revoke_link(unit, ReportLinkId(10**9))
    async with database.unit(office.viewer(1)) as unit:
        with pytest.raises(NotAllowed, match="needs_role"):
            await revoke_link(unit, theirs.id)


@pytest.mark.parametrize(
    ("form", "wish"),
    [
        (
            MakeReportLink(period="last_7_days", parts=("videos", "shop", "shop"), days="90"),
            ReportWish(PeriodName.LAST_7_DAYS, None, None, ("shop", "videos"), 90),
        ),
        (
            MakeReportLink(first="2026-10-01", last=" 2026-10-31 ", parts=("stages",), days="1"),
            ReportWish(None, date(2026, 10, 1), date(2026, 10, 31), ("stages",), 1),
        ),
    ],
)
def test_a_form_is_read(form: MakeReportLink, wish: ReportWish) -> None:
    assert read_wish(form) == wish


@pytest.mark.parametrize(
    ("form", "key"),
    [
        (MakeReportLink(period="last_7_days", parts=("shop",), days="0"), "report_link_days"),
        (MakeReportLink(period="last_7_days", parts=("shop",), days="91"), "report_link_days"),
        (MakeReportLink(period="last_7_days", parts=("shop",), days="7.5"), "report_link_days"),
        (MakeReportLink(period="last_7_days", parts=("shop",), days="٧"), "report_link_days"),
        (MakeReportLink(period="last_7_days", days="7"), "report_link_no_parts"),
        (MakeReportLink(period="last_7_days", parts=("shop", "passwords"), days="7"), "report_link_no_parts"),
        (MakeReportLink(period="last_month", parts=("shop",), days="7"), "figures_days_unreadable"),
        (MakeReportLink(first="2026-10-31", last="2026-10-01", parts=("shop",), days="7"), "figures_days_unreadable"),
        (MakeReportLink(first="2026-10-31", parts=("shop",), days="7"), "figures_days_unreadable"),
    ],
)
def test_what_no_link_can_be_made_of_is_told(form: MakeReportLink, key: str) -> None:
    with pytest.raises(BadRequest) as refused:
        read_wish(form)
    assert refused.value.text_key == key


def test_a_month_named_stays_that_month_and_the_last_days_roll_on() -> None:
    month = wish_of(PeriodName.LAST_MONTH, None, None, parts=("shop",), days=7, today=TODAY)
    assert (month.period, month.first, month.last) == (None, date(2026, 10, 1), date(2026, 10, 31))
    usual = wish_of(None, None, None, parts=("shop",), days=7, today=TODAY)
    assert (usual.period, usual.first, usual.last) == (PeriodName.LAST_30_DAYS, None, None)
    since = wish_of(PeriodName.CUSTOM, date(2026, 11, 1), None, parts=("shop",), days=7, today=TODAY)
    assert (since.period, since.first, since.last) == (None, date(2026, 11, 1), TODAY)


def test_parts_stand_in_the_order_of_the_page() -> None:
    for some in itertools.combinations(PARTS, 3):
        assert parts_of([*reversed(some), some[0]]) == some
