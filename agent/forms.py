"""Forms of pages and terminal: the closed union `Command`, each carried out in one transaction."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.accounts import check_password
from agent.approval.showing import show
from agent.binding.forms import BindingForms
from agent.by_hand.desk import HandDesk
from agent.campaigns.commands import act_on, copy_campaign
from agent.campaigns.making import make
from agent.campaigns.usual import save_preset
from agent.channels.forms import ChannelForms
from agent.erasing import erase_by_form
from agent.figures.links import make_by_form, revoke_link
from agent.imports import Imports
from agent.recalls import resumed, stopped, withdrawn
from agent.reply_work import ReplyDesk
from agent.sales.agreeing import agree_by_hand
from agent.samples.forms import record_sample
from agent.team.deputies import revoke_deputy, save_deputy
from agent.team.passes import give_pass
from agent.team.policy_form import save_policy
from agent.team.rights import look_again as _look_again
from agent.team.rights import needs as _needs
from agent.team.rights import needs_own
from agent.team.templates import act_on_template
from agent.undo.offering import offered
from agent.undo.undoing import undo
from memory.domain.campaign_forms import (
    CancelCampaign,
    CopyCampaign,
    MakeCampaign,
    PauseCampaign,
    ResumeCampaign,
    RetryCampaign,
    SavePreset,
)
from memory.domain.channel_forms import (
    AcceptClaim,
    EndBinding,
    MakeBindCode,
    RevokeIdentity,
    SaveChannel,
    TestChannel,
)
from memory.domain.chat import (
    Command,
    DecisionOutcome,
    EditDraft,
    EraseCreator,
    GiveFirstMessagePass,
    MoveDemoClock,
    ReadImportAs,
    Rename,
    Reply,
    ResumeBatch,
    RevokeDeputy,
    RunImport,
    SaveDeputy,
    SaveMember,
    SavePolicy,
    SaveProduct,
    StopBatch,
    Undo,
    UpdateRelation,
    WithdrawApprovals,
)
from memory.domain.errors import BadRequest, Conflict, NotFound
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import BrandId, ImportRunId
from memory.domain.office_units import OfficeUnits
from memory.domain.rate_forms import AgreeRate
from memory.domain.reply_forms import WorkOnReply
from memory.domain.report_forms import MakeReportLink, RevokeReportLink
from memory.domain.sample_forms import RecordSample
from memory.domain.stores import Unit
from memory.domain.template_forms import RenameTemplate, RetireTemplate
from memory.domain.workspace import Member, Role, Scope
from prompts.render import Texts
from tools.drafting.revising import edit
from tools.products.fields import parse_link, parse_money, parse_share
from tools.products.keeping import keep_product


@dataclass(frozen=True, slots=True)
class Forms:
    """Carries forms out. `hash_password` and `move_clock` come from accounts and the demo.

    `bindings` and `channels` None: an office without channels.
    """

    units: OfficeUnits
    texts: Texts
    imports: Imports
    hash_password: Callable[[str], Awaitable[str]]
    move_clock: Callable[[Scope], Awaitable[Reply]]
    hand: HandDesk
    bindings: BindingForms | None = None
    channels: ChannelForms | None = None
    replies: ReplyDesk | None = None

    async def submit(self, scope: Scope, command: Command) -> Reply:
        """See `Desk.submit`."""
        match command:
            case RunImport(run=run, mapping=mapping, of=of):
                return await self.imports.start(scope, run, mapping, kind=of)
            case ReadImportAs(run=run, of=of):
                return await self.imports.read_as(scope, run, of)
            case MoveDemoClock():
                return await self.move_clock(scope)
            case CopyCampaign():
                return await copy_campaign(self.units, scope, command, self.texts)
            case HandOut() | MarkByHand():
                return await self.hand.submit(scope, command)
            case WorkOnReply() if self.replies is not None:
                return await self.replies.submit(self.units, scope, command, self.texts)
            case Undo(change=change):
                return await self._undo(scope, change)
            case SaveMember(password=password) if password:
                check_password(password)
                return await self._in_unit(scope, command, await self.hash_password(password))
            case MakeBindCode() | AcceptClaim() | RevokeIdentity() | EndBinding() if self.bindings is not None:
                async with self.units.unit(scope) as unit:
                    return await self.bindings.carry_out(unit, command)
            case SaveChannel() | TestChannel() if self.channels is not None:
                async with self.units.unit(scope) as unit:
                    return await self.channels.carry_out(unit, command)
            case _:
                return await self._in_unit(scope, command, None)

    async def _undo(self, scope: Scope, change: int | None) -> Reply:
        """A refusal is raised after its transaction, which remembers that it was told."""
        async with self.units.unit(scope) as unit:
            done = await undo(unit, self.texts, change=change)
        if isinstance(done, Reply):
            return done
        raise done

    async def _in_unit(self, scope: Scope, command: Command, password_hash: str | None) -> Reply:
        async with self.units.unit(scope) as unit:
            return await offered(unit, await self._carry_out(unit, command, password_hash))

    async def _carry_out(self, unit: Unit, command: Command, password_hash: str | None) -> Reply:
        match command:
            case EditDraft():
                return await self._edit(unit, command)
            case StopBatch(batch=batch):
                return await stopped(unit, batch, self.texts)
            case ResumeBatch(batch=batch):
                return await resumed(unit, batch, self.texts)
            case WithdrawApprovals(batch=batch, numbers=numbers):
                return await withdrawn(unit, batch, numbers, self.texts)
            case SaveProduct():
                return await self._product(unit, command)
            case SaveMember():
                return await self._member(unit, command, password_hash)
            case SavePolicy():
                await save_policy(unit, command)
                return Reply(text=self.texts.say("saved", unit.scope.lang))
            case SaveDeputy():
                await save_deputy(unit, command)
                return Reply(text=self.texts.say("saved", unit.scope.lang))
            case RevokeDeputy():
                await revoke_deputy(unit, command)
                return Reply(text=self.texts.say("deputy_revoked", unit.scope.lang))
            case GiveFirstMessagePass():
                handle = await give_pass(unit, command)
                return Reply(text=self.texts.say("pass_given", unit.scope.lang, handle=handle))
            case AgreeRate():
                handle = await agree_by_hand(unit, command)
                return Reply(text=self.texts.say("rate_agreed", unit.scope.lang, handle=handle))
            case UpdateRelation():
                return await self._relation(unit, command)
            case RecordSample():
                return await record_sample(unit, command, self.texts)
            case PauseCampaign() | ResumeCampaign() | CancelCampaign() | RetryCampaign():
                return await act_on(unit, command, self.texts)
            case RenameTemplate() | RetireTemplate():
                return await act_on_template(unit, command, self.texts)
            case MakeCampaign():
                return await make(unit, command, self.texts)
            case SavePreset():
                return await save_preset(unit, command, self.texts)
            case MakeReportLink():
                await make_by_form(unit, command)
                return Reply(text=self.texts.say("saved", unit.scope.lang))
            case RevokeReportLink(link=link):
                await revoke_link(unit, link)
                return Reply(text=self.texts.say("report_link_revoked", unit.scope.lang))
            case EraseCreator():
                return await erase_by_form(unit, command, self.texts)
            case Rename(conversation=conversation, title=title):
                await unit.conversations.rename(conversation, title=title.strip()[:80])
                return Reply(text=self.texts.say("renamed", unit.scope.lang))
            case _:
                raise BadRequest("bad_request")

    async def upload(self, scope: Scope, *, name: str, content: bytes, kind: str) -> ImportRunId:
        """See `Desk.upload`."""
        return await self.imports.preview(scope, name=name, content=content, kind=kind)

    async def _edit(self, unit: Unit, form: EditDraft) -> Reply:
        _needs(unit, Role.OPERATOR)
        draft = await unit.drafts.by_id(form.draft)
        if draft is None:
            raise NotFound("draft_unknown")
        (draft,) = await unit.drafts.lock(draft.batch, numbers=[draft.number])
        if draft.version.digest != form.seen_digest:
            raise Conflict("draft_stale")
        if form.text is not None and not form.text.strip():
            raise BadRequest("edit_empty")
        content, flags = await edit(unit, draft, text=form.text, text_zh=form.text_zh)
        await unit.drafts.add_version(draft.id, content, flags)
        batch = await unit.drafts.batch(draft.batch_code)
        if batch is None:
            raise NotFound("no_such_batch", batch=draft.batch_code)
        card = await show(
            unit,
            batch.code,
            conversation=batch.conversation,
            lang=unit.scope.lang,
            texts=self.texts,
            numbers=[draft.number],
        )
        said = self.texts.say("edited", unit.scope.lang, batch=batch.code, number=draft.number)
        outcome = DecisionOutcome(batch=batch.code, revised=(draft.number,))
        return Reply(text=said, cards=(card,), decision=outcome)

    async def _product(self, unit: Unit, form: SaveProduct) -> Reply:
        _needs(unit, Role.OPERATOR)
        if unit.scope.brand is None:
            raise BadRequest("choose_a_brand")
        if not form.name.strip():
            raise BadRequest("product_needs_name")
        brand = await unit.people.brand(unit.scope.brand)
        present = await unit.products.by_id(form.id) if form.id else None
        if form.id and present is None:
            raise NotFound("product_unknown", name=form.name, products="-")
        values: dict[str, object] = {
            "name": form.name.strip(),
            "link": parse_link(form.link),
            "price": parse_money(form.price, default_currency=brand.currency) if form.price.strip() else None,
            "selling_points": tuple(point.strip() for point in form.selling_points if point.strip()),
            "commission_ceiling_bp": parse_share(form.commission_ceiling) if form.commission_ceiling.strip() else None,
            "sample": form.sample,
        }
        saved = await keep_product(unit, present, values, brand=unit.scope.brand)
        key = "product_changed" if present else "product_added"
        return Reply(text=self.texts.say(key, unit.scope.lang, name=saved.name))

    async def _member(self, unit: Unit, form: SaveMember, password_hash: str | None) -> Reply:
        _needs(unit, Role.LEAD)
        if form.role not in set(Role):
            raise BadRequest("role_unknown", role=form.role)
        if not form.login.strip():
            raise BadRequest("login_empty")
        members = await unit.people.members()
        needs_own(unit, members, Role.LEAD)
        present = next((member for member in members if member.id == form.id), None)
        if form.id and present is None:
            raise NotFound("no_such_member", login=form.login)
        if present is None and password_hash is None:
            check_password(form.password)
        _keep_a_lead(members, present, form)
        values: dict[str, object] = {
            "login": form.login.strip(),
            "name": form.name.strip() or form.login.strip(),
            "role": Role(form.role),
            "brand": BrandId(form.brand) if form.brand else None,
            "active": form.active,
        }
        if password_hash is not None:
            values["password_hash"] = password_hash
        await unit.people.save_member(present, values)
        await _look_again(unit)
        return Reply(text=self.texts.say("saved", unit.scope.lang))

    async def _relation(self, unit: Unit, form: UpdateRelation) -> Reply:
        _needs(unit, Role.OPERATOR)
        found = await unit.creators.by_handles([form.handle.removeprefix("@").lower()])
        creator = next(iter(found.values()), None)
        if creator is None:
            raise NotFound("creator_unknown", handles=f"@{form.handle}")
        await unit.relations.update(
            [creator.id],
            stage=form.stage or None,
            add_tags=[tag.strip() for tag in form.add_tags if tag.strip()],
            remove_tags=form.remove_tags,
            note=form.note.strip() or None,
            blocked=form.blocked,
        )
        await _look_again(unit)
        return Reply(text=self.texts.say("saved", unit.scope.lang))


def _keep_a_lead(members: list[Member], present: Member | None, form: SaveMember) -> None:
    others = [m for m in members if m.role is Role.LEAD and m.active and (present is None or m.id != present.id)]
    if not others and not (form.role == Role.LEAD and form.active):
        raise BadRequest("last_lead")
