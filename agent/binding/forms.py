"""What a lead does about bindings on the members page: codes made, claims accepted, identities and chats taken back."""

import secrets
from dataclasses import dataclass

from agent.binding.door import CODES
from agent.binding.rules import MADE_CODE_LIFE, Refusal, misfit, new_code, shown, typed
from agent.team.rights import needs_own
from memory.domain.bindings import BindingUnit, ChatKind, CodeFor, NewBindCode
from memory.domain.channel_forms import AcceptClaim, BindingForm, EndBinding, MakeBindCode, RevokeIdentity
from memory.domain.channels import SecretBox
from memory.domain.chat import Reply
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Member, Role
from prompts.render import Texts


@dataclass(frozen=True, slots=True)
class BindingForms:
    """Carries them out in the form's transaction. Every one raises NotAllowed for anybody but a lead of their own."""

    box: SecretBox
    texts: Texts

    async def carry_out(self, unit: BindingUnit, form: BindingForm) -> Reply:
        """See `Desk.submit`; a fresh code is in the reply's text and nowhere else."""
        members = await unit.people.members()
        needs_own(unit, members, Role.LEAD)
        lead = next(member for member in members if member.id == unit.scope.member)
        match form:
            case MakeBindCode():
                return await self._make(unit, form, members, lead)
            case AcceptClaim():
                return await self._accept(unit, form, members, lead)
            case RevokeIdentity(identity=identity):
                return await self._revoke(unit, identity, members, lead)
            case EndBinding(binding=binding):
                ended = await unit.bindings.end(binding, brand=lead.brand)
                await unit.audit.record("chat.unbound", subject=f"binding:{ended.id}", before={"brand": ended.brand})
        return Reply(text=self.texts.say("binding_ended", unit.scope.lang))

    async def _make(self, unit: BindingUnit, form: MakeBindCode, members: list[Member], lead: Member) -> Reply:
        member = _member(members, form.member, lead) if form.member is not None else None
        await _fits(unit, member, form.brand, lead)
        code = new_code(secrets.choice)
        await unit.bindings.keep_code(
            NewBindCode(
                CodeFor.PERSON if member else CodeFor.GROUP,
                self.box.digest(code, of=CODES),
                unit.now + MADE_CODE_LIFE,
                member=member.id if member else None,
                brand=form.brand,
                made_by=lead.id,
            )
        )
        await unit.audit.record(
            "bind_code.made", subject=f"member:{member.id}" if member else "group", after={"brand": form.brand}
        )
        minutes = int(MADE_CODE_LIFE.total_seconds()) // 60
        if member is None:
            text = self.texts.say("bind_code_made_group", unit.scope.lang, code=shown(code), minutes=minutes)
        else:
            text = self.texts.say(
                "bind_code_made_person", unit.scope.lang, code=shown(code), minutes=minutes, name=member.name
            )
        return Reply(text=text)

    async def _accept(self, unit: BindingUnit, form: AcceptClaim, members: list[Member], lead: Member) -> Reply:
        member = _member(members, form.member, lead)
        await _fits(unit, member, form.brand, lead)
        claim = await unit.bindings.open_code(self.box.digest(typed(form.code), of=CODES))
        if claim is None or claim.purpose is not CodeFor.CLAIM or claim.channel is None:
            raise BadRequest("bind_claim_unknown", field="code")
        identity = await unit.bindings.bind_person(
            claim.channel, user=claim.user, user_name=claim.user_name, member=member.id
        )
        if claim.chat:
            await unit.bindings.bind_chat(
                claim.channel, chat=claim.chat, kind=ChatKind.DIRECT, brand=form.brand, by=lead.id, identity=identity
            )
        await unit.bindings.use_code(claim.id)
        await unit.audit.record(
            "identity.bound", subject=f"identity:{identity}", after={"member": member.id, "brand": form.brand}
        )
        return Reply(text=self.texts.say("bind_claim_accepted", unit.scope.lang, name=member.name))

    async def _revoke(self, unit: BindingUnit, identity: int, members: list[Member], lead: Member) -> Reply:
        found = next((one for one in await unit.bindings.identities() if one.id == identity), None)
        if found is None:
            raise NotFound("no_such_identity")
        _member(members, found.member, lead, gone_too=True)
        await unit.bindings.revoke(found.id)
        await unit.audit.record("identity.revoked", subject=f"identity:{found.id}", before={"member": found.member})
        return Reply(text=self.texts.say("identity_revoked", unit.scope.lang))


def _member(members: list[Member], wanted: MemberId, lead: Member, *, gone_too: bool = False) -> Member:
    """A member whom this lead may bind. Raises NotFound; NotAllowed for one of another brand."""
    found = next((member for member in members if member.id == wanted and (member.active or gone_too)), None)
    if found is None:
        raise NotFound("no_such_member", login=wanted, field="member")
    if lead.brand is not None and found.brand != lead.brand:
        raise NotAllowed("bind_other_team")
    return found


async def _fits(unit: BindingUnit, member: Member | None, brand: BrandId | None, lead: Member) -> None:
    """What a code is about fits its member and its maker. Raises BadRequest at the field, NotFound, NotAllowed."""
    if member is None and brand is None:
        raise BadRequest("bind_group_one_brand", field="brand")
    if lead.brand is not None and brand != lead.brand:
        raise NotAllowed("bind_other_team")
    if brand is not None:
        await unit.people.brand(brand)
    if member is not None and (why := misfit(member, brand)) is not None:
        raise BadRequest("bind_not_all_brands" if why is Refusal.ALL_BRANDS else "bind_other_brand", field="brand")
