"""「撤销」: what the product says it took back, judged by what its member did and by what happened since."""

from collections.abc import Callable
from datetime import datetime
from random import Random

from agent.undo.registry import REVERSERS
from agent.undo.undoing import WITHIN, undo
from evals.suites.decisions.drafting import Drafting
from evals.suites.decisions.handing import Handing
from evals.suites.decisions.nouns import NOT_YET, Known, Reversible
from memory.domain.by_hand import HandMark
from memory.domain.ids import CreatorId
from memory.domain.undo_stores import Change
from memory.domain.workspace import BrandPolicy
from memory.unit_of_work import UnitOfWork
from prompts.render import texts


class GoingBack(Handing, Drafting):
    """Members who change their mind about what they did."""

    async def take_change_back(self, draw: Random) -> None:
        """Somebody says 「撤销」."""
        changed = [who for who in ("lead", "operator", "ben") if self.books.last_change(who, self.now())]
        who = draw.choice(changed if changed and draw.random() < 0.85 else ["lead", "operator", "ben"])
        if who not in self.books.away:
            await self._undone(who)

    async def _undone(self, who: str) -> None:
        async def work(unit: UnitOfWork) -> tuple[list[Change], datetime]:
            mine: dict[int, Change] = {}
            while found := await unit.audit.last_change([*REVERSERS], since=unit.now - WITHIN, but=[*mine]):
                mine |= {change.id: change for change in found}
            await undo(unit, texts())
            done = await unit.audit.last_change(["change.undone"], since=unit.now)
            return [mine[number] for one in done for number in (one.after or {})["value"]], unit.now

        done = await self.carried_out(who, work)
        if done is None:
            return
        changes, now = done
        for change in changes:
            self.tell(f"{who} takes back {change.event} of {change.subject}: {change.before} after {change.after}")
            self.count("changes taken back")
            self._back(change, who, now)
        self.unsure = True

    def _back(self, change: Change, who: str, now: datetime) -> None:
        match change.event:
            case "policy.changed":
                if made := self._made(who, now, lambda one: isinstance(one.after, BrandPolicy)):
                    self._policy_again(made)
            case "relation.updated":
                creator = CreatorId(change.row)
                if made := self._made(who, now, lambda one: isinstance(one.after, bool) and one.of == creator):
                    self._block_again(made, creator)
            case "draft.edited":
                version = (change.after or {})["version"]
                known = next(each for each in self.books.drafts.values() if each.draft == change.row)
                if made := self._made(who, now, lambda one: (one.of, one.after) == (known.draft, version)):
                    self._wording_again(made, known, who)
            case "hand.sent":
                self._carried(self._named(change), HandMark.UNDONE, who, now)
            case other:
                self.violate([f"{who} took back what nobody can: {other}"])

    def _made(self, who: str, now: datetime, is_it: Callable[[Reversible], bool]) -> Reversible | None:
        """The member's newest change of a kind; a violation where they made none in the last day."""
        found = [one for one in self.books.changes[who] if not one.undone and is_it(one) and one.at >= now - WITHIN]
        if not found:
            self.violate([f"{who} took back a change that was not theirs, or not of the last day"])
            return None
        found[-1].undone = True
        return found[-1]

    def _named(self, change: Change) -> Known:
        after = change.after or {}
        stack = next(one for one in self.books.stacks if one.made.code == after["batch"])
        return next(self.books.drafts[draft.id] for draft in stack.made.drafts if draft.number == after["number"])

    def _policy_again(self, made: Reversible) -> None:
        if self.books.policy != made.after:
            self.violate(["a policy changed since was taken back"])
        if isinstance(made.before, BrandPolicy):
            self.books.policy = made.before

    def _block_again(self, made: Reversible, creator: CreatorId) -> None:
        if (creator in self.books.blocked) is not made.after:
            self.violate(["a block changed since was taken back"])
        (self.books.blocked.add if made.before else self.books.blocked.discard)(creator)

    def _wording_again(self, made: Reversible, known: Known, who: str) -> None:
        if len(known.versions) != made.after or known.where not in NOT_YET:
            self.violate([f"{known} was worded as before although it is {known.where} or was edited since"])
        if isinstance(made.before, int):
            known.reword(known.versions[made.before - 1], who)
