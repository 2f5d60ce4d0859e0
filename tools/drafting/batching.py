"""Makes the drafts of one batch: gathers, writes, checks, keeps. Holds no transaction while a model writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import (
    FIRST_MESSAGES,
    Batch,
    Channel,
    Content,
    CreatorMessage,
    Draft,
    Flag,
    NewDraft,
    Purpose,
    Tone,
)
from memory.domain.shop_cards import CardKind
from memory.domain.stores import Unit
from memory.domain.templates import Template
from memory.domain.workspace import BrandPolicy, Lang
from tools.contract import TextModel, TurnContext
from tools.drafting.carding import with_cards
from tools.drafting.checking import check
from tools.drafting.composing import UNSAID_WHEN_BRIEF, Said, compose, names_in
from tools.drafting.deadline import decide_by
from tools.drafting.invited import invited_flags
from tools.drafting.known import Known, Occasion, known
from tools.drafting.language import fallback_flag, language_of, template_language
from tools.drafting.messengers import Messengers, has_shop
from tools.drafting.own import filled, needed
from tools.drafting.similarity import most_alike
from tools.drafting.writing import FALLBACK, Writer, Written, with_flag, write_all

DECIDE_HOURS = 72
_PERSONAL = frozenset({"hashtag", "caption", "bio", "category"})


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A creator no draft was made for, and why: opted_out, blocked, no_message."""

    handle: str
    reason: Flag


