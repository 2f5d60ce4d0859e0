"""What the page of replies shows of each message, and what can be done with one."""

from dataclasses import replace

import pytest

from agent.reply_work import ReplyDesk, replies_page
from connectors.ports.queries import RepliesView, ReplyFilter
from memory.domain.creator import Relation, Stage
from memory.domain.errors import AppError, BadRequest, NotFound, Refused
from memory.domain.ids import CreatorId, CreatorMessageId
from memory.domain.outreach import DraftStatus, Gist, Intent
from memory.domain.reply_forms import WorkOnReply
from memory.domain.workspace import Role
from prompts.render import texts
from tests.support.fake_drafting import BRAND, SCOPE, Acceptor, Office, ScriptedModel, message, turn
from tools.drafting.tool import DraftMessagesArgs, draft_messages

PRICE = Gist(Intent.PRICE, 80, quotes=("Call +1 (415) 555-0199 about pay",))


async def shown(office: Office, wish: ReplyFilter, *, role: Role = Role.OPERATOR) -> RepliesView:
    async with office.units().unit(replace(SCOPE, role=role)) as unit:
        unit.scope = replace(SCOPE, role=role)  # type: ignore[misc]  # the fake's own
        return await replies_page(unit, wish, texts())


async def invited(office: Office) -> None:
    await draft_messages(office.units(), Acceptor(), None).run(
        DraftMessagesArgs.model_validate({"purpose": "invite", "ranks": [1], "commission_rate": 0.18}), turn()
    )


async def test_a_page_is_read_and_says_where_the_next_one_begins() -> None:
    office = Office(messages_=[message(f"m {number}", PRICE, number=number) for number in range(1, 28)])
    first = await shown(office, ReplyFilter("all"))
    assert [row.id for row in first.card.items] == list(range(27, 2, -1))
    second = await shown(office, ReplyFilter("all", after=first.after))
    assert ([row.id for row in second.card.items], second.after) == ([2, 1], None)
    assert office.read == [*range(27, 2, -1), 2, 1]


async def test_stages_confidence_and_the_thread_of_one() -> None:
    office = Office(
        messages_=[message("how much?", PRICE), message("hi", Gist(Intent.OTHER, 30), number=2, who=2)],
        relations_={CreatorId(1): Relation(CreatorId(1), BRAND.id, stage=Stage.NEGOTIATING)},
    )
    view = await shown(office, ReplyFilter())
    assert view.stages == {1: "negotiating", 2: "new"}
    assert [row.confidence for row in view.card.items] == [80, 30]
    one = await shown(office, ReplyFilter("all", one=CreatorMessageId(1)))
    assert [(who, text) for who, text, _ in one.thread] == [("creator", "how much?")]


async def test_a_viewer_sees_no_contacts_and_marks_nothing_read() -> None:
    office = Office(messages_=[message("Call +1 (415) 555-0199 about pay, mia@cats.test", PRICE)])
    view = await shown(office, ReplyFilter("all", one=CreatorMessageId(1)), role=Role.VIEWER)
    row = view.card.items[0]
    assert (row.text, view.thread[0][1]) == ("Call [phone] about pay, [e-mail]",) * 2
    assert "555" not in " ".join(row.summary)
    assert office.read == []
    assert "555-0199" in (await shown(office, ReplyFilter())).card.items[0].text


async def test_a_suggestion_is_a_batch_of_one_that_waits() -> None:
    office = Office()
    await invited(office)
    office.messages_ = [message("How much do you pay?", PRICE, batch="K1")]
    reply = await ReplyDesk(Acceptor()).submit(office.units(), SCOPE, wish("suggest"), texts())
    assert "批准后才会发送" in reply.text
    batch = office.batches_[-1]
    assert ([draft.status for draft in batch.drafts], batch.conversation) == ([DraftStatus.OPEN], None)
    assert office.answered[-1] == 1


@pytest.mark.parametrize(
    ("gist", "relation", "error"),
    [
        (Gist(Intent.OPT_OUT, 95), None, BadRequest("reply_opted_out")),
        (PRICE, Relation(CreatorId(1), BRAND.id, blocked=True), BadRequest("reply_opted_out")),
    ],
)
async def test_who_wants_no_more_is_written_nothing(gist: Gist, relation: Relation | None, error: AppError) -> None:
    office = Office(messages_=[message("no", gist)], relations_={CreatorId(1): relation} if relation else {})
    with pytest.raises(BadRequest) as caught:
        await ReplyDesk(Acceptor()).submit(office.units(), SCOPE, wish("suggest"), texts())
    assert caught.value.text_key == error.text_key
    assert office.batches_ == []


async def test_a_translation_is_kept_where_its_figures_are_equal() -> None:
    office = Office(messages_=[message("I charge $250", PRICE), message("20% ok", PRICE, number=2)])
    desk = ReplyDesk(Acceptor(), ScriptedModel(["我收 250 美元", "25% 可以"]))
    await desk.submit(office.units(), SCOPE, wish("translate"), texts())
    assert office.messages_[0].translation == "我收 250 美元"
    with pytest.raises(Refused):
        await desk.submit(office.units(), SCOPE, wish("translate", 2), texts())
    assert office.messages_[1].translation is None


async def test_without_a_model_without_the_role_and_without_the_message() -> None:
    office = Office(messages_=[message("hi", PRICE)])
    desk = ReplyDesk(Acceptor())
    with pytest.raises(Refused):
        await desk.submit(office.units(), SCOPE, wish("translate"), texts())
    with pytest.raises(NotFound):
        await desk.submit(office.units(), SCOPE, wish("suggest", 9), texts())
    with pytest.raises(BadRequest):
        await shown(office, ReplyFilter("everything"))


def wish(what: str, number: int = 1) -> WorkOnReply:
    return WorkOnReply.model_validate({"message": number, "wish": what})
