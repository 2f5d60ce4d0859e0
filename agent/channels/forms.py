"""What a lead does about channels: set one up, change it, send a test over it."""

from collections.abc import Mapping
from dataclasses import dataclass

from agent.team.rights import needs_own
from connectors.ports.channels import Pusher
from memory.domain.channel_forms import ChannelForm, SaveChannel
from memory.domain.channels import PUSHING, ChannelFields, ChannelKind, SecretBox, owner_of_secrets
from memory.domain.chat import Reply
from memory.domain.delivery_views import ChannelUnit
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.ids import ChannelId
from memory.domain.workspace import Member, Role
from prompts.render import Texts


@dataclass(frozen=True, slots=True)
class ChannelForms:
    """Carries them out in the form's transaction. Every one raises NotAllowed for anybody but a lead of their own."""

    box: SecretBox
    texts: Texts
    pushers: Mapping[ChannelKind, Pusher]

    async def carry_out(self, unit: ChannelUnit, form: ChannelForm) -> Reply:
        """See `Desk.submit`."""
        members = await unit.people.members()
        needs_own(unit, members, Role.LEAD)
        lead = next(member for member in members if member.id == unit.scope.member)
        if isinstance(form, SaveChannel):
            await self._save(unit, form, lead)
            return Reply(text=self.texts.say("saved", unit.scope.lang))
        await self._test(unit, form.channel, lead)
        return Reply(text=self.texts.say("channel_test_queued", unit.scope.lang))

    async def _save(self, unit: ChannelUnit, form: SaveChannel, lead: Member) -> None:
        """Keep it; the secrets are sealed here and appear in no record."""
        present = await unit.channels.by_id(form.id) if form.id is not None else None
        if form.id is not None and present is None:
            raise NotFound("no_such_channel")
        if lead.brand is not None and (form.brand != lead.brand or (present and present.serves != lead.brand)):
            raise NotAllowed("bind_other_team")
        if not form.name.strip():
            raise BadRequest("channel_needs_name", field="name")
        kind = present.kind if present else form.of
        pusher = self.pushers.get(kind)
        if pusher is None:
            raise BadRequest("channel_not_yet", field="of")
        typed = {name: value for name, value in form.typed.items() if value.strip()}
        sealed = None
        if typed or present is None:
            sealed = self.box.seal(pusher.read(typed), of=owner_of_secrets(unit.scope.tenant, kind))
        options = {"lang": form.lang, "mentions": " ".join(form.mentions.split())}
        options |= {"plain": "yes"} if form.plain else {}
        fields = ChannelFields(kind, form.name.strip(), form.brand, options, active=form.active, sealed=sealed)
        saved = await unit.channels.save(form.id, fields)
        shown = {"name": saved.name, "serves": saved.serves, "active": saved.active, "secrets_changed": bool(sealed)}
        await unit.audit.record("channel.saved", subject=f"channel:{saved.id}", after=shown)

    async def _test(self, unit: ChannelUnit, channel: ChannelId, lead: Member) -> None:
        found = await unit.channels.by_id(channel)
        if found is None:
            raise NotFound("no_such_channel")
        if found.kind not in PUSHING:
            raise BadRequest("channel_cannot_push")
        brand = found.serves or unit.scope.brand or (await unit.people.brands())[0].id
        if not found.active or not await unit.pushes.test(channel, brand=brand, by=lead.name):
            raise BadRequest("channel_is_off")
