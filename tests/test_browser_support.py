"""Finding the browser the browser tests drive, and what happens without one."""

import stat
from pathlib import Path

import pytest

from tests.support import browser


def executable(folder: Path, name: str) -> Path:
    made = folder / name
    made.write_text("#!/bin/sh\n", "utf-8")
    made.chmod(made.stat().st_mode | stat.S_IXUSR)
    return made


def test_the_browser_named_wins_over_the_first_on_the_path(tmp_path: Path) -> None:
    found, named = executable(tmp_path, "chromium"), executable(tmp_path, "mine")
    assert browser.chromium_path({"PATH": str(tmp_path)}) == found
    assert browser.chromium_path({"PATH": str(tmp_path), "DAREN_CHROMIUM": str(named)}) == named


def test_a_named_browser_that_is_not_there_is_none_at_all(tmp_path: Path) -> None:
    executable(tmp_path, "chromium")
    assert browser.chromium_path({"PATH": str(tmp_path), "DAREN_CHROMIUM": str(tmp_path / "gone")}) is None


@pytest.mark.parametrize(("setting", "code"), [({}, 0), ({"DAREN_TEST_BROWSER": "required"}, 1)])
def test_without_a_browser_it_says_so_loudly_and_fails_where_one_is_demanded(
    setting: dict[str, str], code: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert browser.main({"PATH": str(tmp_path), **setting}, may_install=False) == code
    said = capsys.readouterr().err
    assert "NOT run" in said
    assert "浏览器测试" in said
