"""What code must not do, seen in its syntax."""

import ast
import re
from collections.abc import Iterable, Iterator

from tests.house.tree import Source

# The loops in which one failure must not take the rest with it; each logs what it caught. Channel receive and job run
# would be the other two, and so far neither needs it. Whoever adds one argues for it here.
BROAD_LOOPS = frozenset({"tools/catalogue.py"})  # tool dispatch

CLOCKS = frozenset({"memory/domain/clock.py"})
NOW = frozenset({"now", "utcnow", "today"})

# Who may look across tenants: sign-in and scopes, the door of channels, making the demo, the dispatcher and its
# answers, syncs, the database.
ACROSS = frozenset(
    {
        "agent/accounts.py",
        "agent/binding/door.py",
        "agent/channels/answers.py",
        "agent/channels/callbacks.py",
        "agent/channels/checking.py",
        "agent/channels/holding.py",
        "agent/channels/inbox.py",
        "agent/channels/pacing.py",
        "agent/channels/safe.py",
        "agent/channels/team_chat.py",
        "agent/cli/seeding.py",
        "agent/deliveries/carrying.py",
        "agent/deliveries/nudging.py",
        "agent/demo_clock.py",
        "agent/figures/opening.py",
        "agent/following.py",
        "agent/digests/making.py",
        "agent/index_engine.py",
        "agent/indexing.py",
        "agent/jobs/upkeep.py",
        "agent/outreach/answers.py",
        "agent/outreach/card_sending.py",
        "agent/outreach/dispatch.py",
        "agent/outreach/downtime.py",
        "agent/outreach/reconcile.py",
        "agent/sales/auditing.py",
        "agent/outreach/send.py",
        "agent/shops/checking.py",
        "agent/shops/hearing.py",
        "agent/shops/deeds.py",
        "agent/shops/opening.py",
        "memory/database.py",
        "memory/domain/account_stores.py",
        "memory/domain/bindings.py",
        "memory/domain/callbacks.py",
        "memory/domain/clicks.py",
        "memory/domain/report_links.py",
        "memory/domain/deliveries.py",
        "memory/domain/dispatch.py",
        "memory/domain/kept.py",
        "memory/domain/lines.py",
        "memory/domain/owed.py",
        "memory/domain/pacing.py",
        "memory/domain/shop_events.py",
        "memory/unit_of_work.py",
    }
)


def broad_excepts(files: Iterable[Source]) -> list[str]:
    """Handlers that take every failure, outside the loops that may."""
    return [
        f"{source.path}:{handler.lineno} catches everything; name what can go wrong"
        for source in files
        for handler in _handlers(source)
        if _is_broad(handler) and not _is_excused(source, handler)
    ]


def _handlers(source: Source) -> Iterator[ast.ExceptHandler]:
    return (node for node in ast.walk(source.tree) if isinstance(node, ast.ExceptHandler))


def _is_broad(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(
        one is None or (isinstance(one, ast.Name) and one.id in ("Exception", "BaseException")) for one in caught
    )


def _is_excused(source: Source, handler: ast.ExceptHandler) -> bool:
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return True  # cleans up on the way out and lets the failure go on, whatever it is
    logs = any(isinstance(node, ast.Attribute) and node.attr in ("exception", "error") for node in ast.walk(handler))
    return source.path in BROAD_LOOPS and logs


def clock_readers(files: Iterable[Source]) -> list[str]:
    """Places that read the machine's calendar instead of taking `now`."""
    return [
        f"{source.path}:{node.lineno} reads the clock; take `now` from the caller"
        for source in files
        if source.path not in CLOCKS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in NOW
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in ("datetime", "date")
    ]


def tenant_crossers(files: Iterable[Source]) -> list[str]:
    """Modules that look across tenants without being listed, and listed ones that no longer do."""
    found = {source.path for source in files if "across_tenants" in source.text}
    return [f"{path} may not call across_tenants" for path in sorted(found - ACROSS)] + [
        f"{path} no longer crosses tenants: take it off the list" for path in sorted(ACROSS - found)
    ]


def sleeping_tests(files: Iterable[Source]) -> list[str]:
    """Tests that wait by the clock instead of for what they wait for; zero only yields to other tasks."""
    return [
        f"{source.path}:{node.lineno} sleeps"
        for source in files
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr == "sleep"
        and not (node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0)
    ]


_IGNORES = re.compile(r"#\s*(?:noqa: [A-Z0-9, ]+|type: ignore\[[a-z, -]+\])(?P<reason>.*)$")


def unreasoned_ignores(files: Iterable[Source]) -> list[str]:
    """Lint and type ignores without a reason on their line or on the comment line above."""
    found = []
    for source in files:
        lines = source.text.splitlines()
        for place, line in enumerate(lines):
            ignore = _IGNORES.search(line)
            above = lines[place - 1].lstrip() if place else ""
            if ignore and not re.search(r"\w{2}", ignore["reason"]) and not above.startswith("#"):
                found.append(f"{source.path}:{place + 1} ignores a rule and does not say why")
    return found
