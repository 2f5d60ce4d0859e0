"""Silent creators of the demo are followed up when its clock moves on; those who answer are left alone."""

from collections import Counter

import psycopg
import pytest

from agent.bootstrap import Installation
from memory.domain.cards import DraftsCard, ReportCard
from tests.support.product import Person, accepted_by_the_playground, answered_by_the_playground, card

pytestmark = pytest.mark.journey

MOST_MOVES = 40


async def test_the_silent_get_each_round_once_and_who_answers_gets_none(approver: Person) -> None:
    daren = approver.daren
    await approver.say("帮我找20个美国做宠物用品的达人，粉丝1万到10万")
    drafts = card(await approver.ask("给前5个写邀约，佣金18%"), DraftsCard)
    handles = [row.handle for row in drafts.items]
    answering, late, silent = handles[:2], handles[2], handles[3:]
    listen(daren, answering)
    await approver.ask(f"批准 {drafts.batch} 1-5")
    planned = await approver.ask("前5个要是没回，每隔3天跟进一次，最多2轮")
    rounds = [each for each in planned.cards if isinstance(each, DraftsCard)]
    assert [[row.handle for row in each.items] for each in rounds] == [handles, handles]
    assert "第 1 轮跟进：前一条发出 3 天后，没回复才发" in rounds[0].items[0].flags
    first, second = [each.batch for each in rounds]
    for code in (first, second):
        decided = await approver.ask(f"批准 {code} 1-5")
        assert decided.decision is not None
        assert (decided.decision.batch, decided.decision.approved) == (code, (1, 2, 3, 4, 5))

    await until(approver, Counter(handles) + Counter([late, *silent]))
    assert sorted(answered_by_the_playground(daren)) == sorted(answering)
    await approver.ask(f"@{late} 回复：Sorry, I only saw this now. Tell me more about the product?")
    await until(approver, Counter(handles) + Counter([late, *silent]) + Counter(silent))

    listed = card(await approver.ask("现在排了哪些跟进"), ReportCard)
    stopped = Counter(row[0] for row in listed.rows if "达人已回复" in row[-1])
    assert stopped == Counter({f"@{answering[0]}": 2, f"@{answering[1]}": 2, f"@{late}": 1})


async def until(who: Person, wanted: Counter[str]) -> None:
    """Move the clock from one due moment to the next until the platform took these messages, and a while longer."""
    for _ in range(MOST_MOVES):
        reply = await who.forward()
        taken = Counter(accepted_by_the_playground(who.daren))
        assert taken <= wanted, (taken - wanted, reply.text)
        if taken == wanted:
            break
    assert Counter(accepted_by_the_playground(who.daren)) == wanted


def listen(daren: Installation, handles: list[str]) -> None:
    """Only these creators answer; the others stay silent, and nobody opts out."""
    with psycopg.connect(daren.database.url) as connection:
        connection.execute("update playground.trait set responsiveness = -1000, opt_out = 0, closed = 10000")
        connection.execute(
            "update playground.trait t set responsiveness = 1000 from playground.creator c"
            " where c.number = t.number and c.handle = any(%s)",
            (handles,),
        )
