"""The tool that drafts messages, and the one that lists drafts. Neither sends anything: drafts wait for a decision."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from memory.domain.campaign import MOST_PRODUCTS
from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import CreatorId
from memory.domain.money import Money
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Batch, Channel, Draft, DraftStatus, Flag, Purpose, Tone
from memory.domain.shop_cards import CardKind
from memory.domain.stores import Unit, Units
from memory.domain.templates import Template
from memory.domain.workspace import Role
from tools.campaigns.names import named
from tools.contract import Arguments, Effect, TextModel, Tool, TurnContext
from tools.drafting.answering import Answering, prepare_answers
from tools.drafting.batching import (
    DECIDE_HOURS,
    LeftOut,
    Prepared,
    Wish,
    keep_batch,
    offer_or,
    outside_flags,
    sort_out,
    write_batch,
    write_own,
)
from tools.drafting.choosing import TemplateUse, made_from, offer_of, own_templates, tone_of, unsaid
from tools.drafting.fitting import fitting
from tools.drafting.instructions import read_instruction
from tools.drafting.known import Occasion
from tools.drafting.limits import basis_points
from tools.drafting.messengers import Messengers, channels_of
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import products_meant
from tools.drafting.splitting import split_at_random
from tools.naming import Segment, brand_names, meant_creators

AT_MOST = 200  # as many as a shortlist holds
# What a model writes has to be read draft by draft: larger batches are written from templates.
MOST_BY_MODEL = 20
MOST_ANSWERS = 20  # each is a batch of its own


class Fee(Arguments):
    """A flat fee in major units of an ISO 4217 currency."""

    amount: Decimal = Field(gt=0, le=1_000_000)
    currency: str = Field(default="USD", pattern=r"^[A-Z]{3}$")


class DraftMessagesArgs(Arguments):
    """Whom to write to (ranks, handles, a segment, or the whole current shortlist), why, and what is offered.

    `template` is a tone of a built-in one or the name of one of the brand's own, whose purpose, product and offer hold
    where nothing else is said; `split` are two of the brand's own, and chance says who gets which. `cards` go after the
    texts over a shop: not said, those of the brand's settings; empty, none.
    Of several `products` each creator is offered the one that fits them best.
    """

    purpose: Purpose
    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    product: str | None = Field(default=None, max_length=200)
    products: tuple[Annotated[str, Field(max_length=200)], ...] = Field(default=(), max_length=MOST_PRODUCTS)
    commission_rate: float | None = None
    flat_fee: Fee | None = None
    free_sample: bool | None = None
    channel: Channel | None = None
    language: str | None = Field(default=None, pattern=r"^[A-Za-z]{2}(?:-\w+)?$")
    tone: Tone = Tone.WARM
    template: str | None = Field(default=None, max_length=40)
    split: tuple[str, ...] = Field(default=(), max_length=2)
    note: str | None = Field(default=None, max_length=1000)
    cards: tuple[CardKind, ...] | None = None


class ListDraftsArgs(Arguments):
    """Which drafts to show; none given: those that wait for a decision, newest batch first. `numbers` of a `batch`."""

    status: Literal["draft", "failing", "open", "approved", "held", "sent", "rejected", "expired"] | None = None
    campaign: str | None = None
    batch: str | None = Field(default=None, max_length=12)
    numbers: tuple[Annotated[int, Field(ge=1)], ...] = ()


@dataclass(frozen=True, slots=True)
class Drafted:
    """A batch that waits for a decision. `similarity` is that of its two most alike drafts, permille.

    `notes` are remarks on the whole batch (a note nobody could follow); `more` are further batches: each answer to
    a creator's message is a batch of its own. `made_from`: which of the brand's own templates made which numbers.
    """

    batch: Batch
    left_out: tuple[LeftOut, ...]
    similarity: int
    notes: tuple[Flag, ...] = ()
    more: tuple[Batch, ...] = ()
    made_from: tuple[TemplateUse, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftList:
    """Drafts found, newest batch first, as they were at `now`. `brands`: whose a batch is, in a scope of several."""

    drafts: tuple[Draft, ...]
    status: str | None
    batch: str | None
    now: datetime
    brands: Mapping[str, str] = field(default_factory=dict)


def draft_messages(
    units: Units, messengers: Messengers, model: TextModel | None, *, decide_hours: int = DECIDE_HOURS
) -> Tool[DraftMessagesArgs]:
    """Write a batch of messages to creators, each in two languages; nothing is sent."""

    async def run(args: DraftMessagesArgs, turn: TurnContext) -> Drafted:
        """Draft at most two hundred messages, in the order named.

        Raises BadRequest ("too_many_drafts", "which_product", "no_products", "nobody_left",
        "commission_out_of_range" and those of `meant_creators`, `own_templates` and `write_own`), NotAllowed (a
        viewer).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        if args.split or (args.template and tone_of(args.template, args.purpose) is None):
            return await _from_own(units, messengers, args, turn, decide_hours=decide_hours)
        offer = _offer(args)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            creators, left = await sort_out(
                unit, await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)
            )
            _require_some(creators, left, limit=MOST_ANSWERS if args.purpose is Purpose.REPLY else AT_MOST)
            is_large = len(creators) > MOST_BY_MODEL
            writer = None if is_large else model
            wish, notes = _wish(args, has_model=writer is not None)
            if is_large and model is not None:
                notes += (Flag("templates_only", {"count": len(creators), "most": MOST_BY_MODEL}, blocking=False),)
            channels = await channels_of(unit, creators, messengers, wanted=args.channel)
            if args.purpose is Purpose.REPLY:
                how = Answering(offer, args.product, channels, wish)
                ready, unanswered = await prepare_answers(unit, creators, how, messengers)
                ready = [replace(prepared, cards=args.cards) for prepared in ready]
                left += unanswered
            else:
                ready = [await _prepare(unit, args, creators, channels, offer, messengers)]
        if not ready:
            raise BadRequest("no_message_to_answer", handles=" ".join(f"@{out.handle}" for out in left[:5]))
        written = [await write_batch(prepared, wish, lang=turn.lang, model=writer) for prepared in ready]
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            kept = [
                await keep_batch(unit, prepared, one, turn, decide_hours=decide_hours)
                for prepared, one in zip(ready, written, strict=True)
            ]
        return Drafted(kept[0], tuple(left), written[0].similarity, notes, tuple(kept[1:]))

    about = "Draft bilingual messages that wait for approval; creators by ranks, handles, segment or the shortlist."
    return Tool("draft_messages", Effect.DRAFTS, DraftMessagesArgs, run, about)


