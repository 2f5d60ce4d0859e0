"""Lets people of a channel in: who they are and what their chat is about, by rows; strangers learn how to be bound.

Satisfies `connectors.ports.door.Door`. The code of a line is used up in the transaction that binds.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from agent.binding.rules import (
    CLAIM_LIFE,
    BindGroup,
    BindPerson,
    Refusal,
    admit,
    misfit,
    new_code,
    read_code,
    shown,
    use_of,
)
from agent.language import language_of
from agent.scopes import in_chat, reach_of
from connectors.ports.door import Admitted, Entry, TurnedAway
from memory.domain.account_stores import Account
from memory.domain.bindings import (
    Arrival,
    AtDoor,
    BindingStore,
    ChatKind,
    CodeFor,
    DoorServices,
    DoorWork,
    NewBindCode,
)
from memory.domain.channels import ChannelSetting, SecretBox
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Brand, Lang, Member
from prompts.render import Texts

log = structlog.get_logger(__name__)

TRIES_PER_USER, TRIES_PER_CHANNEL, TRY_MINUTES = 5, 100, 15
CODES = "bind"  # what digests of codes are for


@dataclass(frozen=True, slots=True)
class Seen:
    """Who stands at the door, and what their chat is about."""

    account: Account
    brand: BrandId | None
    is_demo: bool


@dataclass(frozen=True, slots=True)
class OpenDoor:
    """Over our own rows."""

    services: DoorServices
    box: SecretBox
    texts: Texts
    team_zone: str = "Asia/Shanghai"  # where no brand says

    async def enter(self, arrival: Arrival) -> Entry:
        """See `Door.enter`."""
        lang = language_of(arrival.text, default="zh")
        async with self.services.across_tenants("who writes on a channel") as work:
            there = await _at(work, arrival)
            code = read_code(arrival.text)
            if code is not None:
                return TurnedAway(await self._typed(work, there.channel, arrival, code, lang))
            found = _seen(there, arrival)
            if isinstance(found, Refusal):
                bindings = work.bindings(there.channel.tenant)
                return TurnedAway(await self._told(work, bindings, arrival, found, lang))
            admitted = await self._admitted(work, found, arrival)
        return admitted or TurnedAway(self.texts.say(Refusal.GONE, lang))

    async def known(self, arrival: Arrival) -> Admitted | None:
        """See `Door.known`."""
        async with self.services.across_tenants("who is bound on a channel") as work:
            found = _seen(await _at(work, arrival), arrival)
            return None if isinstance(found, Refusal) else await self._admitted(work, found, arrival)

    async def _admitted(self, work: DoorWork, seen: Seen, arrival: Arrival) -> Admitted | None:
        """Them in their scope, in the language they write in; None where no scope is theirs any more."""
        brands, principals = await reach_of(work.accounts, seen.account)
        found = in_chat(seen.account, brands, principals, seen.brand)
        if found is None:
            return None
        scope = replace(found, lang=language_of(arrival.text, default=found.lang))
        demo_mark = self.texts.say("demo_mark", scope.lang) if seen.is_demo else ""
        brand = self._name(brands, seen.brand, scope.lang) if len(brands) > 1 else ""
        return Admitted(scope, self._zone(brands, seen.brand), demo_mark, brand)

    def _zone(self, brands: Sequence[Brand], about: BrandId | None) -> str:
        """The team's clock of the chat's brand, or of a lead's oldest brand."""
        zones = [brand.team_zone for brand in brands if about in (None, brand.id)]
        return zones[0] if zones else self.team_zone

    def _name(self, brands: Sequence[Brand], chosen: BrandId | None, lang: Lang) -> str:
        """What a chat is about."""
        names = [brand.name for brand in brands if brand.id == chosen]
        return names[0] if names else self.texts.say("bind_all_brands", lang)

    async def _told(
        self, work: DoorWork, bindings: BindingStore, arrival: Arrival, refusal: Refusal, lang: Lang
    ) -> str:
        if refusal is not Refusal.STRANGER:
            return self.texts.say(refusal, lang)
        code = new_code(secrets.choice)
        await bindings.keep_code(
            NewBindCode(
                CodeFor.CLAIM,
                self.box.digest(code, of=CODES),
                work.now + CLAIM_LIFE,
                channel=arrival.channel,
                user=arrival.user,
                user_name=arrival.user_name[:80],
                chat=arrival.chat if arrival.chat_kind is ChatKind.DIRECT else "",
            )
        )
        return self.texts.say(refusal, lang, code=shown(code), hours=int(CLAIM_LIFE.total_seconds()) // 3600)

    async def _typed(self, work: DoorWork, channel: ChannelSetting, arrival: Arrival, code: str, lang: Lang) -> str:
        who, where = f"bind:{arrival.channel}:{arrival.user}", f"bind:{arrival.channel}"
        of_user, of_channel = await work.accounts.failures(login=who, address=where, minutes=TRY_MINUTES)
        if of_user >= TRIES_PER_USER or of_channel >= TRIES_PER_CHANNEL:
            return self.texts.say("too_many_tries", lang, minutes=TRY_MINUTES)
        bindings = work.bindings(channel.tenant)
        found = await bindings.open_code(self.box.digest(code, of=CODES))
        use = use_of(found, arrival) if found is not None else Refusal.CODE_UNKNOWN
        if found is None and (done := await self._done(work, bindings, arrival, code, lang)) is not None:
            return done
        if found is None or use is Refusal.CODE_UNKNOWN:
            await work.accounts.record_failure(login=who, address=where)
            return self.texts.say(Refusal.CODE_UNKNOWN, lang)
        if isinstance(use, Refusal):
            if use is Refusal.CODE_PUBLIC:
                await bindings.use_code(found.id, void=True)
            return self.texts.say(use, lang)
        said = await self._bind(work, channel, arrival, use, by=found.made_by, lang=lang)
        await bindings.use_code(found.id)
        await work.accounts.clear_failures(login=who)
        log.info("channel.bound", channel=arrival.channel, kind=str(arrival.chat_kind))
        return said

    async def _done(
        self, work: DoorWork, bindings: BindingStore, arrival: Arrival, code: str, lang: Lang
    ) -> str | None:
        """What a used code did, told again to whom it bound where it bound them: the message came twice.

        None for anybody else, and where what it did holds no more.
        """
        used = await bindings.used_code(self.box.digest(code, of=CODES))
        use = use_of(used, arrival) if used is not None else None
        if not isinstance(use, BindGroup | BindPerson):
            return None
        binding = await bindings.binding(arrival.channel, arrival.chat)
        if binding is None or binding.brand != use.brand:
            return None
        if isinstance(use, BindGroup):
            by = used.made_by if used is not None else None
            about = self._name(await _brands(work, by) if by is not None else (), use.brand, lang)
            return self.texts.say("bind_done_group", lang, brand=about)
        identity = await bindings.identity(arrival.channel, arrival.user)
        account = await work.accounts.by_id(use.member)
        if identity is None or identity.member != use.member or account is None:
            return None
        about = self._name(await _brands(work, use.member), use.brand, lang)
        return self.texts.say("bind_done_person", lang, name=account.member.name, brand=about)

    async def _bind(
        self,
        work: DoorWork,
        channel: ChannelSetting,
        arrival: Arrival,
        use: BindGroup | BindPerson,
        *,
        by: MemberId | None,
        lang: Lang,
    ) -> str:
        """Bind, or say why what the lead meant holds no more. A code that no longer fits is used up all the same."""
        bindings = work.bindings(channel.tenant)
        if not serves(channel, use.brand):
            return self.texts.say(Refusal.OTHER_BRAND, lang)
        if isinstance(use, BindGroup):
            if by is None:
                return self.texts.say(Refusal.CODE_UNKNOWN, lang)
            await bindings.bind_chat(arrival.channel, chat=arrival.chat, kind=ChatKind.GROUP, brand=use.brand, by=by)
            about = self._name(await _brands(work, by), use.brand, lang)
            return self.texts.say("bind_done_group", lang, brand=about)
        account = await work.accounts.by_id(use.member)
        member: Member | None = account.member if account is not None else None
        if member is None or not member.active:
            return self.texts.say(Refusal.GONE, lang)
        if (why := misfit(member, use.brand)) is not None:
            return self.texts.say(why, lang)
        identity = await bindings.bind_person(
            arrival.channel, user=arrival.user, user_name=arrival.user_name[:80], member=member.id
        )
        await bindings.bind_chat(
            arrival.channel,
            chat=arrival.chat,
            kind=ChatKind.DIRECT,
            brand=use.brand,
            by=by or member.id,
            identity=identity,
        )
        about = self._name(await _brands(work, use.member), use.brand, lang)
        return self.texts.say("bind_done_person", lang, name=member.name, brand=about)


async def _at(work: DoorWork, arrival: Arrival) -> AtDoor:
    there = await work.doors.at(arrival)
    if there is None:
        raise NotFound("no_such_channel")
    return there


def _seen(there: AtDoor, arrival: Arrival) -> Seen | Refusal:
    account, binding = there.account, there.binding
    if binding is not None and not serves(there.channel, binding.brand):
        binding = None
    let = admit(arrival, account.member if account is not None else None, binding)
    if isinstance(let, Refusal):
        return let
    return Seen(account, let.brand, there.is_demo) if account is not None else Refusal.STRANGER


async def _brands(work: DoorWork, member: MemberId) -> Sequence[Brand]:
    account = await work.accounts.by_id(member)
    return await work.accounts.brands_of(account) if account is not None else ()


def serves(channel: ChannelSetting, brand: BrandId | None) -> bool:
    """Whether a channel may carry a brand's data (None: that of all brands)."""
    return channel.serves is None or channel.serves == brand
