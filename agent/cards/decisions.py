"""What a decision did, said back so plainly that a tired person sees a mistake at once. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from agent.approval.policy import MOST_DRAFTS
from agent.approval.recording import DecisionResult
from agent.cards import wording
from agent.cards.drafts import both_clocks, flag_text, plan_card
from agent.commands.nouns import Ask, Why
from memory.domain.chat import DecisionOutcome, Reply
from memory.domain.outreach import Channel, DraftStatus
from memory.domain.workspace import Lang
from prompts.render import Texts


@dataclass(frozen=True, slots=True)
class DecisionWords:
    """Sentences about decisions."""

    texts: Texts

    def ask(self, ask: Ask, lang: Lang) -> Reply:
        """Nothing was decided; what the person could answer instead."""
        key = f"ask_{ask.why}"
        size = ask.facts.get("size")
        if ask.why is Why.BARE_ASSENT and isinstance(size, int) and size > MOST_DRAFTS:
            key = "ask_bare_assent_large"
        return Reply(text=self.texts.say(key, lang, **ask.facts))

    def result(
        self,
        result: DecisionResult,
        *,
        lang: Lang,
        team_zone: str,
        revised: Sequence[int] = (),
        trouble: Sequence[str] = (),
    ) -> Reply:
        """「K7：已批准 1、2、4；已改 3（请重新看）；已拒 5。1、2、4 排在 …」"""
        parts = [
            self.texts.say(key, lang, numbers=wording.ranges(numbers, lang))
            for key, numbers in (
                ("decided_approved", result.approved),
                ("decided_waiting", result.waiting),
                ("decided_revised", revised),
                ("decided_rejected", result.rejected),
                ("decided_already", result.already),
                ("decided_changed", result.changed_since),
            )
            if numbers
        ]
        separator = "；" if lang == "zh" else "; "
        nothing = self.texts.say("decided_nothing", lang)
        lines = [self.texts.say("decided", lang, batch=result.batch, parts=separator.join(parts) or nothing)]
        lines += self._refusals(result, lang)
        lines += trouble
        lines += self._plan(result, lang, team_zone)
        outcome = DecisionOutcome(
            batch=result.batch,
            approved=result.approved,
            rejected=result.rejected,
            revised=tuple(revised),
            refused=tuple(refusal.number for refusal in result.refused),
        )
        if not result.planned:
            return Reply(text="\n".join(lines), decision=outcome)
        card = plan_card(result.batch, result.planned, lang=lang, texts=self.texts, now=result.now)
        return Reply(text="\n".join(lines), cards=(card,), decision=outcome)

    def _refusals(self, result: DecisionResult, lang: Lang) -> list[str]:
        said = (
            (refusal.number, flag_text(refusal.reason, lang=lang, texts=self.texts, now=result.now))
            for refusal in result.refused
        )
        return [
            self.texts.say("number_trouble", lang, number=wording.ranges(numbers, lang), trouble=trouble)
            for trouble, numbers in _gathered(said).items()
        ]

    def _plan(self, result: DecisionResult, lang: Lang, team_zone: str) -> list[str]:
        approved = [draft for draft in result.planned if draft.status is DraftStatus.APPROVED and draft.due_at]
        waiting = [draft for draft in approved if draft.channel is not Channel.BY_HAND]
        by_hand = [draft.number for draft in approved if draft.channel is Channel.BY_HAND]
        held = [draft for draft in result.planned if draft.status is DraftStatus.HELD]
        lines = []
        if waiting:
            first = min(waiting, key=lambda draft: (draft.due_at is None, draft.due_at, draft.number))
            numbers = wording.ranges([draft.number for draft in waiting], lang)
            lines.append(
                self.texts.say("planned_from", lang, numbers=numbers, when=both_clocks(first, team_zone, lang))
            )
            until = wording.clock(first.due_at, team_zone, lang, seconds=True) if first.due_at else ""
            batch = first.batch_code
            lines.append(self.texts.say("withdraw_until", lang, until=until, batch=batch, numbers=numbers))
        lines += self._behind(result, lang)
        if by_hand:
            lines.append(self.texts.say("planned_by_hand", lang, numbers=wording.ranges(by_hand, lang)))
        whys = (
            (draft.number, flag_text(draft.reason, lang=lang, texts=self.texts, now=result.now) if draft.reason else "")
            for draft in held
        )
        for why, numbers_held in _gathered(whys).items():
            lines.append(self.texts.say("planned_held", lang, number=wording.ranges(numbers_held, lang), why=why))
        return lines

    def _behind(self, result: DecisionResult, lang: Lang) -> list[str]:
        """「2 是跟进：K3 那条还没发出…」: why it goes later than what is approved with it."""
        found = []
        for batch, numbers in _gathered((one.number, one.waits or "") for one in result.behind).items():
            key = "planned_behind" if batch else "planned_day_after"
            facts = {"batch": batch} if batch else {}
            found.append(self.texts.say(key, lang, numbers=wording.ranges(numbers, lang), **facts))
        return found


def _gathered(said: Iterable[tuple[int, str]]) -> dict[str, list[int]]:
    """Sentence → the numbers it is said of, so that a large batch is told in a few lines."""
    found: dict[str, list[int]] = {}
    for number, sentence in said:
        found.setdefault(sentence, []).append(number)
    return found
