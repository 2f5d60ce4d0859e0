"""A campaign made on its page: what was typed is read, shown as a plan, and kept for the job that writes it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from agent.campaigns.sheets import steps_said
from agent.campaigns.usual import usual_of
from agent.cards import wording
from agent.cards.campaigns import usual_text, why_text
from agent.cards.drafts import flag_text
from agent.outreach.forecast import rounds_for
from agent.team.rights import needs
from memory.domain import jobs
from memory.domain.campaign import (
    FIRST_PURPOSES,
    LATER_PURPOSES,
    MOST_PRODUCTS,
    CampaignStep,
    NewCampaign,
    Scenario,
    waits_until,
)
from memory.domain.campaign_forms import MakeCampaign
from memory.domain.campaign_plans import MOST_CREATORS, CampaignChoices, CampaignPreview, PreviewRound, PreviewRow
from memory.domain.chat import Reply
from memory.domain.creator import Creator
from memory.domain.errors import AppError, BadRequest
from memory.domain.follow_ups import LONGEST_DELAY, MOST_ROUNDS, Condition
from memory.domain.ids import CreatorId, ProductId, ShortlistId
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Channel
from memory.domain.stores import Unit
from memory.domain.templates import Template
from memory.domain.workspace import Brand, Role
from prompts.render import Texts
from tools.campaigns.aims import check_start, check_template, sale_day, with_templates
from tools.campaigns.doubts import doubts
from tools.campaigns.names import kept_key, plain, usual_name
from tools.campaigns.presets import Preset
from tools.drafting.batching import LeftOut, sort_out
from tools.drafting.choosing import check_alike, offer_of
from tools.drafting.fitting import fitting
from tools.drafting.known import Occasion
from tools.drafting.own import needed
from tools.products.fields import parse_share

MADE = "campaign.made"
USUAL_ROUNDS = 2
_ROWS = 50
_UNKNOWN_SHOWN = 10


@dataclass(slots=True)
class _Read:
    """What a form says, field by field; `wrong`: field → why it does not read."""

    brand: Brand
    today: date
    texts: Texts
    unit: Unit
    wrong: dict[str, str] = field(default_factory=dict)

    def refuse(self, where: str, failure: AppError) -> None:
        """Note why a field does not read, once."""
        said = self.texts.say(failure.text_key, self.unit.scope.lang, **failure.facts)
        self.wrong.setdefault(where, said)

    def whole(self, where: str, text: str, *, low: int, high: int, usual: int) -> int:
        """A whole number as typed; empty: the usual one."""
        if not text.strip():
            return usual
        typed = text.strip()
        if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4 and low <= int(typed) <= high):
            self.refuse(where, BadRequest("whole_number_between", text=typed, low=low, high=high))
            return usual
        return int(typed)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A form that reads: what is kept, for whom, and who gets nothing. `offered`: which of several products."""

    brand: Brand
    new: NewCampaign
    preset: Preset
    creators: tuple[Creator, ...]
    left_out: tuple[LeftOut, ...]
    today: date
    offered: Mapping[CreatorId, str]

    @property
    def starts_on(self) -> date | None:
        """The day before which nothing goes."""
        return waits_until(self.new.starts_on, said_on=self.today)


async def choices(unit: Unit, texts: Texts) -> CampaignChoices:
    """What the form offers a reader."""
    lang = unit.scope.lang
    scenarios = tuple(
        (scenario.value, preset.title(lang), usual_text(preset, lang, texts))
        for scenario, preset in (await usual_of(unit, unit.scope.brand)).items()
    )
    shortlists = tuple(await unit.shortlists.named())
    own = await unit.templates.all()
    return CampaignChoices(
        scenarios,
        tuple(await unit.products.all()),
        shortlists,
        tuple(one for one in own if one.purpose in FIRST_PURPOSES),
        tuple(one for one in own if one.purpose in LATER_PURPOSES),
    )


async def preview(unit: Unit, form: MakeCampaign, texts: Texts) -> CampaignPreview:
    """Who would get what when, or what is wrong and where. Nothing is kept. Raises as `make` but for what was typed."""
    read = await _read(unit, form, texts)
    if isinstance(read, _Read):
        return CampaignPreview(problems=read.wrong)
    lang, policy = unit.scope.lang, await unit.people.policy(read.brand.id)
    moments: dict[tuple[str, str | None], tuple[datetime, ...]] = {}
    rows: list[PreviewRow] = []
    for creator in read.creators:
        home = creator.home
        place = (home.zone.key, creator.facts.market)
        if place not in moments:
            moments[place] = rounds_for(read.new.steps, *place, policy, now=unit.now, starts_on=read.starts_on)
        if len(rows) < _ROWS:
            zone = read.brand.team_zone
            said = [wording.clocks(one, place[0], zone, lang, estimated=home.estimated) for one in moments[place]]
            rows.append(PreviewRow(creator.handle, tuple(said), read.offered.get(creator.id, "")))
    markets = [creator.facts.market for creator in read.creators]
    begins = read.starts_on or read.today
    flags = doubts(read.new, read.preset.figures, audience=len(read.creators), markets=markets, begins=begins)
    shares = Counter(read.offered.values())
    steps = await steps_said(unit, read.new.steps, texts)
    left = Counter(out.reason.key for out in read.left_out)
    return CampaignPreview(
        name=read.new.name,
        scenario=read.preset.title(lang),
        count=len(read.creators),
        rounds=tuple(
            PreviewRound(
                step,
                min(each[number] for each in moments.values()),
                max(each[number] for each in moments.values()),
            )
            for number, step in enumerate(steps)
        ),
        rows=tuple(rows),
        left_out=tuple(f"{why_text(key, lang, texts)} {count}" for key, count in left.most_common()),
        doubts=tuple(flag_text(flag, lang=lang, texts=texts, now=unit.now) for flag in flags),
        usual=usual_text(read.preset, lang, texts),
        products=tuple(f"{product} {count}" for product, count in shares.most_common()),
        starts=read.starts_on.isoformat() if read.starts_on else "",
    )


