"""The main job: five sentences from a request to creators' answers."""

import re

import pytest

from memory.domain.cards import DraftsCard, RepliesCard, ShortlistCard
from tests.support.product import (
    Person,
    accepted_by_the_playground,
    answered_by_the_playground,
    card,
)

pytestmark = pytest.mark.journey

MOST_MOVES = 12
HAN = re.compile(r"[一-鿿]")


async def test_a_request_becomes_a_shortlist_drafts_a_decision_messages_and_answers(approver: Person) -> None:
    found = await approver.say("帮我找20个美国做宠物用品的达人，粉丝1万到10万，近30天GMV过5000美金")
    shortlist = card(found.reply, ShortlistCard)
    print(found.reply)
    assert len(shortlist.items) >= 5

    drafted = await approver.ask("给前5个写邀约，佣金18%，可以寄样")
    drafts = card(drafted, DraftsCard)
    print(drafted)
    decided = await approver.ask("批准 1-4，改 3：佣金改成 15%，拒 5")
    print(decided)
    for _ in range(MOST_MOVES):
        print((await approver.ask("快进到下一个窗口")).text)
        await approver.daren.workshop.dispatch()
        print(accepted_by_the_playground(approver.daren), answered_by_the_playground(approver.daren))
    print((await approver.heard(found.conversation))[3:])
    replies = await approver.ask("有谁回我们了")
    print(replies)
    raise AssertionError
