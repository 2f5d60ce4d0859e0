"""A form that was saved leads back to its page, which says so and offers to take that very change back."""

from starlette.responses import RedirectResponse

from connectors.webchat.door import Visit
from connectors.webchat.forms import MAX_ID
from memory.domain.chat import Reply


def back_to(path: str, reply: Reply | None = None, *, at: str = "") -> RedirectResponse:
    """To the page a form stood on, by name of the place `at`; with the change it made, where that can be undone."""
    change = f"&change={reply.undo}" if reply is not None and reply.undo is not None else ""
    return RedirectResponse(f"{path}?saved=1{change}{at}", status_code=303)


def was_saved(visit: Visit) -> bool:
    """Whether the page is shown after a form was saved."""
    return visit.request.query_params.get("saved") == "1"


def change_of(visit: Visit) -> int | None:
    """The change to be offered for undoing; one that is not the member's own is refused when it is asked for."""
    said = visit.request.query_params.get("change", "")
    return int(said) if said.isascii() and said.isdecimal() and 0 < int(said) <= MAX_ID else None
