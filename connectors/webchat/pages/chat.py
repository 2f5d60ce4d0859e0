"""Conversations: the page, what a member says, the stream of the answer, and news while the page is open."""

import secrets
from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.routing import APIRoute
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse, StreamingResponse

from connectors.webchat.door import Visit, visitor
from connectors.webchat.foreign import seen
from connectors.webchat.forms import Id, Skip, read_form
from connectors.webchat.render import fragment, page, piece
from connectors.webchat.stream import TurnView, sse
from connectors.webchat.surface import CONNECTOR, Surface
from memory.domain.cards import DraftsCard
from memory.domain.chat import Accepted, Decided, Inbound, Rename
from memory.domain.chat_stores import Author, Message
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import ConversationId, PresentationId, TurnId

EXAMPLES = ("example_search", "example_drafts", "example_replies", "example_quota")


def new_nonce() -> str:
    """What makes one message of one composer: a second post of it is the same message."""
    return secrets.token_urlsafe(12)


def chat_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """The chat."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/")
    async def home(visit: visit_of) -> Response:
        mine = await surface.queries.conversations(visit.scope, connector=CONNECTOR)
        return RedirectResponse(f"/conversations/{mine[0].id}" if mine else "/conversations/new", status_code=303)

    @router.get("/conversations/new")
    async def new_conversation(visit: visit_of) -> Response:
        mine = await surface.queries.conversations(visit.scope, connector=CONNECTOR)
        return await page(
            surface, visit, "chat.html", conversations=mine, conversation=None, conversation_id=None, messages=(),
            fresh={}, newest={},
            turn=None, after=0, nonce=new_nonce(), examples=EXAMPLES,
        )  # fmt: skip

    @router.get("/conversations/{conversation}")
    async def show_conversation(visit: visit_of, conversation: Id) -> Response:
        mine = await surface.queries.conversations(visit.scope, connector=CONNECTOR)
        here = ConversationId(conversation)
        # First, so that an answer which comes in between is in one or the other: never in neither.
        turn = await surface.queries.running_turn(visit.scope, here)
        messages = await surface.queries.transcript(visit.scope, here)
        if any(message.turn == turn and message.author is Author.DAREN for message in messages):
            turn = None
        current = next((known for known in mine if known.id == here), None)
        if current is None:
            raise NotFound("web_error_conversation")
        newest = _newest_cards(messages)
        return await page(
            surface, visit, "chat.html", conversations=mine, conversation=current, conversation_id=here,
            messages=messages,
            newest=newest, fresh=await _present_all(visit, newest, here), nonce=new_nonce(), examples=EXAMPLES,
            turn=turn, after=_last_id(messages),
        )  # fmt: skip

    @router.post("/conversations")
    async def begin_conversation(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        nonce = fields.text("nonce") or new_nonce()
        receipt = await surface.desk.receive(
            visit.scope,
            Inbound(connector=CONNECTOR, outside_id=nonce, text=_said(fields.raw("text")), chat=f"web-{nonce}"),
        )
        return Response(status_code=204, headers={"HX-Redirect": f"/conversations/{receipt.conversation}"})

    @router.post("/conversations/{conversation}/messages")
    async def say_something(request: Request, visit: visit_of, conversation: Id) -> Response:
        fields = await read_form(request)
        text = _said(fields.raw("text"))
        quoted = fields.optional_id("quoted")
        receipt = await surface.desk.receive(
            visit.scope,
            Inbound(
                connector=CONNECTOR,
                outside_id=fields.text("nonce") or new_nonce(),
                text=text,
                conversation=ConversationId(conversation),
                quoted=PresentationId(quoted) if quoted else None,
            ),
        )
        shell = await surface.queries.shell(visit.scope)
        match receipt:
            case Accepted(turn=turn):
                html = piece(surface, visit, "parts/said.html", shell=shell, text=text, turn=turn, reply=None,
                             conversation_id=conversation, nonce=new_nonce())  # fmt: skip
                return HTMLResponse(html)
            case Decided(reply=reply):
                html = piece(surface, visit, "parts/said.html", shell=shell, text=text, turn=None, reply=reply,
                             conversation_id=conversation, nonce=new_nonce())  # fmt: skip
                return HTMLResponse(html, headers={"HX-Trigger": "daren:moved"})

    @router.post("/conversations/{conversation}/title")
    async def rename(request: Request, visit: visit_of, conversation: Id) -> Response:
        title = (await read_form(request)).text("title")
        if not title:
            raise BadRequest("web_error_needed")
        await surface.desk.submit(visit.scope, Rename(conversation=ConversationId(conversation), title=title[:80]))
        return RedirectResponse(f"/conversations/{conversation}", status_code=303)

    @router.get("/turns/{turn}/events")
    async def follow_turn(
        visit: visit_of,
        turn: Id,
        conversation: Id | None = None,
        last_event_id: Annotated[str | None, Header()] = None,
    ) -> Response:
        shell = await surface.queries.shell(visit.scope)

        def render(template: str, **values: object) -> Markup:
            return piece(surface, visit, template, shell=shell, conversation_id=conversation, **values)

        after = int(last_event_id) if last_event_id and last_event_id.isdecimal() else 0
        lines = sse(
            surface.desk.follow(visit.scope, TurnId(turn)),
            TurnView(turn=TurnId(turn), render=render),
            after=after,
            ping_seconds=surface.settings.ping_seconds,
            told=lambda error: surface.told(error, visit.lang),
        )
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(lines, media_type="text/event-stream", headers=headers)

    @router.get("/conversations/{conversation}/news")
    async def news(visit: visit_of, conversation: Id, after: Skip = 0) -> Response:
        messages = await surface.queries.transcript(visit.scope, ConversationId(conversation))
        fresh = [m for m in messages if m.id > after and m.author is Author.NOTICE]
        return await fragment(
            surface, visit, "parts/news.html", messages=fresh, conversation_id=conversation,
            after=max(after, _last_id(messages)),
        )  # fmt: skip

    async def _present_all(visit: Visit, newest: dict[str, int], conversation: ConversationId) -> dict[str, DraftsCard]:
        cards: dict[str, DraftsCard] = {}
        for code in newest:
            try:
                cards[code] = await surface.desk.present(visit.scope, code, conversation=conversation)
            except NotFound:
                continue
        return cards

    return router


def _said(text: str) -> str:
    if not seen(text):
        raise BadRequest("web_error_empty_message")
    return text.strip()


def _newest_cards(messages: Sequence[Message]) -> dict[str, int]:
    """Batch code → the last line that shows its drafts: only there they are shown to be decided."""
    return {
        card.batch: message.id for message in messages for card in message.reply.cards if isinstance(card, DraftsCard)
    }


def _last_id(messages: Sequence[Message]) -> int:
    return max((message.id for message in messages), default=0)
