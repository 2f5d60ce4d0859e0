"""Target collaborations of shops over the app: satisfies `connectors.ports.collaborations.CollaborationPlatform`."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.ports.collaborations import (
    Changes,
    Checked,
    Clash,
    CollaborationPage,
    Made,
    NewCollaboration,
    OpenPlanPage,
)
from connectors.ports.shops import LinkedShop
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopPlace
from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.invitations import ids_of, not_done, to_collaboration, to_create, to_plan, to_replace
from connectors.tiktok_shop.operations import (
    CLASHES,
    INVITATION,
    INVITATIONS,
    INVITE,
    LINK,
    OPEN_PLANS,
    REMOVE,
    REPLACE,
    TAKE_OUT,
)
from memory.domain.collaborations import Collaboration, CollaborationStatus
from memory.domain.errors import Refused, Unavailable

PLANS_PAGE: Final = "100"
PAGE: Final = "20"  # the platform takes 20, 50 or 100; each is asked about by itself
# In this order: one that is cancelled between two pages is met on either side.
_READ: Final = (("VALID", CollaborationStatus.LIVE), ("CANCELING", CollaborationStatus.CANCELING))


@dataclass(frozen=True, slots=True)
class ShopCollaborations:
    """Every method raises as `ShopClient.ask`. `place_of`: where a shop is asked."""

    conversations: Conversations
    place_of: Callable[[LinkedShop], Awaitable[ShopPlace]]

    async def collaborations(self, at: LinkedShop, *, after: str) -> AsyncIterator[CollaborationPage]:
        """See `CollaborationPlatform.collaborations`."""
        place = await self.place_of(at)
        number, token = json.loads(after) if after else (0, "")
        while number < len(_READ):
            wanted, status = _READ[number]
            page = await self._search(place, {"collaboration_status": wanted}, token)
            found = [await self._whole(place, str(row["id"]), status) for row in _named_rows(page)]
            token = str(page.get("next_page_token") or "")
            number += not token
            position = json.dumps([number, token]) if number < len(_READ) else ""
            yield CollaborationPage([one for one in found if one is not None], position)

    async def collaboration(self, at: LinkedShop, id_: str) -> Collaboration:
        """See `CollaborationPlatform.collaboration`; whether it is being cancelled, a search says."""
        place = await self.place_of(at)
        status = CollaborationStatus.ENDED
        keyword = {"keyword_type": "TARGET_COLLABORATION_ID", "keyword": id_}
        for wanted, meant in _READ:
            page = await self._search(place, {"collaboration_status": wanted, "search_param": keyword})
            if any(row["id"] == id_ for row in _named_rows(page)):
                status = meant
        found = await self._whole(place, id_, status)
        if found is None:
            raise Unavailable("shop_internal")
        return found

    async def named(self, at: LinkedShop, name: str) -> Collaboration | None:
        """See `CollaborationPlatform.named`."""
        place = await self.place_of(at)
        keyword = {"keyword_type": "TARGET_COLLABORATION_NAME", "keyword": name}
        page = await self._search(place, {"collaboration_status": "VALID", "search_param": keyword})
        for row in _named_rows(page):
            if row.get("name") == name:
                return await self._whole(place, str(row["id"]), CollaborationStatus.LIVE)
        return None

    async def check(self, at: LinkedShop, *, handles: Sequence[str], products: Sequence[str]) -> Checked:
        """See `CollaborationPlatform.check`."""
        place = await self.place_of(at)
        ids: dict[str, str] = {}
        unknown: list[str] = []
        for handle in dict.fromkeys(handles):
            try:
                ids[await self.conversations.found(place, handle)] = handle
            except Refused as gone:
                if gone.text_key != "shop_creator_gone":
                    raise
                unknown.append(handle)
        if not ids:
            return Checked(unknown=tuple(unknown))
        body: Body = {"creator_open_id_list": list(ids), "product_id_list": list(products)}
        answer = await self.conversations.client.ask(place, CLASHES, body=body)
        rows = answer.get("conflict_items")
        clashes = [
            Clash(ids[row["creator_open_id"]], str(row.get("product_id")), str(row.get("existing_collaboration_id")))
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and row.get("creator_open_id") in ids
        ]
        return Checked(tuple(clashes), tuple(unknown))

    async def plans(self, at: LinkedShop, *, after: str) -> AsyncIterator[OpenPlanPage]:
        """See `CollaborationPlatform.plans`."""
        place, token, is_first = await self.place_of(at), after, True
        while token or is_first:
            is_first = False
            query = {"page_size": PLANS_PAGE} | ({"page_token": token} if token else {})
            page = await self.conversations.client.ask(place, OPEN_PLANS, query=query, body={})
            rows = page.get("open_collaborations")
            found = [to_plan(row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
            token = str(page.get("next_page_token") or "")
            yield OpenPlanPage([one for one in found if one is not None], token)

    async def take_out(self, at: LinkedShop, clashes: Sequence[Clash]) -> Sequence[str]:
        """See `CollaborationPlatform.take_out`."""
        place = await self.place_of(at)
        ids = await self._ids(place, [clash.handle for clash in clashes])
        of = {handle: id_ for id_, handle in ids.items()}
        pairs = {(clash.collaboration, of[clash.handle]) for clash in clashes}
        items = [{"existing_collaboration_id": old, "creator_open_id": id_} for old, id_ in sorted(pairs)]
        answer = await self.conversations.client.ask(place, TAKE_OUT, body={"conflict_items": items})
        failed = answer.get("failed_items")
        rows = [row for row in failed if isinstance(row, dict)] if isinstance(failed, list) else []
        named = [str(row.get("creator_open_id")) for row in rows]
        return tuple(dict.fromkeys(ids[one] for one in named if one in ids))

    async def create(self, at: LinkedShop, wanted: NewCollaboration) -> Made:
        """See `CollaborationPlatform.create`."""
        place = await self.place_of(at)
        ids = await self._ids(place, wanted.handles)
        answer = await self.conversations.client.ask(place, INVITE, body=to_create(wanted, list(ids)))
        made, rows = answer.get("target_collaboration"), answer.get("target_collaboration_conflicts")
        clashes = [
            Clash(ids[row["creator_user_open_id"]], str(row.get("product_id")), "")
            for row in (rows if isinstance(rows, list) else [])
            if isinstance(row, dict) and row.get("creator_user_open_id") in ids
        ]
        number = made.get("id") if isinstance(made, dict) else None
        return Made(
            str(number) if number else None,
            tuple(clashes),
            tuple(ids[one] for one in ids_of(answer, "invalid_open_id_list") if one in ids),
            ids_of(answer, "invalid_product_id_list"),
        )

    async def change(self, at: LinkedShop, id_: str, changes: Changes) -> Sequence[str]:
        """See `CollaborationPlatform.change`."""
        place = await self.place_of(at)
        row = await self._detail(place, id_)
        dropped = {handle.lower() for handle in changes.drop}
        present = to_collaboration(row, CollaborationStatus.LIVE)
        kept = [
            one.creator for one in (present.creators if present else ())
            if not one.leaving and one.handle.lower() not in dropped
        ]  # fmt: skip
        joining = await self._ids(place, changes.add)
        body = to_replace(row, changes, list(dict.fromkeys([*kept, *joining])))
        contact = body["seller_contact_info"]
        if not (isinstance(contact, dict) and contact.get("email")):
            raise Refused("collab_needs_email")
        answer = await self.conversations.client.ask(place, REPLACE, body=body, names={"collaboration": id_})
        return not_done(answer)

    async def remove(self, at: LinkedShop, id_: str) -> None:
        """See `CollaborationPlatform.remove`."""
        await self.conversations.client.ask(await self.place_of(at), REMOVE, names={"collaboration": id_})

    async def link(self, at: LinkedShop, id_: str) -> str:
        """See `CollaborationPlatform.link`."""
        answer = await self.conversations.client.ask(await self.place_of(at), LINK, names={"collaboration": id_})
        link = answer.get("link")
        if not isinstance(link, str) or not link:
            raise Unavailable("shop_internal")
        return link

    async def _search(self, place: ShopPlace, body: Body, token: str = "") -> Body:
        query = {"page_size": PAGE} | ({"page_token": token} if token else {})
        return await self.conversations.client.ask(place, INVITATIONS, query=query, body=body)

    async def _whole(self, place: ShopPlace, id_: str, status: CollaborationStatus) -> Collaboration | None:
        return to_collaboration(await self._detail(place, id_), status)

    async def _detail(self, place: ShopPlace, id_: str) -> Body:
        answer = await self.conversations.client.ask(place, INVITATION, names={"collaboration": id_})
        found = answer.get("target_collaboration")
        if not isinstance(found, dict):
            raise Unavailable("shop_internal")
        return found

    async def _ids(self, place: ShopPlace, handles: Sequence[str]) -> dict[str, str]:
        """The platform's id → handle, in the order named."""
        return {await self.conversations.open_id(place, handle): handle for handle in dict.fromkeys(handles)}


def _named_rows(page: Body) -> list[dict[str, Any]]:
    rows = page.get("target_collaborations")
    return [row for row in rows if isinstance(row, dict) and row.get("id")] if isinstance(rows, list) else []
