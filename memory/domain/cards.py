"""What an answer shows besides text: facts every surface renders its own way.

Field names of `shortlist`, `drafts` and `report` are the contract of `daren ask --json` (README.md).
Prose in a card is already in the reader's language; times are UTC and rendered by the surface.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from memory.domain.ids import CreatorId, CreatorMessageId, DraftId, PresentationId, ShortlistId


class CardModel(BaseModel):
    """Immutable and closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MoneyShown(CardModel):
    """An amount as shown; `low` and `high` differ for a platform's range. Minor units of `currency`."""

    low: int
    high: int
    currency: str


class ShortlistRow(CardModel):
    """One creator of a shortlist. Unknown facts are None and shown as 未知."""

    rank: int
    creator: CreatorId
    handle: str
    name: str
    market: str | None
    categories: tuple[str, ...] = ()
    followers: tuple[int, int] | None
    gmv_30d: MoneyShown | None
    avg_views: tuple[int, int] | None = None
    engagement_bp: int | None = None
    fulfilment_bp: int | None = None
    commission_bp: int | None = None
    stage: str | None = None
    possible: bool = False
    reasons: tuple[str, ...]


class ShortlistCard(CardModel):
    """Ranked creators. `filters` says what was used; `notes` what is unknown, hidden, dropped or looser."""

    kind: Literal["shortlist"] = "shortlist"
    shortlist: ShortlistId
    name: str | None = None
    total: int
    items: tuple[ShortlistRow, ...]
    filters: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    rates_day: str | None = None


class Filled(CardModel):
    """The words that stand for one placeholder: in the draft's language, and in Chinese."""

    name: str
    text: str
    text_zh: str


class Wording(CardModel):
    """A sentence or a whole template as every row that names its label says it; a row's own words stand for {…}."""

    label: str
    language: str
    text: str
    text_zh: str


class DraftRow(CardModel):
    """One draft. `flags` are sentences; `approvable` says whether a decision may take it.

    `in_full` False: shown as the wordings it is made of (a paragraph each) and its variables, which make its texts to
    the letter.
    """

    number: int
    draft: DraftId
    handle: str
    language: str
    text: str
    text_zh: str
    flags: tuple[str, ...] = ()
    status: str
    status_text: str = ""
    approvable: bool
    digest: str
    paired: bool = True
    due_at: datetime | None = None
    zone: str | None = None
    zone_estimated: bool = False
    in_full: bool = True
    made_of: tuple[str, ...] = ()
    variables: tuple[Filled, ...] = ()


class DraftsCard(CardModel):
    """A presentation of a batch: exactly what the member is asked to decide.

    `count`: how many drafts a signature of the whole must name, None on a card of at most twenty. `same`: variables
    that are alike in every row which has them. `lead_only`: a lead signs, on the page. `stopped`: nothing of the batch
    goes out until one of `may_resume` (names) lifts it.
    """

    kind: Literal["drafts"] = "drafts"
    batch: str
    presentation: PresentationId | None
    decide_by: datetime
    items: tuple[DraftRow, ...]
    notes: tuple[str, ...] = ()
    wordings: tuple[Wording, ...] = ()
    same: tuple[Filled, ...] = ()
    count: int | None = None
    lead_only: bool = False
    how_to_sign: str = ""
    stopped: bool = False
    may_resume: tuple[str, ...] = ()


class CreatorCard(CardModel):
    """One creator's profile: facts as label and value, captions as foreign text."""

    kind: Literal["creator"] = "creator"
    creator: CreatorId
    handle: str
    name: str
    bio: str
    market: str | None
    facts: tuple[tuple[str, str], ...]
    captions: tuple[str, ...] = ()
    source: str
    as_of: datetime
    profile_url: str | None = None


class ReplyRow(CardModel):
    """One creator's message, original first; `suggested` is a draft that waits for a decision."""

    id: CreatorMessageId
    handle: str
    received_at: datetime
    text: str
    heading: str
    summary: tuple[str, ...]
    translation: str | None
    intent: str
    confidence: int | None = None
    suggested: DraftRow | None = None
    suggested_batch: str | None = None


class RepliesCard(CardModel):
    """Who wrote back, oldest first."""

    kind: Literal["replies"] = "replies"
    total: int
    items: tuple[ReplyRow, ...]


class TotalShown(CardModel):
    """One figure over all rows, already formatted. `change`: since what it is compared with."""

    label: str
    value: str
    change: str = ""


class ReportCard(CardModel):
    """Figures with their period, time and source. A row is label → value, already formatted.

    `names`: what each row stands for (a handle, a product, a day), by which a later question means it; "" is nobody's.
    `totals`, `notes`: the figures over all rows, and what is estimated or unknown in them, for who shares it.
    """

    kind: Literal["report"] = "report"
    title: str
    period: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    as_of: datetime | None
    source: str
    names: tuple[str, ...] = ()
    totals: tuple[TotalShown, ...] = ()
    notes: tuple[str, ...] = ()


class PlanRow(CardModel):
    """When one approved message goes, on both clocks."""

    number: int
    handle: str
    state: str
    state_text: str
    due_at: datetime | None
    zone: str
    zone_estimated: bool


class PlanCard(CardModel):
    """What a decision planned: 「1、2、4 今晚 22:10 起发」."""

    kind: Literal["plan"] = "plan"
    batch: str
    items: tuple[PlanRow, ...]


class SendListRow(CardModel):
    """One item of the send list. `text` is there for the member who holds it, and for nobody else.

    `place`: unsure, mine, ready, theirs, night, later, held, failed or done; `place_text` says it, with why.
    `until`: when a night or a limit ends. `attempt` goes back with a mark, so that an old page marks nothing new.
    """

    draft: DraftId
    batch: str
    number: int
    handle: str
    profile_url: str | None
    place: str
    place_text: str
    language: str
    text: str | None = None
    zone: str
    zone_estimated: bool
    until: datetime | None = None
    holder: str = ""
    attempt: int
    may_mark: bool


class SendListCard(CardModel):
    """What waits for a person to send it by hand. `night_by_hand`: nights may be confirmed in this brand."""

    kind: Literal["send_list"] = "send_list"
    as_of: datetime
    items: tuple[SendListRow, ...]
    night_by_hand: bool = False
    notes: tuple[str, ...] = ()


class ChoiceCard(CardModel):
    """Ready answers a person may tap; each is sent as typed text."""

    kind: Literal["choices"] = "choices"
    prompt: str
    choices: tuple[str, ...]


class ChartCard(CardModel):
    """A picture of figures: an ECharts option without colours, which each surface chooses. `alt` says it in words."""

    kind: Literal["chart"] = "chart"
    title: str
    alt: str
    option: dict[str, JsonValue]


class ShareCard(CardModel):
    """A text to copy into another chat, to the letter: at most 600 characters, without contacts or links."""

    kind: Literal["share"] = "share"
    text: str


Card = Annotated[
    ShortlistCard
    | DraftsCard
    | CreatorCard
    | RepliesCard
    | ReportCard
    | ChartCard
    | PlanCard
    | SendListCard
    | ChoiceCard
    | ShareCard,
    Field(discriminator="kind"),
]
