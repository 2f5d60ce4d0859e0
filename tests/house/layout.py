"""Where things stand: file lengths, folders, names, adapters."""

import tomllib
from collections.abc import Iterable, Mapping

from tests.house.tree import Source

LONGEST = 400
TOP = frozenset(
    {
        ".ci", ".gitignore", ".pre-commit-config.yaml", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile",
        "README.md", "README.zh.md", "agent", "connectors", "docs", "evals", "memory", "prompts", "pyproject.toml",
        "requirements.txt", "tests", "tools",
    }
)  # fmt: skip
REJECTED = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "misc"})
CHECKLIST = ("signature check", "retry", "rate limit", "redaction", "fixtures", "sandbox tried")


def too_long(files: Iterable[Source]) -> list[str]:
    """Python files nobody reads in one sitting."""
    lengths = ((source.path, source.text.count("\n")) for source in files)
    return [f"{path} has {lines} lines, more than {LONGEST}" for path, lines in lengths if lines > LONGEST]


def filled_inits(files: Iterable[Source]) -> list[str]:
    """__init__.py files that are not empty."""
    return [f"{source.path} is not empty" for source in files if source.path.endswith("__init__.py") and source.text]


def strangers_at_the_top(paths: Iterable[str]) -> list[str]:
    """Names at the top level that the design does not know."""
    return [f"{name} does not belong at the top" for name in sorted({path.split("/")[0] for path in paths} - TOP)]


def rejected_names(paths: Iterable[str]) -> list[str]:
    """Folders and modules whose names say nothing."""
    return [
        f"{path}: name it after what it holds"
        for path in paths
        if REJECTED & {part.removesuffix(".py") for part in path.split("/")}
    ]


def adapters(paths: Iterable[str]) -> set[str]:
    """The folders of connectors/ but ports."""
    parts = (path.split("/") for path in paths)
    return {part[1] for part in parts if part[0] == "connectors" and len(part) > 2} - {"ports"}


def adapter_papers(present: Iterable[str], texts: Mapping[str, str]) -> list[str]:
    """Adapters without a README, or whose README does not end with the whole checklist."""
    found = []
    for adapter in sorted(present):
        path = f"connectors/{adapter}/README.md"
        if path not in texts:
            found.append(f"{path} is missing")
            continue
        ending = texts[path].lower().splitlines()[-(len(CHECKLIST) + 4) :]
        found += [f"{path}: the checklist at its end lacks “{item}”" for item in CHECKLIST if item not in str(ending)]
    return found


def unlisted_adapters(present: set[str], pyproject: str) -> list[str]:
    """Adapters the import contracts forget, and names in them that are gone."""
    contracts = tomllib.loads(pyproject)["tool"]["importlinter"]["contracts"]
    listed = {
        "Only bootstrap names an adapter": "forbidden_modules",
        "Adapters do not know each other": "modules",
    }
    found = []
    for contract in contracts:
        if (field := listed.get(contract["name"])) is None:
            continue
        named = {module.removeprefix("connectors.") for module in contract[field]} - {"server"}
        found += [f"“{contract['name']}” lacks connectors.{name}" for name in sorted(present - named)]
        found += [f"“{contract['name']}” names {name}, which is gone" for name in sorted(named - present)]
    missing = listed.keys() - {contract["name"] for contract in contracts}
    return found + [f"the contract “{name}” is gone" for name in sorted(missing)]
