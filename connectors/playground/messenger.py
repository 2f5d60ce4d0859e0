"""The playground shop as a sender meets it. It fails on purpose, in the ways README.md lists."""

from dataclasses import dataclass, field
from datetime import datetime

from connectors.playground.settings import PlaygroundSettings
from connectors.playground.world import World
from connectors.ports.platforms import Receipt, SendFate
from memory.domain.creator import Creator
from memory.domain.outreach import Channel, Flag, SendTicket


@dataclass(frozen=True, slots=True)
class PlaygroundMessenger:
    """Satisfies `Messenger` for creators this world made, and for nobody else."""

    world: World
    settings: PlaygroundSettings = field(default_factory=PlaygroundSettings)

    @property
    def channel(self) -> Channel:
        """See `Messenger.channel`."""
        return Channel.PLAYGROUND

    def accepts(self, creator: Creator) -> Flag | None:
        """See `Messenger.accepts`: the facts must come from the playground and the world must know the handle."""
        if creator.source.name == "playground" and self.world.has(creator.facts.platform, creator.handle):
            return None
        return Flag("no_channel", {"handle": creator.handle})

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`. A key sent again gets its first receipt."""
        return await self.world.accept(ticket, settings=self.settings, now=now)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """See `Messenger.fate`."""
        return SendFate.ACCEPTED if await self.world.was_accepted(ticket.idempotency_key) else SendFate.NEVER_SEEN
