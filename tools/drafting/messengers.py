"""Who could carry a message: asked while drafting, so that a person learns early what cannot be sent."""

from typing import Protocol

from memory.domain.creator import Creator
from memory.domain.outreach import Channel, Flag
from memory.domain.workspace import Workspace

PLAYGROUND_SOURCE = "playground"


class Messengers(Protocol):
    """Every messenger of this installation."""

    def accepts(self, creator: Creator, channel: Channel) -> Flag | None:
        """None when some messenger of the channel accepts the creator, else why not ("no_channel")."""
        ...


def channel_for(creator: Creator, *, workspace: Workspace, messengers: Messengers) -> Channel:
    """Where a message to this creator goes when nobody says: by hand where no other messenger accepts them."""
    simulated = workspace.is_demo and creator.source.name == PLAYGROUND_SOURCE
    called = simulated and messengers.accepts(creator, Channel.PLAYGROUND) is None
    return Channel.PLAYGROUND if called else Channel.BY_HAND
