"""Campaigns in words and rows: a plan with who gets what when, all of them, and how far one is. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from pydantic import JsonValue

from agent.approval.policy import MOST_DRAFTS
from agent.cards import wording
from agent.cards.drafting import made_from_lines
from agent.cards.drafts import as_published, drafts_card, flag_text
from agent.cards.piece import Piece, Show
from agent.outreach.forecast import earliest
from memory.domain.campaign import Campaign, CampaignState, CampaignStep, CampaignView, Failure, RoundProgress
from memory.domain.cards import Card, ReportCard
from memory.domain.ids import CreatorId
from memory.domain.outreach import Draft, DraftStatus, Flag
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.campaigns.presets import Preset, presets
from tools.campaigns.results import CampaignList, CampaignPlanned, CampaignShown

MOST_ROWS: Final = 50
_LEFT_OUT: Final = 10


def planned(result: CampaignPlanned, lang: Lang, texts: Texts) -> Piece:
    """「活动「黑五」写好 3 轮 …」: a line a round, doubts, who was left out; who gets what when; the texts."""
    batches = result.batches
    key = "campaign_added" if result.again else "campaign_planned"
    lines = [
        texts.say(
            key, lang, name=result.campaign.name, scenario=_scenario(result.campaign, lang),
            count=len(result.first.batch.drafts), audience=result.audience, rounds=len(batches),
        )
    ]  # fmt: skip
    moments = earliest(batches, result.policy, now=result.now)
    for number, batch in enumerate(batches, start=1):
        when = [each[number - 1] for each in moments.values()]
        line = _round(result, number, [moment for moment in when if moment], lang, texts)
        failing = [one.number for one in map(as_published, batch.drafts) if one.status is DraftStatus.FAILING]
        if failing:
            line += texts.say("follow_up_failing", lang, numbers=wording.ranges(failing, lang))
        lines.append(line)
        use = result.made_from.get(batch.code)
        lines += made_from_lines(result.first.made_from if number == 1 else (use,) if use else (), lang, texts)
    if result.starts_on is not None:
        lines.append(_starts(result, moments, lang, texts))
    lines += [_said(flag, result, lang, texts) for flag in result.doubts]
    lines.append(usual_text(result.preset, lang, texts))
    lines += [_left(out.handle, out.reason, result, lang, texts) for out in result.left_out[:_LEFT_OUT]]
    if len(result.left_out) > _LEFT_OUT:
        lines.append(texts.say("campaign_left_more", lang, count=len(result.left_out) - _LEFT_OUT))
    lines += [flag_text(note, lang=lang, texts=texts, now=result.now) for note in result.first.notes]
    lines.append(_how(result, lang, texts))
    preview = _preview(result, moments, lang, texts)
    cards: tuple[Card, ...] = (
        preview,
        *(drafts_card(batch, lang=lang, texts=texts, now=result.now) for batch in batches),
    )
    rounds: list[JsonValue] = [{"code": batch.code, "drafts": len(batch.drafts)} for batch in batches]
    said: dict[str, JsonValue] = {"campaign": result.campaign.name, "audience": result.audience, "rounds": rounds}
    return Piece("\n".join(lines), cards, for_planner=said)


def _starts(
    result: CampaignPlanned, moments: Mapping[CreatorId, tuple[datetime | None, ...]], lang: Lang, texts: Texts
) -> str:
    """「12-01（达人当地日期）起才发；最早一条 …（当地 / 团队）」"""
    first = min(result.first.batch.drafts, key=lambda draft: moments[draft.creator][0] or result.now)
    when = _when(moments[first.creator][0], first, result, lang)
    day = _day(result.starts_on) if result.starts_on else ""
    return texts.say("campaign_starts", lang, day=day, when=when)


def _round(result: CampaignPlanned, number: int, moments: Sequence[datetime], lang: Lang, texts: Texts) -> str:
    batch = result.batches[number - 1]
    step = result.campaign.plan.steps[number - 1]
    purpose = texts.say(f"campaign_purpose_{batch.purpose}", lang)
    facts: dict[str, str | int] = {
        "round": number, "batch": batch.code, "count": len(batch.drafts), "purpose": purpose,
        "from": wording.clock(min(moments), result.team_zone, lang),
        "to": wording.clock(max(moments), result.team_zone, lang),
    }  # fmt: skip
    if number == 1:
        return texts.say("campaign_first_round", lang, **facts)
    condition = texts.say(f"follow_up_if_{step.condition}", lang)
    return texts.say("campaign_later_round", lang, days=step.delay_days or 0, condition=condition, **facts)


def usual_text(preset: Preset, lang: Lang, texts: Texts) -> str:
    """「大促活动通常：100-300 位达人 …」"""
    usual = preset.figures
    low, high = usual.creators
    return texts.say(
        "campaign_usual",
        lang,
        scenario=preset.title(lang),
        creators=str(low) if low == high else f"{low}-{high}",
        samples=f"{usual.samples[0]}-{usual.samples[1]}",
        per=texts.say(f"campaign_samples_{usual.samples_per}", lang),
        commission=f"{usual.commission_bp[0] / 100:g}-{usual.commission_bp[1] / 100:g}%",
    )


def step_text(step: CampaignStep, number: int, lang: Lang, texts: Texts, *, templates: Sequence[str] = ()) -> str:
    """「第 2 轮：跟进（模板「催一催」），上一轮发出 3 天后，没回复才发」; `templates` of the brand's own by name."""
    what = texts.say(f"campaign_purpose_{step.purpose}", lang)
    if templates:
        what += texts.say("campaign_step_templates", lang, names=wording.listed(list(templates), lang))
    if step.condition is None:
        return texts.say("campaign_step", lang, round=number, what=what)
    condition = texts.say(f"follow_up_if_{step.condition}", lang)
    return texts.say(
        "campaign_step_after", lang, round=number, what=what, days=step.delay_days or 0, condition=condition
    )


