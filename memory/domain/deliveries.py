"""What is pushed to people: each occasion made once, carried out at most once a route, and the ledger of the tries."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, Protocol

from pydantic import JsonValue

from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.dispatch import Queue
from memory.domain.ids import BatchId, BrandId, CampaignId, ChannelId, DeliveryId, MemberId, TenantId, TryId
from memory.domain.outreach import Flag

Subject = Mapping[str, JsonValue]
AN_HOUR = timedelta(hours=1)  # trouble of one reason is told once in that
DELIVERIES = "deliveries"  # what a process that holds a channel hears when there is something to push


class PushKind(StrEnum):
    """Why something is pushed."""

    ANSWER = "answer"  # a creator wrote: {handle, text, intent, message}
    TROUBLE = "trouble"  # a message did not go: {handle, batch, number, step, state, key, facts}
    NUDGE = "nudge"  # a decision waits: {batch, batch_id, open, decide_by}
    TEST = "test"  # a lead tries a channel: {by}
    DECIDED = "decided"  # decided elsewhere: {chat, group, batch, by, approved, rejected, over}
    CAMPAIGN = "campaign"  # a campaign is written, started or done: {name, event, count, left}
    SHOP = "shop"  # a shop is worked with no more: {event, shop}
    # the day's digest, worded already: {text, day}, {chart} with a picture, {chat, group} where one chat asked for it
    DIGEST = "digest"
    PICTURE = "picture"  # what was pushed is followed by its chart: {chart, day}, {chat, group} as above
    REPLY = "reply"  # what somebody said in a chat is answered, by whoever holds the channel: see memory.domain.owed


Reason = tuple[str, str]  # of trouble: where the message stands, and why


def reason_of(trouble: Subject) -> Reason:
    """Why a message did not go, as its trouble says."""
    return str(trouble["state"]), str(trouble["key"])


class DeliveryState(StrEnum):
    """Where a delivery, or one try of it, is. A try never waits and is never dropped."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    DELIVERED = "delivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    DROPPED = "dropped"  # nobody needs it any more: it was settled meanwhile


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a delivery on one channel so far. `over`: it will not be tried there again."""

    attempts: int = 0
    over: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """A locked delivery that waits. `only`: the one channel it is for; `urgent`: quiet hours do not hold it back.

    `needed`: what it tells of is still so. `told_at`: when trouble of the same reason was last told, within the hour.
    """

    id: DeliveryId
    kind: PushKind
    subject: Subject
    made_at: datetime
    valid_until: datetime
    attempts: int
    past: Mapping[ChannelId, Past] = field(default_factory=dict)
    only: ChannelId | None = None
    urgent: bool = False
    needed: bool = True
    told_at: datetime | None = None

    @property
    def reason(self) -> Reason | None:
        """What trouble has in common that is told in one line; None of anything else."""
        return reason_of(self.subject) if self.kind is PushKind.TROUBLE else None


@dataclass(frozen=True, slots=True)
class Route:
    """A channel that may carry a brand's pushes. `last_minute`: calls of any process in the last sixty seconds."""

    channel: ChannelSetting
    paused: bool
    last_minute: int


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a brand's pushes are for: its name and its team's clock; `is_demo`: what they say is marked 演示数据."""

    brand: str
    zone: str
    is_demo: bool = False
    brand_id: BrandId | None = None


@dataclass(frozen=True, slots=True)
class Claimed:
    """One try in hand. `claims` is the fencing token: it grows whenever somebody takes the try up again."""

    id: TryId
    delivery: DeliveryId
    attempt: int
    claims: int


@dataclass(frozen=True, slots=True)
class Parcel:
    """Deliveries that go out as one message. `key` names it for good, for channels that know a repeat by it.

    `doubt`: it was handed over before, and why nobody knows whether it arrived; None the first time.
    """

    key: str
    channel: ChannelSetting
    tries: tuple[Claimed, ...]
    deliveries: tuple[Delivery, ...]
    audience: Audience
    doubt: Flag | None = None


@dataclass(frozen=True, slots=True)
class OpenBatch:
    """A batch with drafts that wait for a decision, and that nobody was reminded of."""

    id: BatchId
    tenant: TenantId
    brand: BrandId
    code: str
    made_at: datetime
    decide_by: datetime
    open: int


@dataclass(frozen=True, slots=True)
class CampaignNews:
    """What a campaign came to that its team was not told. `count`: messages sent."""

    queue: Queue
    campaign: CampaignId
    name: str
    event: Literal["started", "done"]
    count: int


class DeliveryStore(Protocol):
    """Deliveries of every tenant, for the service that carries them out; each method locks what it changes."""

    async def queues(self, *, now: datetime) -> Sequence[Queue]:
        """Brands with a delivery to look at, longest waiting first."""
        ...

    async def audience(self, queue: Queue) -> Audience:
        """Whom the brand's pushes are for."""
        ...

    async def routes(self, queue: Queue) -> Sequence[Route]:
        """Lock the active channels that may carry the brand's pushes against other claimers; oldest first."""
        ...

    async def waiting(self, queue: Queue, *, now: datetime, limit: int) -> Sequence[Delivery]:
        """Lock up to `limit` deliveries to look at, longest waiting first; what another holds is skipped.

        With trouble comes all there is of the same reason: it is told together.
        """
        ...

    async def claim(
        self, queue: Queue, route: Route, deliveries: Sequence[Delivery], audience: Audience, *, lease: timedelta
    ) -> Parcel:
        """Write the ledger: from here on these deliveries are being sent."""
        ...

    async def later(self, deliveries: Collection[DeliveryId], *, look_at: datetime) -> None:
        """Look at locked deliveries again at a moment."""
        ...

    async def end(self, delivery: DeliveryId, state: DeliveryState, *, reason: Flag | None) -> None:
        """End a locked delivery without another try: refused or dropped."""
        ...

    async def settle(
        self,
        tries: Sequence[Claimed],
        state: DeliveryState,
        *,
        outside_id: str | None = None,
        reason: Flag | None = None,
        over: bool = True,
        look_at: datetime,
        rest: timedelta = timedelta(0),
    ) -> int:
        """End tries that are still this claimer's; how many.

        After a refusal the deliveries wait again (`over`: for the next route, else for the same one) until `look_at`.
        An unknown end may be taken up again after `rest`, where its channel knows a repeat; `over`: never.
        """
        ...

    async def keep(self, claimed: Claimed, *, for_: timedelta, unless: Flag) -> None:
        """What a claimer has in hand is safe where somebody gives it: the try stays claimed so long, as long as it is.

        Whoever gave it settles it; what nobody has settled by then ends as refused: `unless` is why.
        """
        ...

    async def abandon_expired(self) -> int:
        """Tries of processes that went away become unknown, those that were kept refused; how many."""
        ...

    async def unclear(self, known: Mapping[ChannelKind, timedelta], *, lease: timedelta) -> Parcel | None:
        """Claim again the oldest unknown parcel that has rested, of channels that know a repeat by its key.

        `known`: how long they do, from the first time it was claimed.
        """
        ...

    async def pause(self, channel: ChannelId, *, for_: timedelta) -> None:
        """Call a channel no more for a while, on the machine's clock."""
        ...

    async def make(
        self,
        queue: Queue,
        kind: PushKind,
        *,
        occasion: str,
        subject: Subject,
        valid_until: datetime,
        look_at: datetime | None = None,
        only: ChannelId | None = None,
        urgent: bool = False,
        member: MemberId | None = None,
    ) -> bool:
        """Make a delivery once per occasion, where a channel could carry it; whether it is new."""
        ...

    async def open_batches(self, *, now: datetime) -> Sequence[OpenBatch]:
        """Batches that wait and that nobody was reminded of, of brands with a channel.

        Those of which a quarter of the time is over: what is asked each minute must not read thousands of drafts.
        """
        ...

    async def campaign_news(self, *, now: datetime) -> Sequence[CampaignNews]:
        """Campaigns of brands with a channel whose first message went, or whose last one did."""
        ...


class DeliveryWork(Protocol):
    """A transaction across tenants as deliveries need it."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def deliveries(self) -> DeliveryStore:
        """Deliveries."""
        ...


class DeliveryService(Protocol):
    """The door for such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[DeliveryWork]:
        """Open a transaction; `reason` is logged."""
        ...
