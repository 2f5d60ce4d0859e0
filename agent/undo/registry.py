"""Event of the audit trail → what reverses it. One module a kind; each judges everything before it writes."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final

from agent.undo.by_hand import marked_failed, marked_sent, marked_skipped
from agent.undo.digests import changed_digest
from agent.undo.drafts import edited_drafts
from agent.undo.follow_ups import cancelled_follow_ups
from agent.undo.policy import changed_policy
from agent.undo.preferences import forgotten_preference, kept_preference
from agent.undo.products import added_product, changed_product
from agent.undo.rates import agreed_rate
from agent.undo.relations import updated_relations
from agent.undo.samples import recorded_samples
from agent.undo.templates import renamed_template, retired_template, saved_template
from memory.domain.by_hand import HandUnit
from memory.domain.undo_stores import Change
from prompts.render import Texts

Reverser = Callable[[HandUnit, Sequence[Change], Texts], Awaitable[str]]

REVERSERS: Final[Mapping[str, Reverser]] = {
    "relation.updated": updated_relations,
    "product.added": added_product,
    "product.changed": changed_product,
    "sample.recorded": recorded_samples,
    "rate.agreed": agreed_rate,
    "preference.kept": kept_preference,
    "preference.forgotten": forgotten_preference,
    "template.saved": saved_template,
    "template.renamed": renamed_template,
    "template.retired": retired_template,
    "draft.edited": edited_drafts,
    "policy.changed": changed_policy,
    "digest.changed": changed_digest,
    "follow_up.cancelled": cancelled_follow_ups,
    "hand.sent": marked_sent,
    "hand.failed": marked_failed,
    "hand.skipped": marked_skipped,
}
# Of these a member is only ever told that they stay.
STAYS: Final = frozenset({"product.added", "hand.failed", "hand.skipped"})
