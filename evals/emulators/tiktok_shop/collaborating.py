"""What a shop does with target collaborations: finds, creates, replaces, removes; takes creators out of old ones."""

from dataclasses import dataclass
from typing import Final

from pydantic import Field

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.invitations import Collaboration, Guest, Line
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.replacing import Replacing, Terms
from evals.emulators.tiktok_shop.sellers import Shop
from evals.emulators.tiktok_shop.wire import Json, Part, read, whole

MOST_CREATORS, MOST_PRODUCTS = 50, 100
LEAST_RATE, MOST_RATE = 100, 8_000
PAGES: Final = (20, 50, 100)
STATUSES: Final = ("ONGOING", "EXPIRING", "VALID", "CANCELING", "COMPLETED")
KEYWORDS: Final = ("PRODUCT_ID", "PRODUCT_NAME", "TARGET_COLLABORATION_ID", "TARGET_COLLABORATION_NAME")


class _Contact(Part):
    email: str | None = None
    phone_number: str | None = None
    whatsapp: str | None = None
    telegram: str | None = None
    line: str | None = None


class _KnownContact(_Contact):
    email: str = Field(min_length=3)


class _SampleRule(Part):
    has_free_sample: bool
    is_sample_approval_exempt: bool


class _NewProduct(Part):
    id: str
    target_commission_rate: int = Field(ge=LEAST_RATE, le=MOST_RATE)
    shop_ads_commission_rate: int | None = Field(default=None, ge=LEAST_RATE, le=MOST_RATE)


class _KeptProduct(Part):
    id: str
    commission_rate: int = Field(ge=LEAST_RATE, le=MOST_RATE)
    target_ad_commission_rate: int | None = Field(default=None, ge=LEAST_RATE, le=MOST_RATE)


class _Create(Part):
    name: str = Field(min_length=1)
    end_time: str = Field(pattern=r"^\d{1,12}$")
    products: list[_NewProduct] = Field(min_length=1, max_length=MOST_PRODUCTS)
    creator_user_open_ids: list[str] = Field(min_length=1, max_length=MOST_CREATORS)
    seller_contact_info: _Contact
    free_sample_rule: _SampleRule
    message: str = ""
    preferred_content_type: str | None = Field(default=None, pattern="^(VIDEO|LIVE)$")


class _Replace(Part):
    name: str = Field(min_length=1)
    end_time: str = Field(pattern=r"^\d{1,12}$")
    products: list[_KeptProduct] = Field(min_length=1, max_length=MOST_PRODUCTS)
    creator_user_open_ids: list[str] = Field(min_length=1, max_length=MOST_CREATORS)
    seller_contact_info: _KnownContact
    free_sample_rule: _SampleRule


class _Keyword(Part):
    keyword_type: str
    keyword: str


class _Search(Part):
    collaboration_status: str
    creator_accept_status: str = Field(default="ALL", pattern="^(ACCEPT|ALL)$")
    free_sample_setting: str = Field(default="ALL", pattern="^(WITH_FREE_SAMPLE|ALL)$")
    search_param: _Keyword | None = None
    creator_user_open_id: str | None = None


class _Pairs(Part):
    creator_open_id_list: list[str] = Field(min_length=1, max_length=MOST_CREATORS)
    product_id_list: list[str] = Field(min_length=1, max_length=MOST_PRODUCTS)


class _Old(Part):
    existing_collaboration_id: str
    creator_open_id: str


class _Resolve(Part):
    conflict_items: list[_Old] = Field(min_length=1)


