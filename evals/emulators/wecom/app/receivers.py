"""Who a message of an app reaches, and who not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from evals.emulators.wecom.core.corp import App, Corp
from evals.emulators.wecom.core.errors import ApiError, Errcode

MOST_USERS: Final = 1_000
MOST_GROUPS: Final = 100
EVERYBODY: Final = "@all"


@dataclass(slots=True)
class Receivers:
    """Members in the order named, and the names that are no good, as they were written."""

    members: list[str] = field(default_factory=list)
    invaliduser: list[str] = field(default_factory=list)
    invalidparty: list[str] = field(default_factory=list)
    invalidtag: list[str] = field(default_factory=list)
    unlicenseduser: list[str] = field(default_factory=list)

    def refused(self) -> dict[str, str]:
        """The lists of an answer: joined with |, in lower case, left out when empty."""
        named = ("invaliduser", "invalidparty", "invalidtag", "unlicenseduser")
        return {name: "|".join(getattr(self, name)).lower() for name in named if getattr(self, name)}


def receivers(corp: Corp, app: App, *, touser: str, toparty: str, totag: str) -> Receivers:
    """Everybody named who sees the app and has a licence, once each.

    Raises:
        ApiError: 40058 above 1000 users, 100 parties or 100 tags.
    """
    users, parties, tags = (_split(names) for names in (touser, toparty, totag))
    if len(users) > MOST_USERS or len(parties) > MOST_GROUPS or len(tags) > MOST_GROUPS:
        raise ApiError(Errcode.BAD_PARAMETER, "too many receivers")
    to = Receivers()
    if EVERYBODY in users:
        _admit(corp, to, sorted(app.visible))
        return to
    to.invaliduser = [userid for userid in users if userid not in app.visible or userid not in corp.users]
    _admit(corp, to, [userid for userid in users if userid not in to.invaliduser])
    to.invalidparty = _expand(corp, app, to, parties, corp.parties)
    to.invalidtag = _expand(corp, app, to, tags, corp.tags)
    return to


def _expand(corp: Corp, app: App, to: Receivers, names: Iterable[str], groups: Mapping[str, set[str]]) -> list[str]:
    wrong = []
    for name in names:
        members = sorted(groups.get(name, set()) & app.visible)
        if not members:
            wrong.append(name)
        _admit(corp, to, members)
    return wrong


def _admit(corp: Corp, to: Receivers, members: Iterable[str]) -> None:
    for userid in members:
        if not corp.users[userid].licensed:
            to.unlicenseduser.append(userid)
        elif userid not in to.members:
            to.members.append(userid)


def _split(names: str) -> list[str]:
    return [name for name in names.split("|") if name]
