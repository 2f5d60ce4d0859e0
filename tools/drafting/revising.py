"""Changes a draft on both sides at once, by a wish or by numbers; and by hand on one side, which unpairs it.

Template drafts are cut again from their recipe with the change. A draft a model or a person wrote keeps its words:
only its figures are exchanged on both sides, unless a model may rewrite it.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from memory.domain.errors import AppError, BadRequest
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Content, Draft, Flag, NewDraft, Tone
from memory.domain.shop_cards import CardKind
from memory.domain.stores import Unit
from memory.domain.workspace import BrandPolicy, Lang
from tools.contract import TextModel
from tools.drafting.carding import LACKING, with_cards
from tools.drafting.checking import check
from tools.drafting.composing import UNSAID_WHEN_BRIEF, Recipe, read_code, render
from tools.drafting.instructions import Change, read_instruction
from tools.drafting.known import Occasion
from tools.drafting.language import template_language
from tools.drafting.limits import basis_points
from tools.drafting.occasions import occasion_of
from tools.drafting.own import refilled
from tools.drafting.writing import AT_ONCE, Writer
from tools.translation.figures import Kind, amounts, figures

_LASTING = frozenset(
    {
        "language_fallback",
        "no_channel",
        "already_invited",
        "invited_lately",
        "invited_with_pass",
        "nothing_personal",
        "shop_not_connected",
        *LACKING.values(),
    }
)


@dataclass(frozen=True, slots=True)
class Revised:
    """A new version's content, and what of the instruction was not understood. `cards`: see `Change.cards`."""

    content: Content
    flags: tuple[Flag, ...]
    not_understood: tuple[str, ...] = ()
    cards: tuple[CardKind, ...] | None = None


async def revise(
    unit: Unit,
    draft: Draft,
    instruction: str,
    *,
    commission_rate: float | None = None,
    tone: Tone | None = None,
    lang: Lang,
) -> tuple[Content, tuple[Flag, ...]]:
    """One draft changed by rules and checked; nothing is stored, no model is asked: a transaction is open.

    Raises BadRequest: "commission_out_of_range", "instruction_unclear" (what was not understood),
    "revise_needs_model" (a draft in free words and a wish only a model can carry out). Not retryable.
    """
    occasion, policy = await occasion_of(unit, draft)
    revised = await revise_content_or_ask(
        draft.version.content,
        change_wanted(instruction, commission_rate=commission_rate, tone=tone),
        occasion,
        policy=policy,
        instruction=instruction,
        lang=lang,
        model=None,
    )
    return await carded(unit, draft, revised)


async def carded(unit: Unit, draft: Draft, revised: Revised) -> tuple[Content, tuple[Flag, ...]]:
    """What a new version holds, with the cards that are wanted beside those it has, and all flags of it."""
    flags = (*revised.flags, *lasting_flags(draft))
    if revised.cards is None:
        return revised.content, flags
    occasion, policy = await occasion_of(unit, draft)
    wanted = [card.kind for card in revised.content.cards] if revised.cards else []
    bare = NewDraft(
        draft.creator, revised.content, tuple(flag for flag in flags if flag.key not in LACKING.values()), draft.channel
    )
    [made] = await with_cards(unit, [bare], [occasion], chosen=(*wanted, *revised.cards), policy=policy)
    return made.content, made.flags


@dataclass(frozen=True, slots=True)
class ToRevise:
    """A draft with everything a change of it depends on, read before."""

    draft: Draft
    occasion: Occasion
    policy: BrandPolicy


async def revise_all(
    drafts: Sequence[ToRevise], change: Change, *, instruction: str, lang: Lang, model: TextModel | None
) -> list[Revised]:
    """Drafts changed and checked side by side, in order. Touches no store. Raises the first one's failure."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(known: ToRevise) -> Revised | AppError:
        async with slots:
            try:
                return await revise_content_or_ask(
                    known.draft.version.content,
                    change,
                    known.occasion,
                    policy=known.policy,
                    instruction=instruction,
                    lang=lang,
                    model=model,
                )
            except AppError as failure:
                return failure

    async with asyncio.TaskGroup() as tasks:
        running = [tasks.create_task(one(known)) for known in drafts]
    revised: list[Revised] = []
    for task in running:
        outcome = task.result()
        if isinstance(outcome, AppError):
            raise outcome
        revised.append(outcome)
    return revised


async def edit(
    unit: Unit, draft: Draft, *, text: str | None = None, text_zh: str | None = None
) -> tuple[Content, tuple[Flag, ...]]:
    """A person's own words on one side or both, checked; nothing is stored. One side alone unpairs the draft."""
    occasion, policy = await occasion_of(unit, draft)
    content = edited(draft.version.content, text=text, text_zh=text_zh)
    return content, (*check(content, occasion, policy=policy), *lasting_flags(draft))


def lasting_flags(draft: Draft) -> tuple[Flag, ...]:
    """Flags that are about the creator, not the text: a new version keeps them."""
    return tuple(flag for flag in draft.version.flags if flag.key in _LASTING)


def change_wanted(instruction: str, *, commission_rate: float | None, tone: Tone | None) -> Change:
    """The wish in words with what was given as arguments, which win."""
    change = read_instruction(instruction)
    if commission_rate is not None:
        change = replace(change, commission_bp=basis_points(commission_rate), drop_commission=False)
    elif change.commission_bp is not None and change.commission_bp > 10_000:
        raise BadRequest("commission_out_of_range", value=f"{change.commission_bp / 100:g}%")
    return replace(change, tone=tone) if tone is not None else change