@dataclass(slots=True)
class Collaborating:
    """Target collaborations of shops."""

    platform: Platform

    def create(self, asked: Asked) -> Json:
        """Invite; whatever does not fit is listed and, unless the rules say otherwise, nothing is created."""
        shop, body = asked.shop_of(), read(_Create, asked.body)
        ends = self._ends(body.end_time)
        ids, products = body.creator_user_open_ids, [one.id for one in body.products]
        found = self.platform.invitations.conflicts(shop, ids, products)
        strangers = [one for one in ids if one not in self.platform.people]
        unknown = [one for one in products if one not in shop.products]
        answer: Json = {
            "target_collaboration": {},
            "target_collaboration_conflicts": [
                {"creator_user_open_id": creator, "product_id": product} for creator, product, _ in found
            ],
            "invalid_open_id_list": strangers,
            "invalid_product_id_list": unknown,
        }
        out = {creator for creator, _, _ in found} | set(strangers)
        rest = [one for one in ids if one not in out]
        kept = [one for one in body.products if one.id in shop.products]
        if (out or unknown) and (self.platform.rules.create_with_faults == "nothing" or not rest or not kept):
            return answer
        self._charge(shop, rest)
        now = self.platform.clock.now
        made = Collaboration(
            self.platform.name(), shop, body.name, body.message, ends, now, now,
            body.seller_contact_info.model_dump(exclude_none=True), body.free_sample_rule.has_free_sample,
            body.free_sample_rule.is_sample_approval_exempt,
        )  # fmt: skip
        made.lines = {
            one.id: Line(one.id, one.target_commission_rate, now, one.target_commission_rate,
                         one.shop_ads_commission_rate) for one in kept
        }  # fmt: skip
        made.guests = {one: Guest(self.platform.people[one]) for one in rest}
        self.platform.invitations.add(made)
        return answer | {"target_collaboration": {"id": made.id}, "create_time": int(now)}

    def search(self, asked: Asked) -> Json:
        """One page, the newest first. Raises ApiError 36009004."""
        body = read(_Search, asked.body)
        if body.collaboration_status not in STATUSES:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: collaboration_status")
        if body.search_param is not None and body.search_param.keyword_type not in KEYWORDS:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: search_param.keyword_type")
        size = whole(asked.query, "page_size", PAGES[0], most=PAGES[-1])
        if size not in PAGES:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: page_size")
        start = whole(asked.query, "page_token", 0, least=0, most=10**9) if asked.query.get("page_token") else 0
        found = [one for one in self.platform.invitations.of(asked.shop_of()) if self._fits(one, body)]
        more = start + size < len(found)
        return {
            "total_count": len(found),
            "target_collaborations": [self._row(one) for one in found[start : start + size]],
            "next_page_token": str(start + size) if more else "",
        }

    def detail(self, asked: Asked) -> Json:
        """One, whole."""
        one = self._one(asked)
        row = self._row(one)
        row["seller_contact_info"] = one.contact
        row["creator_invited_count"] = row.pop("creator_inivited_count")
        row["creators"] = [
            {
                "creator_open_id": guest.creator.open_id,
                "username": guest.creator.username,
                "nickname": guest.creator.nickname,
                "selection_region": guest.creator.region,
                "collaboration_status": "DELETING" if guest.leaves_at else "NORMAL",
                "product_effective_status": "EFFECTIVE_ALL",
                "showcase_product_count": len(guest.showcase),
                "content_product_count": 0,
            }
            for guest in one.guests.values()
        ]
        row["products"] = [
            {
                "id": line.product,
                "title": one.shop.products.get(line.product, ""),
                "status": "LIVE",
                "commission_effective_status": "EFFECTIVE_ALL",
                "collaboration_status": "DELETING" if line.leaves_at else "NORMAL",
                "commission": {"rate": line.rate, "effective_time": str(int(line.at)), "currency": "USD"},
            }
            for line in one.lines.values()
        ]
        return {"target_collaboration": row}

    def replace(self, asked: Asked) -> Json:
        """The whole record anew; what is left out of a list leaves. What could not be done is listed."""
        one, body = self._one(asked), read(_Replace, asked.body)
        ends = self._ends(body.end_time)
        rates = {each.id: (each.commission_rate, each.target_ad_commission_rate) for each in body.products}
        wanted = Terms(
            body.name, ends, rates,
            tuple(body.creator_user_open_ids), body.seller_contact_info.model_dump(exclude_none=True),
            body.free_sample_rule.has_free_sample, body.free_sample_rule.is_sample_approval_exempt,
        )  # fmt: skip
        return Replacing(self.platform, one, wanted).done(self._charge)

    def remove(self, asked: Asked) -> Json:
        """It is over at the next midnight."""
        one, now = self._one(asked), self.platform.clock.now
        if not one.is_live(now):
            raise ApiError(Code.BAD_PARAMETER, "The target collaboration is not ongoing")
        one.cancelled_at = one.updated = now
        return {}

    def link(self, asked: Asked) -> Json:
        """Where an invited creator adds the products."""
        return {"link": f"https://affiliate.example/invitations/{self._one(asked).id}"}

    def check(self, asked: Asked) -> Json:
        """Who has a live one for a product already."""
        body = read(_Pairs, asked.body)
        found = self.platform.invitations.conflicts(
            asked.shop_of(), body.creator_open_id_list, body.product_id_list
        )  # fmt: skip
        items = [
            {"creator_open_id": creator, "product_id": product, "existing_collaboration_id": existing}
            for creator, product, existing in found
        ]
        return {"has_conflict": bool(items), "conflict_items": items}

    def resolve(self, asked: Asked) -> Json:
        """Take creators out of the old ones, at once."""
        done: list[Json] = []
        failed: list[Json] = []
        for item in read(_Resolve, asked.body).conflict_items:
            old = self.platform.invitations.one(asked.shop_of(), item.existing_collaboration_id)
            taken = old is not None and old.guests.pop(item.creator_open_id, None) is not None
            (done if taken else failed).append(item.model_dump())
        return {"success_items": done, "failed_items": failed}

    def _ends(self, text: str) -> float:
        ends = float(text)
        if ends <= self.platform.clock.now:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: end_time is in the past")
        return ends

    def _charge(self, shop: Shop, ids: list[str]) -> None:
        """Invitations and messages share one quota: all of them, or none."""
        contacts = [self.platform.contacts.of(shop, self.platform.people[one]) for one in ids]
        needed: dict[int, int] = {}
        for contact in contacts:
            if shop.id in contact.creator.blocked:
                raise ApiError(Code.IM_BLOCKED)
            if not self.platform.contacts.free(contact):
                needed[contact.creator.level] = needed.get(contact.creator.level, 0) + 1
        if any(self.platform.contacts.room(shop, level) < count for level, count in needed.items()):
            raise ApiError(Code.IM_REFUSED, "The quota of this week is used up")
        for contact in contacts:
            self.platform.contacts.charge(contact)
            contact.invited = True

    def _one(self, asked: Asked) -> Collaboration:
        found = self.platform.invitations.one(asked.shop_of(), asked.path["collaboration_id"])
        if found is None:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: target_collaboration_id")
        return found

    def _fits(self, one: Collaboration, body: _Search) -> bool:
        status, wanted = one.status(self.platform.clock.now), body.collaboration_status
        if status != wanted and not (wanted == "VALID" and status in ("ONGOING", "EXPIRING")):
            return False
        if body.free_sample_setting == "WITH_FREE_SAMPLE" and not one.has_sample:
            return False
        if body.creator_accept_status == "ACCEPT" and not any(guest.showcase for guest in one.guests.values()):
            return False
        if body.creator_user_open_id and body.creator_user_open_id not in one.guests:
            return False
        return body.search_param is None or _says(one, body.search_param)

    def _row(self, one: Collaboration) -> Json:
        guests = [guest for guest in one.guests.values() if guest.leaves_at is None]
        return {
            "id": one.id,
            "name": one.name,
            "message": one.message,
            "type": "STANDARD",
            "start_time": int(one.created),
            "end_time": int(one.ends),
            "create_time": int(one.created),
            "update_time": int(one.updated),
            "product_count": sum(line.leaves_at is None for line in one.lines.values()),
            "creator_inivited_count": len(guests),
            "showcase_creator_count": sum(bool(guest.showcase) for guest in guests),
            "content_creator_count": 0,
            "free_sample_rule": {"has_free_sample": one.has_sample, "is_sample_approval_exempt": one.exempt},
        }


def _says(one: Collaboration, sought: _Keyword) -> bool:
    match sought.keyword_type:
        case "PRODUCT_ID":
            return sought.keyword in one.lines
        case "PRODUCT_NAME":
            return any(sought.keyword.lower() in one.shop.products.get(line, "").lower() for line in one.lines)
        case "TARGET_COLLABORATION_ID":
            return sought.keyword == one.id
        case _:
            return sought.keyword.lower() in one.name.lower()