async def make(unit: Unit, form: MakeCampaign, texts: Texts) -> Reply:
    """Keep the campaign with whom it is for, and queue its writing.

    Raises NotAllowed (a viewer), BadRequest ("choose_a_brand", "campaign_form_wrong" with the first thing wrong).
    """
    read = await _read(unit, form, texts)
    if isinstance(read, _Read):
        raise BadRequest("campaign_form_wrong", why=next(iter(read.wrong.values())))
    campaign = await unit.campaigns.keep(read.new, brand=read.brand.id)
    await unit.campaigns.add_creators(campaign, [creator.id for creator in read.creators])
    after = {"creators": len(read.creators), "rounds": len(read.new.steps)}
    await unit.audit.record(MADE, subject=f"campaign:{campaign.id}", after=after)
    await unit.defer(jobs.write_campaign(campaign.id, scope=unit.scope))
    said = texts.say("campaign_made", unit.scope.lang, name=campaign.name, count=len(read.creators))
    return Reply(text=said)


async def _read(unit: Unit, form: MakeCampaign, texts: Texts) -> _Plan | _Read:
    """The form as a plan; or everything that is wrong with it."""
    needs(unit, Role.OPERATOR)
    if unit.scope.brand is None:
        raise BadRequest("choose_a_brand")
    brand = await unit.people.brand(unit.scope.brand)
    read = _Read(brand, unit.now.astimezone(ZoneInfo(brand.team_zone)).date(), texts, unit)
    scenario = Scenario(form.scenario) if form.scenario in set(Scenario) else None
    if scenario is None:
        read.refuse("scenario", BadRequest("campaign_scenario_missing"))
    preset = (await usual_of(unit, brand.id))[scenario or Scenario.DAILY]
    name = (
        plain(form.name) if form.name.strip() else usual_name(scenario or Scenario.DAILY, read.today, unit.scope.lang)
    )
    day = _day(read, form, name)
    key = kept_key(name, day)
    if any(one.plan.key == key and one.cancelled_at is None for one in await unit.campaigns.all()):
        read.refuse("name", BadRequest("campaign_exists", name=name))
    start = _start(read, form, day if "promotion_on" not in read.wrong else None)
    products = await _products(read, form)
    steps = await _own(read, form, _steps(read, form, preset))
    offer = Offer(_share(read, form), None, form.free_sample)
    chosen = await _audience(read, form)
    kept, left = await sort_out(unit, chosen)
    if chosen and not kept:
        read.refuse("handles", BadRequest("nobody_left", handles=" ".join(f"@{out.handle}" for out in left[:5])))
    if kept and not read.wrong:
        await _fillable(read, steps, products, offer, kept[0])
    if read.wrong or not products or scenario is None:
        return read
    new = NewCampaign(name, key, scenario, steps, start, day, day, tuple(product.id for product in products), offer)
    fits = fitting(products)
    offered = {creator.id: fits(creator).name for creator in kept} if len(products) > 1 else {}
    return _Plan(brand, new, preset, tuple(kept), tuple(left), read.today, offered)


def _day(read: _Read, form: MakeCampaign, name: str) -> date | None:
    """The day of the sale: typed, or that of the name."""
    typed = form.promotion_on.strip()
    if not typed:
        return sale_day(name, read.today)
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        read.refuse("promotion_on", BadRequest("day_unreadable", text=typed))
        return None
    if day < read.today:
        read.refuse("promotion_on", BadRequest("campaign_day_past", day=day.isoformat()))
    return day


def _start(read: _Read, form: MakeCampaign, day: date | None) -> date:
    """The day it starts on: typed, or today."""
    typed = form.starts_on.strip()
    try:
        start = date.fromisoformat(typed) if typed else read.today
        check_start(start, today=read.today, day=day)
    except ValueError:
        read.refuse("starts_on", BadRequest("day_unreadable", text=typed))
    except BadRequest as failure:
        read.refuse("starts_on", failure)
    else:
        return start
    return read.today


