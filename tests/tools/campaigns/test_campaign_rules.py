"""What is usual, how campaigns are called, and what a plan is doubted for."""

from datetime import UTC, date, datetime

import pytest

from memory.domain.campaign import Campaign, NewCampaign, Scenario, Standing, Tally, progress_of
from memory.domain.errors import NotFound
from memory.domain.follow_ups import Condition
from memory.domain.ids import BrandId, CampaignId, MemberId
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose
from tools.campaigns.doubts import doubts
from tools.campaigns.names import going_on, kept_key, key_of, named, plain, usual_name
from tools.campaigns.presets import presets, sale_days, scenario_in

TODAY = date(2026, 11, 29)


def a_plan(
    name: str = "黑五",
    *,
    rounds: int = 2,
    every_days: int = 3,
    commission_bp: int | None = None,
    promotion_on: date | None = None,
    scenario: Scenario = Scenario.PROMOTION,
) -> NewCampaign:
    steps = presets()[scenario].steps(rounds, every_days=every_days)
    key = kept_key(name, promotion_on)
    return NewCampaign(
        name, key, scenario, steps, TODAY, promotion_on, promotion_on, offer=Offer(commission_bp=commission_bp)
    )


def a_campaign(name: str, number: int = 1, promotion_on: date | None = None) -> Campaign:
    made_at = datetime(2026, 11, 29, tzinfo=UTC)
    plan = a_plan(name, promotion_on=promotion_on)
    return Campaign(CampaignId(number), BrandId(1), plan, MemberId(1), made_at)


@pytest.mark.parametrize(
    ("scenario", "creators", "samples", "per", "commission"),
    [
        (Scenario.LAUNCH, (100, 100), (30, 50), "campaign", (3000, 5000)),
        (Scenario.DAILY, (30, 100), (5, 20), "week", (1500, 2000)),
        (Scenario.PROMOTION, (100, 300), (50, 200), "campaign", (2000, 3000)),
        (Scenario.CLEARANCE, (50, 150), (50, 100), "campaign", (2500, 3000)),
        (Scenario.COMMUNITY, (20, 50), (5, 10), "week", (1500, 2000)),
    ],
)
def test_every_scenario_has_its_usual_figures(
    scenario: Scenario, creators: tuple[int, int], samples: tuple[int, int], per: str, commission: tuple[int, int]
) -> None:
    preset = presets()[scenario]
    usual = preset.figures
    found = (usual.creators, usual.samples, usual.samples_per, usual.commission_bp)
    assert found == (creators, samples, per, commission)


def test_rounds_behind_the_first_go_to_who_has_not_replied() -> None:
    first, *later = presets()[Scenario.COMMUNITY].steps(3, every_days=None)
    assert (first.purpose, first.delay_days, first.condition) == (Purpose.THANKS, None, None)
    assert {(one.purpose, one.delay_days, one.condition) for one in later} == {
        (Purpose.FOLLOW_UP, 7, Condition.NO_REPLY)
    }


@pytest.mark.parametrize(
    ("key", "today", "day"),
    [
        ("black_friday", date(2026, 11, 1), date(2026, 11, 27)),
        ("black_friday", date(2026, 11, 27), date(2026, 11, 27)),
        ("black_friday", TODAY, date(2027, 11, 26)),
        ("cyber_monday", TODAY, date(2026, 11, 30)),
        ("thanksgiving", date(2026, 11, 1), date(2026, 11, 26)),
        ("mothers_day", date(2026, 1, 1), date(2026, 5, 10)),
        ("fathers_day", date(2026, 1, 1), date(2026, 6, 21)),
        ("christmas", TODAY, date(2026, 12, 25)),
        ("new_year", TODAY, date(2027, 1, 1)),
    ],
)
def test_a_day_of_sale_is_the_next_one_of_the_calendar(key: str, today: date, day: date) -> None:
    sale = next(one for one in sale_days() if one.key == key)
    assert sale.next_from(today) == day


@pytest.mark.parametrize(
    ("name", "scenario"),
    [
        ("黑五", Scenario.PROMOTION),
        ("Black Friday", Scenario.PROMOTION),
        ("新品上市", Scenario.LAUNCH),
        ("圣诞清仓", Scenario.CLEARANCE),
        ("社区维护", Scenario.COMMUNITY),
        ("Product Launch", Scenario.LAUNCH),
        ("返校季", None),
    ],
)
def test_a_name_may_say_its_scenario(name: str, scenario: Scenario | None) -> None:
    assert scenario_in(name) is scenario


