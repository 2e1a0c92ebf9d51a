"""A real browser: Debian's Chromium, driven by Playwright (whose own browsers are not needed).

W2F_LATENCY=300 gives its network a latency of so many milliseconds: a test that reads a page before the answer to its
click is there fails then, and not only on a busy day.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Locator, Page, sync_playwright

PROGRAM = "/usr/bin/chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    """One browser; each person gets a context of their own from `person`."""
    if not Path(PROGRAM).exists():
        raise FileNotFoundError(f"{PROGRAM} is not there (Debian: chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=PROGRAM,
            headless=True,
            args=["--no-sandbox", "--headless=new", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def person(browser: Browser, script: bool = True, dark: bool = False, phone: bool = False) -> Iterator[Page]:
    """A page in a browser profile of its own. Whatever the page's scripts log as errors fails the test at the end."""
    size = {"width": 390, "height": 844} if phone else {"width": 1280, "height": 900}
    context: BrowserContext = browser.new_context(
        viewport=size, java_script_enabled=script, color_scheme="dark" if dark else "light", has_touch=phone
    )
    context.set_default_timeout(15_000)
    page = context.new_page()
    _slow_down(page)
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert not problems, problems


def _slow_down(page: Page) -> None:
    latency = int(os.environ.get("W2F_LATENCY", "0"))
    if latency:
        conditions = {"offline": False, "latency": latency, "downloadThroughput": -1, "uploadThroughput": -1}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", conditions)


def follow(control: Locator) -> None:
    """Clicks a link or a form's button, and returns when the next page is there: `click` alone does not wait for it."""
    with control.page.expect_navigation():
        control.click()


def screenshot(page: Page, name: str) -> None:
    """Writes what the page shows into the folder that W2F_SCREENSHOTS names, if it names one."""
    folder = os.environ.get("W2F_SCREENSHOTS")
    if folder:
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(folder) / f"{name}.png"), full_page=True)
