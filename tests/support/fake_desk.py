"""Desk and Queries in memory, for tests of surfaces: they remember what was asked and answer plausibly."""

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial

from connectors.ports.accounts import FirstSetup
from connectors.ports.queries import (
    BatchView,
    CreatorPage,
    CreatorProfile,
    ImportView,
    Shell,
)
from memory.domain.cards import DraftsCard, SendListCard
from memory.domain.chat import (
    Accepted,
    Command,
    Decided,
    DecisionOutcome,
    EditDraft,
    Inbound,
    MoveDemoClock,
    ReadImportAs,
    Receipt,
    Reply,
    ResumeBatch,
    RunImport,
    StopBatch,
    Tap,
    TurnEvent,
    TurnEventKind,
    Undo,
    WithdrawApprovals,
)  # fmt: skip
from memory.domain.chat_stores import Author, Conversation, Message
from memory.domain.deputies import Deputy
from memory.domain.errors import AppError, BadRequest, Conflict, NotFound
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import (
    ConversationId,
    DeputyId,
    DraftId,
    ImportRunId,
    MemberId,
    MessageId,
    TurnId,
)  # fmt: skip
from memory.domain.offer import Product
from memory.domain.office_stores import DayActivity, QuotaStatus, StoredFile
from memory.domain.outreach import Batch
from memory.domain.workspace import (
    BrandPolicy,
    Lang,
    Member,
    Role,
    Scope,
    Workspace,
    WorkspaceKind,
)  # fmt: skip
from memory.domain.zones import LikelyZone, ZoneSource
from tests.support import fake_office as office
from tests.support import fake_profiles
from tests.support.fake_batches import fake_batch
from tests.support.fake_channels import FakeChannels, FakeChannelViews, FakeShown
from tests.support.fake_import import import_view
from tests.support.fake_replies import FakeReplies
from tests.support.fake_send_list import FakeSendList

DECIDERS = ("林知夏", "周予安")
OF_DRAFTS = 72  # the change of an office that is about drafts


@dataclass
class FakeOffice:
    """What the three fakes share."""

    kind: WorkspaceKind = WorkspaceKind.DEMO
    role: Role = Role.LEAD
    is_empty: bool = False
    now: datetime = office.NOW
    messages: list[Message] = field(default_factory=list)
    running: TurnId | None = None
    ends_meanwhile: Reply | None = None  # the running turn's answer, given after whatever a page reads first
    received: list[Inbound] = field(default_factory=list)
    taps: list[Tap] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    uploads: list[tuple[str, str, int]] = field(default_factory=list)
    delivered: list[int] = field(default_factory=list)
    presented: int = 40
    statuses: dict[int, str] = field(default_factory=dict)
    stopped: bool = False
    has_model: bool = False
    undo: int | None = None  # the change that answers and saved forms say they made
    events: list[TurnEvent] = field(default_factory=list)
    hold_after: int | None = None  # after this event the turn waits for `release`
    release: threading.Event = field(default_factory=threading.Event)
    is_breaking: bool = False  # instead of going on, the stream then breaks off, once
    next_error: AppError | None = None
    setups: list[FirstSetup] = field(default_factory=list)
    signed_out: list[str] = field(default_factory=list)
    langs: list[Lang] = field(default_factory=list)
    import_state: str = "previewed"
    import_kind: str = "creators"
    send_list: FakeSendList = field(default_factory=FakeSendList)
    channels: FakeChannels = field(default_factory=FakeChannels)
    parts: dict[str, str] = field(default_factory=lambda: {"database": "ok", "index": "ok"})

    def fail_once(self) -> None:
        """Raise the error a test asked for, once."""
        if self.next_error is not None:
            error, self.next_error = self.next_error, None
            raise error

    def read_once(self) -> None:
        """Something was read; the running turn ends now if a test asked for it."""
        if self.ends_meanwhile is not None:
            reply, self.ends_meanwhile, running, self.running = self.ends_meanwhile, None, self.running, None
            self.say(Author.DAREN, reply, turn=running)

    def say(self, author: Author, reply: Reply, *, turn: int | None = None) -> Message:
        """Append a line to the conversation."""
        place = len(self.messages) + 1
        at = self.now - timedelta(minutes=30 - place)
        message = Message(MessageId(place), author, reply, at, TurnId(turn) if turn else None)
        self.messages.append(message)
        return message

    def tell(self, *kinds: tuple[TurnEventKind, dict[str, object]]) -> None:
        """Script the events of turn 5."""
        for kind, data in kinds:
            raw = {"turn": 5, "seq": len(self.events) + 1, "kind": kind, "data": data}
            self.events.append(TurnEvent.model_validate(raw))


