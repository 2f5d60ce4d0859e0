"""What campaigns of each scenario usually have: ours, or a brand's own, which its leads change on a page."""

from collections.abc import Mapping

from agent.cards.campaigns import usual_text
from agent.team.rights import needs
from memory.domain.campaign import FIRST_PURPOSES, LATER_PURPOSES, Figures, SamplesPer, Scenario
from memory.domain.campaign_forms import SavePreset
from memory.domain.campaign_plans import MOST_CREATORS, PresetSheet
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest
from memory.domain.follow_ups import LONGEST_DELAY
from memory.domain.ids import BrandId
from memory.domain.outreach import Purpose
from memory.domain.stores import Unit
from memory.domain.workspace import Role
from prompts.render import Texts
from tools.campaigns.presets import Preset, presets_with
from tools.products.fields import parse_share

CHANGED = "campaign.preset_changed"


async def usual_of(unit: Unit, brand: BrandId | None) -> Mapping[Scenario, Preset]:
    """Every scenario, with a brand's own figures where it has them."""
    return presets_with(await unit.campaigns.figures(brand) if brand is not None else {})


async def preset_sheets(unit: Unit, texts: Texts) -> tuple[PresetSheet, ...]:
    """Every scenario as the page shows it."""
    lang = unit.scope.lang
    return tuple(
        PresetSheet(
            scenario, preset.title(lang), preset.figures, usual_text(preset, lang, texts), own=preset.own,
            first=tuple((one.value, texts.say(f"campaign_purpose_{one}", lang)) for one in FIRST_PURPOSES),
            later=tuple((one.value, texts.say(f"campaign_purpose_{one}", lang)) for one in LATER_PURPOSES),
        )
        for scenario, preset in (await usual_of(unit, unit.scope.brand)).items()
    )  # fmt: skip


async def save_preset(unit: Unit, form: SavePreset, texts: Texts) -> Reply:
    """Carry the form out. Raises NotAllowed (not a lead), BadRequest; its `field` names what does not read."""
    needs(unit, Role.LEAD)
    if unit.scope.brand is None:
        raise BadRequest("choose_a_brand")
    if form.scenario not in set(Scenario):
        raise BadRequest("bad_request")
    scenario = Scenario(form.scenario)
    figures = None if form.reset else read_figures(form)
    await unit.campaigns.save_figures(unit.scope.brand, scenario, figures)
    await unit.audit.record(CHANGED, subject=f"brand:{unit.scope.brand}", after={"scenario": scenario.value})
    return Reply(text=texts.say("saved", unit.scope.lang))


def read_figures(form: SavePreset) -> Figures:
    """The figures as typed. Pure. Raises BadRequest as `save_preset`."""
    creators = _pair(form.creators_from, form.creators_to, "creators", low=1, high=MOST_CREATORS)
    samples = _pair(form.samples_from, form.samples_to, "samples", low=0, high=MOST_CREATORS)
    shares = (_share(form.commission_from, "commission_from"), _share(form.commission_to, "commission_to"))
    if shares[0] > shares[1]:
        raise BadRequest("range_upside_down", field="commission_to")
    if form.samples_per not in set(SamplesPer):
        raise BadRequest("bad_request")
    purposes = (form.first_purpose, form.later_purpose)
    if purposes[0] not in FIRST_PURPOSES or purposes[1] not in LATER_PURPOSES:
        raise BadRequest("bad_request")
    return Figures(
        creators=creators,
        samples=samples,
        samples_per=SamplesPer(form.samples_per),
        commission_bp=shares,
        days=_whole(form.days, "days", low=1, high=LONGEST_DELAY),
        purposes=(Purpose(purposes[0]), Purpose(purposes[1])),
    )


def _pair(first: str, last: str, name: str, *, low: int, high: int) -> tuple[int, int]:
    least = _whole(first, f"{name}_from", low=low, high=high)
    most = _whole(last, f"{name}_to", low=low, high=high)
    if least > most:
        raise BadRequest("range_upside_down", field=f"{name}_to")
    return least, most


def _whole(text: str, field: str, *, low: int, high: int) -> int:
    typed = text.strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4 and low <= int(typed) <= high):
        raise BadRequest("whole_number_between", text=typed, low=low, high=high, field=field)
    return int(typed)


def _share(text: str, field: str) -> int:
    try:
        return parse_share(text)
    except BadRequest as failure:
        raise BadRequest("share_unreadable", text=text, field=field) from failure
