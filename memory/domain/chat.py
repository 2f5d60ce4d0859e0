"""A conversation as every surface sees it: what comes in, what goes out, and the forms a page may submit.

These nouns cross process borders as JSON, so they are pydantic models; nothing here does I/O.
"""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue

from memory.domain.campaign_forms import (
    CancelCampaign,
    CopyCampaign,
    MakeCampaign,
    PauseCampaign,
    ResumeCampaign,
    RetryCampaign,
    SavePreset,
)
from memory.domain.cards import Card
from memory.domain.channel_forms import BindingForm, ChannelForm
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import (
    BrandId,
    ConversationId,
    DeputyId,
    DraftId,
    ImportRunId,
    MemberId,
    PresentationId,
    ProductId,
    TurnId,
)
from memory.domain.places import Place
from memory.domain.rate_forms import AgreeRate
from memory.domain.reply_forms import WorkOnReply
from memory.domain.report_forms import MakeReportLink, RevokeReportLink
from memory.domain.sample_forms import RecordSample
from memory.domain.template_forms import RenameTemplate, RetireTemplate


def _storable(text: object) -> object:
    """Text without what no database keeps: NUL, and halves of surrogate pairs (shown as "?")."""
    return text.replace("\x00", "").encode(errors="replace").decode() if isinstance(text, str) else text


Said = Annotated[str, BeforeValidator(_storable)]


class Noun(BaseModel):
    """Immutable and closed: an unknown field is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class ToolCall(Noun):
    """One tool the planner called, as `daren ask --json` shows it."""

    name: str
    arguments: dict[str, JsonValue]
    ok: bool


class FileOut(Noun):
    """A file that goes with a reply; `key` opens it through `Queries.file`.

    `personal`: it may hold somebody's contacts, so that in a group it is for its member alone; whoever makes a file
    that holds none says so.
    """

    key: str
    name: str
    media_type: str
    size: int
    personal: bool = True


class DecisionOutcome(Noun):
    """What a command or a tap decided, by the numbers of one batch."""

    batch: str
    approved: tuple[int, ...] = ()
    rejected: tuple[int, ...] = ()
    revised: tuple[int, ...] = ()
    refused: tuple[int, ...] = ()
    stopped: bool = False


class Reply(Noun):
    """An answer, channel-neutral: Markdown text, cards, files. Text is already in the member's language.

    `undo`: the change of the member's own that came with it and that `Undo` can reverse.
    """

    text: str
    cards: tuple[Card, ...] = ()
    files: tuple[FileOut, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    decision: DecisionOutcome | None = None
    planner: Literal["offline", "model"] | None = None
    undo: int | None = None


class Inbound(Noun):
    """One message from a member. (`connector`, `outside_id`) is handled once however often it arrives.

    `conversation` None starts one, or continues the member's newest in this `chat`. `place`: outside our own pages; the
    answer is owed there from the moment the message is stored.
    """

    connector: str
    outside_id: Said
    text: Said
    chat: Said = "direct"
    conversation: ConversationId | None = None
    quoted: PresentationId | None = None
    place: Place | None = None


class Accepted(Noun):
    """The message is stored and a turn will answer it."""

    conversation: ConversationId
    turn: TurnId


class Decided(Noun):
    """The message was a command and is carried out already."""

    conversation: ConversationId
    reply: Reply


Receipt = Accepted | Decided


class TurnEventKind(StrEnum):
    """What a follower of a turn sees."""

    STARTED = "started"  # {attempt}: drop what an earlier attempt showed
    STEP = "step"  # {name, label}: a tool begins
    STEP_DONE = "step_done"  # {name, ok, summary}
    TEXT = "text"  # {text}: more of the answer
    NOTICE = "notice"  # {text}: for instance a fall-back to the built-in planner
    ANSWER = "answer"  # {reply}: the whole, final Reply
    FAILED = "failed"  # {text}: told to the person; the turn has ended


class TurnEvent(Noun):
    """One event of a turn; `seq` grows by one from 1 and is the SSE event id."""

    turn: TurnId
    seq: int
    kind: TurnEventKind
    data: dict[str, JsonValue]

    @property
    def is_last(self) -> bool:
        """Whether the turn ends with this event."""
        return self.kind in (TurnEventKind.ANSWER, TurnEventKind.FAILED)


class EditDraft(Noun):
    """A person changed one side or both of a draft by hand; makes a new version and checks it again."""

    kind: Literal["edit_draft"] = "edit_draft"
    draft: DraftId
    seen_digest: str
    text: str | None = Field(default=None, max_length=4000)
    text_zh: str | None = Field(default=None, max_length=4000)


class SaveProduct(Noun):
    """Make (`id` None) or change a product. Amounts as a person types them; parsed with a clear error."""

    kind: Literal["save_product"] = "save_product"
    id: ProductId | None = None
    name: str = Field(max_length=200)
    link: str = ""
    price: str = ""
    selling_points: tuple[str, ...] = ()
    commission_ceiling: str = ""
    sample: bool | None = None


class SaveMember(Noun):
    """Make (`id` None) or change a member; a lead only. An empty password keeps the present one."""

    kind: Literal["save_member"] = "save_member"
    id: MemberId | None = None
    login: str = Field(max_length=80)
    name: str = Field(max_length=80)
    role: str
    brand: BrandId | None = None
    password: str = Field(default="", max_length=200)
    active: bool = True


class SavePolicy(Noun):
    """Change a brand's policy; a lead only. Text as typed; None leaves a field, an empty amount is no ceiling."""

    kind: Literal["save_policy"] = "save_policy"
    own_drafts_approvable: bool
    commission_ceiling: str
    fee_ceiling: str | None = None
    sample_ceiling: str | None = None
    batch_ceiling: str | None = None
    cool_down_days: str | None = None
    night_by_hand: bool | None = None
    rest_on_holidays: bool | None = None
    rest_on_saturdays: bool | None = None
    rest_on_sundays: bool | None = None
    contacts_per_week: str | None = None
    whole_sequences: bool | None = None
    product_cards: bool | None = None
    collaboration_cards: bool | None = None
    sample_cards: bool | None = None


