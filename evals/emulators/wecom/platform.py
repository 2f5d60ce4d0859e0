"""The platform's state, put together: what every endpoint, socket and hand of the emulator works on."""

from dataclasses import dataclass, field
from random import Random

from evals.emulators.clock import START, Clock
from evals.emulators.limits import MINUTE, Limits
from evals.emulators.records import Records
from evals.emulators.wecom.core.chats import Chats
from evals.emulators.wecom.core.corp import Corp, example_corp
from evals.emulators.wecom.core.faults import Faults
from evals.emulators.wecom.core.media import MediaStore
from evals.emulators.wecom.core.tokens import Tokens
from evals.emulators.wecom.core.wechat import WeChat, example_wechat
from evals.emulators.wecom.core.wire import Reader


@dataclass(frozen=True, slots=True)
class Rules:
    """What the vendor's pages leave open or date, each with the answer that forgives least.

    `strict`: an unknown field is refused, else noted. `ack_seconds`: virtual time from a frame to its answer; at zero
    the answer comes at the next turns of the loop. `stream_seconds`: 360, seen at 600 since September 2026.
    `kf_empty_pages`: an empty page with has_more 1 comes before each page of 微信客服.
    """

    strict: bool = False
    ack_seconds: float = 0.0
    stream_seconds: float = 6 * MINUTE
    stream_updates_count: bool = False
    req_ids_survive_reconnect: bool = False
    subscribes_a_minute: int = 20
    bad_secret_errcode: int = 600041
    silence_seconds: float | None = None
    kf_page_lines: int = 1_000
    kf_empty_pages: bool = False
    kf_repeat_errcode: int = 40058


@dataclass(slots=True)
class Platform:
    """One corp on one emulated platform."""

    seed: int = 7
    start: float = START
    rules: Rules = field(default_factory=Rules)
    base_url: str = ""
    rng: Random = field(init=False)
    clock: Clock = field(init=False)
    corp: Corp = field(init=False)
    wechat: WeChat = field(init=False)
    records: Records = field(init=False)
    faults: Faults = field(init=False)
    limits: Limits = field(init=False)
    tokens: Tokens = field(init=False)
    media: MediaStore = field(init=False)
    chats: Chats = field(init=False)
    reader: Reader = field(init=False)

    def __post_init__(self) -> None:
        """Everything from one seed; faults draw from their own, so that planning one changes nothing else."""
        self.rng = Random(self.seed)
        self.clock = Clock(self.start)
        self.corp = example_corp(self.rng)
        self.wechat = example_wechat(Random(self.seed + 1))
        self.records = Records()
        self.faults = Faults(Random(self.seed))
        self.limits = Limits(self.clock)
        self.tokens = Tokens(self.clock, self.rng, self.corp, self.limits)
        self.media = MediaStore(self.clock, self.rng)
        self.chats = Chats(self.clock, self.corp, self.records)
        self.reader = Reader(self.records, strict=self.rules.strict)

    def name(self, prefix: str) -> str:
        """A fresh name: message ids, request ids, one-use codes."""
        return f"{prefix}-{self.rng.getrandbits(64):016x}"
