"""Campaigns as the fake queries know them: one under way with a harmful name, one cancelled, one without anybody."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from memory.domain.campaign import (
    Campaign,
    CampaignBatch,
    CampaignSheet,
    CampaignStep,
    CampaignView,
    Failure,
    Figures,
    NewCampaign,
    RoundProgress,
    SamplesPer,
    Scenario,
)
from memory.domain.campaign_forms import MakeCampaign
from memory.domain.campaign_plans import CampaignChoices, CampaignPreview, PresetSheet, PreviewRound, PreviewRow
from memory.domain.creator import Shortlist
from memory.domain.errors import NotFound
from memory.domain.follow_ups import Condition
from memory.domain.ids import (
    BatchId,
    BrandId,
    CampaignId,
    MemberId,
    ProductId,
    ShortlistId,
    TemplateId,
    TemplateVersionId,
)
from memory.domain.offer import Product
from memory.domain.outreach import Purpose
from memory.domain.templates import Template, TemplateVersion, Wording
from memory.domain.workspace import Brand, Scope

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_WORDING = Wording("Hi {name}", "{name}你好", "en")
_HARM = "<script>alert(1)</script>黑五"
_OTHER = Brand(BrandId(2), "Barkly", "Barkly Shop", "US", "Asia/Shanghai")


class FakeCampaignViews:
    """The part of `Queries` that is about campaigns."""

    async def campaigns(self, scope: Scope) -> Sequence[CampaignSheet]:
        """All three."""
        return [replace(sheet, reasons=(), steps=(), usual="", brands=(), failures=()) for sheet in _sheets()]

    async def campaign(self, scope: Scope, campaign: CampaignId) -> CampaignSheet:
        """One of them."""
        found = next((sheet for sheet in _sheets() if sheet.view.campaign.id == campaign), None)
        if found is None:
            raise NotFound("campaign_gone")
        return found

    async def campaign_presets(self, scope: Scope) -> Sequence[PresetSheet]:
        """One scenario with figures of the brand's own."""
        purposes = (Purpose.INVITE, Purpose.FOLLOW_UP)
        figures = Figures((100, 300), (50, 200), SamplesPer.CAMPAIGN, (2000, 3000), 3, purposes)
        first, later = (("invite", "邀约"), ("sample_offer", "样品邀请")), (("follow_up", "跟进"),)
        return [
            PresetSheet(
                Scenario.PROMOTION, "大促", figures, "大促活动通常：100-300 位", own=True, first=first, later=later
            )
        ]

    async def campaign_choices(self, scope: Scope) -> CampaignChoices:
        """Two scenarios, two products and a saved shortlist."""
        products = tuple(
            Product(ProductId(number), BrandId(1), name) for number, name in ((1, "<i>饮水机</i>"), (2, "猫砂盆"))
        )
        lists = (Shortlist(ShortlistId(5), (), 20, {}, "夏季 <b>名单</b>"),)
        scenarios = (
            ("promotion", "大促", "大促活动通常：100-300 位达人"),
            ("daily", "日常", "日常活动通常：30-100 位达人"),
        )
        own = tuple(
            Template(
                TemplateId(number), BrandId(1), name, purpose, 1,
                (TemplateVersion(TemplateVersionId(number), 1, _WORDING, MemberId(1), _NOW),),
            )
            for number, name, purpose in (
                (21, "首轮 <b>", Purpose.INVITE), (22, "首轮乙", Purpose.INVITE), (23, "催一催", Purpose.FOLLOW_UP),
            )
        )  # fmt: skip
        return CampaignChoices(scenarios, products, lists, own[:2], own[2:])

    async def campaign_preview(self, scope: Scope, form: MakeCampaign) -> CampaignPreview:
        """Wrong in two places without a scenario; else one creator with a harmful name."""
        if not form.scenario:
            return CampaignPreview(problems={"scenario": "请选一个场景。", "shortlists": "请选已保存的名单。"})
        rounds = (PreviewRound("第 1 轮：邀约", _NOW, _NOW), PreviewRound("第 2 轮：跟进", _NOW, _NOW))
        row = PreviewRow(
            "mia<script>",
            ("11-21 周六 09:30（估） / 11-21 周六 22:30", "11-24 周二 09:00 / 11-24 周二 22:00"),
            "猫砂盆",
        )
        return CampaignPreview(
            name="返校季", scenario="大促", count=2, rounds=rounds, rows=(row,), left_out=("已拉黑 1",),
            doubts=("人数离通常差得多",), usual="大促活动通常：100-300 位达人",
            starts="2026-12-01", products=("猫砂盆 1", "<i>饮水机</i> 1"),
        )  # fmt: skip


def _campaign(number: int, name: str, *, cancelled_at: datetime | None = None) -> Campaign:
    steps = (CampaignStep(Purpose.INVITE), CampaignStep(Purpose.FOLLOW_UP, 3, Condition.NO_REPLY))
    day = date(2026, 11, 27)
    plan = NewCampaign(name, name, Scenario.PROMOTION, steps, date(2026, 11, 20), day, day, (ProductId(1),))
    return Campaign(CampaignId(number), BrandId(1), plan, MemberId(1), _NOW, cancelled_at)


def _sheets() -> list[CampaignSheet]:
    rounds = (
        RoundProgress(1, 12, waiting=2, planned=3, sent=6, replied=2, over=1, reasons=(("rejected", 1),)),
        RoundProgress(2, 12, waiting=9, held=3, reasons=(("batch_stopped", 3),)),
    )
    batches = (
        CampaignBatch(BatchId(7), "K7", 1, 12, stopped=False),
        CampaignBatch(BatchId(8), "K8", 2, 12, stopped=True),
    )
    going = CampaignView(_campaign(1, _HARM), rounds, batches)
    return [
        CampaignSheet(
            going,
            "大促",
            products=("Pawly <b>饮水机</b>",),
            reasons=("已被拒 1", "已暂停 3"),
            steps=("第 1 轮：邀约", "第 2 轮：跟进，上一轮发出 3 天后，没回复才发"),
            usual="大促活动通常：100-300 位达人",
            may_resume=("周予安",),
            failures=(
                (Failure("shop_busy", 7, ("mia", "tom"), retryable=True), "平台正忙 <i>"),
                (Failure("shop_creator_gone", 1, ("ann",), retryable=True), "找不到达人"),
                (Failure("shop_unclear", 2, ("eve", "bob"), retryable=False), "没有答复"),
            ),
            brands=(_OTHER,),
        ),
        CampaignSheet(CampaignView(_campaign(2, "返校季"), (), ()), "大促"),
        CampaignSheet(CampaignView(_campaign(3, "清仓", cancelled_at=_NOW), rounds, batches), "大促", reasons=("", "")),
    ]
