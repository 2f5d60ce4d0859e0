"""The platform's state, put together: what every operation of the emulator works on."""

from dataclasses import dataclass, field
from random import Random
from typing import Final, Literal

from evals.emulators.clock import START, Clock
from evals.emulators.records import Records
from evals.emulators.tiktok_shop.applications import Applications
from evals.emulators.tiktok_shop.contacts import Contacts
from evals.emulators.tiktok_shop.faults import Faults
from evals.emulators.tiktok_shop.invitations import Invitations
from evals.emulators.tiktok_shop.orders import Orders
from evals.emulators.tiktok_shop.people import CREATORS, Creator, example_people
from evals.emulators.tiktok_shop.sellers import Partner, Shop, example_partner
from evals.emulators.tiktok_shop.throttle import Bucket
from evals.emulators.tiktok_shop.tokens import Tokens

DAY: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Rules:
    """What the vendor's pages leave open or date, each with the answer that forgives least.

    `errors`: business errors come with HTTP 200 or with 400; both occur. `per_second` and `burst`: of one app and shop.
    `daily_marketplace`: requests a UTC day. `messages_before_reply`: to somebody who has never answered.
    `latency_seconds`: virtual time from a call to its answer. `create_with_faults`: whether a target collaboration with
    conflicts or unknown ids is created for the rest; `lowered`: when a rate that falls holds for who promotes already.
    `order_days`: how far back orders can be asked for, 0: any time.
    """

    errors: Literal["200", "400"] = "200"
    per_second: float = 5.0
    burst: int = 20
    daily_marketplace: int = 10_000
    messages_before_reply: int = 5
    latency_seconds: float = 0.0
    create_with_faults: Literal["nothing", "rest"] = "nothing"
    lowered: Literal["midnight", "30_days"] = "midnight"
    order_days: int = 0


@dataclass(slots=True)
class Platform:
    """One partner's app, its sellers, and the creators."""

    seed: int = 7
    start: float = START
    creators: int = CREATORS
    rules: Rules = field(default_factory=Rules)
    base_url: str = ""
    rng: Random = field(init=False)
    clock: Clock = field(init=False)
    partner: Partner = field(init=False)
    people: dict[str, Creator] = field(init=False)
    records: Records = field(init=False)
    faults: Faults = field(init=False)
    tokens: Tokens = field(init=False)
    contacts: Contacts = field(init=False)
    invitations: Invitations = field(init=False)
    applications: Applications = field(init=False)
    orders: Orders = field(init=False)
    _buckets: dict[str, Bucket] = field(default_factory=dict)
    _marketplace: dict[tuple[str, int], int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Everything from one seed; faults draw from their own, so that planning one changes nothing else."""
        self.rng = Random(self.seed)
        self.clock = Clock(self.start)
        self.partner = example_partner(Random(self.seed))
        self.people = example_people(Random(self.seed + 1), self.creators)
        self.records = Records()
        self.faults = Faults(Random(self.seed))
        self.tokens = Tokens(self.clock, self.rng, self.partner)
        self.contacts = Contacts(self.clock, self.rng)
        self.invitations = Invitations(self.clock)
        self.applications = Applications(self.clock, self.rng)
        self.orders = Orders(self.clock, Random(self.seed + 2))

    def name(self) -> str:
        """A fresh numeric id: conversations, messages, requests."""
        return f"7{self.rng.randrange(10**17, 10**18)}"

    def let_through(self, key: str) -> bool:
        """Whether the bucket of an app and shop holds one more call; if so it is taken."""
        bucket = self._buckets.setdefault(key, Bucket(self.clock, self.rules.per_second, self.rules.burst))
        return bucket.take()

    def count_marketplace(self, shop: Shop) -> bool:
        """Whether a shop's day has room for one more marketplace call; if so it is counted."""
        today = (shop.id, int(self.clock.now // DAY))
        count = self._marketplace.get(today, 0)
        if count >= self.rules.daily_marketplace:
            return False
        self._marketplace[today] = count + 1
        return True
