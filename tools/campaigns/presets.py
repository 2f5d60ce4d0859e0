"""What campaigns of each scenario usually look like, and on which day a named sale is. Data in the files beside."""

import calendar
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from memory.domain.campaign import CampaignStep, Figures, SamplesPer, Scenario
from memory.domain.follow_ups import Condition
from memory.domain.outreach import Purpose
from memory.domain.workspace import Lang

_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Preset:
    """A scenario by its names, with its usual figures: ours, or those a brand put in their place (`own`)."""

    words: Mapping[Lang, tuple[str, ...]]
    figures: Figures
    own: bool = False

    def title(self, lang: Lang) -> str:
        """The scenario by name."""
        return self.words[lang][0]

    def steps(
        self, rounds: int, *, every_days: int | None, condition: Condition = Condition.NO_REPLY
    ) -> tuple[CampaignStep, ...]:
        """So many rounds of it, `every_days` apart (None: as usual); later ones go to whom the condition is about."""
        first, later = self.figures.purposes
        if condition is not Condition.NO_REPLY:
            later = Purpose.CONTENT_REMINDER
        behind = CampaignStep(later, every_days or self.figures.days, condition)
        return (CampaignStep(first), *(behind for _ in range(rounds - 1)))


@dataclass(frozen=True, slots=True)
class SaleDay:
    """A day of sale by its names, all in lower case, and how the calendar fixes it."""

    key: str
    words: tuple[str, ...]
    day: tuple[int, int] | None
    nth: Mapping[str, int] | None

    def in_year(self, year: int) -> date:
        """The day in one year."""
        if self.day is not None:
            return date(year, *self.day)
        rule = self.nth or {}
        begins = calendar.monthrange(year, rule["month"])[0]
        first = 1 + (rule["weekday"] - 1 - begins) % 7
        return date(year, rule["month"], first + 7 * (rule["nth"] - 1)) + timedelta(days=rule["after"])

    def next_from(self, today: date) -> date:
        """The day itself if it is today, else the next one to come."""
        this_year = self.in_year(today.year)
        return this_year if this_year >= today else self.in_year(today.year + 1)


@cache
def presets() -> Mapping[Scenario, Preset]:
    """Every scenario with our figures."""
    return MappingProxyType({Scenario(name): _preset(table) for name, table in _load("presets").items()})


def presets_with(own: Mapping[Scenario, Figures]) -> Mapping[Scenario, Preset]:
    """Every scenario with a brand's own figures where it has them."""
    return {
        scenario: replace(preset, figures=own[scenario], own=True) if scenario in own else preset
        for scenario, preset in presets().items()
    }


@cache
def sale_days() -> tuple[SaleDay, ...]:
    """Every day of sale that has a name."""
    return tuple(
        SaleDay(key, tuple(word.lower() for word in (*row["zh"], *row["en"])), _day(row.get("day")), row.get("nth"))
        for key, row in _load("days").items()
    )


def sale_day_in(name: str) -> SaleDay | None:
    """The day of sale that a campaign's name holds, by its longest word."""
    said = name.lower()
    found = [(len(word), day) for day in sale_days() for word in day.words if word in said]
    return max(found, key=lambda one: one[0])[1] if found else None


def scenario_in(name: str) -> Scenario | None:
    """The scenario that a campaign's name speaks of; a day of sale is a promotion."""
    said = name.lower()
    named = [
        (len(word), scenario)
        for scenario, preset in presets().items()
        for words in preset.words.values()
        for word in words
        if word.lower() in said
    ]
    if named:
        return max(named, key=lambda one: one[0])[1]
    return Scenario.PROMOTION if sale_day_in(name) else None


def _preset(table: Mapping[str, Any]) -> Preset:
    first, later = table["purposes"]
    low, high = table["commission"]
    figures = Figures(
        creators=(table["creators"][0], table["creators"][1]),
        samples=(table["samples"][0], table["samples"][1]),
        samples_per=SamplesPer(table["samples_per"]),
        commission_bp=(low * 100, high * 100),
        days=table["days"],
        purposes=(Purpose(first), Purpose(later)),
    )
    return Preset(MappingProxyType({"zh": tuple(table["zh"]), "en": tuple(table["en"])}), figures)


def _day(given: list[int] | None) -> tuple[int, int] | None:
    return (given[0], given[1]) if given else None


def _load(name: str) -> dict[str, Any]:
    with (_HERE / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)