@dataclass
class FakeDesk(FakeShown):
    """A desk whose turn is number 5 of conversation 7 and whose batch is K7."""

    office: FakeOffice

    async def receive(self, scope: Scope, inbound: Inbound) -> Receipt:
        """Store a message; 「批准…」 is a command and decided at once."""
        self.office.fail_once()
        if len(inbound.text) > 8000:
            raise BadRequest("message_too_long", most=8000)
        self.office.received.append(inbound)
        conversation = inbound.conversation or ConversationId(7)
        if inbound.text.startswith("批准"):
            outcome = DecisionOutcome(batch="K7", approved=(1, 2))
            reply = Reply(text="已批准 K7 的 1、2。", cards=(office.plan(),), decision=outcome)
            return Decided(conversation=conversation, reply=reply)
        return Accepted(conversation=conversation, turn=TurnId(5))

    async def follow(self, scope: Scope, turn: TurnId, *, after: int = 0) -> AsyncIterator[TurnEvent]:
        """The scripted events, with the pause or the break a test asked for."""
        if turn != 5:
            raise NotFound("not_found")
        for event in self.office.events:
            if event.seq > after:
                yield event
            if event.seq == self.office.hold_after:
                await asyncio.to_thread(self.office.release.wait, 20)
                if self.office.is_breaking:
                    self.office.hold_after, self.office.is_breaking = None, False
                    raise ConnectionAbortedError

    async def present(
        self,
        scope: Scope,
        batch: str,
        *,
        conversation: ConversationId | None = None,
        numbers: Collection[int] | None = None,
    ) -> DraftsCard:
        """A fresh presentation; L1 is a large batch."""
        if batch not in ("K7", "K8", "L1"):
            raise NotFound("not_found")
        self.office.presented += 1
        make = office.large if batch == "L1" and numbers is None else partial(office.drafts, batch)
        card = make(presentation=self.office.presented, statuses=self.office.statuses)
        return card.model_copy(update={"stopped": True, "may_resume": DECIDERS}) if self.office.stopped else card

    async def decide(self, scope: Scope, tap: Tap) -> Reply:
        """Approve and reject as asked; only what was delivered."""
        self.office.fail_once()
        if tap.presentation not in self.office.delivered:
            raise Conflict("conflict")
        self.office.taps.append(tap)
        self.office.statuses |= dict.fromkeys(tap.approve, "approved") | dict.fromkeys(tap.reject, "rejected")
        outcome = DecisionOutcome(batch="K7", approved=tap.approve, rejected=tap.reject)
        return Reply(text=f"已批准 {len(tap.approve)} 条，已拒绝 {len(tap.reject)} 条。", cards=(office.plan(),),
                     decision=outcome)  # fmt: skip

    async def submit(self, scope: Scope, command: Command) -> Reply:
        """Remember the form."""
        self.office.fail_once()
        self.office.commands.append(command)
        if isinstance(command, RunImport):
            self.office.import_state = "queued"
            return Reply(text="开始导入 56 行。")
        if isinstance(command, ReadImportAs):
            self.office.import_kind = command.of
        if isinstance(command, MoveDemoClock):
            self.office.now += timedelta(hours=3)
            self.office.statuses |= {
                number: "sent" for number, now in self.office.statuses.items() if now == "approved"
            }
            self.office.say(Author.NOTICE, Reply(text="@pawsome.mia 回复了。", cards=(office.replies(),)))
            return Reply(text="演示时间已快进 3 小时。")
        if isinstance(command, EditDraft):
            return Reply(text="", undo=self.office.undo)
        if isinstance(command, HandOut):
            self.office.send_list.hand_out(command)
        if isinstance(command, MarkByHand):
            return Reply(text=self.office.send_list.mark(command))
        if isinstance(command, Undo):
            self.office.undo = None
            changed = DecisionOutcome(batch="K7", revised=(1,)) if command.change == OF_DRAFTS else None
            return Reply(text="已撤销：阶段改回原样。", decision=changed)
        return self._of_a_batch(command) or Reply(text="好的。", undo=self.office.undo)

    def _of_a_batch(self, command: Command) -> Reply | None:
        """Stop, resume and withdraw, as far as pages can tell."""
        if isinstance(command, StopBatch | ResumeBatch):
            self.office.stopped = isinstance(command, StopBatch)
            return Reply(text="好的。")
        if not isinstance(command, WithdrawApprovals):
            return None
        approved = [number for number, status in self.office.statuses.items() if status == "approved"]
        taken = [number for number in command.numbers or approved if number in approved]
        self.office.statuses |= dict.fromkeys(taken, "open")
        said = "、".join(str(number) for number in taken)
        return Reply(text=f"K7：已撤回 {said}，可以重新审批")

    async def upload(self, scope: Scope, *, name: str, content: bytes, kind: str) -> ImportRunId:
        """Take any file but one that is no table."""
        self.office.fail_once()
        if content.startswith(b"\x00"):
            raise BadRequest("unreadable_file")
        self.office.uploads.append((name, kind, len(content)))
        return ImportRunId(3)


