"""What a shop may still do this week: its quota, whom it may contact, whom it has."""

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.sellers import LevelQuota, Shop
from evals.emulators.tiktok_shop.wire import Json, Part, read

MOST_CHECKED: Final = 100


class _CreatorInfo(Part):
    creator_open_id: str


class _EligibilityBody(Part):
    creator_infos: list[_CreatorInfo] = Field(min_length=1, max_length=MOST_CHECKED)


class _RecordsBody(Part):
    page_index: int = Field(ge=1)
    page_size: int = Field(ge=2, le=50)


@dataclass(slots=True)
class Outreach:
    """Quota, eligibility, records."""

    platform: Platform

    def quota(self, asked: Asked) -> Json:
        """The week's allowance and use, per levels."""
        shop = asked.shop_of()
        details = [self._detail(shop, quota) for quota in shop.quotas]
        begun, ends = self.platform.contacts.week()
        now = self.platform.clock.now
        connected = [one for one in self.platform.contacts.all_of(shop) if one.connected(now)]
        rule = {
            "gmv_tier": shop.gmv_tier,
            "left_gmv": {"amount": "0.00", "currency": "USD"},
            "right_gmv": {"amount": "2000.00", "currency": "USD"},
            "reached_max_follower_cnt": shop.follower_cap,
            "quota_details": [
                {name: detail[name] for name in ("creator_levels", "quota_period_sum", "quota_bonus_sum")}
                for detail in details
            ],
        }
        sums = {
            end: sum(detail[f"quota_period_{end}"] + detail[f"quota_bonus_{end}"] for detail in details)
            for end in ("sum", "use")
        }
        found: Json = {
            "shop_id": shop.id,
            "quota_type": "period",
            "gmv_tier": shop.gmv_tier,
            "quota_sum": str(sums["sum"]),
            "quota_use": str(sums["use"]),
            "unlimited": shop.unlimited,
            "start_time": str(int(begun)),
            "end_time": str(int(ends)),
            "reached_max_follower_cnt": str(shop.follower_cap),
            "new_connect_count": str(len(connected)),
            "pair_connect_count": str(sum(one.paired for one in connected)),
            "quota_details": details,
            "gmv_level_rule": [rule],
            "bonus_exposure_post_percentile_threshold": "0.8",
        }
        return {"data": found}

    def eligibility(self, asked: Asked) -> Json:
        """Whom the shop may contact, and whether its quota pays for all of them. Raises ApiError 36009004."""
        shop = asked.shop_of()
        ids = [one.creator_open_id for one in read(_EligibilityBody, asked.body).creator_infos]
        if len(set(ids)) != len(ids):
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: creator_infos holds an id twice")
        unknown = [one for one in ids if one not in self.platform.people]
        if unknown:
            raise ApiError(Code.CREATOR_UNKNOWN)
        creators = [self.platform.people[one] for one in ids]
        short = self._levels_too_short(shop, creators)
        return {
            "creator_eligibility_results": [self._result(shop, creator) for creator in creators],
            "ineligible_creator_levels": short,
            "is_batch_quota_consumable": not short,
        }

    def records(self, asked: Asked) -> Json:
        """Whom the shop has written to or invited."""
        body, shop = read(_RecordsBody, asked.body), asked.shop_of()
        everyone = self.platform.contacts.all_of(shop)
        start = (body.page_index - 1) * body.page_size
        rows = [
            {
                "id": one.id,
                "creator_open_id": one.creator.open_id,
                "has_sent_im_message": one.sent(self.platform.clock.now) > 0,
                "has_sent_invitation": one.invited,
                "is_paired": one.paired,
            }
            for one in everyone[start : start + body.page_size]
        ]
        return {"total": len(everyone), "connect_list": rows}

    def _detail(self, shop: Shop, quota: LevelQuota) -> Json:
        of_period, of_bonus = self.platform.contacts.used(shop, quota)
        return {
            "creator_levels": list(quota.levels),
            "quota_period_sum": quota.period,
            "quota_period_use": of_period,
            "quota_bonus_sum": quota.bonus,
            "quota_bonus_use": of_bonus,
        }

    def _result(self, shop: Shop, creator: Creator) -> Json:
        contact = self.platform.contacts.of(shop, creator)
        return {
            "creator_open_id": creator.open_id,
            "creator_level": creator.level,
            "is_blocked": shop.id in creator.blocked,
            "is_connected": contact.connected(self.platform.clock.now),
            "is_paired": contact.paired,
            "is_creator_follower_count_threshold_met": under_cap(shop, creator),
            "is_creator_level_quota_available": self.platform.contacts.free(contact)
            or self.platform.contacts.room(shop, creator.level) > 0,
        }

    def _levels_too_short(self, shop: Shop, creators: list[Creator]) -> list[int]:
        contacts = self.platform.contacts
        new = [one for one in creators if not contacts.free(contacts.of(shop, one))]
        short: set[int] = set()
        for quota in shop.quotas:
            of_levels = [one.level for one in new if one.level in quota.levels]
            if len(of_levels) > quota.period + quota.bonus - sum(contacts.used(shop, quota)):
                short |= set(of_levels)
        return sorted(short)


def under_cap(shop: Shop, creator: Creator) -> bool:
    """Whether the shop's tier may contact somebody with so many followers."""
    return not shop.follower_cap or creator.followers <= shop.follower_cap
