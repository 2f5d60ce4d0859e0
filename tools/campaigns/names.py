"""How campaigns are called and told apart. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from memory.domain.campaign import LONGEST_NAME, Campaign, Scenario
from memory.domain.errors import NotFound
from memory.domain.workspace import Lang
from tools.campaigns.presets import presets, sale_day_in

_AROUND = re.compile(r"^[\s「」『』“”\"'《》]+|[\s「」『』“”\"'《》]+$")
_KIND = re.compile(r"(?:的)?(?:推广|营销|促销)?(?:活动|计划)$|(?i:^the\s+|\s*campaign$)")
_BLANK = re.compile(r"\s+")
_YEAR = re.compile(r":\d{4}$")


def plain(name: str) -> str:
    """A name without quotes and without the word for what it names: 「黑五活动」 → 黑五."""
    bare = _AROUND.sub("", name)
    short = _AROUND.sub("", _KIND.sub("", bare))
    return (short or bare)[:LONGEST_NAME]


def key_of(name: str) -> str:
    """What two names share that mean one campaign; a day of sale is the same in both languages."""
    said = _BLANK.sub(" ", plain(name).casefold())
    day = sale_day_in(said)
    return day.key if day is not None and said in day.words else said


def kept_key(name: str, day: date | None) -> str:
    """The key a campaign is kept under: one with a day of sale is of that year alone."""
    return f"{key_of(name)}:{day.year}" if day is not None else key_of(name)


def going_on(campaigns: Sequence[Campaign], name: str, *, key: str, today: date) -> Campaign | None:
    """The campaign that creators are added to under a name: the one of that key, else the newest not over yet."""
    said = key_of(name)
    alike = [one for one in campaigns if _base(one) == said and (one.plan.ends_on or today) >= today]
    return next((one for one in campaigns if one.plan.key == key), alike[0] if alike else None)


def usual_name(scenario: Scenario, today: date, lang: Lang) -> str:
    """What a campaign is called when nobody says: 「新品上市 11-29」."""
    return f"{presets()[scenario].title(lang)} {today:%m-%d}"


def named(campaigns: Sequence[Campaign], name: str | None) -> Campaign:
    """The campaign meant: of that name, or the only one whose name holds it; without a name the newest.

    Raises NotFound ("no_campaigns", "campaign_unknown" with the names there are).
    """
    if not campaigns:
        raise NotFound("no_campaigns")
    if name is None:
        return campaigns[0]
    key = key_of(name)
    exact = [one for one in campaigns if _base(one) == key]
    if exact:
        return exact[0]
    holding = [one for one in campaigns if key in one.plan.name.casefold() or one.plan.name.casefold() in key]
    if len(holding) == 1:
        return holding[0]
    names = list(dict.fromkeys(one.name for one in (holding or campaigns)[:10]))
    raise NotFound("campaign_unknown", name=plain(name), names="、".join(names))


def _base(campaign: Campaign) -> str:
    return _YEAR.sub("", campaign.plan.key)
