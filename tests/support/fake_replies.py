"""What the page of replies asks of the fake office: two answers, and each alone with its thread."""

from datetime import datetime, timedelta
from typing import Protocol

from connectors.ports.queries import RepliesView, ReplyFilter
from memory.domain.errors import NotFound
from memory.domain.workspace import Scope
from tests.support import fake_office as office


class _Office(Protocol):
    @property
    def now(self) -> datetime: ...

    @property
    def has_model(self) -> bool: ...


class FakeReplies:
    """A part of `FakeQueries`."""

    office: _Office

    async def replies(self, scope: Scope, wish: ReplyFilter) -> RepliesView:
        """Of all of them, one page follows another."""
        card = office.replies()
        if wish.one is not None:
            card = card.model_copy(update={"items": tuple(row for row in card.items if row.id == wish.one)})
            if not card.items:
                raise NotFound("reply_unknown")
        ours = ("us", office.drafts().items[0].text, self.office.now - timedelta(days=1))
        theirs = [("creator", row.text, self.office.now) for row in card.items]
        is_first_of_all = wish.status == "all" and wish.one is None and wish.after is None
        return RepliesView(
            card=card,
            stages={row.id: "negotiating" for row in card.items[:1]},
            thread=(ours, *theirs) if wish.one else (),
            after=card.items[-1].id if is_first_of_all else None,
            has_model=self.office.has_model,
        )
