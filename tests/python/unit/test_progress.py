"""A bar is drawn where somebody looks at what takes long, and nowhere else."""

from __future__ import annotations

import sys

import pytest

from studylink import progress


@pytest.mark.parametrize(("is_terminal", "seconds"), [(True, 3), (True, 1), (False, 3)])
def test_a_bar_is_drawn_on_a_terminal_after_two_seconds(
    is_terminal: bool,
    seconds: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    moments = iter([0, *[seconds] * 9])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(moments))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: is_terminal)
    assert list(progress.shown("abcd", "looking")) == list("abcd")
    drawn = capsys.readouterr()
    assert drawn.out == ""
    assert ("looking [#" in drawn.err) is (is_terminal and seconds > progress.WAIT)