def _left(handle: str, why: Flag, result: CampaignPlanned, lang: Lang, texts: Texts) -> str:
    return texts.say("left_out", lang, handle=handle, why=_said(why, result, lang, texts))


def _said(flag: Flag, result: CampaignPlanned, lang: Lang, texts: Texts) -> str:
    return flag_text(flag, lang=lang, texts=texts, now=result.now)


def _how(result: CampaignPlanned, lang: Lang, texts: Texts) -> str:
    first, others = result.batches[0], [batch.code for batch in result.later]
    size = len(first.drafts)
    if size > MOST_DRAFTS:
        said = texts.say("how_to_answer_large", lang, batch=first.code, size=size)
    else:
        said = texts.say("follow_ups_how", lang, batch=first.code, last=size)
    if not others:
        return said
    key = "follow_ups_whole" if result.policy.whole_sequences else "follow_ups_each"
    return f"{said}\n{texts.say(key, lang, batch=first.code, others=wording.listed(others, lang))}"


def _preview(
    result: CampaignPlanned, moments: Mapping[CreatorId, tuple[datetime | None, ...]], lang: Lang, texts: Texts
) -> ReportCard:
    count = len(result.batches)
    drafts = result.first.batch.drafts[:MOST_ROWS]
    titles = [texts.say("campaign_round_title", lang, round=number) for number in range(1, count + 1)]
    several = len(result.products) > 1
    product = (texts.say("column_offered", lang),) if several else ()

    def row(draft: Draft) -> tuple[str, ...]:
        offered = (_offered(draft, result),) if several else ()
        return (f"@{draft.handle}", *offered, *(_when(one, draft, result, lang) for one in moments[draft.creator]))

    return ReportCard(
        title=texts.say("campaign_preview", lang, name=result.campaign.name),
        period=_window(result.campaign, lang, texts),
        columns=(texts.say("column_creator", lang), *product, *titles),
        rows=tuple(row(draft) for draft in drafts),
        as_of=result.now,
        source=texts.say("campaign_preview_source", lang, shown=len(drafts), total=len(result.first.batch.drafts)),
    )


def _offered(draft: Draft, result: CampaignPlanned) -> str:
    return result.offered.get(draft.product, "—") if draft.product is not None else "—"


def _when(moment: datetime | None, draft: Draft, result: CampaignPlanned, lang: Lang) -> str:
    if moment is None:
        return "—"
    return wording.clocks(moment, draft.zone, result.team_zone, lang, estimated=draft.zone_estimated)


def listed(result: CampaignList, lang: Lang, texts: Texts) -> Piece:
    """A table: what it is, how many, and how far."""
    if not result.views:
        return Piece(texts.say("campaigns_none", lang), for_planner={"campaigns": 0})
    columns = (
        "column_campaign",
        "column_scenario",
        "column_campaign_state",
        "column_audience",
        "column_waiting",
        "column_planned",
        "column_sent",
        "column_replied",
    )
    card = ReportCard(
        title=texts.say("campaigns_title", lang),
        period="",
        columns=tuple(texts.say(column, lang) for column in columns),
        rows=tuple(_line(view, lang, texts) for view in result.views[:MOST_ROWS]),
        as_of=result.now,
        source=texts.say("source_own_books", lang),
    )
    names: list[JsonValue] = [view.campaign.name for view in result.views[:MOST_ROWS]]
    return Piece(
        texts.say("campaigns_listed", lang, count=len(result.views)), (card,), for_planner={"campaigns": names}
    )


def _line(view: CampaignView, lang: Lang, texts: Texts) -> tuple[str, ...]:
    counts = [str(sum(getattr(one, name) for one in view.rounds)) for name in ("waiting", "planned", "sent", "replied")]
    return (
        view.campaign.name,
        _scenario(view.campaign, lang),
        state_text(view, lang, texts),
        str(view.audience),
        *counts,
    )


