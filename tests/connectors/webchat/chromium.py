"""A real browser before a real server: Chromium on loopback, the web chat over fakes in a thread."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.support.browser import ABSENT, chromium_path, demanded

AXE = Path(__file__).parents[3] / "connectors" / "webchat" / "node_modules" / "axe-core" / "axe.min.js"
ARGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
DESKTOP = (1360, 860)
PHONE = (390, 844)


@dataclass
class Site:
    """A served application and the browser that visits it. `trouble` gathers errors of the page itself."""

    address: str
    browser: Browser
    trouble: list[str] = field(default_factory=list)

    def visit(
        self, path: str = "/", *, lang: str = "zh", size: tuple[int, int] = DESKTOP, token: str = "token-1"
    ) -> Page:
        """Open a page as a member."""
        context: BrowserContext = self.browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(10_000)
        context.add_cookies(
            [
                {"name": "daren_session", "value": token, "url": self.address},
                {"name": "daren_lang", "value": lang, "url": self.address},
            ]
        )
        page = context.new_page()
        page.on("pageerror", lambda error: self.trouble.append(str(error)))
        page.on("console", lambda said: self.trouble.append(said.text) if "Content Security" in said.text else None)
        page.goto(self.address + path)
        return page


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """Serve the application on a free port of the loopback interface."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", timeout_graceful_shutdown=1, ws="none"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(timeout=10)
        listener.close()


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, without a window and without a network of its own; without one the tests are skipped."""
    found = chromium_path()
    if found is None:
        pytest.fail(ABSENT) if demanded() else pytest.skip(ABSENT)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(ARGS))
        try:
            yield browser
        finally:
            browser.close()


def axe_findings(page: Page, *, only: str | None = None) -> list[str]:
    """What axe finds on the page as it stands, by all its rules or one: rule and first place."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text("utf-8"))
    options = {"resultTypes": ["violations"], **({"runOnly": only} if only else {})}
    found = page.evaluate("options => axe.run(document, options)", options)
    return [f"{rule['id']}: {rule['nodes'][0]['html'][:160]}" for rule in found["violations"]]


def assert_sound(page: Page, *, about: object = None) -> None:
    """At both widths nothing overflows and axe finds nothing; a theme changes colours, nothing else."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        for theme, only in (("light", None), ("dark", "color-contrast")):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            assert axe_findings(page, only=only) == [], (about, size, theme)
    assert_fits(page, about=about)


def assert_fits(page: Page, *, about: object = None) -> None:
    """At both widths nothing overflows."""
    for width, height in (DESKTOP, PHONE):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (about, width)


def assert_sound_in_both(visit: Callable[[str], Page]) -> None:
    """A page, visited in a language: sound in Chinese; in English, which is the same page in other words, it fits."""
    assert_sound(visit("zh"), about="zh")
    page = visit("en")
    assert axe_findings(page) == []
    assert_fits(page, about="en")
