from agent.cards.books import quota_shown
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.cards import ReportCard
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.memory.test_units import begin_turn
from tools.contract import TurnContext
from tools.quota.tool import QuotaShown, QuotaStatusArgs, quota_status


async def asked(shop: SellingOffice, scope: Scope) -> QuotaShown:
    thread, fence = await begin_turn(shop.database, scope)
    turn = TurnContext(scope, thread, fence, "zh", "turn:1:0")
    result = await quota_status(shop.database).run(QuotaStatusArgs(), turn)
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
