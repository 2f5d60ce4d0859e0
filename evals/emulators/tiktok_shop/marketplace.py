"""Creators: search with its pages, one creator's figures, the options of a search."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from pydantic import Field

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.faults import PAGES
from evals.emulators.tiktok_shop.people import SCALE, Creator
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.searching import GMV, UNITS, SearchBody, fits, options
from evals.emulators.tiktok_shop.wire import Json, Part, read, whole

PAGE_SIZES: Final = (12, 20)
NEWEST: Final = "202608"
SIGNS: Final = {"USD": "$", "GBP": "£", "EUR": "€"}


class _Option(Part):
    option_type: Literal[
        "OPTION_VERTICAL_PRO", "OPTION_LANGUAGE", "OPTION_CREATOR_LEVEL", "OPTION_SORTER", "OPTION_BRAND"
    ]


class _OptionsBody(Part):
    options: list[_Option] = Field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Search:
    asked: str
    page_size: int
    found: tuple[str, ...]


@dataclass(slots=True)
class Marketplace:
    """What the marketplace answers a shop."""

    platform: Platform
    _searches: dict[str, _Search] = field(default_factory=dict)

    def search(self, asked: Asked) -> Json:
        """One page. Raises ApiError 36009004 for another size, page or question than the first page had."""
        size = whole(asked.query, "page_size", PAGE_SIZES[0], most=PAGE_SIZES[-1])
        if size not in PAGE_SIZES:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: page_size must be 12 or 20")
        body = read(SearchBody, asked.body)
        if body.data_groups and asked.version != NEWEST:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: data_groups")
        question = json.dumps(asked.body | {"search_key": ""}, sort_keys=True)
        token = asked.query.get("page_token", "")
        start = _place(token) if token else 0
        if token:
            search = self._searches.get(body.search_key)
            if search is None or search.asked != question or search.page_size != size:
                raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: search_key, page_token and filters disagree")
            key = body.search_key
        else:
            search = _Search(question, size, self._found(asked, body))
            key = base64.b64encode(hashlib.sha256(f"{self.platform.name()}".encode()).digest()[:9]).decode()
            self._searches[key] = search
        page = list(search.found[start : start + size])
        if start and self.platform.faults.due("creators/search", PAGES):
            page = [search.found[start - 1], *page][:size]
        end = start + size
        return {
            "creators": [self._row(self.platform.people[open_id], asked) for open_id in page],
            "next_page_token": _token(end) if end < len(search.found) else "",
            "search_key": key,
        }

    def detail(self, asked: Asked) -> Json:
        """One creator's figures. Raises ApiError 45101003."""
        creator = self.platform.people.get(asked.path["creator_user_id"])
        if creator is None:
            raise ApiError(Code.CREATOR_UNKNOWN)
        found = _figures(creator)
        if asked.version == NEWEST:
            found["creator_profile"] = self._profile(creator, asked)
        return {"creator": found}

    def filter_options(self, asked: Asked) -> Json:
        """What a search may ask here."""
        kinds = [one.option_type for one in read(_OptionsBody, asked.body).options]
        sorters = [{"algorithm_id": "1", "name": "Relevance"}] if "OPTION_SORTER" in kinds else []
        listed: Json = {"option_list": options(kinds), "sorters": sorters}
        return {"data": listed} if asked.version == NEWEST else listed

    def _found(self, asked: Asked, body: SearchBody) -> tuple[str, ...]:
        contacts, shop = self.platform.contacts, asked.shop_of()
        return tuple(
            creator.open_id
            for creator in self.platform.people.values()
            if fits(body, creator, invited=contacts.of(shop, creator).invited)
        )

    def _row(self, creator: Creator, asked: Asked) -> Json:
        row = {
            "creator_open_id": creator.open_id,
            "username": creator.username,
            "nickname": creator.nickname,
            "avatar": {"url": f"{self.platform.base_url}/avatars/{creator.im_id}?x-expires=1"},
            "selection_region": creator.region,
            "category_ids": [creator.category],
            "follower_count": creator.followers,
            "avg_ec_video_view_count": creator.video_views,
            "avg_ec_live_uv": creator.live_viewers,
            **_sales(creator),
            "top_follower_demographics": {
                "age_ranges": list(creator.ages),
                "major_gender": {"gender": creator.gender, "percentage": creator.gender_share},
            },
        }
        if asked.version == NEWEST:
            row["creator_profile"] = self._profile(creator, asked)
        return row

    def _profile(self, creator: Creator, asked: Asked) -> Json:
        contact = self.platform.contacts.of(asked.shop_of(), creator)
        return {
            "is_fast_growing": creator.is_fast_growing,
            "has_invited_90d": contact.invited,
            "is_creator_blocked": contact.shop.id in creator.blocked,
            "creator_level": creator.level,
        }


