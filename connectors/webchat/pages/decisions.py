"""What waits for a decision and what became of it: cards, taps, edits, stop, the inbox and batches."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, visitor
from connectors.webchat.forms import Fields, Id, Skip, read_form, whole
from connectors.webchat.render import fragment, page
from connectors.webchat.surface import Surface
from memory.domain.cards import Card, DraftsCard
from memory.domain.chat import EditDraft, MoveDemoClock, Reply, ResumeBatch, StopBatch, Tap, Undo, WithdrawApprovals
from memory.domain.errors import AppError, BadRequest, Conflict
from memory.domain.ids import ConversationId, DraftId, PresentationId

MOVED = {"HX-Trigger": "daren:moved"}
UNDONE = "daren:moved, daren:undone"
# As many drafts as one card shows in full.
READ_AT_ONCE = 20
CARDS_AT_ONCE = 10


def decision_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Approval, sending and answers."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/inbox")
    async def inbox(visit: visit_of, offset: Skip = 0) -> Response:
        waiting = await surface.queries.inbox(visit.scope, offset=max(0, offset))
        cards = [await surface.desk.present(visit.scope, batch.code) for batch in waiting]
        return await page(
            surface, visit, "inbox.html", conversation_id=None, waiting=list(zip(waiting, cards, strict=True)),
            offset=max(0, offset), at_once=CARDS_AT_ONCE,
        )  # fmt: skip

    @router.get("/batches")
    async def batches(visit: visit_of, offset: Skip = 0) -> Response:
        views = await surface.queries.batches(visit.scope, offset=max(0, offset))
        return await page(surface, visit, "batches.html", views=views, offset=max(0, offset))

    @router.get("/batches/{code}")
    async def show_batch(visit: visit_of, code: str, first: Skip = 0) -> Response:
        view = await surface.queries.batch(visit.scope, code)
        numbers = range(first, first + READ_AT_ONCE) if first > 0 else None
        card = await surface.desk.present(visit.scope, code, numbers=numbers)
        creators = {draft.creator for draft in view.batch.drafts if numbers is None or draft.number in numbers}
        rounds = [
            await surface.desk.present(visit.scope, later.code, numbers=theirs)
            for later in view.behind
            if (theirs := [draft.number for draft in later.drafts if draft.creator in creators])
        ]
        return await page(
            surface, visit, "batch.html", view=view, card=card, rounds=rounds, conversation_id=None,
            first=max(0, first), size=len(view.batch.drafts), most=READ_AT_ONCE,
        )  # fmt: skip

    @router.get("/batches/{code}/card")
    async def show_card(visit: visit_of, code: str, conversation: Id | None = None) -> Response:
        card = await surface.desk.present(visit.scope, code, conversation=_conversation(conversation))
        return await fragment(surface, visit, "parts/drafts_card.html", card=card, conversation_id=conversation)

    @router.get("/batches/{code}/states")
    async def states(visit: visit_of, code: str) -> Response:
        view = await surface.queries.batch(visit.scope, code)
        return await fragment(surface, visit, "parts/states.html", view=view)

    @router.post("/presentations/{presentation}/delivered")
    async def delivered(visit: visit_of, presentation: Id) -> Response:
        await surface.desk.delivered(visit.scope, PresentationId(presentation))
        return Response(status_code=204)

    @router.post("/presentations/{presentation}/decide")
    async def decide(request: Request, visit: visit_of, presentation: Id) -> Response:
        fields = await read_form(request)
        tap = _tap(fields, PresentationId(presentation))
        try:
            reply = await surface.desk.decide(visit.scope, tap)
        except Conflict as error:
            return await _card(visit, fields, error=error, ticked=tap.approve)
        return _moved(await _card(visit, fields, reply=reply))

    @router.post("/drafts/{draft}")
    async def edit(request: Request, visit: visit_of, draft: Id) -> Response:
        fields = await read_form(request)
        ticked = fields.numbers("approve")
        change = _edit(fields, DraftId(draft))
        try:
            reply = await surface.desk.submit(visit.scope, change)
        except Conflict as error:
            return await _card(visit, fields, error=error, ticked=ticked, edited=draft)
        answer = await _card(visit, fields, reply=reply, ticked=ticked, edited=draft, saved=True)
        answer.headers["HX-Trigger"] = "daren:edited"
        return answer

    @router.post("/withdraw")
    async def withdraw(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        wish = WithdrawApprovals(batch=fields.text("batch")[:12], numbers=fields.numbers("numbers"))
        return _moved(await _card(visit, fields, reply=await surface.desk.submit(visit.scope, wish)))

    @router.post("/stop")
    async def stop(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        reply = await surface.desk.submit(visit.scope, StopBatch(batch=fields.text("batch") or None))
        return await _done(visit, reply, fields)

    @router.post("/resume")
    async def resume(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        reply = await surface.desk.submit(visit.scope, ResumeBatch(batch=fields.text("batch") or None))
        return await _done(visit, reply, fields)

    @router.post("/undo")
    async def undo(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        wish, on = Undo(change=fields.optional_id("change")), fields.text("on")
        if on == "card":
            try:
                return _moved(await _card(visit, fields, reply=await surface.desk.submit(visit.scope, wish)))
            except Conflict as error:
                return await _card(visit, fields, error=error)
        reply = await surface.desk.submit(visit.scope, wish)
        if on != "answer":
            answer = await _done(visit, reply)
            answer.headers["HX-Trigger"] = UNDONE
            return answer
        place, card = _place(fields), None
        if reply.decision is not None:
            card = await surface.desk.present(visit.scope, reply.decision.batch, conversation=place.conversation)
        answer = await fragment(
            surface, visit, "parts/undone.html", reply=reply, card=card, conversation_id=place.conversation,
            first=place.first,
        )  # fmt: skip
        return _moved(answer)

    @router.post("/demo/clock")
    async def move_clock(visit: visit_of) -> Response:
        return await _done(visit, await surface.desk.submit(visit.scope, MoveDemoClock()))

    async def _fresh(visit: Visit, fields: Fields) -> DraftsCard:
        """The card that a form stands on, anew: its batch, or as many drafts of it as its page shows in full."""
        place = _place(fields)
        numbers = range(place.first, place.first + READ_AT_ONCE) if place.first else None
        return await surface.desk.present(
            visit.scope, fields.text("batch"), conversation=place.conversation, numbers=numbers
        )

    async def _card(
        visit: Visit,
        fields: Fields,
        *,
        reply: Reply | None = None,
        error: AppError | None = None,
        ticked: tuple[int, ...] = (),
        edited: int | None = None,
        saved: bool = False,
    ) -> Response:
        place = _place(fields)
        beside: list[Card] = [other for other in reply.cards if other.kind != "drafts"] if reply else []
        return await fragment(
            surface, visit, "parts/drafts_card.html", card=await _fresh(visit, fields),
            banner=reply.text if reply else "", problem=surface.told(error, visit.lang) if error else "",
            beside=beside, ticked=ticked, edited=edited, saved=saved, change=reply.undo if reply else None,
            conversation_id=place.conversation, first=place.first,
        )  # fmt: skip

    async def _done(visit: Visit, reply: Reply, fields: Fields | None = None) -> Response:
        """What came of it, said at the edge; the batch of a form, or the card it stands on, follows."""
        code = fields.text("batch") if fields else ""
        place, card, view = _Place(), None, None
        if fields and code and fields.text("card"):
            place, card = _place(fields), await _fresh(visit, fields)
        elif code:
            view = await surface.queries.batch(visit.scope, code)
        answer = await fragment(
            surface, visit, "parts/done.html", reply=reply, card=card, view=view, conversation_id=place.conversation,
            first=place.first,
        )  # fmt: skip
        return _moved(answer)

    return router


def _moved(answer: Response) -> Response:
    """With word to whatever else on the page shows the same."""
    answer.headers.update(MOVED)
    return answer


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a card stands: in which conversation, and from which number on its page shows drafts in full (0: all)."""

    conversation: ConversationId | None = None
    first: int = 0


