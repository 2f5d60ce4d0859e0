"""The send list as a card, and sentences about it. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from agent.by_hand.claiming import NotHandedOut
from agent.by_hand.listing import may_mark
from agent.by_hand.marking import Marked
from agent.cards import wording
from agent.cards.drafts import flag_text
from memory.domain.by_hand import MOST_LISTED, HandItem, HandMark, HandPlace, HandStep
from memory.domain.cards import SendListCard, SendListRow
from memory.domain.ids import DraftId
from memory.domain.outreach import Flag
from memory.domain.workspace import Lang, Scope
from prompts.render import Texts

_WITH_WHY = (HandPlace.MINE, HandPlace.HELD, HandPlace.FAILED)
_COUNTED = (
    HandPlace.UNSURE, HandPlace.MINE, HandPlace.READY, HandPlace.THEIRS, HandPlace.NIGHT, HandPlace.LATER,
    HandPlace.HELD, HandPlace.FAILED,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """In which language something is said, at which time of the workspace, and on whose clock besides the creators'."""

    lang: Lang
    now: datetime
    team_zone: str


@dataclass(frozen=True, slots=True)
class SendListWords:
    """Cards and sentences of the send list."""

    texts: Texts

    def card(self, items: Sequence[HandItem], scope: Scope, *, now: datetime, night_by_hand: bool) -> SendListCard:
        """The list as this member may see it: the text of what they hold, and of nothing else."""
        rows = tuple(self._row(item, scope, now=now) for item in items)
        cut = len(items) >= MOST_LISTED
        notes = (self.texts.say("hand_list_cut", scope.lang, count=len(items)),) if cut else ()
        return SendListCard(as_of=now, items=rows, night_by_hand=night_by_hand, notes=notes)

    def _row(self, item: HandItem, scope: Scope, *, now: datetime) -> SendListRow:
        step = item.of
        in_hand = item.place is HandPlace.MINE and item.why is None and item.until is None
        return SendListRow(
            draft=step.draft,
            batch=step.batch_code,
            number=step.number,
            handle=step.handle,
            profile_url=step.profile_url,
            place=item.place,
            place_text=self._place(item, scope.lang, now=now),
            language=step.language,
            text=step.text if in_hand else None,
            zone=step.zone,
            zone_estimated=step.zone_estimated,
            until=item.until,
            holder=step.holder_name,
            attempt=step.attempt,
            may_mark=may_mark(step, scope),
        )

    def _place(self, item: HandItem, lang: Lang, *, now: datetime) -> str:
        said = self.texts.say(f"hand_place_{item.place}", lang, who=item.of.holder_name)
        if item.why is None or item.place not in _WITH_WHY:
            return said
        return f"{said}{'：' if lang == 'zh' else ': '}{self.why(item.why, lang, now=now)}"

    def why(self, flag: Flag, lang: Lang, *, now: datetime) -> str:
        """A reason as a sentence."""
        return flag_text(flag, lang=lang, texts=self.texts, now=now)

    def summary(self, items: Sequence[HandItem], lang: Lang) -> str:
        """「发送清单：10 条在你手里；40 条可以发；3 条当地夜间。」"""
        counts = Counter(item.place for item in items)
        parts = [
            self.texts.say(f"hand_count_{place}", lang, count=counts[place]) for place in _COUNTED if counts[place]
        ]
        if not parts:
            return self.texts.say("hand_list_empty", lang)
        return self.texts.say("hand_list", lang, parts=("；" if lang == "zh" else "; ").join(parts))

    def how(self, items: Sequence[HandItem], lang: Lang) -> list[str]:
        """How to say what came of what the member holds, with numbers of theirs."""
        held = [item.of for item in items if item.place is HandPlace.MINE]
        if not held:
            return []
        batch = held[0].batch_code
        numbers = wording.ranges([step.number for step in held if step.batch_code == batch], lang)
        return [self.texts.say("hand_list_how", lang, batch=batch, numbers=numbers)]

    def refused(self, refused: Sequence[NotHandedOut], told: Told) -> list[str]:
        """Why texts were not handed out, one line a reason."""
        lang = told.lang
        grouped: dict[tuple[str, str], list[HandStep]] = {}
        for one in refused:
            why, step = self.why(one.why, lang, now=told.now), one.step
            if one.until is not None:
                when = wording.clocks(one.until, step.zone, told.team_zone, lang, estimated=step.zone_estimated)
                why = self.texts.say("hand_until", lang, why=why, when=when)
            grouped.setdefault((step.batch_code, why), []).append(step)
        return [self._line(batch, steps, why, lang) for (batch, why), steps in grouped.items()]

    def marked(self, result: Marked, said: HandMark, told: Told, *, strange: Collection[int] = ()) -> list[str]:
        """What was marked and what was not, one line each."""
        lang = told.lang
        lines = [
            self._line(batch, steps, self.texts.say(f"hand_marked_{said}", lang), lang)
            for batch, steps in _by_batch(result.done).items()
        ]
        lines += [
            self._line(batch, steps, self.texts.say("hand_marked_already", lang), lang)
            for batch, steps in _by_batch(result.already).items()
        ]
        refused: dict[tuple[str, str], list[HandStep]] = {}
        for one in result.refused:
            refused.setdefault((one.step.batch_code, self.why(one.why, lang, now=told.now)), []).append(one.step)
        lines += [self._line(batch, steps, why, lang) for (batch, why), steps in refused.items()]
        if strange:
            lines.append(self.texts.say("hand_not_listed", lang, numbers=wording.ranges(sorted(strange), lang)))
        return lines

    def _line(self, batch: str, steps: Sequence[HandStep], said: str, lang: Lang) -> str:
        numbers = wording.ranges([step.number for step in steps], lang)
        return self.texts.say("hand_line", lang, batch=batch, numbers=numbers, said=said)


def drafts_of(items: Sequence[HandItem], places: Collection[HandPlace]) -> list[DraftId]:
    """The drafts that stand in some places, in order."""
    return [item.of.draft for item in items if item.place in places]


def _by_batch(steps: Sequence[HandStep]) -> dict[str, list[HandStep]]:
    found: dict[str, list[HandStep]] = {}
    for step in steps:
        found.setdefault(step.batch_code, []).append(step)
    return found
