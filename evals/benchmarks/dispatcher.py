"""A dispatcher for a process of its own, made to be killed."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import httpx

from agent.outreach.dispatch import dispatch_due
from agent.outreach.reconcile import reconcile
from connectors.ports.platforms import Receipt, SendFate
from memory.database import Database
from memory.domain.creator import Creator
from memory.domain.errors import Unavailable, Unclear
from memory.domain.outreach import Channel, Flag, SendTicket


@dataclass(frozen=True, slots=True)
class LoopbackMessenger:
    """Hands messages to `evals.emulators.messenger`."""

    client: httpx.AsyncClient
    channel: Channel = Channel.PLAYGROUND

    def accepts(self, creator: Creator) -> Flag | None:
        """See `Messenger.accepts`."""
        del creator
        return None

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`."""
        try:
            answer = await self.client.post("/send", json={"key": ticket.idempotency_key})
        except httpx.ConnectError as down:
            raise Unavailable from down
        except httpx.TransportError as lost:
            raise Unclear from lost
        return Receipt(answer.json()["id"], now)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """See `Messenger.fate`."""
        try:
            answer = await self.client.post("/fate", json={"key": ticket.idempotency_key})
        except httpx.TransportError as lost:
            raise Unavailable from lost
        return SendFate.ACCEPTED if answer.json()["seen"] else SendFate.NEVER_SEEN


async def main(url: str, port: int) -> int:
    """Send what is due and ask about what is unclear until neither is left; the number of messages sent."""
    sent = 0
    async with (
        httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20, trust_env=False) as client,
        Database.open(home=Path(), url=url) as database,
    ):
        messengers = (LoopbackMessenger(client),)
        while True:
            report = await dispatch_due(database, messengers)
            found = await reconcile(database, messengers)
            sent += report.sent + found.sent
            if not report.claimed and not found.never_seen:
                return sent


def dispatch(url: str, port: int) -> None:
    """The same, as all that a process does."""
    asyncio.run(main(url, port))