async def _from_own(
    units: Units, messengers: Messengers, args: DraftMessagesArgs, turn: TurnContext, *, decide_hours: int
) -> Drafted:
    """A batch from the brand's own templates: their words, and no model's."""
    asked = _offer(args)
    async with units.unit(turn.scope, fence=turn.fence) as unit:
        templates = await own_templates(unit, args.split or (args.template or "",))
        creators, left = await sort_out(
            unit, await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)
        )
        _require_some(creators, left, limit=AT_MOST)
        args = args.model_copy(update={"purpose": templates[0].purpose})
        channels = await channels_of(unit, creators, messengers, wanted=args.channel)
        products = await _own_products(unit, args, templates[0])
        ready = await _prepare(unit, args, creators, channels, asked, messengers, products=products)
        chosen = split_at_random([creator.id for creator in creators], templates, seed=turn.occasion)
        ready = replace(
            ready,
            occasions=tuple(
                replace(each, offer=offer_of(chosen[each.creator.id], each.offer, sample=args.free_sample))
                for each in ready.occasions
            ),
        )
        wish = Wish(Tone.WARM, args.language.lower()[:2] if args.language else None)
        ready, written, lacking = write_own(ready, wish, chosen)
        batch = await keep_batch(unit, ready, written, turn, decide_hours=decide_hours)
    notes = tuple(flag for template in templates for flag in unsaid(template, asked))
    if args.note:
        notes += (Flag("note_not_used", {"quote": args.note[:80]}, blocking=False),)
    uses = made_from(templates, chosen, [occasion.creator.id for occasion in ready.occasions])
    return Drafted(batch, (*left, *lacking), written.similarity, notes, made_from=uses)


async def _own_products(unit: Unit, args: DraftMessagesArgs, template: Template) -> tuple[Product, ...]:
    """The products named, else the one the template was saved with, else the one usually meant."""
    saved, named = template.in_force.wording.product, _named(args)
    kept = await unit.products.by_id(saved) if saved is not None and not named else None
    return (kept,) if kept else products_meant(await unit.products.all(), named)


def _named(args: DraftMessagesArgs) -> tuple[str, ...]:
    return (*([args.product] if args.product else []), *args.products)


async def _brands(unit: Unit, drafts: Sequence[Draft]) -> dict[str, str]:
    names = await brand_names(unit)
    codes = dict.fromkeys(draft.batch_code for draft in drafts) if names else {}
    found = [await unit.drafts.batch(code) for code in codes]
    return {batch.code: names[batch.brand] for batch in found if batch is not None and batch.brand in names}


def _require_some(creators: Sequence[Creator], left: Sequence[LeftOut], *, limit: int) -> None:
    if not creators:
        raise BadRequest("nobody_left", handles=" ".join(f"@{out.handle}" for out in left[:5]))
    if len(creators) > limit:
        raise BadRequest("too_many_drafts", count=len(creators), limit=limit)


