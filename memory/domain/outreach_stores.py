"""Protocols over drafts, decisions, steps, the ledger and creators' answers. Locks are taken inside."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.chat_stores import Fence
from memory.domain.dispatch import Signature
from memory.domain.first_messages import FirstMessageStore
from memory.domain.follow_up_stores import FollowUpStore
from memory.domain.ids import (
    BatchId,
    BrandId,
    CampaignId,
    ConversationId,
    CreatorId,
    CreatorMessageId,
    DraftId,
    PresentationId,
    ProductId,
    StepId,
)
from memory.domain.outage_stores import OutageNews
from memory.domain.outreach import (
    Batch,
    Channel,
    Content,
    CreatorMessage,
    Draft,
    DraftStatus,
    DraftVersion,
    Flag,
    Gist,
    Intent,
    LastMessage,
    NewDraft,
    Presentation,
    Purpose,
    Step,
    StepState,
    Verdict,
)
from memory.domain.pausing_stores import PausingStore
from memory.domain.undo_stores import VersionHistory


class DraftStore(PausingStore, VersionHistory, Protocol):
    """Batches, drafts, versions, presentations and decisions."""

    async def add_batch(
        self,
        drafts: Sequence[NewDraft],
        *,
        brand: BrandId,
        conversation: ConversationId | None,
        purpose: Purpose,
        channel: Channel,
        product: ProductId | None,
        decide_by: datetime,
        fence: Fence | None,
        answers: CreatorMessageId | None = None,
    ) -> Batch:
        """Keep drafts under the tenant's next short code; unpublished until the fence's turn ends."""
        ...

    async def batch(self, code: str) -> Batch | None:
        """One published batch (or one of the running turn) by code, any case."""
        ...

    async def batches(self, *, limit: int = 50, offset: int = 0) -> list[Batch]:
        """Published batches, newest first, with their drafts."""
        ...

    async def open_batches(self, conversation: ConversationId) -> list[Batch]:
        """Published batches of a conversation in which a draft waits for a decision, newest first."""
        ...

    async def find(
        self,
        *,
        statuses: Sequence[DraftStatus] = (),
        batch: str | None = None,
        campaign: CampaignId | None = None,
        limit: int = 200,
    ) -> list[Draft]:
        """Published drafts by what a person sees of them, newest batch first."""
        ...

    async def newest_sent(self, creators: Collection[CreatorId]) -> dict[CreatorId, Draft]:
        """The newest message each of these creators got, where there is one."""
        ...

    async def unanswered(self) -> list[CreatorId]:
        """Whose newest message of ours has no answer, the newest batch first; thanks, and what is older than
        `outreach.GIVEN_UP`, wait for none.
        """
        ...

    async def waiting(self) -> dict[str, int]:
        """Codes of batches with how many drafts are open or failing there, the one that ends first at the front.

        Counted in the database, however many drafts there are.
        """
        ...

    async def by_id(self, draft: DraftId) -> Draft | None:
        """One draft in its newest version."""
        ...

    async def add_version(self, draft: DraftId, content: Content, flags: Sequence[Flag]) -> DraftVersion:
        """A new version; voids what was decided of the old one. Locks the draft.

        Raises Conflict once the draft's step is claimed (「已在发送」).
        """
        ...

    async def present(
        self,
        batch: BatchId,
        *,
        conversation: ConversationId | None,
        numbers: Sequence[int],
        now: datetime,
        in_full: Collection[int] | None = None,
    ) -> Presentation:
        """Remember exactly which versions a card shows to the scope's member; not delivered yet.

        `in_full`: the numbers whose texts it shows word for word; None: all of them.
        """
        ...

    async def delivered(self, presentation: PresentationId, *, now: datetime) -> None:
        """The scope's member was shown the full texts. Raises NotFound for somebody else's."""
        ...

    async def undelivered(self, presentation: PresentationId) -> None:
        """Not all of it was shown after all; nothing for somebody else's.

        It answers no decision any more, and what was approved on it is held, because nobody saw it.
        """
        ...

    async def presentation(self, presentation: PresentationId) -> Presentation | None:
        """One presentation of the scope's member."""
        ...

    async def newest_presentation(self, batch: BatchId, *, conversation: ConversationId | None) -> Presentation | None:
        """The newest delivered presentation of a batch in a conversation, or on pages, to the scope's member.

        Each number counts as it was shown last, and as shown in full if that version ever was.
        """
        ...

    async def lock(self, batch: BatchId, *, numbers: Sequence[int]) -> list[Draft]:
        """Lock drafts (in number order, against deadlock) and read them afresh."""
        ...

    async def decide(
        self,
        verdict: Verdict,
        shown: Mapping[PresentationId, Sequence[Draft]],
        *,
        brand: BrandId,
        valid_until: datetime,
    ) -> None:
        """Record the scope's member's verdict on exactly these versions, replacing that member's earlier ones.

        `shown`: the locked drafts of one brand by the presentation that showed them.
        """
        ...

    async def signatures(self, drafts: Sequence[DraftId]) -> dict[DraftId, tuple[Signature, ...]]:
        """Live decisions of drafts, oldest first, with their members' roles of this moment."""
        ...


