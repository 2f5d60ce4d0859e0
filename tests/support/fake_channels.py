"""What the pages ask about channels, over an invented office."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from connectors.ports.queries import BoundTeam, ChannelsView
from memory.domain.bindings import Binding, ChatKind, Identity
from memory.domain.errors import AppError
from memory.domain.ids import BindingId, BrandId, ChannelId, IdentityId, MemberId, PresentationId
from memory.domain.places import Place
from memory.domain.workspace import Scope
from tests.support.fake_campaigns import FakeCampaignViews
from tests.support.fake_figures import FakeFigures
from tests.support.fake_samples import FakeSampleViews
from tests.support.fake_templates import FakeTemplateViews


@dataclass
class FakeChannels:
    """A team that talks on no channel until a test says so."""

    places: list[Place] = field(default_factory=list)  # where full texts were delivered
    bound: BoundTeam = field(default_factory=lambda: BoundTeam(receives=False))
    view: ChannelsView = field(default_factory=ChannelsView)
    wrong: AppError | None = None  # with every channel that is looked at
    looked: list[ChannelId] = field(default_factory=list)

    def bind(self, now: datetime) -> None:
        """One person and one group on a bot."""
        bot = (ChannelId(1), "企微机器人")
        self.bound = BoundTeam(
            receives=True,
            identities=(Identity(IdentityId(5), *bot, "zhou", "周<b>予安", MemberId(2), now),),
            chats=(Binding(BindingId(6), *bot, "wrk-1", ChatKind.GROUP, BrandId(1), None, now),),
        )


class HasShown(Protocol):
    """An office that remembers what was shown, and where."""

    delivered: list[int]
    channels: FakeChannels


class FakeShown:
    """The part of `Desk` that hears what arrived."""

    office: HasShown

    async def delivered(self, scope: Scope, presentation: PresentationId, *, place: Place | None = None) -> None:
        """Remember it."""
        self.office.delivered.append(presentation)
        self.office.channels.places += [place] if place else []

    async def undelivered(self, scope: Scope, presentation: PresentationId) -> None:
        """Forget it."""
        self.office.delivered = [one for one in self.office.delivered if one != presentation]


class HasChannels(Protocol):
    """An office that has them."""

    channels: FakeChannels


@dataclass
class FakeLooks:
    """Satisfies `Looks`: finds what the office says is wrong."""

    office: HasChannels

    async def look_at(self, scope: Scope, channel: ChannelId) -> AppError | None:
        """See `Looks.look_at`."""
        del scope
        self.office.channels.looked.append(channel)
        return self.office.channels.wrong


class FakeChannelViews(FakeSampleViews, FakeCampaignViews, FakeTemplateViews, FakeFigures):
    """The part of `Queries` that is about channels; the other parts are inherited."""

    office: HasChannels

    async def bound(self, scope: Scope) -> BoundTeam:
        """As the office says."""
        return self.office.channels.bound

    async def channels(self, scope: Scope) -> ChannelsView:
        """As the office says."""
        return self.office.channels.view
