"""Who wrote back, with a summary by rules and a suggested answer."""

from dataclasses import replace

from pydantic import JsonValue

from memory.domain.creator import Relation
from memory.domain.ids import CreatorId
from memory.domain.money import Money
from memory.domain.outreach import Gist, Intent
from memory.domain.workspace import Role
from tests.support.fake_drafting import BRAND, NOW, Acceptor, Office, ScriptedModel, message, turn
from tools.drafting.tool import DraftMessagesArgs, draft_messages
from tools.replies.summary import SummaryLine, summarise
from tools.replies.tool import ListRepliesArgs, Replies, list_replies


async def listed(office: Office, *, role: Role = Role.OPERATOR) -> Replies:
    shown = await list_replies(office.units(), Acceptor()).run(ListRepliesArgs(status="all"), turn(role=role))
    assert isinstance(shown, Replies)
    return shown


async def test_a_suggested_answer_repeats_the_offer_of_the_message_answered() -> None:
    office = Office()
    await draft_messages(office.units(), Acceptor(), None).run(
        DraftMessagesArgs.model_validate({"purpose": "invite", "ranks": [1], "commission_rate": 0.18}), turn()
    )
    office.messages_ = [message("How much do you pay?", Gist(Intent.PRICE, 80), batch="K1")]
    shown = await listed(office)
    suggested = shown.items[0].message.suggested
    assert suggested is not None
    assert "18%" in suggested.version.content.text
    assert (shown.total, office.answered[-1], office.read) == (1, office.messages_[0].id, [office.messages_[0].id])


async def test_nobody_answers_an_opt_out_or_somebody_who_opted_out() -> None:
    office = Office(
        messages_=[message("stop", Gist(Intent.OPT_OUT, 95)), message("hi", Gist(Intent.OTHER, 30), number=2, who=2)],
        relations_={CreatorId(2): Relation(CreatorId(2), BRAND.id, opted_out_at=NOW)},
    )
    assert [item.message.suggested for item in (await listed(office)).items] == [None, None]
    assert office.batches_ == []


async def test_a_second_look_in_the_same_turn_suggests_nothing_twice() -> None:
    office = Office(messages_=[message("sure!", Gist(Intent.INTERESTED, 85))])
    await listed(office)
    await listed(office)
    assert len(office.batches_) == 1


async def test_a_viewer_sees_without_drafting_or_marking_as_read() -> None:
    office = Office(messages_=[message("sure!", Gist(Intent.INTERESTED, 85))])
    assert (await listed(office, role=Role.VIEWER)).items[0].message.suggested is None
    assert office.read == []


async def test_a_message_without_a_known_product_has_no_suggestion() -> None:
    office = Office(products_=[], messages_=[message("sure!", Gist(Intent.INTERESTED, 85))])
    assert (await listed(office)).items[0].message.suggested is None


async def test_the_heading_says_that_nothing_was_translated() -> None:
    plain = message("sure!", Gist(Intent.INTERESTED, 85))
    office = Office(messages_=[plain, replace(plain, translation="好的！")])
    assert [item.heading for item in (await listed(office)).items] == ["reply_untranslated", "reply_translated"]


async def test_a_model_translates_and_a_changed_figure_is_not_shown() -> None:
    said = [message("I charge $250", Gist(Intent.PRICE, 80)), message("20% ok", Gist(Intent.PRICE, 80), number=2)]
    priced: dict[str, JsonValue] = {"intent": "price", "confidence": 90}
    model = ScriptedModel([priced, priced, "我收 250 美元", "25% 可以"])
    tool = list_replies(Office(messages_=said).units(), Acceptor(), model)
    shown = await tool.run(ListRepliesArgs(), turn(role=Role.VIEWER))
    assert isinstance(shown, Replies)
    assert [item.message.translation for item in shown.items] == ["我收 250 美元", None]
    assert [item.heading for item in shown.items] == ["reply_translated", "reply_untranslated"]


def test_the_summary_has_a_line_for_each_thing_found() -> None:
    gist = Gist(Intent.PRICE, 80, (Money(25_000),), (2000,), (), ("Ok?",), ("I charge $250",))
    assert summarise(gist) == (
        SummaryLine("reply_intent_price", {"confidence": 80}),
        SummaryLine("reply_quote", {"quote": "I charge $250"}),
        SummaryLine("reply_amounts", {"amounts": "250 美元"}),
        SummaryLine("reply_percentages", {"percentages": "20%"}),
        SummaryLine("reply_question", {"quote": "Ok?"}),
    )


async def test_the_thread_of_one_creator_is_told_and_of_several_none() -> None:
    office = Office(messages_=[message("how much?", Gist(Intent.PRICE, 80))])
    handle = office.messages_[0].handle
    tool = list_replies(office.units(), Acceptor())
    one = await tool.run(ListRepliesArgs(status="all", handles=(f"@{handle}",)), turn())
    several = await tool.run(ListRepliesArgs(status="all", handles=(handle, "anna")), turn())
    assert isinstance(one, Replies)
    assert isinstance(several, Replies)
    assert [(who, text) for who, text, _ in one.thread] == [("creator", "how much?")]
    assert several.thread == ()


async def test_a_translation_is_kept_for_the_next_look() -> None:
    office = Office(messages_=[message("I charge $250", Gist(Intent.PRICE, 80))])
    tool = list_replies(
        office.units(), Acceptor(), ScriptedModel([{"intent": "price", "confidence": 90}, "我收 250 美元"])
    )
    await tool.run(ListRepliesArgs(), turn())
    assert office.messages_[0].translation == "我收 250 美元"
