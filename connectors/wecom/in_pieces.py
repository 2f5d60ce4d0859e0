"""Several messages that are one push: once the first was accepted, the whole is neither refused nor to be sent anew."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from memory.domain.errors import Refused, Unavailable, Unclear

M = TypeVar("M")
T = TypeVar("T")


async def in_order(messages: Sequence[M], hand: Callable[[M], Awaitable[T]]) -> T | None:
    """Hand over one after another; how the last one went.

    Raises as `hand` for the first; Unclear("channel_partly") when a later one was not taken.
    """
    ended: T | None = None
    for place, message in enumerate(messages):
        try:
            ended = await hand(message)
        except (Unavailable, Refused) as failure:
            if place == 0:
                raise
            raise Unclear("channel_partly") from failure
    return ended
