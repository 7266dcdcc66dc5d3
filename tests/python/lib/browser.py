"""A page opened as people open it: in a real Chrome or Chromium, from its file."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
SIZES = {"phone": (360, 740), "desk": (1280, 900)}
FAULTS = (Path(__file__).parent / "accessibility.js").read_text(encoding="utf-8")


@contextmanager
def chromium() -> Iterator[Browser]:
    """The Chrome or Chromium of this machine; where there is none, the test is skipped."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if not program:
        pytest.skip("there is no Chrome or Chromium (Debian: chromium)")
    # its sandbox cannot be had by root, and the page is our own
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


@contextmanager
def opened(browser: Browser, file: Path, size: str, scheme: str = "light") -> Iterator[Page]:
    """A page at one of `SIZES`; whatever it says on the console or asks of anybody is red."""
    width, height = SIZES[size]
    page = browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"console: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    page.on(
        "request",
        lambda request: (
            None if request.url.startswith(("file:", "data:")) else wrong.append(request.url)
        ),
    )
    page.goto(file.absolute().as_uri())
    yield page
    page.close()
    assert wrong == []


def faults(page: Page) -> list[str]:
    """What keeps people from reading or using a page (WCAG 2.2 AA, as far as a script can see)."""
    return page.evaluate(FAULTS)
