"""What must not stand in any file: download hosts, machine paths, real addresses, secrets."""

import json
import re
from collections.abc import Iterable

from tests.house.tree import Source

# [-] and [ ] keep this file from holding what it looks for.
_DOWNLOADS = re.compile(
    r"https?://\S*(?:/simple\b|\.whl\b|\.tar\.gz\b|\.tgz\b)|--(?:extra-)?index[-]url|--find[-]links"
    r"|\b(?:files\.pythonhosted|pypi|registry\.npmjs|npmmirror|huggingface)\.(?:org|com|co)\b"
)
_MACHINE_PATHS = re.compile(r"(?<![\w.*])/(?:work|tmp|root|Users)/\w|(?<![\w.*])/home/\w|\b[A-Z]:\\\\?Users\\")
_ADDRESS = re.compile(r"[A-Za-z0-9._%+-]+@((?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,})\b")
_SAFE_DOMAINS = re.compile(r"(?:.*\.)?(?:example(?:\.(?:com|net|org))?|test|invalid|localhost)")
_SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE[ ]KEY|\bsk-[A-Za-z0-9]{32,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}"
    r"|\bxox[abprs]-[0-9A-Za-z-]{20,}|\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\."
)
# Names of packages and versions in lock files look like addresses: "@scope", "name@1.2.3".
_LOCKS = ("package-lock.json",)


def download_places(files: Iterable[Source]) -> list[str]:
    """Package hosts and download addresses; where packages come from is the machine's business."""
    return _matches(files, _DOWNLOADS, "names where to download from")


def machine_paths(files: Iterable[Source]) -> list[str]:
    """Paths of somebody's machine."""
    return _matches(files, _MACHINE_PATHS, "names a path of one machine")


def secrets(files: Iterable[Source]) -> list[str]:
    """Keys and tokens that look real."""
    return _matches(files, _SECRETS, "looks like a secret")


def real_addresses(files: Iterable[Source]) -> list[str]:
    """E-mail addresses somebody may own."""
    return [
        f"{source.path}:{_line(source, found)} holds the address {found[0]}"
        for source in files
        if not source.path.endswith(_LOCKS)
        for found in _ADDRESS.finditer(source.text)
        if not _SAFE_DOMAINS.fullmatch(found[1].lower())
    ]


def resolved_packages(lock: str) -> list[str]:
    """Packages of a package-lock.json that say where they were downloaded from, or carry no digest."""
    packages = {name: facts for name, facts in json.loads(lock)["packages"].items() if name}
    found = [f"{name} is resolved to an address" for name, facts in packages.items() if "resolved" in facts]
    return found + [f"{name} has no digest" for name, facts in packages.items() if "integrity" not in facts]


def unhashed(requirements: str) -> list[str]:
    """Pinned packages without a digest, and packages without an exact version."""
    entries = re.split(r"(?m)^(?=[A-Za-z0-9])", requirements)
    return [
        entry.split()[0]
        for entry in entries
        if entry[:1].isalnum() and not ("--hash=sha256:" in entry and re.match(r"[^\s=]+==", entry))
    ]


def _matches(files: Iterable[Source], pattern: re.Pattern[str], complaint: str) -> list[str]:
    return [
        f"{source.path}:{_line(source, found)} {complaint}: {found[0][:60]}"
        for source in files
        for found in pattern.finditer(source.text)
    ]


def _line(source: Source, found: re.Match[str]) -> int:
    return source.text.count("\n", 0, found.start()) + 1
