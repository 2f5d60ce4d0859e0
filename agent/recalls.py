"""What a member takes back, carried out and said: a stop, its end, an approval, their own last change."""

from collections.abc import Sequence

from agent.approval.pausing import resume, stop_now
from agent.approval.withdrawing import Withdrawn, withdraw
from agent.campaigns.retrying import retry_by_name
from agent.cards import wording
from agent.commands.nouns import Resume, Retry, Undo, Withdraw
from agent.undo.undoing import undo
from memory.domain.by_hand import HandUnit
from memory.domain.chat import DecisionOutcome, Reply
from memory.domain.errors import AppError, BadRequest, Conflict, NotAllowed
from memory.domain.ids import ConversationId
from memory.domain.outreach import Batch
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.team_zone import team_zone

MOST_NAMED = 6


async def batches_meant(unit: Unit, conversation: ConversationId, *, taking_back: bool) -> list[Batch]:
    """The batches a line without a code may be about: those that wait, or those with something to take back."""
    approved = await unit.drafts.approved_batches(conversation) if taking_back else []
    return approved or await unit.drafts.open_batches(conversation)


async def stopped(unit: Unit, batch: str | None, texts: Texts) -> Reply:
    """Stop a batch or everything; what was in flight is counted back."""
    found = await stop_now(unit, batch)
    lang, code = unit.scope.lang, (batch or "").upper()
    key = "stop_done" if found.count else "stop_nothing"
    parts = [texts.say(key, lang, what=_what(code, lang, texts), count=found.count)]
    if found.in_flight:
        parts.append(texts.say("stop_in_flight", lang, count=found.in_flight))
    parts.append(texts.say("stop_how_on", lang, batch=f" {code}" if code else ""))
    text = ("；" if lang == "zh" else "; ").join(parts[:-1]) + ("。" if lang == "zh" else ". ") + parts[-1]
    return Reply(text=text, decision=DecisionOutcome(batch=code, stopped=True))


async def resumed(unit: Unit, batch: str | None, texts: Texts) -> Reply:
    """Lift a stop. Raises as `resume`."""
    lang, code = unit.scope.lang, (batch or "").upper()
    found = await resume(unit, batch)
    if not found.batches:
        return Reply(text=texts.say("resume_nothing", lang, what=_what(code, lang, texts)))
    codes = _codes(found.batches, lang, texts)
    if found.first is None:
        return Reply(text=texts.say("resume_empty", lang, codes=codes))
    home, zone = found.first.home, await team_zone(unit)
    when = wording.clocks(found.first.due_at, home.zone.key, zone, lang, estimated=home.estimated)
    return Reply(text=texts.say("resume_done", lang, codes=codes, count=found.count, when=when))


async def withdrawn(unit: Unit, code: str, numbers: Sequence[int], texts: Texts) -> Reply:
    """Take approvals of a batch back, a line a round. Raises as `withdraw`."""
    found = await withdraw(unit, code, numbers)
    lang = unit.scope.lang
    rounds = [one for one in found.behind if one.taken or one.sending]
    return Reply(text="\n".join(_taken_back(one, lang, texts) for one in (found, *rounds)))


def _taken_back(found: Withdrawn, lang: Lang, texts: Texts) -> str:
    parts = [
        texts.say(key, lang, numbers=wording.ranges(some, lang))
        for key, some in (
            ("withdraw_taken", found.taken),
            ("withdraw_sending", found.sending),
            ("withdraw_unapproved", found.unapproved),
        )
        if some
    ] or [texts.say("withdraw_nothing", lang)]
    separator = "；" if lang == "zh" else "; "
    return texts.say("decided", lang, batch=found.batch, parts=separator.join(parts))


async def take_back(unit: HandUnit, wish: Withdraw | Resume | Retry | Undo, texts: Texts) -> Reply:
    """Carry out one line; a refusal is an answer."""
    try:
        match wish:
            case Withdraw(batch, numbers):
                return await withdrawn(unit, batch, numbers, texts)
            case Resume(batch):
                return await resumed(unit, batch, texts)
            case Retry(campaign):
                return await retry_by_name(unit, campaign, texts)
            case Undo():
                done = await undo(unit, texts)
                return done if isinstance(done, Reply) else _refused(unit, done, texts)
    except (BadRequest, Conflict, NotAllowed) as failure:
        return _refused(unit, failure, texts)


def _refused(unit: Unit, failure: AppError, texts: Texts) -> Reply:
    return Reply(text=texts.say(failure.text_key, unit.scope.lang, **failure.facts))


def _codes(batches: Sequence[str], lang: Lang, texts: Texts) -> str:
    """By name, or how many there are: a stop of everything is one of every batch there ever was."""
    if len(batches) > MOST_NAMED:
        return texts.say("resume_batches", lang, count=len(batches))
    return wording.listed(sorted(batches, key=lambda code: (len(code), code)), lang)


def _what(code: str, lang: Lang, texts: Texts) -> str:
    return code or texts.say("stop_everything", lang)
