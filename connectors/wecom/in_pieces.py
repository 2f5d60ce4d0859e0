"""Several messages that are one push: once the first was accepted, the whole is neither refused nor to be sent anew."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from connectors.wecom.calls import Body
from memory.domain.errors import Refused, Unavailable, Unclear

T = TypeVar("T")


async def in_order(bodies: Sequence[Body], hand: Callable[[Body], Awaitable[T]]) -> T | None:
    """Hand over one after another; how the last one went.

    Raises as `hand` for the first; Unclear("channel_partly") when a later one was not taken.
    """
    ended: T | None = None
    for place, body in enumerate(bodies):
        try:
            ended = await hand(body)
        except (Unavailable, Refused) as failure:
            if place == 0:
                raise
            raise Unclear("channel_partly") from failure
    return ended