def test_names_that_mean_one_campaign_share_their_key() -> None:
    assert {key_of(name) for name in ("黑五", "黑五活动", "「黑五」", "Black Friday campaign", "the black friday")} == {
        "black_friday"
    }
    assert key_of("返校季活动") == key_of("返校季") != key_of("返校")
    assert (plain("《春季焕新》活动"), plain("活动")) == ("春季焕新", "活动")
    assert kept_key("黑五", date(2026, 11, 27)) != kept_key("黑五", date(2027, 11, 26))
    assert (usual_name(Scenario.LAUNCH, TODAY, "zh"), usual_name(Scenario.DAILY, TODAY, "en")) == (
        "新品上市 11-29",
        "Daily 11-29",
    )


def test_the_campaign_meant_is_found_by_any_of_its_names() -> None:
    last_year, friday = (
        a_campaign("黑五", 1, date(2026, 11, 27)),
        a_campaign("Black Friday", 2, date(2027, 11, 26)),
    )
    spring = a_campaign("春季焕新", 3)
    campaigns = [friday, spring, last_year]
    assert named(campaigns, "黑五活动") is friday
    assert named(campaigns, "焕新") is spring
    assert named(campaigns, None) is friday
    with pytest.raises(NotFound, match="campaign_unknown"):
        named(campaigns, "母亲节")
    with pytest.raises(NotFound, match="no_campaigns"):
        named([], None)


def test_creators_are_added_to_the_campaign_that_goes_on() -> None:
    over = a_campaign("黑五", 1, date(2026, 11, 27))
    next_year = a_campaign("黑五", 2, date(2027, 11, 26))
    assert going_on([over], "黑五", key="black_friday:2027", today=TODAY) is None
    assert going_on([next_year, over], "Black Friday", key="black_friday:2026", today=TODAY) is over
    # Another day said for the same sale moves the campaign and makes no second one.
    assert going_on([next_year], "黑五", key="black_friday:2026", today=TODAY) is next_year
    assert going_on([next_year], "圣诞", key="christmas:2026", today=TODAY) is None


def test_shipping_and_posting_must_end_before_the_sale() -> None:
    plan = a_plan(promotion_on=date(2026, 12, 19))
    found = doubts(plan, presets()[plan.scenario].figures, audience=120, markets=["US", "US"], begins=TODAY)
    assert [(flag.key, flag.facts["by"], flag.facts["count"]) for flag in found] == [("campaign_late", "2026-12-20", 2)]
    plan = a_plan(promotion_on=date(2026, 12, 20))
    assert doubts(plan, presets()[plan.scenario].figures, audience=120, markets=["US"], begins=TODAY) == ()


def test_a_round_after_the_sale_is_told() -> None:
    plan = a_plan(rounds=4, every_days=10, promotion_on=date(2026, 12, 28))
    found = doubts(plan, presets()[plan.scenario].figures, audience=120, markets=["US"], begins=TODAY)
    assert [(flag.key, flag.facts) for flag in found] == [
        ("campaign_round_late", {"round": 4, "by": "2026-12-29", "day": "2026-12-28"})
    ]


@pytest.mark.parametrize(
    ("audience", "commission_bp", "keys"),
    [
        (49, None, ["campaign_size"]),
        (50, 2000, []),
        (600, 3000, []),
        (601, 3001, ["campaign_size", "campaign_commission"]),
        (100, 1999, ["campaign_commission"]),
    ],
)
def test_what_is_far_from_usual_is_told(audience: int, commission_bp: int | None, keys: list[str]) -> None:
    plan = a_plan(commission_bp=commission_bp)
    found = doubts(plan, presets()[plan.scenario].figures, audience=audience, markets=["US"], begins=TODAY)
    assert [flag.key for flag in found] == keys
    assert not any(flag.blocking for flag in found)


def test_progress_adds_up_round_by_round() -> None:
    one, two = progress_of(
        [
            Tally(2, Standing.WAITING, 4),
            Tally(1, Standing.SENT, 3),
            Tally(1, Standing.REPLIED, 2),
            Tally(1, Standing.OVER, 1, "rejected"),
            Tally(1, Standing.HELD, 2, "opted_out"),
        ]
    )
    assert (one.round, one.total, one.sent, one.replied, one.held, one.over) == (1, 8, 5, 2, 2, 1)
    assert one.reasons == (("opted_out", 2), ("rejected", 1))
    assert (two.round, two.total, two.waiting) == (2, 4, 4)
