"""Who is asking: sign-in, sessions and identities; satisfied by `agent/accounts.py`, the only maker of a Scope."""

from dataclasses import dataclass
from typing import Protocol

from memory.domain.ids import BrandId
from memory.domain.workspace import Lang, Scope, SessionToken, Workspace


@dataclass(frozen=True, slots=True)
class FirstSetup:
    """What `daren init` and the first page of an empty home ask. Text as typed; parsed with clear errors."""

    owner_login: str
    owner_name: str
    password: str
    shop_name: str
    market: str
    brand_name: str
    team_zone: str = "Asia/Shanghai"
    product_name: str = ""
    product_link: str = ""
    product_price: str = ""
    selling_points: tuple[str, ...] = ()
    commission_ceiling: str = ""
    sample: bool | None = None
    lang: Lang = "zh"


class Accounts(Protocol):
    """Proves who somebody is and hands out their Scope."""

    async def workspace(self) -> Workspace | None:
        """The workspace, None in an empty home (then only `set_up` works)."""
        ...

    async def set_up(self, setup: FirstSetup) -> SessionToken:
        """Make the real workspace and sign its owner in. Raises Conflict if there is one, BadRequest per field."""
        ...

    async def sign_in(self, *, login: str, password: str, address: str) -> SessionToken:
        """Check a password (argon2) and start a session of 14 days.

        Raises NotAllowed("wrong_login") for either wrong, NotAllowed("too_many_tries", minutes=…) after five
        failures of a login or twenty of an address within fifteen minutes.
        """
        ...

    async def sign_out(self, token: str) -> None:
        """End a session; an unknown one is no error."""
        ...

    async def scope(self, token: str, *, brand: BrandId | None = None, lang: Lang | None = None) -> Scope | None:
        """The scope of a session, narrowed to a brand the member may see; None when it is not valid."""
        ...

    async def set_lang(self, scope: Scope, lang: Lang) -> None:
        """Remember the member's language."""
        ...

    async def local(self, *, as_member: str | None = None) -> Scope:
        """The scope of the operating-system user (`as_member`: a login, in a demo workspace only).

        Raises NotAllowed when the user does not own the home or `as_member` is used in a real workspace.
        """
        ...
