"""A channel-neutral reply as what a WeCom channel sends, in order: words, what they have shown, buttons. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from connectors.wecom import cards, drafts, quotes
from connectors.wecom.cards import TemplateCard
from connectors.wecom.cut import numbered, size
from connectors.wecom.drafts import clocks
from connectors.wecom.foreign import fenced, line
from connectors.wecom.markdown import reduced
from connectors.wecom.saying import Say
from memory.domain.cards import (
    Card,
    ChartCard,
    ChoiceCard,
    CreatorCard,
    DraftsCard,
    MoneyShown,
    PlanCard,
    RepliesCard,
    ReportCard,
    SendListCard,
    ShareCard,
    ShortlistCard,
)
from memory.domain.chat import FileOut, Reply
from memory.domain.ids import PresentationId
from memory.domain.money import exponent, sign
from memory.domain.workspace import Lang

CONTENT_BYTES = 20_480  # of a message of a bot
MESSAGE_BYTES = 8_000  # of one message of full texts: a phone scrolls that far


@dataclass(frozen=True, slots=True)
class Words:
    """A message in Markdown."""

    text: str


@dataclass(frozen=True, slots=True)
class Presented:
    """Once everything before it was accepted, these full texts were shown (promise 2)."""

    presentation: PresentationId


@dataclass(frozen=True, slots=True)
class Buttons:
    """A template card."""

    card: TemplateCard


Item = Words | Presented | Buttons


def unmasked(text: str) -> str:
    """The text as it is: for 1:1 chats."""
    return text


@dataclass(frozen=True, slots=True)
class Renderer:
    """How one chat is written to. `mark`: 演示数据 on every message, empty in a real workspace.

    `mask` takes contacts out of what others wrote: for groups. `content_bytes`: of the longest message. `files_follow`:
    whoever says the reply sends its files too; `pictures_follow`: at least its pictures. `quotable`: people can
    quote what is said here, so that its lists are named.
    """

    lang: Lang
    say: Say
    team_zone: str
    mark: str = ""
    mask: Callable[[str], str] = unmasked
    content_bytes: int = CONTENT_BYTES
    files_follow: bool = False
    pictures_follow: bool = False
    quotable: bool = False

    def items(self, reply: Reply, *, task: str) -> list[Item]:
        """Everything to send. `task` makes the names of cards: the same one twice is refused by the platform."""
        found: list[Item] = []
        lead = [self.mask(reduced(reply.text))] if reply.text.strip() else []
        for place, card in enumerate(reply.cards):
            if isinstance(card, DraftsCard):
                found += self._drafts(card, task=f"{task}-{place}")
                continue
            if isinstance(card, ShareCard):
                found.append(Words(fenced(card.text)))
                continue
            lead += [text for text in self._card(card) if text]
            found += self._buttons(card, task=f"{task}-{place}")
        left = [file for file in reply.files if not self.follows(file)]
        lead += [self.say("wecom_file_out", self.lang, name=line(file.name)) for file in left]
        lead += [self.say("undo_hint", self.lang)] if reply.undo is not None else []
        head = quotes.head(reply, lang=self.lang, say=self.say) if self.quotable else ""
        return [*self.words("\n\n".join(lead), head=head), *found]

    def follows(self, file: FileOut) -> bool:
        """Whether whoever says the reply sends this one too; what is not sent is to be had on the page."""
        return self.files_follow or (self.pictures_follow and file.media_type.startswith("image/"))

    def words(self, text: str, *, head: str = "") -> list[Words]:
        """Text in as few messages as hold it, each with the mark and under its head."""
        if not text.strip():
            return []
        top = f"{head}\n" if head else ""
        room = self.content_bytes - size(self.marked(top))
        return [Words(self.marked(f"{top}{piece}")) for piece in numbered(text, room)]

    def marked(self, text: str) -> str:
        """The text under the mark."""
        return f"【{self.mark}】\n{text}" if self.mark else text

    def _drafts(self, card: DraftsCard, *, task: str) -> Iterator[Item]:
        room = min(MESSAGE_BYTES, self.content_bytes) - size(self.marked(""))
        for text in drafts.messages(card, limit=room, lang=self.lang, say=self.say, team_zone=self.team_zone):
            yield Words(self.marked(text))
        if card.stopped:
            mark = "、" if self.lang == "zh" else ", "
            who = mark.join(line(name) for name in card.may_resume) or "-"
            yield from self.words(self.say("card_stopped", self.lang, batch=card.batch, who=who))
        if card.presentation is not None:
            yield Presented(card.presentation)
        shown = cards.drafts_card(card, task=task, lang=self.lang, say=self.say, team_zone=self.team_zone)
        if shown is not None:
            yield Buttons(cards.with_mark(shown, self.mark))
        if card.how_to_sign:
            yield from self.words(card.how_to_sign)

    def _buttons(self, card: Card, *, task: str) -> Iterator[Item]:
        shown: TemplateCard | None = None
        if isinstance(card, PlanCard) and card.items:
            shown = cards.plan_card(
                card, task=cards.task_id("plan", task), lang=self.lang, say=self.say, team_zone=self.team_zone
            )
        elif isinstance(card, ChoiceCard):
            shown = cards.choices_card(card, task=cards.task_id("choice", task), lang=self.lang, say=self.say)
        if shown is not None:
            yield Buttons(cards.with_mark(shown, self.mark))

    def _card(self, card: Card) -> Iterator[str]:
        match card:
            case ShortlistCard():
                yield "\n".join(self._shortlist(card))
            case CreatorCard():
                yield self.mask("\n".join(_creator(card)))
            case RepliesCard():
                for block in self._replies(card):
                    yield self.mask(block)
            case ReportCard():
                yield "\n".join(_report(card))
            case PlanCard():
                yield "\n".join(self._plan(card))
            case SendListCard():
                yield "\n".join(self._send_list(card))
            case ChoiceCard():
                yield "\n".join((card.prompt, *self._choices(card)))
            case ChartCard():
                yield line(card.alt)  # its picture follows as a file
            case DraftsCard() | ShareCard():
                return

    def _shortlist(self, card: ShortlistCard) -> Iterator[str]:
        unknown = self.say("unknown", self.lang)
        for row in card.items:
            yield self.say(
                "wecom_row_facts",
                self.lang,
                rank=row.rank,
                handle=line(row.handle) + (" ?" if row.possible else ""),
                market=row.market or unknown,
                followers=_count(row.followers) or unknown,
                gmv=_money(row.gmv_30d) or unknown,
            )
            if row.reasons:
                joined = ("；" if self.lang == "zh" else "; ").join(line(reason) for reason in row.reasons)
                yield self.say("wecom_row_why", self.lang, reasons=self.mask(joined))
        yield from (line(note) for note in card.notes)
        if card.rates_day:
            yield self.say("rates_of", self.lang, day=card.rates_day)

    def _replies(self, card: RepliesCard) -> Iterator[str]:
        for row in card.items:
            when = f"{row.received_at.astimezone(ZoneInfo(self.team_zone)):%m-%d %H:%M}"
            parts = [f"**@{line(row.handle)}** · {when}", f"> {line(row.text)}", line(row.heading)]
            parts += [line(row.translation)] if row.translation else []
            parts += [f"- {line(text)}" for text in row.summary]
            if row.suggested is not None and row.suggested_batch:
                parts.append(
                    drafts.draft(
                        row.suggested,
                        batch=row.suggested_batch,
                        lang=self.lang,
                        say=self.say,
                        team_zone=self.team_zone,
                    )
                )
            yield "\n".join(parts)

    def _plan(self, card: PlanCard) -> Iterator[str]:
        yield f"**{self.say('wecom_plan_title', self.lang, batch=card.batch)}**"
        for row in card.items:
            when = "-"
            if row.due_at is not None:
                when = clocks(
                    row.due_at,
                    row.zone,
                    self.team_zone,
                    estimated=row.zone_estimated,
                    lang=self.lang,
                    say=self.say,
                )
            yield self.say(
                "wecom_plan_line",
                self.lang,
                number=row.number,
                handle=line(row.handle),
                state=row.state_text,
                when=when,
            )

    def _send_list(self, card: SendListCard) -> Iterator[str]:
        for row in card.items:
            yield f"{row.batch} {row.number} · @{line(row.handle)} · {line(row.place_text)}"
            if row.profile_url:
                yield reduced(line(row.profile_url))
            if row.text is not None:
                yield fenced(row.text)
        yield from (line(note) for note in card.notes)

    def _choices(self, card: ChoiceCard) -> Iterator[str]:
        for number, choice in enumerate(card.choices, 1):
            yield self.say("wecom_choice_line", self.lang, number=number, choice=line(choice))


def _creator(card: CreatorCard) -> Iterator[str]:
    yield f"**@{line(card.handle)}** {line(card.name)}"
    yield from (f"> {line(text)}" for text in (card.bio, *card.captions) if text)
    yield from (f"- {line(label)}：{line(value)}" for label, value in card.facts)
    yield f"{line(card.source)} · {card.as_of:%Y-%m-%d}"


def _report(card: ReportCard) -> Iterator[str]:
    yield f"**{line(card.title)}** {line(card.period)}"
    yield " · ".join(line(column) for column in card.columns)
    yield from (" · ".join(line(cell) for cell in row) for row in card.rows)
    as_of = f" · {card.as_of:%Y-%m-%d %H:%M} UTC" if card.as_of else ""
    yield f"{line(card.source)}{as_of}"


def _count(value: tuple[int, int] | None) -> str:
    if value is None:
        return ""
    low, high = value
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _money(value: MoneyShown | None) -> str:
    if value is None:
        return ""
    scale = 10 ** exponent(value.currency)
    low, high = f"{value.low / scale:,.0f}", f"{value.high / scale:,.0f}"
    return sign(value.currency) + (low if low == high else f"{low}–{high}")
