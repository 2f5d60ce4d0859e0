"""Accounts in memory, over the same invented office: one password for everybody."""

from dataclasses import dataclass

from connectors.ports.accounts import FirstSetup
from memory.domain.errors import NotAllowed
from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Lang, Scope, SessionToken, Workspace
from tests.support import fake_office as office
from tests.support.fake_desk import FakeOffice

PASSWORD = "correct horse battery"


@dataclass
class FakeAccounts:
    """One password for everybody; the token is the member's number."""

    office: FakeOffice

    async def workspace(self) -> Workspace | None:
        """None while the home is empty."""
        return None if self.office.is_empty else Workspace(self.office.kind, "青柚跨境", 0)

    async def set_up(self, setup: FirstSetup) -> SessionToken:
        """Keep what was asked."""
        self.office.fail_once()
        self.office.setups.append(setup)
        self.office.is_empty = False
        return SessionToken("token-1", self.office.now)

    async def sign_in(self, *, login: str, password: str, address: str) -> SessionToken:
        """Any member with the one password."""
        self.office.fail_once()
        member = next((member for member in office.MEMBERS if member.login == login), None)
        if member is None or password != PASSWORD:
            raise NotAllowed("wrong_login")
        return SessionToken(f"token-{member.id}", self.office.now)

    async def sign_out(self, token: str) -> None:
        """Remember it."""
        self.office.signed_out.append(token)

    async def scope(self, token: str, *, brand: BrandId | None = None, lang: Lang | None = None) -> Scope | None:
        """The scope of a token; None for a brand the member may not see."""
        if not token.startswith("token-") or token in self.office.signed_out:
            return None
        member = office.MEMBERS[int(token.removeprefix("token-")) - 1]
        if brand is not None and member.brand not in (None, brand):
            return None
        return Scope(office.TENANT, brand or member.brand, member.id, self.office.role, lang or self._kept_lang())

    def _kept_lang(self) -> Lang:
        return self.office.langs[-1] if self.office.langs else "zh"

    async def set_lang(self, scope: Scope, lang: Lang) -> None:
        """Remember it."""
        self.office.langs.append(lang)

    async def local(self, *, as_member: str | None = None) -> Scope:
        """The first member."""
        return Scope(office.TENANT, None, MemberId(1), self.office.role)