@dataclass(frozen=True, slots=True)
class StepPlan:
    """When an approved draft may go; `held`: why it cannot yet."""

    draft: Draft
    due_at: datetime
    held: Flag | None = None


class StepStore(FirstMessageStore, FollowUpStore, OutageNews, Protocol):
    """Steps, and which of them are first messages or come after another one."""

    async def plan(self, plans: Sequence[StepPlan], *, brand: BrandId) -> dict[DraftId, Flag]:
        """Make the steps of locked drafts (one per occasion) or bring their held ones back; the rest, and why not.

        A draft is left out when its step is claimed or over, or when its occasion or its creator's first message is
        taken, were it at this very moment by somebody else.
        """
        ...

    async def stop_waiting(self, drafts: Sequence[DraftId], reason: Flag) -> None:
        """End the planned and held steps of locked drafts."""
        ...

    async def of_drafts(self, drafts: Sequence[DraftId]) -> dict[DraftId, Step]:
        """Steps of drafts."""
        ...

    async def move(
        self, step: StepId, to: StepState, *, reason: Flag | None = None, due_at: datetime | None = None
    ) -> None:
        """Move a locked step along STEP_MOVES. Raises Conflict for any other move."""
        ...

    async def wake_held(self) -> int:
        """Have the dispatcher look at held steps at once: a policy, a role or a relation changed."""
        ...

    async def next_due(self) -> datetime | None:
        """The earliest moment after now at which a planned step is due."""
        ...

    async def going_out(self) -> int:
        """How many steps are due by now or being sent without anybody's doing."""
        ...

    async def unclear(self) -> int:
        """How many steps wait for a platform's word on what became of them."""
        ...


class CreatorMessageStore(Protocol):
    """What creators wrote to us."""

    async def find(
        self,
        *,
        status: str = "unanswered",
        intent: Intent | None = None,
        handles: Sequence[str] = (),
        limit: int = 50,
        after: CreatorMessageId | None = None,
        newest_first: bool = False,
    ) -> list[CreatorMessage]:
        """Messages, oldest first unless said. `status`: unread, unanswered, all. `after`: the last of a page before."""
        ...

    async def keep_translation(self, message: CreatorMessageId, translation: str) -> None:
        """Keep what a model made of it, with its figures proven equal."""
        ...

    async def keep_gist(self, message: CreatorMessageId, gist: Gist) -> None:
        """Keep how it is read from now on; what followed from the first reading stays as it is."""
        ...

    async def by_id(self, message: CreatorMessageId) -> CreatorMessage | None:
        """One message."""
        ...

    async def mark_read(self, messages: Sequence[CreatorMessageId]) -> None:
        """The scope's member has seen them."""
        ...

    async def mark_noticed(self, messages: Sequence[CreatorMessageId]) -> list[CreatorMessageId]:
        """Say that their conversation is told in this transaction; those nobody had told it yet."""
        ...

    async def thread(self, creator: CreatorId) -> list[tuple[str, str, datetime]]:
        """(us | creator, text, time) of everything sent and received, oldest first."""
        ...

    async def last(self, creators: Sequence[CreatorId]) -> dict[CreatorId, LastMessage]:
        """The newest line of each creator's thread; one without any is absent."""
        ...

    async def store(
        self,
        creator: CreatorId,
        *,
        brand: BrandId,
        source: str,
        outside_id: str,
        text: str,
        gist: Gist,
        received_at: datetime,
    ) -> CreatorMessage | None:
        """Store an answer once (None: a repeat); sets the opt-out and stops open steps in this transaction."""
        ...
