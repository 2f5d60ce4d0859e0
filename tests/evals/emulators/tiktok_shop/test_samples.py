"""Sample applications: asked for, reviewed once, shipped, delivered, posted for, or ended by the clock."""

import pytest

from evals.emulators.tiktok_shop.applications import Application
from evals.emulators.tiktok_shop.errors import Code
from tests.evals.emulators.tiktok_shop.callers import AS, Caller, Json

DAY = 86_400
SEARCH = f"{AS}/202508/sample_applications/search"


def asked_for(shop: Caller, *, nth: int = 0) -> Application:
    own = shop.emulator.platform.partner.sellers[0].shops[0]
    creator = list(shop.emulator.platform.people.values())[nth]
    return shop.emulator.platform.applications.ask(own, creator, next(iter(own.products)))


async def found(shop: Caller, **body: str) -> list[Json]:
    rows: list[Json] = (await shop.data("POST", SEARCH, {"page_size": "50"}, dict(body)))["sample_applications"]
    return rows


async def review(shop: Caller, one: Application, body: Json) -> Json:
    return await shop.call("POST", f"{AS}/202507/sample_applications/{one.id}/review", None, body)


async def test_an_approved_one_becomes_an_order_that_is_shipped_delivered_and_posted_for(shop: Caller) -> None:
    one = asked_for(shop)
    [row] = await found(shop, status="PENDING")
    assert (row["id"], row["is_approvable"], row["order_id"], row["commission_rate"]) == (one.id, True, "", "0.20")
    assert row["approve_expiration_time"] == int(shop.now) + 7 * DAY
    assert (await review(shop, one, {"review_result": "APPROVE"}))["code"] == 0
    assert (await review(shop, one, {"review_result": "APPROVE"}))["code"] == Code.BAD_PARAMETER
    seen = []
    for deed in ("ship", "deliver", "post"):
        shop.emulator.platform.applications.step(one, deed, tracking="1Z999")
        [row] = await found(shop, creator_user_oepn_id=one.creator.open_id)
        seen.append((row["status"], row["tracking_number"], bool(row["order_id"])))
    assert seen == [(status, "1Z999", True) for status in ("SHIPPED", "CONTENT_PENDING", "COMPLETED")]
    with pytest.raises(ValueError, match="COMPLETED"):
        shop.emulator.platform.applications.step(one, "ship")


async def test_a_rejection_wants_a_reason_and_the_clock_ends_the_rest(shop: Caller) -> None:
    no, late = asked_for(shop), asked_for(shop, nth=1)
    assert (await review(shop, no, {"review_result": "REJECT"}))["code"] == Code.BAD_PARAMETER
    assert (await review(shop, no, {"review_result": "REJECT", "reject_reason": "TIRED"}))["code"] == Code.BAD_PARAMETER
    assert (await review(shop, no, {"review_result": "REJECT", "reject_reason": "NOT_MATCH"}))["code"] == 0
    await shop.emulator.platform.clock.advance(7 * DAY)
    await shop.authorise()
    assert {row["id"]: row["status"] for row in await found(shop)} == {
        no.id: "REJECT_CANCELLED", late.id: "OVERDUE_CANCELLED",
    }  # fmt: skip
    assert (await review(shop, late, {"review_result": "APPROVE"}))["code"] == Code.BAD_PARAMETER


async def test_pages_hold_what_fits_and_misspelt_fields_are_wanted_as_they_are(shop: Caller) -> None:
    for nth in range(5):
        asked_for(shop, nth=nth)
    first = await shop.data("POST", SEARCH, {"page_size": "3"}, {})
    rest = await shop.data("POST", SEARCH, {"page_size": "3", "page_token": first["next_page_token"]}, {})
    assert (len(first["sample_applications"]), len(rest["sample_applications"]), rest["next_page_token"]) == (3, 2, "")
    wrong = await shop.call("POST", SEARCH, {"page_size": "3"}, {"creator_user_open_id": "x"})
    assert wrong["code"] == Code.BAD_PARAMETER
