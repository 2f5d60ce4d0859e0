"""What a member takes back, carried out and said: a stop, its end, an approval, their own last change."""

from agent.approval.pausing import resume, stop_now
from agent.approval.withdrawing import withdraw
from agent.cards import wording
from agent.commands.nouns import Resume, Undo, Withdraw
from agent.undo.undoing import undo
from memory.domain.chat import DecisionOutcome, Reply
from memory.domain.errors import BadRequest, Conflict, NotAllowed, NotFound
from memory.domain.ids import ConversationId
from memory.domain.outreach import Batch
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from prompts.render import Texts


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
    codes = wording.listed(list(found.batches), lang)
    if found.first_due is None:
        return Reply(text=texts.say("resume_empty", lang, codes=codes))
    when = wording.clock(found.first_due, await _team_zone(unit), lang)
    return Reply(text=texts.say("resume_done", lang, codes=codes, count=found.count, when=when))


async def withdrawn(unit: Unit, wish: Withdraw, texts: Texts) -> Reply:
    """Take approvals of a batch back. Raises as `withdraw`, and NotFound for a batch out of sight."""
    batch = await unit.drafts.batch(wish.batch)
    if batch is None:
        raise NotFound("no_such_batch", batch=wish.batch)
    found = await withdraw(unit, batch, wish.numbers)
    lang = unit.scope.lang
    parts = [
        texts.say(key, lang, numbers=wording.ranges(numbers, lang))
        for key, numbers in (
            ("withdraw_taken", found.taken),
            ("withdraw_sending", found.sending),
            ("withdraw_unapproved", found.unapproved),
        )
        if numbers
    ] or [texts.say("withdraw_nothing", lang)]
    separator = "；" if lang == "zh" else "; "
    said = texts.say("decided", lang, batch=found.batch, parts=separator.join(parts))
    return Reply(text=said)


async def take_back(unit: Unit, wish: Withdraw | Resume | Undo, texts: Texts) -> Reply:
    """Carry out one line; a refusal is an answer."""
    try:
        match wish:
            case Withdraw():
                return await withdrawn(unit, wish, texts)
            case Resume(batch):
                return await resumed(unit, batch, texts)
            case Undo():
                return await undo(unit, texts)
    except (BadRequest, Conflict, NotAllowed) as failure:
        return Reply(text=texts.say(failure.text_key, unit.scope.lang, **failure.facts))


def _what(code: str, lang: Lang, texts: Texts) -> str:
    return code or texts.say("stop_everything", lang)


async def _team_zone(unit: Unit) -> str:
    brands = await unit.people.brands()
    mine = next((brand for brand in brands if brand.id == unit.scope.brand), None)
    return (mine or brands[0]).team_zone if brands else "Asia/Shanghai"
