import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest

from agent.deliveries.carrying import DeliveryReport, Post, deliver_due
from agent.deliveries.drawing import PushPictures
from agent.deliveries.rules import team_window
from agent.deliveries.wording import PushWords
from connectors.ports.channels import OpenChannel, Picture, Push
from evals.suites.selling_office import SellingOffice, open_office
from memory.database import Database
from memory.domain.channels import ChannelFields, ChannelKind, owner_of_secrets
from memory.domain.deliveries import PushKind, Subject
from memory.domain.dispatch import Queue
from memory.domain.errors import AppError
from memory.domain.ids import ChannelId
from memory.secret_box import KEY_BYTES, HomeSecretBox
from prompts.render import texts
from tests.support.fake_painter import FakePainter

BOX = HomeSecretBox(Path("no-such-home"), base64.b64encode(bytes(KEY_BYTES)).decode())
SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = team_window((time(9), time(22)))
BOT, APP, HOOK = ChannelKind.WECOM_BOT, ChannelKind.WECOM_APP, ChannelKind.WECOM_WEBHOOK


@dataclass
class FakePusher:
    """Keeps what it accepted. `script`: how the next pushes end; an unclear one may have been accepted all the same.

    `spared`: so many go well before that.
    """

    kind: ChannelKind = HOOK
    knows_repeats: bool = False
    per_minute: int = 1_000
    elsewhere: bool = False
    script: list[AppError] = field(default_factory=list)
    swallows: bool = False
    spared: int = 0
    accepted: list[tuple[str, str]] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    calls: int = 0
    secrets: list[dict[str, str]] = field(default_factory=list)

    def holds(self, channel: ChannelId) -> bool:
        return not self.elsewhere

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        return dict(typed)

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        self.calls += 1
        self.secrets.append(dict(channel.secrets))
        if self.script and self.calls > self.spared:
            failure = self.script.pop(0)
            if self.swallows:
                self._accept(key, push)
            raise failure
        self._accept(key, push)
        return f"out-{key}"

    def _accept(self, key: str, push: Push) -> None:
        if not (self.knows_repeats and key in [known for known, _ in self.accepted]):
            self.accepted.append((key, push.text))
            self.pictures += [push.picture] if push.picture is not None else []

    @property
    def knows_repeats_for(self) -> timedelta:
        return timedelta(hours=4) if self.knows_repeats else timedelta(0)

    async def look(self, channel: OpenChannel) -> None:
        return None


@dataclass
class PushShop:
    """A shop whose team has channels; it is noon in Shanghai."""

    office: SellingOffice
    pushers: dict[ChannelKind, FakePusher]
    made: int = 0
    painter: FakePainter = field(default_factory=FakePainter)

    @property
    def database(self) -> Database:
        return self.office.database

    @property
    def queue(self) -> Queue:
        return Queue(self.office.owner.tenant, self.office.brand)

    def post(self, *pushers: FakePusher) -> Post:
        chosen = {pusher.kind: pusher for pusher in pushers} or dict(self.pushers)
        return Post(self.database, chosen, BOX, PushWords(texts()).say, DAY, PushPictures(self.painter, texts()).of)

    async def channel(self, kind: ChannelKind = HOOK, *, name: str = "", lang: str = "zh") -> ChannelId:
        sealed = BOX.seal({"key": f"secret of {kind}"}, of=owner_of_secrets(self.office.owner.tenant, kind))
        fields = ChannelFields(kind, name or f"channel {kind}", options={"lang": lang}, sealed=sealed)
        async with self.database.unit(self.office.owner) as unit:
            return (await unit.channels.save(None, fields)).id

    async def answers(self, count: int, *, urgent: bool = False, hours: float = 36) -> None:
        """Deliveries of as many creators' answers."""
        async with self.database.across_tenants("test") as work:
            for _ in range(count):
                self.made += 1
                subject: Subject = {"message": self.made, "handle": f"c{self.made}", "intent": "price", "text": "10%?"}
                assert await work.deliveries.make(
                    self.queue, PushKind.ANSWER, occasion=f"answer:{self.made}", subject=subject, urgent=urgent,
                    valid_until=work.now + timedelta(hours=hours),
                )  # fmt: skip

    async def deliver(self, *pushers: FakePusher) -> DeliveryReport:
        return await deliver_due(self.post(*pushers))

    def rest_no_longer(self) -> None:
        """Leases of tries end now, as if their time had passed."""
        with psycopg.connect(self.database.url) as line:
            line.execute("set local role daren_service")
            line.execute("update delivery_try set lease_until = clock_timestamp() where state in ('claimed','unknown')")

    def rows(self) -> list[tuple[str, str | None]]:
        """(state, reason) of every delivery, oldest first."""
        return [(str(state), key) for state, key in self._read("select state, reason_key from delivery order by id")]

    def tries(self) -> list[tuple[int, str, int]]:
        """(channel, state, attempt) of every try, oldest first."""
        found = self._read("select channel_id, state, attempt from delivery_try order by id")
        return [(int(channel), str(state), int(attempt)) for channel, state, attempt in found]

    def _read(self, question: str) -> Sequence[tuple]:  # type: ignore[type-arg]  # rows as they come
        with psycopg.connect(self.database.url) as line:
            line.execute("set local role daren_service")
            return line.execute(question.encode()).fetchall()

    def _as_owner(self, question: str) -> Sequence[tuple]:  # type: ignore[type-arg]  # rows as they come
        with psycopg.connect(self.database.url) as line:
            return line.execute(question.encode()).fetchall()

    async def at(self, hour: int) -> None:
        """Move on to an hour of Shanghai's day."""
        await self.office.move_to_hour(hour, zone=SHANGHAI)


@pytest.fixture
async def shop(database: Database) -> PushShop:
    office = await open_office(database)
    made = PushShop(office, {kind: FakePusher(kind) for kind in (BOT, APP, HOOK)})
    await made.at(12)
    assert (await office.now()).tzinfo is UTC
    return made
