"""Texts and the keys code calls them by: every key exists, in both languages, and every slot is filled."""

import ast
import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from tests.house.tree import Source

Table = Mapping[str, str]

# Errors say their kind's own sentence when made without a key.
ERRORS = frozenset(
    {
        "AppError", "BadRequest", "NotFound", "NotAllowed", "Conflict", "Refused", "Unavailable", "Unclear",
        "Misconfigured",
    }
)  # fmt: skip
# Nouns that carry a key and the facts of its slots; a flag's text may stand under flag_<key>.
KEYED = frozenset({"Flag", "Note", "Reason", "SummaryLine"})
_TEMPLATE_KEY = re.compile(r"""(?<![\w.])t\(\s*["']([a-z0-9_]+)["']""")


@dataclass(frozen=True, slots=True)
class Use:
    """One place that names a text. `given`: the facts it passes; None when that cannot be read off."""

    where: str
    keys: tuple[str, ...]
    given: frozenset[str] | None
    kind: str


def slots(text: str) -> frozenset[str]:
    """The {names} of a text."""
    return frozenset(name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name)


def disparity(zh: Table, en: Table) -> list[str]:
    """Keys of one language alone, and keys whose slots differ."""
    found = [f"{key} has no Chinese text" for key in sorted(en.keys() - zh.keys())]
    found += [f"{key} has no English text" for key in sorted(zh.keys() - en.keys())]
    return found + [
        f"{key}: slots {sorted(slots(zh[key]))} in Chinese, {sorted(slots(en[key]))} in English"
        for key in sorted(zh.keys() & en.keys())
        if slots(zh[key]) != slots(en[key])
    ]


def uses(files: Iterable[Source]) -> Iterator[Use]:
    """Every text named by a literal in code."""
    for source in files:
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call):
                yield from _use(source, node)


def _use(source: Source, call: ast.Call) -> Iterator[Use]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    where = f"{source.path}:{call.lineno}"
    literal = _literals(call.args[0]) if call.args else ()
    if name in ("say", "_say", "template") and literal:
        yield Use(where, literal, None if name == "template" else _keywords(call), "say")
    elif name in ERRORS and (literal or not call.args):
        yield Use(where, literal, _keywords(call), name)
    elif name in KEYED and literal:
        facts = call.args[1] if len(call.args) > 1 else None
        yield Use(where, literal, _dictionary(facts), name)


def _literals(node: ast.expr) -> tuple[str, ...]:
    """The keys an expression may be: a literal, or either side of a choice between literals."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.IfExp):
        return _literals(node.body) + _literals(node.orelse)
    return ()


def _keywords(call: ast.Call) -> frozenset[str] | None:
    names = [keyword.arg for keyword in call.keywords]
    return None if None in names else frozenset(name for name in names if name)


def _dictionary(node: ast.expr | None) -> frozenset[str] | None:
    if not isinstance(node, ast.Dict) or not all(isinstance(key, ast.Constant) for key in node.keys):
        return None
    return frozenset(str(key.value) for key in node.keys if isinstance(key, ast.Constant))


def unwritten(named: Iterable[Use], table: Table) -> list[str]:
    """Keys code names that have no text."""
    return [
        f"{use.where}: no text for {key}"
        for use in named
        for key in use.keys
        if key not in table and not (use.kind == "Flag" and f"flag_{key}" in table)
    ]


def unfilled(named: Iterable[Use], table: Table) -> list[str]:
    """Texts whose slots the code that names them leaves empty: said aloud, they would fail."""
    found = []
    for use in named:
        for key in use.keys:
            text = table.get(key) or table.get(f"flag_{key}", "")
            if use.given is not None and (empty := slots(text) - use.given):
                found.append(f"{use.where}: {key} needs {sorted(empty)}, is given {sorted(use.given)}")
    return found


def unwritten_families(files: Iterable[Source], table: Table) -> list[str]:
    """Keys put together in code (f"status_{x}") of which no text begins and ends so."""
    found = []
    for source in files:
        for node in ast.walk(source.tree):
            if not (isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.JoinedStr)):
                continue
            if not (isinstance(node.func, ast.Attribute) and node.func.attr == "say"):
                continue
            family = "".join(
                re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in node.args[0].values
            )
            if not any(re.fullmatch(family, key) for key in table):
                found.append(f"{source.path}:{node.lineno}: no text is called {family}")
    return found


def unwritten_in_pages(templates: Iterable[Source], table: Table) -> list[str]:
    """Keys templates name that have no text."""
    return [
        f"{source.path}: no text for web_{key}"
        for source in templates
        for key in _TEMPLATE_KEY.findall(source.text)
        if f"web_{key}" not in table and not key.endswith("_")
    ]


def unfit_prompts(prompts: Iterable[Source]) -> list[str]:
    """Prompts whose header does not name exactly the variables they use."""
    found = []
    for source in prompts:
        head, _, body = source.text.partition("\n")
        header = re.fullmatch(r"<!-- variables:(?P<names>[^>]*)-->", head)
        if header is None:
            found.append(f"{source.path} does not begin with its variables")
            continue
        tags = " ".join(re.findall(r"\{[{%](.*?)[%}]\}", body, re.DOTALL))
        words = re.sub(r"\"[^\"]*\"|'[^']*'", "", tags)
        used = set(re.findall(r"\b[a-z_]+\b", words)) - {"if", "endif", "else", "elif", "for", "endfor", "in", "or"}
        named = set(header["names"].split())
        if used != named:
            found.append(f"{source.path} names {sorted(named)}, uses {sorted(used)}")
    return found
