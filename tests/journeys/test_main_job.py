"""The main job, sentence by sentence: from a request in Chinese to creators' answers. No model, no socket."""

import re

import pytest

from memory.domain.cards import DraftsCard, RepliesCard, ShortlistCard
from memory.domain.chat import DecisionOutcome
from memory.domain.chat_stores import Author
from tests.support.product import (
    Person,
    accepted_by_the_playground,
    answered_by_the_playground,
    card,
    make_everybody_talkative,
)

pytestmark = pytest.mark.journey

MOST_MOVES = 12
HAN = re.compile(r"[一-鿿]")


async def test_a_request_becomes_a_shortlist_drafts_a_decision_messages_and_answers(approver: Person) -> None:
    daren = approver.daren
    make_everybody_talkative(daren)

    found = await approver.say("帮我找20个美国做宠物用品的达人，粉丝1万到10万，近30天GMV过5000美金")
    shortlist = card(found.reply, ShortlistCard)
    sure = [row for row in shortlist.items if not row.possible]
    assert len(sure) >= 5
    for row in sure:
        assert row.market == "US"
        assert row.followers is not None
        assert 10_000 <= row.followers[0] <= row.followers[1] <= 100_000
        assert row.gmv_30d is not None
        assert row.reasons

    drafted = await approver.ask("给前5个写邀约，佣金18%，可以寄样")
    drafts = card(drafted, DraftsCard)
    assert [row.handle for row in drafts.items] == [row.handle for row in shortlist.items[:5]]
    for draft in drafts.items:
        assert draft.language == "en"
        assert not HAN.search(draft.text)
        assert HAN.search(draft.text_zh)
        assert "18%" in draft.text
        assert "18%" in draft.text_zh
        assert draft.approvable, draft.flags

    decided = await approver.ask("批准 1-4，改 3：佣金改成 15%，拒 5")
    assert decided.decision == DecisionOutcome(batch=drafts.batch, approved=(1, 2, 4), revised=(3,), rejected=(5,))
    for repeated in ("已批准 1、2、4", "已改 3", "已拒 5"):
        assert repeated in decided.text
    (revised,) = card(decided, DraftsCard).items
    assert revised.number == 3
    assert "15%" in revised.text
    assert "15%" in revised.text_zh
    assert "18%" not in revised.text

    wanted = sorted(draft.handle for draft in drafts.items if draft.number in (1, 2, 4))
    told: list[str] = []
    for _ in range(MOST_MOVES):
        await approver.forward()
        notices = await approver.heard(found.conversation, author=Author.NOTICE)
        told = sorted(row.handle for notice in notices for row in card(notice, RepliesCard).items)
        if told == wanted:  # an answer that another process collects is told when that one is done
            break
    assert sorted(accepted_by_the_playground(daren)) == wanted
    assert sorted(answered_by_the_playground(daren)) == wanted
    assert told == wanted

    replies = card(await approver.ask("有谁回我们了"), RepliesCard)
    assert sorted(row.handle for row in replies.items) == wanted
    assert [row.received_at for row in replies.items] == sorted(row.received_at for row in replies.items)
    for reply in replies.items:
        assert reply.heading == "未翻译：未接模型"
        assert reply.summary
    assert any(reply.suggested is not None and reply.suggested.status == "open" for reply in replies.items)
    assert sorted(accepted_by_the_playground(daren)) == wanted  # a suggested answer is a draft, no message