@dataclass
class FakeQueries(FakeChannelViews, FakeReplies):
    """Views of the office."""

    office: FakeOffice

    async def shell(self, scope: Scope) -> Shell:
        """The frame."""
        member = office.MEMBERS[scope.member - 1]
        brands = tuple(brand for brand in office.BRANDS if member.brand in (None, brand.id))
        brand = next((brand for brand in brands if brand.id == scope.brand), None)
        workspace = Workspace(self.office.kind, "青柚跨境", 0)
        shown = Member(member.id, member.login, member.name, scope.role, member.brand)
        return Shell(workspace, brand, brands, shown, self.office.now, 4, 2, "offline", 3)

    async def conversations(self, scope: Scope, *, connector: str) -> Sequence[Conversation]:
        """Three conversations; number 7 is the newest."""
        titles = ("美国宠物达人，粉丝1万到10万", "英国家居收纳 9 月复盘", "猫砂寄样跟进")
        return [
            Conversation(
                ConversationId(7 - place),
                scope.member,
                scope.brand,
                connector,
                title,
                "",
                self.office.now - timedelta(hours=place * 20),
                unread=3 if place == 1 else 0,
            )
            for place, title in enumerate(titles)
        ]

    async def transcript(self, scope: Scope, conversation: ConversationId) -> Sequence[Message]:
        """The lines of conversation 7."""
        if conversation not in (5, 6, 7):
            raise NotFound("not_found")
        read = list(self.office.messages) if conversation == 7 else []
        self.office.read_once()
        return read

    async def running_turn(self, scope: Scope, conversation: ConversationId) -> TurnId | None:
        """The turn still being answered."""
        read = self.office.running if conversation == 7 else None
        self.office.read_once()
        return read

    async def inbox(self, scope: Scope, *, offset: int = 0) -> Sequence[Batch]:
        """Two batches wait."""
        return [self._batch("K7"), self._batch("K8")] if offset == 0 else []

    async def batches(self, scope: Scope, *, offset: int = 0) -> Sequence[BatchView]:
        """Two batches, one of them running."""
        return [await self.batch(scope, "K8"), await self.batch(scope, "K7")] if offset == 0 else []

    async def batch(self, scope: Scope, code: str) -> BatchView:
        """One batch with its plan."""
        if code not in ("K7", "K8", "L1"):
            raise NotFound("not_found")
        counts = {"open": 3, "failing": 1, "planned": 1} if code == "K7" else {"open": 5}
        may = DECIDERS if self.office.stopped else ()
        return BatchView(self._batch(code), office.plan().items if code == "K7" else (), counts, may)

    async def creators(self, scope: Scope, *, filters: dict[str, str], offset: int = 0, limit: int = 50) -> CreatorPage:
        """The shortlist's creators; a number that cannot be read is an error by field."""
        if filters.get("followers_min") == "很多":
            raise BadRequest("unreadable_number", field="followers_min", text="很多")
        if filters.get("topic") == "nothing":
            return CreatorPage((), 0, 0)
        rows = [row.model_copy(update={"reasons": ()}) for row in office.shortlist().items]
        return CreatorPage(tuple(rows), 146, offset)

    async def creator(self, scope: Scope, handle: str) -> CreatorProfile:
        """One creator."""
        if handle != "pawsome.mia":
            raise NotFound("not_found")
        at = self.office.now - timedelta(days=2)
        thread = (
            ("us", office.drafts().items[0].text, at),
            ("creator", office.replies().items[0].text, self.office.now),
        )
        return CreatorProfile(
            office.creator(),
            office.relation(),
            thread,
            (),
            self.office.now,
            "America/New_York",
            ZoneSource.POSTS,
            fake_profiles.first(self.office.now),
            LikelyZone("America/New_York", 9_200, 37),
            fake_profiles.book(),
        )

    async def send_list(self, scope: Scope) -> SendListCard:
        """Seven items in different places."""
        return self.office.send_list.card(self.office.now)

    async def products(self, scope: Scope) -> Sequence[Product]:
        """Two products."""
        return office.PRODUCTS

    async def members(self, scope: Scope) -> Sequence[Member]:
        """Four members."""
        return office.MEMBERS

    async def deputies(self, scope: Scope) -> Sequence[Deputy]:
        """The approver is stood in for by the operator."""
        return [
            Deputy(
                DeputyId(1), MemberId(3), MemberId(2), self.office.now + timedelta(days=3), MemberId(1), self.office.now
            )
        ]

    async def policy(self, scope: Scope) -> BrandPolicy:
        """The brand's policy."""
        return BrandPolicy(commission_ceiling_bp=2500, fee_ceiling_minor=20_000)

    async def quota(self, scope: Scope) -> Sequence[QuotaStatus]:
        """What may still be sent."""
        return [QuotaStatus("Pawly", 10, 200, 12, 3, 1, self.office.now)]

    async def activity(self, scope: Scope) -> Sequence[DayActivity]:
        """One busy day, for a member of all brands."""
        busy = DayActivity(self.office.now.date(), searches=31, active_creators=17, invites=11, messages=19, replies=7)
        return [busy] if scope.member == 1 else []

    async def import_run(self, scope: Scope, run: ImportRunId) -> ImportView:
        """An import with two rows that could not be read."""
        if run != 3:
            raise NotFound("not_found")
        state = self.office.import_state
        if state == "queued":  # the worker is done by the next look
            self.office.import_state = "done"
        return replace(import_view(run, state), kind=self.office.import_kind)

    async def file(self, scope: Scope, key: str) -> StoredFile:
        """One exported list, one picture."""
        if key not in office.FILES:
            raise NotFound("not_found")
        return office.FILES[key]

    async def health(self) -> dict[str, str]:
        """State of each part."""
        return self.office.parts

    def _batch(self, code: str) -> Batch:
        return fake_batch(code, statuses=self.office.statuses, now=self.office.now, stopped=self.office.stopped)


def first_draft() -> DraftId:
    """The id of draft number 1."""
    return office.drafts().items[0].draft
