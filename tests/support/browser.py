"""Where Chromium is, and what to say when there is none. Run before the tests: python -m tests.support.browser."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PATH_SETTING = "DAREN_CHROMIUM"
DEMAND_SETTING = "DAREN_TEST_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium", "fonts-noto-cjk")
ABSENT = (
    "No Chromium: the tests that drive a browser (mark `browser`) are NOT run. "
    f"Install chromium, or name one in {PATH_SETTING}.\n"
    f"没有 Chromium：浏览器测试（标记 browser）这次不跑。请安装 chromium，或用 {PATH_SETTING} 指定。"
)


def chromium_path(environment: Mapping[str, str] = os.environ) -> Path | None:
    """The browser to drive: the one named in DAREN_CHROMIUM, else the first on the path; None without one."""
    if named := environment.get(PATH_SETTING):
        return Path(named) if os.access(named, os.X_OK) else None
    found = (shutil.which(name, path=environment.get("PATH", os.defpath)) for name in NAMES)
    return next((Path(path) for path in found if path), None)


def demanded(environment: Mapping[str, str] = os.environ) -> bool:
    """Whether a missing browser is a failure (DAREN_TEST_BROWSER=required) and not just less tested."""
    return environment.get(DEMAND_SETTING) == "required"


def installable() -> bool:
    """Whether this is root on a Debian: then installing needs nobody's password."""
    return os.geteuid() == 0 and Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def install() -> None:
    """Install Chromium and Chinese fonts with apt-get; a failure shows in what `chromium_path` finds afterwards."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    sys.stdout.write("Installing Chromium for the browser tests / 正在安装浏览器测试用的 Chromium …\n")
    sys.stdout.flush()
    for step in (("update", "-qq"), ("install", "-y", "-qq", "--no-install-recommends", *PACKAGES)):
        subprocess.run(("apt-get", *step), check=False, stdout=subprocess.DEVNULL, env=environment)


def main(environment: Mapping[str, str] = os.environ, *, may_install: bool = True) -> int:
    """Exit code 0, unless a browser is demanded and there is none."""
    if chromium_path(environment) is None and may_install and installable():
        install()
    if chromium_path(environment) is not None:
        return 0
    sys.stderr.write(f"\n{'!' * 100}\n{ABSENT}\n{'!' * 100}\n\n")
    return int(demanded(environment))


if __name__ == "__main__":
    sys.exit(main())