def _place(fields: Fields) -> _Place:
    return _Place(_conversation(fields.optional_id("conversation")), fields.optional_id("first") or 0)


def _conversation(value: int | None) -> ConversationId | None:
    return ConversationId(value) if value else None


def _tap(fields: Fields, presentation: PresentationId) -> Tap:
    """The numbers a button stands for: those ticked, all that may be (with the count typed), or one (「approve:3」)."""
    verb, _, number = fields.text("verb").partition(":")
    chosen = fields.numbers("approve")
    if number:
        chosen = (int(number),) if number.isdecimal() and len(number) < 9 else ()
    elif verb == "approve_all":
        chosen = fields.numbers("approvable")
    if not chosen:
        raise BadRequest("web_error_nothing_ticked")
    if verb in ("approve", "approve_all"):
        count = fields.text("count") if verb == "approve_all" else ""
        return Tap(presentation=presentation, approve=chosen, count=whole(count) if count else None)
    if verb == "reject":
        return Tap(presentation=presentation, reject=chosen)
    raise BadRequest("web_error_form")


def _edit(fields: Fields, draft: DraftId) -> EditDraft:
    """A side nobody touched is left out, so that only a change on one side marks the other as behind."""
    text, text_zh = fields.raw("text").strip(), fields.raw("text_zh").strip()
    if not text or not text_zh:
        raise BadRequest("web_error_empty_draft")
    if max(len(text), len(text_zh)) > 4000:
        raise BadRequest("web_error_long_draft", most=4000)
    return EditDraft(
        draft=draft,
        seen_digest=fields.text("seen_digest"),
        text=text if text != fields.raw("was_text").strip() else None,
        text_zh=text_zh if text_zh != fields.raw("was_text_zh").strip() else None,
    )
