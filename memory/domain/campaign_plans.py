"""A campaign before it is made: what its page offers, and who would get what when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from memory.domain.campaign import Figures, Scenario
from memory.domain.creator import Shortlist
from memory.domain.offer import Product
from memory.domain.templates import Template

MOST_CREATORS = 5_000


@dataclass(frozen=True, slots=True)
class CampaignChoices:
    """What the form offers. `scenarios`: value, name, what such campaigns usually have.

    `first`, `later`: the brand's own templates for the first round and for later ones.
    """

    scenarios: tuple[tuple[str, str, str], ...]
    products: tuple[Product, ...]
    shortlists: tuple[Shortlist, ...]
    first: tuple[Template, ...] = ()
    later: tuple[Template, ...] = ()


@dataclass(frozen=True, slots=True)
class PresetSheet:
    """What campaigns of a scenario usually have, in figures and in words. `own`: the brand's, not ours.

    `first`, `later`: what may be written in the first round and in later ones, by value and name.
    """

    scenario: Scenario
    title: str
    figures: Figures
    usual: str
    own: bool = False
    first: tuple[tuple[str, str], ...] = ()
    later: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class PreviewRow:
    """When each round opens for one creator if all is decided now, by their clock and the team's.

    `product`: which of several they are offered.
    """

    handle: str
    rounds: tuple[str, ...]
    product: str = ""


@dataclass(frozen=True, slots=True)
class PreviewRound:
    """What a round is, in words, and between which moments it begins for everybody."""

    what: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class CampaignPreview:
    """What would be made of a form.

    `problems`: field → what is wrong there, in the reader's language; then there is nothing else. `left_out`: why
    creators get no message, with how many. `doubts`: what to look at twice. `rows`: the first creators. `products`: of
    several, each with how many are offered it. `starts`: on which day it begins, where that is one to come.
    """

    problems: Mapping[str, str] = field(default_factory=dict)
    name: str = ""
    scenario: str = ""
    count: int = 0
    rounds: tuple[PreviewRound, ...] = ()
    rows: tuple[PreviewRow, ...] = ()
    left_out: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    usual: str = ""
    products: tuple[str, ...] = ()
    starts: str = ""
