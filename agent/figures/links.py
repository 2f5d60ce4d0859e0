"""Read-only links to a brand's figures: a lead makes them and takes them back. Opening them is `opening.py`'s."""

import hmac
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import structlog
from pydantic import JsonValue

from agent.team.rights import needs, needs_own
from connectors.ports.reports import PATH
from memory.domain.channels import SecretBox
from memory.domain.errors import BadRequest, Misconfigured, NotFound
from memory.domain.figures_views import FiguresWish
from memory.domain.ids import ReportLinkId
from memory.domain.periods import PeriodName
from memory.domain.report_forms import MakeReportLink
from memory.domain.report_links import (
    ROLLING,
    LinkState,
    ReportLink,
    ReportLinkSheet,
    ReportWish,
    parts_of,
)
from memory.domain.stores import Unit
from memory.domain.workspace import Member, Role
from tools.drafting.occasions import brand_of
from tools.report_links.tool import sheets_of

log = structlog.get_logger(__name__)

_OF: Final = "report link"
_TOKEN: Final = re.compile("([0-9a-f]{32})([0-9a-f]{32})")  # a key and our signature of it, 128 bits each


@dataclass(frozen=True, slots=True)
class LinkSigner:
    """Makes and reads addresses of links. `public`: where others reach this workspace, None: nowhere.

    A row alone opens nothing: the signature takes the key of this installation. Every method raises Misconfigured where
    that cannot be read (not retryable).
    """

    box: SecretBox
    public: str | None = None

    def path(self, link: ReportLink) -> str:
        """Where a link opens, on whatever address this is served."""
        return f"{PATH}{link.key}{self._signature(link.key)}"

    def address(self, link: ReportLink) -> str | None:
        """What somebody outside can open."""
        return f"{self.public.rstrip('/')}{self.path(link)}" if self.public else None

    def key_of(self, token: str) -> str | None:
        """The key in what somebody brings along; None where we did not sign it."""
        read = _TOKEN.fullmatch(token)
        if read is None:
            return None
        key, signature = read.groups()
        return key if hmac.compare_digest(signature, self._signature(key)) else None

    def _signature(self, key: str) -> str:
        return self.box.digest(key, of=_OF)[:32]


async def make_link(unit: Unit, wish: ReportWish) -> ReportLink:
    """Keep one: the decision of the unit's member.

    Raises NotAllowed (no lead of their own right) and NotFound ("which_brand"); neither is retryable.
    """
    _needs_a_lead(unit, await unit.people.members())
    brand = await brand_of(unit)
    link = await unit.report_links.add(secrets.token_hex(16), wish, brand=brand.id)
    await unit.audit.record("report_link.made", subject=f"report_link:{link.id}", after=_shown(link))
    return link


async def make_by_form(unit: Unit, form: MakeReportLink) -> ReportLink:
    """The same from what was typed. Raises BadRequest too; `field` names where."""
    _needs_a_lead(unit, await unit.people.members())
    return await make_link(unit, read_wish(form))


async def revoke_link(unit: Unit, link: ReportLinkId) -> ReportLink:
    """From now on it shows nothing. Raises NotAllowed for a viewer, NotFound (neither retryable)."""
    needs(unit, Role.OPERATOR)
    revoked = await unit.report_links.revoke(link)
    if revoked is None:
        raise NotFound("report_link_gone")
    await unit.audit.record("report_link.revoked", subject=f"report_link:{link}", before=_shown(revoked))
    return revoked


async def link_sheets(unit: Unit, signer: LinkSigner) -> Sequence[ReportLinkSheet]:
    """The newest links; where each opens for those who could make it alone."""
    gives_away = unit.scope.role.covers(Role.LEAD)
    return [
        replace(sheet, path=_path(signer, sheet.link)) if gives_away and sheet.state is LinkState.OPEN else sheet
        for sheet in await sheets_of(unit)
    ]


def figures_wish(wish: ReportWish) -> FiguresWish:
    """What a link asks of the figures: its own period beside the one before, whatever its address is given."""
    if wish.period is not None:
        return FiguresWish(period=wish.period.value)
    return FiguresWish(first=f"{wish.first}", last=f"{wish.last}")


def read_wish(form: MakeReportLink) -> ReportWish:
    """A link as it was typed. Pure. Raises BadRequest; `field` names where."""
    days = form.days.strip()
    if not (days.isascii() and days.isdecimal() and len(days) <= 3):
        days = "0"  # refused beside the bounds
    rolls = PeriodName(form.period) if form.period in ROLLING else None
    first, last = (None, None) if rolls else (_day(form.first, "first"), _day(form.last, "last"))
    return ReportWish(rolls, first, last, parts_of(form.parts), int(days))


def _needs_a_lead(unit: Unit, members: Sequence[Member]) -> None:
    needs_own(unit, members, Role.LEAD, key="report_link_not_lent")


def _day(typed: str, field: str) -> date:
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as unreadable:
        raise BadRequest("figures_days_unreadable", field=field) from unreadable


def _path(signer: LinkSigner, link: ReportLink) -> str | None:
    try:
        return signer.path(link)
    except Misconfigured as missing:  # the page has more to show than this
        log.warning("report_links.unsigned", key=missing.text_key)
        return None


def _shown(link: ReportLink) -> dict[str, JsonValue]:
    wish = link.wish
    days = wish.period.value if wish.period else f"{wish.first} ~ {wish.last}"
    return {"brand": link.brand, "shows": days, "parts": list(wish.parts), "until": link.expires_at.isoformat()}
