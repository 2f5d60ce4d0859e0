"""Read-only reports as strangers open them: what is shown comes from the link's row alone, in its brand's scope."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from pydantic import JsonValue

from agent.cards.sharing import for_others, rows_for_others
from agent.figures.links import LinkSigner, figures_wish
from agent.figures.overview import figures_view
from memory.domain.cards import ReportCard
from memory.domain.figures_views import FiguresView
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.report_links import Closed, LinkState, ReportLink, ReportLinkServices, SharedReport, state_of
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Lang, Role, Scope
from prompts.render import Texts

_LONGEST_CELL: Final = 200
_LONGEST_LINE: Final = 400

ScopeOf = Callable[[TenantId, MemberId, BrandId | None], Awaitable[Scope | None]]


@dataclass(frozen=True, slots=True)
class ReportOpener:
    """Satisfies `connectors.ports.reports.SharedReports`. `scope_of`: the maker's scope as it is now."""

    services: ReportLinkServices
    units: Units
    scope_of: ScopeOf
    signer: LinkSigner
    texts: Texts

    async def open(self, token: str, lang: Lang, *, counted: bool) -> SharedReport | Closed:
        """See `SharedReports.open`."""
        key = self.signer.key_of(token)
        if key is None:
            return Closed.UNKNOWN
        async with self.services.across_tenants("which report a link shows") as work:
            link = await work.report_links.by_key(key)
            if link is None:
                return Closed.UNKNOWN
            if not link.is_open(work.now):
                return Closed.OVER
        maker = await self.scope_of(link.tenant, link.made_by, link.brand)
        if maker is None:
            return Closed.OVER
        async with self.units.unit(replace(maker, role=Role.VIEWER, lang=lang)) as unit:
            if state_of(link, await unit.people.members(), now=unit.now) is not LinkState.OPEN:
                return Closed.OVER
            report = await _report(unit, link, self.texts)
        if counted:
            async with self.services.across_tenants("a report was opened") as work:
                await work.report_links.count(link.id, at=work.now)
        return report


async def _report(unit: Unit, link: ReportLink, texts: Texts) -> SharedReport:
    brand = await unit.people.brand(link.brand)
    view = await figures_view(unit, figures_wish(link.wish), texts, parts=link.wish.parts)
    return SharedReport(for_others(brand.name), brand.team_zone, unit.now, link.expires_at, _outside(view))


def _outside(view: FiguresView) -> FiguresView:
    """Without what leads on, and names without what reaches anybody."""
    parts: Mapping[str, ReportCard] = {name: _plain(card) for name, card in view.parts.items()}
    trend = view.trend.model_copy(update={"option": _drawn(view.trend.option)}) if view.trend else None
    said = tuple(for_others(line, _LONGEST_LINE) for line in view.said)
    return replace(view, said=said, differing=(), parts=parts, trend=trend)


def _drawn(option: dict[str, JsonValue]) -> dict[str, JsonValue]:
    title = option.get("title")
    if not isinstance(title, dict):
        return option
    said = {name: for_others(text, _LONGEST_CELL) for name, text in title.items() if isinstance(text, str)}
    return {**option, "title": {**title, **said}}


def _plain(card: ReportCard) -> ReportCard:
    rows = tuple(rows_for_others(card, _LONGEST_CELL))
    return card.model_copy(update={"rows": rows, "names": (), "source": for_others(card.source, _LONGEST_CELL)})
