"""The pictures of the read-me, taken from the running demonstration: ``make screenshots``."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.support.browser import arguments, chromium
from webapp.demo.roster import PASSWORD

HERE = Path(__file__).parent
PATIENCE = 300
"""Seconds that the demonstration may take to be made."""


def main() -> None:
    """Make a demonstration in a temporary folder, and picture it in both languages."""
    with served() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=arguments())
        for lang in ("zh", "en"):
            take(browser, address, lang)
        browser.close()


def take(browser: Browser, address: str, lang: str) -> None:
    """The four pictures in one language."""
    clerk = signed_in(browser, address, "zhong.li", lang)
    clerk.goto(f"{address}/inbox/claim")
    keep(clerk, "inbox", lang)
    clerk.locator('a[href^="/tasks/"]').first.click()
    clerk.locator("#task-form").wait_for()
    keep(clerk, "task", lang)
    head = signed_in(browser, address, "he.lixin", lang)
    head.goto(f"{address}/supervision/board")
    keep(head, "board", lang)
    head.goto(f"{address}/supervision/?lamp=red")
    head.locator('main a[href^="/cases/"]').first.click()
    head.locator(".djs-container svg").wait_for()
    head.wait_for_timeout(800)
    keep(head, "case", lang)


def signed_in(browser: Browser, address: str, who: str, lang: str) -> Page:
    """A page of somebody who works in a language."""
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    page.goto(f"{address}/sign-in")
    page.locator("#name").fill(who)
    page.locator("#password").fill(PASSWORD)
    page.locator("main form button[type=submit]").first.click()
    page.locator(".yf-me").wait_for()
    other = page.locator(f'button[lang="{"en" if lang == "en" else "zh-CN"}"]')
    if other.count():
        other.click()
        page.wait_for_load_state()
    return page


def keep(page: Page, name: str, lang: str) -> None:
    """Write what is seen."""
    page.screenshot(path=HERE / f"{name}.{lang}.png", animations="disabled")


@contextmanager
def served() -> Iterator[str]:
    """A fresh demonstration's address. Raises SystemExit when it does not come up."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        server = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "webapp.cli", "demo", "--port", str(port)], cwd=folder
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, server)
            yield address
        finally:
            server.terminate()
            server.wait()


def wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    """Wait until the demonstration answers."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"{address}/sign-in", timeout=5).close()  # noqa: S310 - loopback
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
        else:
            return
    raise SystemExit("the demonstration did not come up")


if __name__ == "__main__":
    main()
