"""
A real browser: Chromium, at a desk or on a phone, watched for everything that a page must not do, and with axe-core for
what people who cannot see or point well would meet.
"""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, sync_playwright

from seko_social.processes import ROOT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
AT_HOME = {"locale": "sv-SE", "timezone_id": "Europe/Stockholm"}
AXE = ROOT / "var" / "tools" / "axe-core" / "axe.min.js"
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# A page that is left while something is on its way: the browser stops it, and nothing is wrong.
LEFT = "net::ERR_ABORTED"


@contextmanager
def chromium() -> Iterator[Browser]:
    """The machine's own Chromium, or else Playwright's."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def desktop(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1440, "height": 900}, **AT_HOME)


def phone(browser: Browser) -> BrowserContext:
    return browser.new_context(
        viewport={"width": 390, "height": 844},
        device_scale_factor=2,
        is_mobile=True,
        has_touch=True,
        **AT_HOME,
    )


# --- watching ---------------------------------------------------------------------------------------------


TOLD_BY_FAILED = re.compile(r"htmx:(afterRequest|sendAbort|sendError)\b")
"""What htmx says of a request that came to nothing: we tell it once, and not where the page was only left."""


@dataclass
class Watch:
    """A page under watch, and the trouble that it made."""

    page: Page
    trouble: list[str] = field(default_factory=list)

    def console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not TOLD_BY_FAILED.match(message.text):
            self.trouble.append(f"console: {message.text} ({message.location.get('url')})")

    def failed(self, request: Request) -> None:
        if request.failure != LEFT:
            self.trouble.append(f"failed: {request.method} {request.url} ({request.failure})")

    def sent(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme in {"http", "https", "ws", "wss"} and address.hostname not in LOOPBACK:
            self.trouble.append(f"foreign host: {request.url}")


watches: list[Watch] = []


def watched(page: Page) -> Page:
    """Remember errors, failed requests and requests to foreign hosts; `end_of_watch` tells them."""
    watch = Watch(page)
    watches.append(watch)
    page.on("console", watch.console)
    page.on("pageerror", lambda error: watch.trouble.append(f"script: {error}"))
    page.on("requestfailed", watch.failed)
    page.on("request", watch.sent)
    return page


def pardon(page: Page, pattern: str) -> None:
    """The trouble that a test meant to make. There must have been some."""
    watch = next(watch for watch in watches if watch.page is page)
    meant = [line for line in watch.trouble if re.search(pattern, line)]
    assert meant, f"no trouble like {pattern}: {watch.trouble}"
    watch.trouble = [line for line in watch.trouble if line not in meant]


def end_of_watch() -> list[str]:
    """All trouble since the last time; the pages and their contexts are closed."""
    trouble = [line for watch in watches for line in watch.trouble]
    for context in {watch.page.context for watch in watches}:
        context.close()
    watches.clear()
    return trouble


def take_pictures(name: str) -> list[Path]:
    """What every watched page shows now, as files."""
    folder = Path(os.environ.get("VAR_DIR") or ROOT / "var") / "failures"
    folder.mkdir(parents=True, exist_ok=True)
    stem = re.sub(r"[^\w-]+", "-", name)
    open_pages = [watch.page for watch in watches if not watch.page.is_closed()]
    taken = [folder / f"{stem}-{number}.png" for number, _ in enumerate(open_pages, start=1)]
    for page, path in zip(open_pages, taken, strict=True):
        page.screenshot(path=path, full_page=True)
    return taken


# --- axe --------------------------------------------------------------------------------------------------


def axe(page: Page) -> list[str]:
    """What axe-core finds against WCAG 2.0 to 2.2, A and AA, in light and in dark; one line for each element."""
    # The page's policy forbids foreign script; the developer tools, which carry this in, do not ask it.
    page.evaluate(AXE.read_text())
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found += [f"{scheme}: {line}" for line in violations(page)]
    page.emulate_media(color_scheme="light")
    return found


def violations(page: Page) -> list[str]:
    result = page.evaluate("tags => axe.run(document, {runOnly: tags})", STANDARDS)
    return [
        f"{rule['id']}: {' '.join(map(str, node['target']))} {node['failureSummary']}"
        for rule in result["violations"]
        for node in rule["nodes"]
    ]
