"""Creators of the marketplace as one shop sees it, through the port every platform has."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.ports.shops import CreatorPage
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.operations import DETAIL, SEARCH
from connectors.tiktok_shop.translate import to_facts
from memory.domain.creator import CreatorFacts
from memory.domain.errors import Refused, Unavailable

NAME: Final = "tiktok_shop"
PAGE: Final = 20  # the platform takes 12 or 20
MOST_FAILED: Final = 3  # in a row: then a run asks for no figures any more, each failure costs seconds
_OF_ONE: Final = frozenset({"shop_creator_gone", "shop_refused", "shop_internal", "shop_busy"})
MOST: Final = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which creators: a search of the platform, in its own fields; empty for all. `most`: so many, then enough.

    `with_detail`: each one's figures too, a call each; the platform allows 10,000 a day.
    """

    search: Mapping[str, object] = field(default_factory=dict)
    most: int = MOST
    with_detail: bool = False


@dataclass(frozen=True, slots=True)
class TikTokShopSource:
    """Satisfies `CreatorSource`. Money is in the platform's currency, numbers are of the last 30 days."""

    client: ShopClient
    place: ShopPlace
    wanted: Wanted = field(default_factory=Wanted)

    @property
    def name(self) -> str:
        """See `CreatorSource.name`."""
        return NAME

    async def creators(self) -> AsyncIterator[Sequence[CreatorFacts]]:
        """See `CreatorSource.creators`: a page at a time, each creator once. Raises as `ShopClient.ask`."""
        async for page in self.pages(""):
            if page.facts:
                yield page.facts

    async def pages(self, after: str) -> AsyncIterator[CreatorPage]:
        """The same with the place after each page, from a place on or (empty) from the beginning."""
        seen: set[str] = set()
        place, figures = _Place.read(after), _Figures(self)
        while place.count < self.wanted.most:
            page = await self._page(place.key, place.token)
            rows = [row for row in _rows(page) if row["creator_open_id"] not in seen]
            rows = rows[: self.wanted.most - place.count]
            seen |= {row["creator_open_id"] for row in rows}
            facts = [await figures.facts(row) for row in rows]
            token = str(page.get("next_page_token") or "")
            place = _Place(str(page.get("search_key") or ""), token, place.count + len(rows))
            is_last = not token or place.count >= self.wanted.most
            known = [one for one in facts if one is not None]
            yield CreatorPage(known, "" if is_last else place.written(), figures.missed())
            if is_last:
                return

    async def _page(self, key: str, token: str) -> Body:
        """The same question for every page: another one would be another search."""
        query = {"page_size": str(PAGE)} | ({"page_token": token} if token else {})
        body = dict(self.wanted.search) | ({"search_key": key} if key else {})
        return await self.client.ask(self.place, SEARCH, query=query, body=body)


@dataclass(slots=True, eq=False)
class _Figures:
    """What one run asks about each creator; who cannot be asked about is known by the search alone, and counted."""

    source: TikTokShopSource
    _failed: int = 0
    _missed: int = 0

    def missed(self) -> int:
        """How many since the last time that was asked."""
        missed, self._missed = self._missed, 0
        return missed

    async def facts(self, row: dict[str, Any]) -> CreatorFacts | None:
        """One creator of a search; None without a handle."""
        detail: Mapping[str, Any] = {}
        if self.source.wanted.with_detail:
            detail = await self._detail(row["creator_open_id"])
        return to_facts(row, detail, categories=self.source.client.app.categories)

    async def _detail(self, open_id: str) -> Mapping[str, Any]:
        if self._failed < MOST_FAILED:
            try:
                found = await self.source.client.ask(self.source.place, DETAIL, names={"creator": open_id})
            except (Refused, Unavailable) as failure:
                if failure.text_key not in _OF_ONE:
                    raise
                self._failed = 0 if isinstance(failure, Refused) else self._failed + 1
            else:
                self._failed = 0
                creator = found.get("creator")
                if isinstance(creator, Mapping):
                    return creator
        self._missed += 1
        return {}


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in a search. `count`: creators before it."""

    key: str = ""
    token: str = ""
    count: int = 0

    @staticmethod
    def read(position: str) -> "_Place":
        """What `written` wrote; of nothing, the beginning."""
        found = json.loads(position) if position else {}
        return _Place(str(found.get("key", "")), str(found.get("token", "")), int(found.get("count", 0)))

    def written(self) -> str:
        """As text."""
        return json.dumps({"key": self.key, "token": self.token, "count": self.count})


def _rows(page: Body) -> list[dict[str, Any]]:
    found = page.get("creators")
    rows = found if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict) and isinstance(row.get("creator_open_id"), str)]
