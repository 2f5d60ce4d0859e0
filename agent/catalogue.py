"""The tools of this installation, in planner order."""

from collections.abc import Sequence
from datetime import date
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.planner import plan
from agent.planner.plan import PlanningContext
from agent.samples.signing import may_sign
from connectors.ports.platforms import Messenger
from memory.domain.clock import Clock
from memory.domain.creator import Creator
from memory.domain.delivery_views import ChannelUnits
from memory.domain.outreach import Channel, Flag
from memory.domain.shops import no_week
from memory.domain.stores import CreatorIndex
from tools.campaigns.tool import campaigns
from tools.catalogue import Catalogue
from tools.collaborations.requests_tool import sample_requests
from tools.collaborations.tool import InvitationChecks, collaborations
from tools.compliance.tool import check_compliance
from tools.contract import TextModel
from tools.creator_search.tool import search_creators, show_creator, similar_creators
from tools.crm.tool import crm_update
from tools.digest.tool import digest, subscribe_digest
from tools.drafting.batching import DECIDE_HOURS
from tools.drafting.revise_tool import revise_drafts
from tools.drafting.tool import draft_messages, list_drafts
from tools.follow_ups.schedule_tool import schedule_follow_up
from tools.follow_ups.waiting_tool import cancel_follow_ups, list_follow_ups
from tools.performance.tool import performance
from tools.preferences.tool import preferences
from tools.products.tool import products
from tools.quota.tool import PlatformCounts, quota_status
from tools.replies.tool import list_replies
from tools.report_links.tool import report_links
from tools.samples.tool import samples
from tools.sharing.tool import share_text
from tools.shortlists.tool import export_shortlist, list_shortlists, open_shortlist, save_shortlist
from tools.templates.tool import templates
from tools.tracking.tool import tracking
from tools.translation.tool import translate


class Routes:
    """Which messenger carries what. Satisfies `tools.drafting.messengers.Messengers`."""

    def __init__(self, messengers: Sequence[Messenger]) -> None:
        self._messengers = messengers

    def accepts(self, creator: Creator, channel: Channel) -> Flag | None:
        """See `Messengers.accepts`."""
        refused = [m.accepts(creator) for m in self._messengers if m.channel is channel]
        if None in refused:
            return None
        return next((flag for flag in refused if flag), Flag("no_channel", {}, blocking=False))


class ReadCriteria:
    """「以后都只看美国的」 → {"markets": ["US"]}; words without a filter give nothing."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, text: str) -> dict[str, JsonValue]:
        """The search arguments the words mean."""
        today: date = self._clock.now().date()
        read = plan(f"找达人 {text}", PlanningContext(today=today))
        search = next((call for call in read.calls if call.name == "search_creators"), None)
        left_out = {"topic", "limit", "refine"}
        found = search.arguments if search else {}
        return cast(dict[str, JsonValue], {name: value for name, value in found.items() if name not in left_out})


def build_catalogue(
    units: ChannelUnits,
    index: CreatorIndex,
    messengers: Sequence[Messenger],
    model: TextModel | None,
    clock: Clock,
    *,
    decision_hours: int = DECIDE_HOURS,
    platform: PlatformCounts | None = None,
    invitations: InvitationChecks | None = None,
    address: str | None = None,
) -> Catalogue:
    """Every tool; nothing among them sends, spends or approves. `address`: where others reach this workspace."""
    routes = Routes(messengers)
    return Catalogue(
        [
            search_creators(units, index),
            similar_creators(units, index),
            show_creator(units),
            save_shortlist(units),
            open_shortlist(units),
            list_shortlists(units),
            export_shortlist(units),
            share_text(units),
            draft_messages(units, routes, model, decide_hours=decision_hours),
            revise_drafts(units, model),
            list_drafts(units),
            list_replies(units, routes, model, decide_hours=decision_hours),
            schedule_follow_up(units, routes, model, decide_hours=decision_hours),
            list_follow_ups(units),
            cancel_follow_ups(units),
            campaigns(units, routes, model, decide_hours=decision_hours),
            collaborations(units, invitations),
            crm_update(units),
            samples(units, may_sign),
            performance(units),
            sample_requests(units),
            tracking(units, address),
            report_links(units, address),
            digest(units, platform.week if platform else no_week),
            subscribe_digest(units),
            products(units),
            templates(units),
            preferences(units, ReadCriteria(clock)),
            quota_status(units, platform),
            translate(model),
            check_compliance(),
        ]
    )
