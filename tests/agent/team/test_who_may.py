"""Every form by every role: the role it takes, and nobody below it. A new form must be put into the table."""

from typing import get_args

import pytest

from evals.suites.selling_office import SellingOffice
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
    EditDraft,
    EraseCreator,
    GiveFirstMessagePass,
    MoveDemoClock,
    ReadImportAs,
    Rename,
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
from memory.domain.errors import AppError, BadRequest, NotAllowed
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import (
    BindingId,
    BrandId,
    CampaignId,
    ChannelId,
    ConversationId,
    CreatorMessageId,
    DeputyId,
    DraftId,
    IdentityId,
    ImportRunId,
    MemberId,
    ReportLinkId,
    TemplateId,
)
from memory.domain.rate_forms import AgreeRate
from memory.domain.reply_forms import WorkOnReply
from memory.domain.report_forms import MakeReportLink, RevokeReportLink
from memory.domain.sample_forms import RecordSample
from memory.domain.template_forms import RenameTemplate, RetireTemplate
from memory.domain.workspace import Role, Scope
from tests.agent.team.forms_at_work import in_days, submit

NEEDED: dict[type[Command], Role] = {
    StopBatch: Role.VIEWER,
    Rename: Role.VIEWER,
    Undo: Role.VIEWER,
    PauseCampaign: Role.VIEWER,
    ResumeCampaign: Role.APPROVER,
    CancelCampaign: Role.OPERATOR,
    CopyCampaign: Role.LEAD,
    RetryCampaign: Role.APPROVER,
    MakeCampaign: Role.OPERATOR,
    SavePreset: Role.LEAD,
    RenameTemplate: Role.OPERATOR,
    RetireTemplate: Role.OPERATOR,
    ResumeBatch: Role.APPROVER,
    WithdrawApprovals: Role.APPROVER,
    HandOut: Role.OPERATOR,
    MarkByHand: Role.OPERATOR,
    EditDraft: Role.OPERATOR,
    SaveProduct: Role.OPERATOR,
    ReadImportAs: Role.OPERATOR,
    RunImport: Role.OPERATOR,
    UpdateRelation: Role.OPERATOR,
    AgreeRate: Role.OPERATOR,
    RecordSample: Role.OPERATOR,
    WorkOnReply: Role.OPERATOR,
    MoveDemoClock: Role.OPERATOR,
    EraseCreator: Role.LEAD,
    MakeReportLink: Role.LEAD,
    RevokeReportLink: Role.OPERATOR,
    SaveMember: Role.LEAD,
    SavePolicy: Role.LEAD,
    SaveDeputy: Role.LEAD,
    RevokeDeputy: Role.LEAD,
    GiveFirstMessagePass: Role.LEAD,
    MakeBindCode: Role.LEAD,
    AcceptClaim: Role.LEAD,
    RevokeIdentity: Role.LEAD,
    EndBinding: Role.LEAD,
    SaveChannel: Role.LEAD,
    TestChannel: Role.LEAD,
}
FORMS: dict[type[Command], Command] = {
    StopBatch: StopBatch(),
    Undo: Undo(),
    PauseCampaign: PauseCampaign(campaign=CampaignId(1)),
    ResumeCampaign: ResumeCampaign(campaign=CampaignId(1)),
    CancelCampaign: CancelCampaign(campaign=CampaignId(1)),
    CopyCampaign: CopyCampaign(campaign=CampaignId(1), brand=BrandId(2)),
    RetryCampaign: RetryCampaign(campaign=CampaignId(1)),
    MakeCampaign: MakeCampaign(),
    SavePreset: SavePreset(scenario="daily", reset=True),
    RenameTemplate: RenameTemplate(template=TemplateId(1), name="x"),
    RetireTemplate: RetireTemplate(template=TemplateId(1)),
    ResumeBatch: ResumeBatch(),
    WithdrawApprovals: WithdrawApprovals(batch="K1"),
    HandOut: HandOut(draft=DraftId(1)),
    MarkByHand: MarkByHand(draft=DraftId(1), said="sent", attempt=1),
    Rename: Rename(conversation=ConversationId(1), title="x"),
    EditDraft: EditDraft(draft=DraftId(1), seen_digest="x", text="x"),
    SaveProduct: SaveProduct(name="Leash"),
    ReadImportAs: ReadImportAs(run=ImportRunId(1), of="samples"),
    RunImport: RunImport(run=ImportRunId(1)),
    UpdateRelation: UpdateRelation(handle="nobody"),
    AgreeRate: AgreeRate(handle="nobody", rate="15%"),
    RecordSample: RecordSample(handle="nobody", status="asked"),
    WorkOnReply: WorkOnReply(message=CreatorMessageId(1), wish="suggest"),
    EraseCreator: EraseCreator(handle="nobody", code="C1"),
    MoveDemoClock: MoveDemoClock(),
    MakeReportLink: MakeReportLink(period="last_7_days", parts=("shop",), days="7"),
    RevokeReportLink: RevokeReportLink(link=ReportLinkId(1)),
    SaveMember: SaveMember(login="new", name="New", role="operator", password="long enough"),
    SavePolicy: SavePolicy(own_drafts_approvable=True, commission_ceiling="20%"),
    SaveDeputy: SaveDeputy(member=MemberId(1), stands_for=MemberId(2), until="2026-12-05"),
    RevokeDeputy: RevokeDeputy(deputy=DeputyId(1)),
    GiveFirstMessagePass: GiveFirstMessagePass(handle="nobody", reason="x"),
    MakeBindCode: MakeBindCode(),
    AcceptClaim: AcceptClaim(code="2222-2222", member=MemberId(10**9)),
    RevokeIdentity: RevokeIdentity(identity=IdentityId(1)),
    EndBinding: EndBinding(binding=BindingId(1)),
    SaveChannel: SaveChannel(id=ChannelId(1), name="x"),
    TestChannel: TestChannel(channel=ChannelId(1)),
}


