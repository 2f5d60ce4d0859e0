from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from agent.cards.books import quota_shown
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.errors import AppError, Unavailable
from memory.domain.ids import BrandId, CreatorId
from memory.domain.shops import Eligibility, LevelQuota, PlatformQuota
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.workspace import BrandPolicy, Scope
from prompts.render import texts
from tests.memory.test_units import begin_turn
from tools.contract import TurnContext
from tools.quota.tool import MOST_ASKED, PlatformCounts, QuotaShown, QuotaStatusArgs, quota_status
from tools.quota.week import LeftOut


@dataclass
class FakeCounts:
    """A platform that counts so, and says what is planned here of each creator."""

    count: PlatformQuota
    said: Mapping[str, Eligibility] = field(default_factory=dict)
    failure: AppError | None = None
    asked: list[str] = field(default_factory=list)

    async def quota(self, brand: BrandId) -> PlatformQuota:
        del brand
        return self.count

    async def week(self, brand: BrandId) -> PlatformQuota:
        return await self.quota(brand)

    async def eligible(self, brand: BrandId, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        del brand
        self.asked += handles
        if self.failure is not None:
            raise self.failure
        return {handle: self.said[handle] for handle in handles if handle in self.said}


async def asked(
    shop: SellingOffice,
    scope: Scope,
    *,
    who: bool = False,
    shortlist: Sequence[CreatorId] = (),
    platform: PlatformCounts | None = None,
) -> QuotaShown:
    thread, fence = await begin_turn(shop.database, scope)
    turn = TurnContext(scope, thread, fence, "zh", "turn:1:0")
    if shortlist:
        async with shop.database.unit(scope, fence=fence) as unit:
            items = [NewShortlistItem(creator, ()) for creator in shortlist]
            await unit.shortlists.add(thread, items, total=len(items), criteria={})
    result = await quota_status(shop.database, platform).run(QuotaStatusArgs(who=who), turn)
    assert isinstance(result, QuotaShown)
    return result


async def test_the_answer_shows_limits_and_what_was_done_today(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    async with database.unit(shop.owner) as unit:
        await unit.counters.bump("searches", 4)
    await shop.approved(await shop.creators(2))
    await shop.dispatch()
    piece = quota_shown(await asked(shop, shop.owner), "zh", texts())
    limits, done = piece.cards
    assert isinstance(limits, ReportCard)
    assert isinstance(done, ReportCard)
    day = (await shop.now()).date().isoformat()
    assert limits.rows == (("Eval", "2", "198", "10", "0", "0"),)
    assert done.columns == ("日期（UTC）", "找人次数", "活跃达人", "发出私信", "其中邀约", "达人回复")
    assert done.rows == ((day, "4", "2", "2", "2", "0"),)
    assert piece.for_planner["activity"] == [
        {"day": day, "searches": 4, "active_creators": 2, "invites": 2, "messages": 2, "replies": 0}
    ]


async def test_a_member_of_one_brand_is_not_told_what_the_others_did(database: Database) -> None:
    shop = await open_office(database)
    piece = quota_shown(await asked(shop, shop.operator), "en", texts())
    (limits,) = piece.cards
    assert isinstance(limits, ReportCard)
    assert limits.title == "Sending limits"


async def test_the_week_is_planned_from_what_is_used_promised_and_left(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    await shop.save_policy(BrandPolicy(contacts_per_week=4))
    sent, promised, blocked, *others = await shop.creators(7)
    await shop.approved([sent])
    assert (await shop.dispatch()).claimed == 1
    await shop.approved([promised])
    async with database.unit(shop.lead) as unit:
        await unit.relations.update([blocked], blocked=True)
    await shop.answer(others[0])
    shown = await asked(shop, shop.operator, who=True, shortlist=[promised, blocked, *others])
    week = shown.week
    assert week is not None
    assert (week.limit, week.used, week.promised, week.left, week.waiting) == (4, 1, 1, 2, 1)
    assert [(turn.worth.creator.id, turn.week, turn.free) for turn in week.turns] == [
        (others[0], 0, True), (others[1], 0, False), (others[2], 0, False), (others[3], 1, False),
    ]  # fmt: skip
    assert week.left_out == {LeftOut.BLOCKED: 1}
    piece = quota_shown(shown, "zh", texts())
    (card,) = piece.cards
    assert isinstance(card, ReportCard)
    assert [row[1] for row in card.rows] == ["@creator00003", "@creator00004", "@creator00005", "@creator00006"]
    assert (card.rows[0][-1], card.rows[1][-1]) == ("随时：不占名额", "本周")
    assert card.rows[-1][-1].endswith("00:00 起")
    assert "还能新联系 2 位达人（上限 4，已用 1，已批准待发 1）" in piece.text
    assert "拉黑 1 位" in piece.text


async def test_who_is_approved_for_a_later_week_waits_and_takes_its_room(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    await shop.save_policy(BrandPolicy(contacts_per_week=1))
    sent, *approved, other = await shop.creators(4)
    await shop.approved([sent])
    await shop.approved(approved)
    assert (await shop.dispatch()).claimed == 1
    await shop.move_to_hour(12)
    assert (await shop.dispatch()).claimed == 0
    week = (await asked(shop, shop.operator, who=True, shortlist=[*approved, other])).week
    assert week is not None
    assert (week.used, week.promised, week.left, week.waiting) == (1, 2, 0, 2)
    assert [(turn.worth.creator.id, turn.week) for turn in week.turns] == [(other, 3)]


async def test_the_platforms_count_is_shown_beside_ours_and_the_lesser_one_holds(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    creators = await shop.creators(3)
    await shop.approved(creators[:1])
    await shop.dispatch()
    levels = (LevelQuota((0, 1), 5, 4, 2, 1), LevelQuota((2,), 3, 0, 0, 0))
    quota = PlatformQuota(9, 10, datetime(2026, 12, 6, tzinfo=UTC), datetime(2026, 11, 29, tzinfo=UTC), levels)

    shown = await asked(shop, shop.operator, who=True, shortlist=creators[1:], platform=FakeCounts(quota))
    assert shown.week is not None
    assert (shown.week.limit, shown.week.left) == (None, 1)
    assert [turn.week for turn in shown.week.turns] == [0, 1]
    piece = quota_shown(shown, "en", texts())
    _, own, by_level = piece.cards
    assert isinstance(own, ReportCard)
    assert isinstance(by_level, ReportCard)
    assert own.columns[-2:] == ("Counted here", "Difference")
    assert own.rows == (("9", "1", "1", "+8"),)
    assert by_level.rows == (("0, 1", "1", "1"), ("2", "0", "3"))


async def test_whom_the_platform_bars_is_left_out_and_a_full_level_waits(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    creators = await shop.creators(6)
    handles = [f"creator{number:05}" for number in range(6)]
    quota = PlatformQuota(0, 50, None, datetime(2026, 11, 29, tzinfo=UTC), (LevelQuota((3,), 1, 0, 0, 0),))
    fine = Eligibility(level=3, blocked=False, connected=False, small_enough=True, has_room=True)
    said = dict(zip(handles, (
        replace(fine, blocked=True), replace(fine, small_enough=False), fine, fine, replace(fine, connected=True),
    ), strict=False))  # fmt: skip
    shown = await asked(shop, shop.operator, who=True, shortlist=creators, platform=FakeCounts(quota, said))
    assert shown.week is not None
    assert shown.week.left_out == {LeftOut.BLOCKED_US: 1, LeftOut.TOO_MANY_FOLLOWERS: 1}
    assert [(turn.worth.creator.id, turn.week, turn.free) for turn in shown.week.turns] == [
        (creators[4], 0, True), (creators[2], 0, False), (creators[5], 0, False), (creators[3], 1, False),
    ]  # fmt: skip


async def test_a_platform_that_does_not_say_who_is_eligible_is_told_and_guessed_nothing(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    creators = await shop.creators(25)
    quota = PlatformQuota(0, 50, None, datetime(2026, 11, 29, tzinfo=UTC))
    counts = FakeCounts(quota, failure=Unavailable("shop_busy"))
    shown = await asked(shop, shop.operator, who=True, shortlist=creators, platform=counts)
    assert shown.week is not None
    assert (len(shown.week.turns), len(counts.asked)) == (25, MOST_ASKED)
    assert "平台没说这些人能不能联系" in quota_shown(shown, "zh", texts()).text


async def test_without_a_list_those_whose_invitation_waits_are_meant_and_nobody_is_said_so(database: Database) -> None:
    shop = await open_office(database)
    await shop.move_to_hour(12)
    nobody = await asked(shop, shop.operator, who=True)
    assert "先找一批达人" in quota_shown(nobody, "zh", texts()).text
    creators = await shop.creators(2)
    await shop.draft(creators)
    shown = await asked(shop, shop.operator, who=True)
    assert shown.week is not None
    assert ([turn.worth.creator.id for turn in shown.week.turns], shown.week.from_list) == (creators, False)
    assert "没有设每周上限" in quota_shown(shown, "zh", texts()).text