def _token(place: int) -> str:
    return base64.b64encode(f"offset={place}".encode()).decode()


def _place(token: str) -> int:
    try:
        name, _, value = base64.b64decode(token, validate=True).decode().partition("=")
        if name == "offset" and value.isdecimal():
            return int(value)
    except (binascii.Error, UnicodeDecodeError):
        pass
    raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: page_token")


def _money(minor: int, currency: str) -> Json:
    return {"amount": f"{Decimal(minor).scaleb(-2):.2f}", "currency": currency}


def _sales(creator: Creator) -> Json:
    """Exact sales of who shares them; a range in the US; else nothing."""
    if creator.precise:
        return {
            name: _money(minor, creator.currency)
            for name, minor in (
                ("gmv", creator.gmv),
                ("video_gmv", creator.video_gmv),
                ("live_gmv", creator.live_gmv),
            )
        }
    if creator.region != "US":
        return {}
    units = _range(UNITS, creator.units, str)
    return {
        "gmv_range": _range(GMV, creator.gmv / 100, lambda bound: f"{bound}.00") | {"currency": creator.currency},
        "units_sold_range": units,
    }


def _range(table: dict[str, tuple[int, int | None]], value: float, written: Callable[[int], str]) -> Json:
    low, high = next((low, high) for low, high in table.values() if high is None or value <= high)
    shown: Json = {"minimum_amount": written(low), "formatted_range": f"{low}-{high or ''}"}
    return shown | ({"maximum_amount": written(high)} if high is not None else {})


def _figures(creator: Creator) -> Json:
    selling = creator.live_gmv + creator.video_gmv
    live_share = creator.live_gmv / selling
    return {
        "username": creator.username,
        "nickname": creator.nickname,
        "avatar": {"url": "https://avatars.example/expires"},
        "bio_description": creator.bio,
        "follower_count": creator.followers,
        "profile_tt_uri": f"aweme://user/profile/{creator.im_id}",
        "selection_region": creator.region,
        "category_ids": [creator.category],
        **_sales(creator),
        "avg_commission_rate": creator.commission,
        "ec_video_count": 12,
        "ec_live_count": 3 if creator.live_viewers else 0,
        "avg_ec_video_play_count": creator.video_views,
        "avg_ec_live_view_count": creator.live_viewers,
        "ec_video_engagement_rate": str(creator.engagement),
        "ec_live_engagement_rate": str(creator.engagement // 2),
        "post_rate": str(creator.post_rate),
        "follower_gender": [
            {"key": creator.gender, "value": f"{creator.gender_share / SCALE:.4f}"},
            {
                "key": "MALE" if creator.gender == "FEMALE" else "FEMALE",
                "value": f"{1 - creator.gender_share / SCALE:.4f}",
            },
        ],
        "category_gmv_distribution": [
            {"category_id": creator.category, "value": "0.8000"},
            {"category_id": "-1", "value": "0.2000"},
        ],
        "content_gmv_distribution": [
            {"content_type": "VIDEO", "value": f"{1 - live_share:.4f}"},
            {"content_type": "LIVE", "value": f"{live_share:.4f}"},
        ],
    }