def people(shop: SellingOffice) -> dict[Role, Scope]:
    return {Role.VIEWER: shop.viewer, Role.OPERATOR: shop.operator, Role.APPROVER: shop.anna, Role.LEAD: shop.lead}


def test_every_form_says_who_may_hand_it_in() -> None:
    union, *_ = get_args(Command)
    assert set(get_args(union)) == NEEDED.keys() == FORMS.keys()


@pytest.mark.parametrize("kind", list(NEEDED), ids=lambda kind: kind.__name__)
async def test_a_form_takes_its_role_and_none_below(shop: SellingOffice, kind: type[Command]) -> None:
    for role, scope in people(shop).items():
        try:
            await submit(shop, scope, FORMS[kind])
            refused = False
        except NotAllowed:
            refused = True
        except AppError:
            refused = False  # the role is enough; what it names is not there
        assert refused is not role.covers(NEEDED[kind]), role


async def test_a_deputy_of_a_lead_sets_policy_but_neither_members_nor_deputies(shop: SellingOffice) -> None:
    """What outlives the date is not lent: nobody makes themselves a lead in somebody's absence."""
    await shop.stand_in(shop.anna, for_=shop.lead)
    acting = Scope(shop.anna.tenant, shop.anna.brand, shop.anna.member, Role.LEAD)
    await submit(shop, acting, FORMS[SavePolicy])
    later = await in_days(shop, 300)
    async with shop.database.unit(shop.lead) as unit:
        (deputy,) = await unit.people.deputies()
    for form in (
        SaveMember(id=shop.anna.member, login="anna", name="anna", role="lead", brand=shop.brand),
        SaveDeputy(member=shop.anna.member, stands_for=shop.lead.member, until=later),
        RevokeDeputy(deputy=deputy.id),
        MakeBindCode(member=shop.anna.member, brand=shop.brand),
    ):
        with pytest.raises(NotAllowed, match="not_while_standing_in"):
            await submit(shop, acting, form)
    async with shop.database.unit(shop.lead) as unit:
        assert [one.id for one in await unit.people.deputies()] == [deputy.id]


async def test_without_a_brand_there_is_no_policy_to_change(shop: SellingOffice) -> None:
    for form in (FORMS[SavePolicy], FORMS[GiveFirstMessagePass]):
        with pytest.raises(BadRequest, match="choose_a_brand"):
            await submit(shop, shop.owner, form)
    narrowed = Scope(shop.owner.tenant, BrandId(shop.brand), shop.owner.member, Role.LEAD)
    await submit(shop, narrowed, FORMS[SavePolicy])
