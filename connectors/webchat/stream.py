"""A turn's events as server-sent events that htmx swaps in.

Every TurnEvent becomes one message whose id is its seq. What a message shows depends on all events before it
(Markdown is rendered by block), so a resumed stream replays the turn silently up to Last-Event-ID: the browser
gets exactly what it misses, once.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

from markupsafe import Markup

from connectors.webchat.markdown import MarkdownStream
from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.errors import AppError
from memory.domain.ids import TurnId

Render = Callable[..., Markup]
_PING = ": still here\n\n"
_DONE = "event: done\ndata: done\n\n"


@dataclass(slots=True)
class TurnView:
    """What one browser sees of a turn so far. `render` fills a template of `templates/parts`."""

    turn: TurnId
    render: Render
    text: MarkdownStream = field(default_factory=MarkdownStream)
    steps: list[str] = field(default_factory=list)

    def show(self, event: TurnEvent) -> Markup | None:
        """The htmx partials of one event; None when there is nothing to show."""
        data = event.data
        match event.kind:
            case TurnEventKind.STARTED:
                self.text, self.steps = MarkdownStream(), []
                return self.render("parts/turn_started.html", turn=self.turn, attempt=data.get("attempt", 1))
            case TurnEventKind.STEP:
                self.steps.append(str(data.get("label") or data.get("name", "")))
                return self.render("parts/turn_step.html", turn=self.turn, place=len(self.steps), name=self.steps[-1])
            case TurnEventKind.STEP_DONE:
                return self.render(
                    "parts/turn_step_done.html",
                    turn=self.turn,
                    place=len(self.steps),
                    ok=data.get("ok", True),
                    summary=data.get("summary", ""),
                )
            case TurnEventKind.TEXT:
                blocks = self.text.add(str(data.get("text", "")))
                return self.render("parts/turn_text.html", turn=self.turn, blocks=blocks, tail=self.text.tail_html())
            case TurnEventKind.NOTICE:
                return self.render("parts/turn_notice.html", turn=self.turn, text=data.get("text", ""))
            case TurnEventKind.ANSWER:
                reply = Reply.model_validate(data["reply"])
                return self.render("parts/turn_answer.html", turn=self.turn, reply=reply, steps=self.steps)
            case TurnEventKind.FAILED:
                return self.render("parts/turn_failed.html", turn=self.turn, text=data.get("text", ""))


async def sse(
    events: AsyncIterator[TurnEvent],
    view: TurnView,
    *,
    after: int,
    ping_seconds: float,
    told: Callable[[AppError], str],
) -> AsyncIterator[str]:
    """Messages for the events with seq > `after`; a comment line after each silence; `done` at the turn's end."""
    waiting: asyncio.Future[TurnEvent] | None = None
    try:
        while True:
            waiting = waiting or asyncio.ensure_future(anext(events))
            await asyncio.wait([waiting], timeout=ping_seconds)
            if not waiting.done():
                yield _PING
                continue
            try:
                event = waiting.result()
            except StopAsyncIteration:
                break
            except AppError as error:
                waiting = None
                if error.retryable:  # an end without `done`: the page comes back for the rest of the turn
                    return
                yield message(after, view.render("parts/turn_failed.html", turn=view.turn, text=told(error)))
                break
            waiting = None
            shown = view.show(event)
            if event.seq > after:
                yield message(event.seq, shown)
            if event.is_last:
                break
        yield _DONE
    finally:
        if waiting is not None:
            waiting.cancel()


def message(seq: int, html: str | None) -> str:
    """One message in the wire format; without data it only moves Last-Event-ID on."""
    lines = "".join(f"data: {line}\n" for line in html.replace("\r", "").split("\n")) if html else ""
    return f"id: {seq}\n{lines}\n"