def list_drafts(units: Units) -> Tool[ListDraftsArgs]:
    """Show drafts by what became of them."""

    async def run(args: ListDraftsArgs, turn: TurnContext) -> DraftList:
        """Drafts of a status or batch.

        Raises BadRequest: "batch_unknown", "number_missing" for a number the batch does not have, "which_batch" for
        numbers of no batch, "no_campaigns", "campaign_unknown".
        """
        wanted = (
            [DraftStatus(args.status)] if args.status else [] if args.batch else [DraftStatus.OPEN, DraftStatus.FAILING]
        )
        async with units.unit(turn.scope) as unit:
            if args.batch and await unit.drafts.batch(args.batch) is None:
                raise BadRequest("batch_unknown", batch=args.batch.upper())
            campaign = named(await unit.campaigns.all(), args.campaign).id if args.campaign else None
            found = await unit.drafts.find(statuses=wanted, batch=args.batch, campaign=campaign)
            shown = tuple(_numbered(found, args))
            return DraftList(shown, args.status, args.batch, unit.now, await _brands(unit, shown))

    about = "List drafts by status or batch code, or some numbers of a batch with their whole texts."
    return Tool("list_drafts", Effect.READS, ListDraftsArgs, run, about)


def _numbered(found: Sequence[Draft], args: ListDraftsArgs) -> Sequence[Draft]:
    """The drafts of some numbers, in their order."""
    if not args.numbers:
        return found
    if not args.batch:
        raise BadRequest("which_batch", batches=", ".join(dict.fromkeys(draft.batch_code for draft in found)) or "-")
    by_number = {draft.number: draft for draft in found}
    missing = [number for number in args.numbers if number not in by_number]
    if missing and not args.status:
        raise BadRequest("number_missing", number=missing[0], batch=args.batch.upper())
    return [by_number[number] for number in dict.fromkeys(args.numbers) if number in by_number]


async def _prepare(
    unit: Unit,
    args: DraftMessagesArgs,
    creators: Sequence[Creator],
    channels: Mapping[CreatorId, Channel],
    offer: Offer,
    messengers: Messengers,
    *,
    products: Sequence[Product] = (),
) -> Prepared:
    """Read everything one batch is about; a follow-up without an offer repeats the earlier one."""
    ids = [creator.id for creator in creators]
    earlier = await unit.drafts.newest_sent(ids) if args.purpose is Purpose.FOLLOW_UP else {}
    products = products or await _products(unit, args, creators)
    if len({product.brand for product in products}) > 1:
        raise BadRequest("choose_a_brand")
    brand = await brand_of(unit, products[0].brand)
    relations = await unit.relations.of([creator.id for creator in creators])
    outside = await outside_flags(
        unit, creators, brand=brand.id, purpose=args.purpose, channels=channels, messengers=messengers
    )
    fits = fitting(products)
    occasions = tuple(
        Occasion(
            creator,
            brand,
            args.purpose,
            channels[creator.id],
            fits(creator),
            offer_or(offer, earlier.get(creator.id)),
            relations.get(creator.id),
        )
        for creator in creators
    )
    return Prepared(occasions, await unit.people.policy(brand.id), outside, cards=args.cards)


async def _products(unit: Unit, args: DraftMessagesArgs, creators: Sequence[Creator]) -> tuple[Product, ...]:
    """The products named; without a name and after a first message, the one these creators were written about."""
    products, named_so = await unit.products.all(), _named(args)
    if not named_so and args.purpose not in (Purpose.INVITE, Purpose.SAMPLE_OFFER):
        sent = await unit.drafts.newest_sent([creator.id for creator in creators])
        about = {draft.product for draft in sent.values() if draft.product is not None}
        known = [product for product in products if product.id in about]
        if len(known) == 1:
            return (known[0],)
    return products_meant(products, named_so)


def _offer(args: DraftMessagesArgs) -> Offer:
    share = basis_points(args.commission_rate) if args.commission_rate is not None else None
    fee = Money.of(args.flat_fee.amount, args.flat_fee.currency) if args.flat_fee else None
    sample = True if args.purpose is Purpose.SAMPLE_OFFER else bool(args.free_sample)
    return Offer(share, fee, sample)


def _wish(args: DraftMessagesArgs, *, has_model: bool) -> tuple[Wish, tuple[Flag, ...]]:
    """Tone, language and listed sentences; without a model a note nobody understands is said so."""
    tone = (tone_of(args.template, args.purpose) if args.template else None) or args.tone
    change = read_instruction(args.note or "")
    language = args.language.lower()[:2] if args.language else None
    wish = Wish(change.tone or tone, language, change.extras, change.unsay, args.note or "")
    unclear = change.left and not has_model
    return wish, (Flag("note_not_used", {"quote": "；".join(change.left)[:80]}, blocking=False),) if unclear else ()