class SaveDeputy(Noun):
    """Let a member stand in for another one to the end of a day (2026-12-05); a lead only."""

    kind: Literal["save_deputy"] = "save_deputy"
    member: MemberId
    stands_for: MemberId
    until: str = Field(max_length=20)


class RevokeDeputy(Noun):
    """Take it back; what was decided under it counts no more. A lead only."""

    kind: Literal["revoke_deputy"] = "revoke_deputy"
    deputy: DeputyId


class GiveFirstMessagePass(Noun):
    """Let one first message to a creator through although the cool-down has not passed; a lead only."""

    kind: Literal["give_first_message_pass"] = "give_first_message_pass"
    handle: str = Field(max_length=200)
    reason: str = Field(max_length=500)


class StopBatch(Noun):
    """Stop one batch, or everything of the scope: any member, at once."""

    kind: Literal["stop"] = "stop"
    batch: str | None = None


class ResumeBatch(Noun):
    """Lift the stop of one batch, or of everything of the scope; an approver or a lead."""

    kind: Literal["resume"] = "resume"
    batch: str | None = None


class WithdrawApprovals(Noun):
    """Take approvals of a batch back until their messages are claimed; no numbers: all of them. Who may decide."""

    kind: Literal["withdraw"] = "withdraw"
    batch: str = Field(max_length=12)
    numbers: tuple[int, ...] = ()


class Undo(Noun):
    """Reverse the member's own last change of the last 24 hours, or (`change`) one that a `Reply.undo` named."""

    kind: Literal["undo"] = "undo"
    change: int | None = None


class RunImport(Noun):
    """Carry out a previewed import, with a mapping of the file's headers to our fields.

    `of`: as what it was previewed (creators, products …); read as something else since, it is not carried out.
    """

    kind: Literal["run_import"] = "run_import"
    run: ImportRunId
    mapping: dict[str, str] = Field(default_factory=dict)
    of: str = Field(default="", max_length=20)


class ReadImportAs(Noun):
    """Preview a file again, as one that holds something else: creators, products, samples, orders, posts, rates."""

    kind: Literal["read_import_as"] = "read_import_as"
    run: ImportRunId
    of: str = Field(max_length=20)


class MoveDemoClock(Noun):
    """Move a demo workspace's clock to the next moment something is due."""

    kind: Literal["move_demo_clock"] = "move_demo_clock"


class UpdateRelation(Noun):
    """A member changes stage, tags or notes of one creator on the profile page."""

    kind: Literal["update_relation"] = "update_relation"
    handle: str
    stage: str | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str = Field(default="", max_length=2000)
    blocked: bool | None = None


class EraseCreator(Noun):
    """A lead asks on the profile page that a creator be erased for good; with the code it is decided."""

    kind: Literal["erase_creator"] = "erase_creator"
    handle: str = Field(max_length=200)
    code: str = Field(default="", max_length=20)


class Rename(Noun):
    """Give a conversation a title."""

    kind: Literal["rename"] = "rename"
    conversation: ConversationId
    title: str = Field(max_length=80)


Command = Annotated[
    EditDraft
    | SaveProduct
    | SaveMember
    | SavePolicy
    | SaveDeputy
    | RevokeDeputy
    | GiveFirstMessagePass
    | AgreeRate
    | StopBatch
    | ResumeBatch
    | WithdrawApprovals
    | Undo
    | RunImport
    | ReadImportAs
    | MoveDemoClock
    | UpdateRelation
    | EraseCreator
    | Rename
    | RecordSample
    | PauseCampaign
    | ResumeCampaign
    | CancelCampaign
    | CopyCampaign
    | RenameTemplate
    | RetireTemplate
    | RetryCampaign
    | MakeCampaign
    | SavePreset
    | MakeReportLink
    | RevokeReportLink
    | WorkOnReply
    | HandOut
    | MarkByHand
    | BindingForm
    | ChannelForm,
    Field(discriminator="kind"),
]


class Tap(Noun):
    """Buttons of one presentation: the numbers a member approved and rejected on the card they saw.

    `count`: the number typed to sign the whole batch. `place`, `outside_id`: of a button pressed outside our own pages;
    it is carried out once however often it arrives, and its reply is owed there.
    """

    presentation: PresentationId
    approve: tuple[int, ...] = ()
    reject: tuple[int, ...] = ()
    count: int | None = None
    place: Place | None = None
    outside_id: str = ""
