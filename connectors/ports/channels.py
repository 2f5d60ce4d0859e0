"""What a channel offers when Daren wants to say something first."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.ids import BrandId, ChannelId


@dataclass(frozen=True, slots=True)
class OpenChannel:
    """A channel with its secrets in the clear, for the length of one call."""

    setting: ChannelSetting
    secrets: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Push:
    """A message: a little Markdown (bold, lists, quotes), without contacts. It may be longer than one message.

    `calls`: somebody must do something, so people named in the channel's settings are called by name. `brand`: whose
    team is told; `chat`: the one chat it is for, where the channel has several. `settles`: a batch of which nothing
    waits in that chat any more, so that its cards there may be changed. `picture` goes instead of the text, which says
    what is on it. `page`: where a browser shows more of it, where the workspace has an address for browsers.
    """

    text: str
    calls: bool = False
    brand: BrandId | None = None
    chat: "Chat | None" = None
    settles: str = ""
    picture: "Picture | None" = None
    page: "Page | None" = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of ours by its whole address, and what a card that leads to it says."""

    title: str
    about: str
    url: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG of at most 2 MB, and what it is called as a file."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chat:
    """One chat of a channel, by the channel's own id."""

    id: str
    is_group: bool


class Pusher(Protocol):
    """Pushes over channels of one kind. Satisfied by each channel that can speak first."""

    @property
    def kind(self) -> ChannelKind:
        """Whose channels it serves."""
        ...

    @property
    def knows_repeats_for(self) -> timedelta:
        """How long a channel delivers a push once, however often it is handed over under one key; zero for never."""
        ...

    @property
    def per_minute(self) -> int:
        """How many pushes a channel of this kind may be handed in a minute."""
        ...

    def holds(self, channel: ChannelId) -> bool:
        """Whether this process may use a channel: always, unless it lives on a socket that one process holds."""
        ...

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """The secrets in what a lead typed to set a channel up. Raises BadRequest, `field` names where."""
        ...

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        """Hand a push over, at most once; the channel's own id of it, where it has one.

        Raises:
            Unavailable: nothing was accepted; may be tried again. Fact `pause_seconds`: leave the channel alone so
                long (retryable).
            Refused: the channel rejected it or its key for good (not retryable).
            Unclear: ended without an answer, or in its middle; never tried again blindly (not retryable).
        """
        ...

    async def look(self, channel: OpenChannel) -> None:
        """Try whether a channel would work, without saying anything to anybody. Raises as `push`."""
        ...
