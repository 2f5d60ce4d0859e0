"""What the papers must keep up with: settings, commands, decisions."""

import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel

from tests.house.tree import Source

SECTIONS = ("Context", "Decision", "Consequences", "Alternatives", "References")
LONGEST_DECISION = 70


def setting_names(settings: type[BaseModel], prefix: str = "DAREN_") -> Iterator[str]:
    """Every environment variable of a settings model, those of its groups included."""
    for name, field in settings.model_fields.items():
        variable = f"{prefix}{name.upper()}"
        groups = [part for part in _parts(field.annotation) if isinstance(part, type) and issubclass(part, BaseModel)]
        if groups:
            yield from setting_names(groups[0], f"{variable}__")
        else:
            yield variable


def _parts(annotation: object) -> tuple[object, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))


def undocumented(names: Iterable[str], papers: Mapping[str, str]) -> list[str]:
    """Names a paper does not hold as `code`."""
    wanted = sorted(names)
    return [
        f"{paper} does not explain {name}"
        for paper, text in papers.items()
        for name in wanted
        if f"`{name}`" not in text
    ]


def invented(names: Iterable[str], papers: Mapping[str, str]) -> list[str]:
    """Settings a paper explains that nothing reads."""
    known = set(names)
    return [
        f"{paper} explains {name}, which nothing reads"
        for paper, text in papers.items()
        for name in sorted(set(re.findall(r"`(DAREN_[A-Z_]+)`", text)) - known)
    ]


def unexplained_commands(commands: Iterable[str], papers: Mapping[str, str]) -> list[str]:
    """Commands of `daren` without a place in a paper's tables."""
    asked = [(paper, text, name) for paper, text in papers.items() for name in sorted(commands)]
    return [
        f"{paper} does not explain daren {name}"
        for paper, text, name in asked
        if not re.search(rf"`daren {name}\b", text)
    ]


def make_targets(makefile: str) -> list[str]:
    """Targets with a ## help line."""
    return re.findall(r"^([a-z-]+):.*##", makefile, re.MULTILINE)


def decision_faults(decisions: Iterable[Source]) -> list[str]:
    """Decision records without their five sections, longer than a page, or out of number."""
    found = []
    for place, source in enumerate(sorted(decisions, key=lambda source: source.path), 1):
        sections = tuple(re.findall(r"^## (.+)$", source.text, re.MULTILINE))
        if sections != SECTIONS:
            found.append(f"{source.path} has the sections {sections}")
        if source.text.count("\n") > LONGEST_DECISION:
            found.append(f"{source.path} is longer than a page")
        number = source.path.rsplit("/", 1)[-1].split("-", 1)[0]
        if number != f"{place:04}":
            found.append(f"{source.path} should be number {place:04}")
        if not source.text.startswith(f"# {number}"):
            found.append(f"{source.path} does not begin with its number")
    return found


def unread(settings: type[BaseModel], files: Iterable[Source]) -> list[str]:
    """Settings that no code but their own module asks for."""
    code = "\n".join(source.text for source in files)
    names = {name.rsplit("__", 1)[-1].removeprefix("DAREN_").lower() for name in setting_names(settings)}
    return [f"nothing reads the setting {name}" for name in sorted(names) if not re.search(rf"\w\.{name}\b", code)]


def missing_papers(files: Iterable[Source], present: Iterable[str]) -> list[str]:
    """Papers and prompts a file names that are not there."""
    known = tuple(f"/{path}" for path in present)
    return [
        f"{source.path} names {name}, which is not there"
        for source in files
        for name in sorted(set(re.findall(r"(?<![\w*{/>-])[\w./-]*\w\.md\b", source.text)))
        if not any(path.endswith(f"/{name.removeprefix('../').lstrip('/')}") for path in known)
    ]