@dataclass(frozen=True, slots=True)
class Wish:
    """How the messages of a batch should be. `language` None: each creator's own."""

    tone: Tone
    language: str | None = None
    extras: tuple[str, ...] = ()
    unsaid: frozenset[str] = field(default=frozenset())
    note: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A batch ready to be written: everything read, nothing kept yet. `answering` is what a reply answers.

    `cards`: what was asked to go after the texts over a shop; None: what the brand's settings say.
    """

    occasions: tuple[Occasion, ...]
    policy: BrandPolicy
    outside: dict[CreatorId, tuple[Flag, ...]]
    answering: CreatorMessage | None = None
    cards: tuple[CardKind, ...] | None = None


@dataclass(frozen=True, slots=True)
class WrittenBatch:
    """Finished drafts in order, and how alike the two most alike of one language are (permille)."""

    drafts: tuple[NewDraft, ...]
    similarity: int


async def sort_out(unit: Unit, creators: Sequence[Creator]) -> tuple[list[Creator], list[LeftOut]]:
    """Creators that may be written to, and those who opted out or are blocked."""
    relations = await unit.relations.of([creator.id for creator in creators])
    kept: list[Creator] = []
    left: list[LeftOut] = []
    for creator in creators:
        relation = relations.get(creator.id)
        if relation and relation.opted_out_at:
            left.append(LeftOut(creator.handle, Flag("opted_out", {})))
        elif relation and relation.blocked:
            left.append(LeftOut(creator.handle, Flag("blocked", {})))
        else:
            kept.append(creator)
    return kept, left


async def outside_flags(
    unit: Unit,
    creators: Sequence[Creator],
    *,
    brand: BrandId,
    purpose: Purpose,
    channels: Mapping[CreatorId, Channel],
    messengers: Messengers,
) -> dict[CreatorId, tuple[Flag, ...]]:
    """What the world outside the text says: no messenger or shop, another first message open or lately sent."""
    invited = await invited_flags(unit, creators, brand=brand) if purpose in FIRST_MESSAGES else {}
    flags: dict[CreatorId, tuple[Flag, ...]] = {}
    over_shop = await has_shop(unit)
    for creator in creators:
        refused = _unreachable(creator, channels[creator.id], messengers, over_shop=over_shop)
        found = [replace(refused, blocking=False)] if refused else []
        flags[creator.id] = (*found, *invited.get(creator.id, ()))
    return flags


def _unreachable(creator: Creator, channel: Channel, messengers: Messengers, *, over_shop: bool) -> Flag | None:
    if channel is Channel.TIKTOK and not over_shop:
        return messengers.accepts(creator, channel) or Flag("shop_not_connected", {})
    return messengers.accepts(creator, channel)


async def write_batch(
    prepared: Prepared, wish: Wish, *, lang: Lang, model: TextModel | None, said: Said | None = None
) -> WrittenBatch:
    """Write and check one draft per occasion, each unlike the others and what was `said` before. Touches no store."""
    if model is None:
        return write_from_templates(prepared, wish, said=said)
    wanted = _languages(prepared, wish)
    drafts = list(zip(prepared.occasions, _templates(prepared, wish, wanted, said or Said()), strict=True))
    writer = Writer(model, prepared.policy)
    written = await write_all(writer, drafts, languages=wanted, tone=wish.tone, note=wish.note, lang=lang)
    return _finished(prepared, written, wanted, by_template=False)


def write_from_templates(prepared: Prepared, wish: Wish, *, said: Said | None = None) -> WrittenBatch:
    """The same without a model. Takes about 4 ms of a processor a draft."""
    wanted = _languages(prepared, wish)
    written = [
        Written(template, check(template, occasion, policy=prepared.policy))
        for occasion, template in zip(
            prepared.occasions, _templates(prepared, wish, wanted, said or Said()), strict=True
        )
    ]
    return _finished(prepared, written, wanted, by_template=True)


def _languages(prepared: Prepared, wish: Wish) -> list[str]:
    return [wish.language or language_of(occasion.creator) for occasion in prepared.occasions]


def _templates(prepared: Prepared, wish: Wish, wanted: Sequence[str], said: Said) -> list[Content]:
    unsaid = wish.unsaid | (UNSAID_WHEN_BRIEF if wish.tone is Tone.BRIEF else frozenset())
    return [
        compose(
            occasion,
            language=template_language(language),
            tone=wish.tone,
            extras=wish.extras,
            unsaid=unsaid,
            said=said,
        )
        for occasion, language in zip(prepared.occasions, wanted, strict=True)
    ]


def write_own(
    prepared: Prepared, wish: Wish, templates: Mapping[CreatorId, Template]
) -> tuple[Prepared, WrittenBatch, list[LeftOut]]:
    """Fill each creator's template and check it. Who lacks what it says is left out, and out of what was prepared.

    Raises BadRequest: "template_needs" what the product or the offer lacks, "template_fits_nobody".
    """
    kept: list[tuple[Occasion, Written]] = []
    left: list[LeftOut] = []
    for occasion in prepared.occasions:
        template = templates[occasion.creator.id]
        made = filled(template, occasion)
        if made.content is not None:
            kept.append((occasion, Written(made.content, check(made.content, occasion, policy=prepared.policy))))
            continue
        needs = needed(template, occasion)
        if needs:
            raise BadRequest("template_needs", name=template.name, facts=" ".join(f"{{{one}}}" for one in needs))
        lacks = " ".join(f"{{{one}}}" for one in made.lacking)
        left.append(LeftOut(occasion.creator.handle, Flag("template_lacks", {"name": template.name, "facts": lacks})))
    if not kept:
        raise BadRequest("template_fits_nobody", handles=" ".join(f"@{out.handle}" for out in left[:5]))
    fitting = replace(prepared, occasions=tuple(occasion for occasion, _ in kept))
    wanted = [wish.language or language_of(occasion.creator) for occasion in fitting.occasions]
    return fitting, _finished(fitting, [one for _, one in kept], wanted, by_template=False), left


def _finished(
    prepared: Prepared, written: Sequence[Written], wanted: Sequence[str], *, by_template: bool
) -> WrittenBatch:
    """What was written with everything else that is known against it."""
    occasions = prepared.occasions
    finished = [
        with_flag(
            one,
            *fallback_flag(language, one.content.language),
            *_impersonal(known(occasion), by_template=by_template or FALLBACK in one.flags),
            *prepared.outside.get(occasion.creator.id, ()),
        )
        for one, occasion, language in zip(written, occasions, wanted, strict=True)
    ]
    new = tuple(
        NewDraft(
            occasion.creator.id,
            one.content,
            one.flags,
            occasion.channel,
            occasion.product.id if occasion.product else None,
        )
        for occasion, one in zip(occasions, finished, strict=True)
    )
    return WrittenBatch(new, similarity_of(new, occasions))


async def keep_batch(
    unit: Unit, prepared: Prepared, written: WrittenBatch, turn: TurnContext | None, *, decide_hours: int = DECIDE_HOURS
) -> Batch:
    """Store a batch under the next short code; it can be decided for `decide_hours`, and never ends at night.

    Of no turn it belongs to no conversation, and is there at once.
    """
    occasion = prepared.occasions[0]
    drafts = await with_cards(
        unit, written.drafts, prepared.occasions, chosen=prepared.cards, policy=prepared.policy
    )  # fmt: skip
    return await unit.drafts.add_batch(
        drafts,
        brand=occasion.brand.id,
        conversation=turn.conversation if turn else None,
        purpose=occasion.purpose,
        channel=occasion.channel,
        product=occasion.product.id if occasion.product else None,
        decide_by=decide_by(unit.now, ZoneInfo(occasion.brand.team_zone), hours=decide_hours),
        fence=turn.fence if turn else None,
        answers=prepared.answering.id if prepared.answering else None,
    )


def similarity_of(drafts: Sequence[NewDraft], occasions: Sequence[Occasion]) -> int:
    """Permille between the two most alike drafts of one language."""
    names = [name for occasion in occasions for name in names_in(occasion)]
    languages = {draft.content.language for draft in drafts}
    return max(
        (
            most_alike([draft.content.text for draft in drafts if draft.content.language == one], names)
            for one in languages
        ),
        default=0,
    )


def _impersonal(facts: Known, *, by_template: bool) -> tuple[Flag, ...]:
    """A warning that nothing of the creator's own is in the draft, because nothing is known."""
    personal = bool(facts.hooks) or bool(facts.facts & _PERSONAL)
    return () if personal or not by_template else (Flag("nothing_personal", {}, blocking=False),)


def offer_or(offered: Offer, earlier: Draft | None) -> Offer:
    """What is offered now, or what the creator was offered before when nothing new is."""
    return earlier.version.content.offer if earlier and offered == Offer() else offered