def shown(result: CampaignShown, lang: Lang, texts: Texts) -> Piece:
    """How far a campaign is: a row a round, with why what is held or over is so."""
    view, plan = result.view, result.view.campaign.plan
    if result.failures is not None:
        return _failed(result, result.failures, lang, texts)
    lines = [
        texts.say(
            "campaign_shown", lang, name=plan.name, scenario=_scenario(view.campaign, lang),
            state=state_text(view, lang, texts), audience=view.audience, window=_window(view.campaign, lang, texts),
        )
    ]  # fmt: skip
    if result.products:
        product = wording.listed(list(result.products), lang)
        lines.append(texts.say("campaign_product", lang, product=product))
    if not view.rounds:
        return Piece(
            "\n".join([*lines, texts.say("campaign_empty", lang, name=plan.name)]), for_planner=_for_planner(view)
        )
    waiting = [batch.code for batch in view.batches if not batch.stopped]
    columns = (
        "column_round",
        "column_waiting",
        "column_planned",
        "column_sent",
        "column_replied",
        "column_not_sent",
        "column_batches",
    )
    card = ReportCard(
        title=texts.say("campaign_progress", lang, name=plan.name),
        period="",
        columns=tuple(texts.say(column, lang) for column in columns),
        rows=tuple(_progress(one, view, lang, texts) for one in view.rounds),
        as_of=result.now,
        source=texts.say("source_own_books", lang),
    )
    if waiting and any(one.waiting for one in view.rounds):
        lines.append(texts.say("campaign_decide", lang, batch=waiting[0]))
    if view.state is not CampaignState.CANCELLED:
        lines.append(texts.say("campaign_page", lang, batch=view.batches[0].code))
    return Piece("\n".join(lines), (card,), for_planner=_for_planner(view))


def _failed(result: CampaignShown, failures: Sequence[Failure], lang: Lang, texts: Texts) -> Piece:
    """What did not go, a row a reason; what may be tried again, and how to say so."""
    name = result.view.campaign.name
    again = sum(one.count for one in failures if one.retryable)
    unclear = sum(one.count for one in failures if not one.retryable)
    said: dict[str, JsonValue] = {"campaign": name, "failed": again, "unclear": unclear}
    if not failures:
        return Piece(texts.say("campaign_none_failed", lang, name=name), for_planner=said)
    lines = [texts.say("campaign_failed", lang, name=name, count=again, unclear=unclear)]
    if again:
        lines.append(texts.say("campaign_retry_how", lang, name=name))
    columns = ("column_why", "column_count", "column_creators", "column_next")
    card = ReportCard(
        title=texts.say("campaign_failed_title", lang, name=name),
        period="",
        columns=tuple(texts.say(column, lang) for column in columns),
        rows=tuple(
            (
                why_text(one.reason, lang, texts),
                str(one.count),
                wording.listed([f"@{handle}" for handle in one.handles], lang)
                + (" …" if one.count > len(one.handles) else ""),
                texts.say("campaign_may_retry" if one.retryable else "campaign_is_unclear", lang),
            )
            for one in failures
        ),
        as_of=result.now,
        source=texts.say("source_own_books", lang),
    )
    return Piece("\n".join(lines), (card,), for_planner=said)


def _progress(one: RoundProgress, view: CampaignView, lang: Lang, texts: Texts) -> tuple[str, ...]:
    codes = [batch.code for batch in view.batches if batch.round == one.round]
    return (
        str(one.round),
        str(one.waiting),
        str(one.planned),
        str(one.sent),
        str(one.replied),
        reasons_text(one, lang, texts) or "0",
        wording.listed(codes, lang),
    )


def reasons_text(one: RoundProgress, lang: Lang, texts: Texts) -> str:
    """「达人已回复 3、没批准就过期 1」: why messages of a round are held or never go."""
    return wording.listed([f"{why_text(key, lang, texts)} {count}" for key, count in one.reasons], lang)


def why_text(key: str, lang: Lang, texts: Texts) -> str:
    """A reason in few words; its usual sentence where that needs no facts of a single message."""
    for said in (f"campaign_why_{key}", key, f"flag_{key}"):
        if said in texts and "{" not in texts.template(said, lang):
            return texts.template(said, lang)
    return texts.say("campaign_why_other", lang)


def state_text(view: CampaignView, lang: Lang, texts: Texts) -> str:
    """进行中 / 已暂停 / 已取消 / 还没有达人"""
    return texts.say(f"campaign_state_{view.state}", lang)


def _scenario(campaign: Campaign, lang: Lang) -> str:
    return presets()[campaign.plan.scenario].title(lang)


def _window(campaign: Campaign, lang: Lang, texts: Texts) -> str:
    plan = campaign.plan
    if plan.promotion_on is not None:
        return texts.say("campaign_window_sale", lang, start=_day(plan.starts_on), day=_day(plan.promotion_on))
    return texts.say("campaign_window_open", lang, start=_day(plan.starts_on))


def _day(day: date) -> str:
    return day.isoformat()


def _for_planner(view: CampaignView) -> dict[str, JsonValue]:
    rounds: list[JsonValue] = [
        {"round": one.round, "waiting": one.waiting, "planned": one.planned, "sent": one.sent, "replied": one.replied}
        for one in view.rounds
    ]
    return {"campaign": view.campaign.name, "state": view.state.value, "audience": view.audience, "rounds": rounds}


SHOWN: dict[type, Show] = {CampaignPlanned: planned, CampaignList: listed, CampaignShown: shown}
