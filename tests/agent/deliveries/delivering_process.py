"""A process that delivers, made to be killed: `python delivering_process.py URL PORT REPEATS STAGE COUNT`.

It kills itself at the COUNT-th arrival at a stage: `claimed` (before the call), `called` (the platform has it),
`settling` (in the transaction that would settle it). At stage `none` it works until nothing is left.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import httpx

from agent.deliveries.carrying import Post, deliver_due
from connectors.ports.channels import OpenChannel, Push
from memory.database import Database
from memory.domain.channels import ChannelKind
from memory.domain.deliveries import DeliveryWork, Parcel
from memory.domain.errors import Unavailable, Unclear
from memory.domain.ids import ChannelId
from tests.agent.deliveries.conftest import BOX, DAY


@dataclass
class Death:
    """Ends the process as a crash does."""

    stage: str
    count: int
    seen: int = 0

    def at(self, stage: str) -> None:
        """One more arrival."""
        if stage == self.stage:
            self.seen += 1
            if self.seen == self.count:
                os.kill(os.getpid(), signal.SIGKILL)


@dataclass
class LoopbackPusher:
    """Hands over the numbers of the deliveries, one request each message."""

    client: httpx.AsyncClient
    death: Death
    knows_repeats: bool
    kind: ChannelKind = ChannelKind.WECOM_APP
    per_minute: int = 1_000_000
    sent: list[str] = field(default_factory=list)

    def holds(self, channel: ChannelId) -> bool:
        return True

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        return dict(typed)

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        self.death.at("claimed")
        try:
            await self.client.post("/send", json={"key": push.text})
        except httpx.ConnectError as down:
            raise Unavailable from down
        except httpx.TransportError as lost:
            raise Unclear from lost
        self.death.at("called")
        return None

    @property
    def knows_repeats_for(self) -> timedelta:
        return timedelta(hours=4) if self.knows_repeats else timedelta(0)

    async def look(self, channel: OpenChannel) -> None:
        return None


@dataclass
class MortalService:
    """The database, in which settling may be the last thing that happens."""

    database: Database
    death: Death

    @asynccontextmanager
    async def across_tenants(self, reason: str) -> AsyncIterator[DeliveryWork]:
        async with self.database.across_tenants(reason) as work:
            yield work
            if reason == "settle deliveries":
                self.death.at("settling")


def numbers(parcel: Parcel) -> Push:
    """What the platform is told: which deliveries these are."""
    return Push(" ".join(str(one.id) for one in parcel.deliveries))


async def main(url: str, port: int, *, repeats: bool, death: Death) -> None:
    """Deliver until nothing is left, or until killed."""
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client,
        Database.open(home=Path(), url=url) as database,
    ):
        pusher = LoopbackPusher(client, death, repeats)
        post = Post(MortalService(database, death), {pusher.kind: pusher}, BOX, numbers, DAY)
        while (await deliver_due(post)).calls:
            pass


if __name__ == "__main__":
    given = sys.argv
    asyncio.run(main(given[1], int(given[2]), repeats=given[3] == "yes", death=Death(given[4], int(given[5]))))