async def revise_content_or_ask(
    content: Content,
    change: Change,
    occasion: Occasion,
    *,
    policy: BrandPolicy,
    instruction: str,
    lang: Lang,
    model: TextModel | None,
) -> Revised:
    """By rules where they understand all of it, by the model otherwise; without a model the rest is named."""
    needs_model = bool(change.left) or (change.is_empty and bool(instruction.strip()))
    if needs_model and model is not None:
        after = replace(occasion, offer=changed_offer(content.offer, change))
        written = await Writer(model, policy).rewrite(content, instruction, after, lang=lang)
        return Revised(replace(written.content, cards=content.cards), written.flags, cards=change.cards)
    if change.is_empty:
        raise BadRequest("instruction_unclear" if instruction.strip() else "nothing_to_revise", quote=instruction[:80])
    if needs_model:
        raise BadRequest("instruction_unclear", quote="；".join(change.left)[:80])
    revised = replace(revise_content(content, change, occasion), cards=content.cards)
    flags = check(revised, replace(occasion, offer=revised.offer), policy=policy)
    return Revised(revised, flags, change.left, change.cards)


def revise_content(content: Content, change: Change, occasion: Occasion) -> Content:
    """Both sides changed together. Pure. Raises BadRequest as `revise`."""
    if replace(change, cards=None, left=()).is_empty:
        return content  # nothing but its cards is to be otherwise
    offer = changed_offer(content.offer, change)
    recipe = read_code(content.template)
    if recipe is None:
        own = refilled(content, offer, market=occasion.creator.facts.market) if _only_figures(change) else None
        return own or _exchange_figures(content, change, offer)
    after = replace(occasion, offer=offer)
    return render(_changed_recipe(recipe, change), after, language=template_language(content.language))


def edited(content: Content, *, text: str | None = None, text_zh: str | None = None) -> Content:
    """A person's own words on one side or both. One side alone makes the pair stale."""
    new_text = content.text if text is None else text.strip()
    new_zh = content.text_zh if text_zh is None else text_zh.strip()
    one_sided = (new_text != content.text) != (new_zh != content.text_zh)
    if new_text == content.text and new_zh == content.text_zh:
        return content
    return replace(content, text=new_text, text_zh=new_zh, template=None, variables=None, paired=not one_sided)


def changed_offer(offer: Offer, change: Change) -> Offer:
    """What is offered after the change."""
    share = (
        None
        if change.drop_commission
        else offer.commission_bp
        if change.commission_bp is None
        else change.commission_bp
    )
    fee = None if change.drop_fee else change.flat_fee or offer.flat_fee
    return Offer(share, fee, offer.free_sample if change.sample is None else change.sample)


def _changed_recipe(recipe: Recipe, change: Change) -> Recipe:
    tone = change.tone or recipe.tone
    unsaid = recipe.unsaid
    if tone is not recipe.tone:
        unsaid = unsaid - UNSAID_WHEN_BRIEF if recipe.tone is Tone.BRIEF else unsaid
        unsaid = unsaid | UNSAID_WHEN_BRIEF if tone is Tone.BRIEF else unsaid
    unsaid = (unsaid | change.unsay) - change.say
    extras = tuple(dict.fromkeys((*recipe.extras, *change.extras)))
    units = {} if change.again else recipe.units
    quoted = None if recipe.quoted is None else recipe.quoted + (1 if change.again else 0)
    return Recipe(recipe.purpose, tone, dict(units), extras, frozenset(unsaid), quoted)


def _exchange_figures(content: Content, change: Change, offer: Offer) -> Content:
    """Swap commission and fee where they stand in both texts; any other wish needs a model."""
    if not _only_figures(change):
        raise BadRequest("revise_needs_model")
    text, text_zh = content.text, content.text_zh
    if change.commission_bp is not None:
        text, text_zh = (
            _swap_share(side, content.offer.commission_bp, change.commission_bp) for side in (text, text_zh)
        )
    if change.flat_fee is not None:
        text, text_zh = (_swap_fee(side, content.offer.flat_fee, change.flat_fee) for side in (text, text_zh))
    return replace(content, text=text, text_zh=text_zh, offer=offer, template=None, variables=None)


def _only_figures(change: Change) -> bool:
    """Whether nothing but commission and fee is to be changed."""
    return replace(change, left=(), cards=None) == Change(commission_bp=change.commission_bp, flat_fee=change.flat_fee)


def _swap_share(text: str, old: int | None, new: int) -> str:
    found = [figure for figure in figures(text) if figure.kind is Kind.PERCENT and figure.value == str(old)]
    if old is None or not found:
        raise BadRequest("revise_needs_model")
    for figure in reversed(found):
        text = text[: figure.start] + f"{new / 100:g}%" + text[figure.start + len(figure.quote) :]
    return text


def _swap_fee(text: str, old: Money | None, new: Money) -> str:
    found = [figure for figure in figures(text) if figure.kind is Kind.MONEY and next(amounts((figure,))) == old]
    if old is None or not found:
        raise BadRequest("revise_needs_model")
    for figure in reversed(found):
        digits = f"{new.amount:,f}".removesuffix(".00")
        text = text[: figure.start] + f"{digits} {new.currency}" + text[figure.start + len(figure.quote) :]
    return text
