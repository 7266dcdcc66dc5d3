"""A bar for what takes a while: on standard error, and only where somebody is looking at it."""

import sys
import time
from collections.abc import Iterator, Sequence
from typing import TypeVar

Step = TypeVar("Step")

WAIT = 2.0
"""Seconds after which a bar is drawn."""
WIDTH = 30


def shown(steps: Sequence[Step], doing: str) -> Iterator[Step]:
    """Each step in turn, with a bar of how many are done once it has taken over two seconds."""
    began = time.monotonic()
    is_drawn = False
    for done, step in enumerate(steps):
        if sys.stderr.isatty() and time.monotonic() - began > WAIT:
            is_drawn = True
            bar = "#" * (WIDTH * done // len(steps))
            print(
                f"\r{doing} [{bar:<{WIDTH}}] {done} of {len(steps)}",
                end="",
                file=sys.stderr,
                flush=True,
            )
        yield step
    if is_drawn:
        print("\r" + " " * (len(doing) + WIDTH + 24) + "\r", end="", file=sys.stderr, flush=True)