async def _products(read: _Read, form: MakeCampaign) -> tuple[Product, ...]:
    products = {product.id: product for product in await read.unit.products.all()}
    if not products:
        read.refuse("products", BadRequest("no_products"))
        return ()
    chosen = [products.get(ProductId(one)) for one in form.products]
    found = tuple(product for product in chosen if product is not None)
    if not found or len(found) < len(chosen):
        read.refuse("products", BadRequest("campaign_product_missing"))
    if len(found) > MOST_PRODUCTS:
        read.refuse("products", BadRequest("campaign_too_many_products", count=len(found), most=MOST_PRODUCTS))
    return found


async def _own(read: _Read, form: MakeCampaign, steps: tuple[CampaignStep, ...]) -> tuple[CampaignStep, ...]:
    """The rounds with the brand's own templates as chosen; each that does not do is told beside its round."""
    kept = {str(template.id): template for template in await read.unit.templates.all()} if _chooses(form) else {}
    rounds: list[tuple[Template, ...]] = []
    if form.split and not any(form.templates[:1]):
        read.refuse("template_1", BadRequest("split_needs_two"))
    for number, typed in enumerate(form.templates, start=1):
        chosen = [one for one in (typed, form.split if number == 1 else "") if one]
        own = tuple(kept[one] for one in chosen if one in kept)
        where = f"template_{number}"
        if len(own) < len(chosen):
            read.refuse(where, BadRequest("template_gone"))
        if own and number > len(steps):
            read.refuse(where, BadRequest("templates_beyond_rounds", count=number, rounds=len(steps)))
        try:
            for template in own:
                check_template(template, number)
            check_alike(own)
        except BadRequest as failure:
            read.refuse(where, failure)
        rounds.append(own)
    return steps if read.wrong else with_templates(steps, rounds[: len(steps)])


async def _fillable(
    read: _Read, steps: Sequence[CampaignStep], products: Sequence[Product], offer: Offer, somebody: Creator
) -> None:
    """Whether products and offer hold what the templates say; what a creator lacks is their own affair."""
    kept = {template.id: template for template in await read.unit.templates.all()}
    for number, step in enumerate(steps, start=1):
        for template in (kept[one] for one in step.templates):
            offered = offer_of(template, offer, sample=None)
            occasions = (
                Occasion(somebody, read.brand, step.purpose, Channel.BY_HAND, product, offered) for product in products
            )
            needs = dict.fromkeys(name for occasion in occasions for name in needed(template, occasion))
            if needs:
                facts = " ".join(f"{{{name}}}" for name in needs)
                read.refuse(f"template_{number}", BadRequest("template_needs", name=template.name, facts=facts))


def _chooses(form: MakeCampaign) -> bool:
    return bool(form.split) or any(form.templates)


def _steps(read: _Read, form: MakeCampaign, preset: Preset) -> tuple[CampaignStep, ...]:
    rounds = read.whole("rounds", form.rounds, low=1, high=1 + MOST_ROUNDS, usual=USUAL_ROUNDS)
    days = read.whole("every_days", form.every_days, low=1, high=LONGEST_DELAY, usual=preset.figures.days)
    condition = Condition(form.condition) if form.condition in set(Condition) else None
    if condition is None and form.condition.strip():
        read.refuse("condition", BadRequest("bad_request"))
    return preset.steps(rounds, every_days=days, condition=condition or Condition.NO_REPLY)


def _share(read: _Read, form: MakeCampaign) -> int | None:
    if not form.commission.strip():
        return None
    try:
        return parse_share(form.commission)
    except BadRequest as failure:
        read.refuse("commission", failure)
        return None


async def _audience(read: _Read, form: MakeCampaign) -> list[Creator]:
    """Whom the shortlists and the handles name, each once, in their order."""
    ids = []
    for one in form.shortlists:
        shortlist = await read.unit.shortlists.by_id(ShortlistId(one))
        if shortlist is None:
            read.refuse("shortlists", BadRequest("campaign_shortlist_gone"))
            continue
        ids += [item.creator.id for item in shortlist.items]
    handles = list(dict.fromkeys(handle.removeprefix("@").strip().lower() for handle in form.handles))
    handles = [handle for handle in handles if handle]
    named = await read.unit.creators.by_handles(handles) if handles else {}
    unknown = [handle for handle in handles if handle not in named]
    if unknown:
        shown = " ".join(f"@{handle[:40]}" for handle in unknown[:_UNKNOWN_SHOWN])
        read.refuse("handles", BadRequest("campaign_unknown_handles", count=len(unknown), handles=shown))
    listed = await read.unit.creators.by_ids(ids) if ids else {}
    chosen = {one: listed[one] for one in ids if one in listed}
    chosen |= {named[handle].id: named[handle] for handle in handles if handle in named}
    if not chosen and not read.wrong.keys() & {"handles", "shortlists"}:
        read.refuse("shortlists", BadRequest("campaign_audience_missing"))
    if len(chosen) > MOST_CREATORS:
        read.refuse("handles", BadRequest("campaign_too_many", count=len(chosen), most=MOST_CREATORS))
    return list(chosen.values())
