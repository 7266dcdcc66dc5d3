"""Small charts as inline SVG, drawn by Vega without a browser.

Colours are the page's own (`currentColor`, `var(--accent)`), so that charts follow it into dark
mode and print. What a chart shows stands beside it as text: each is an image with a name. Labels
are set here, and not by Vega: it would measure each of them, which takes four times the rest.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import vl_convert
from markupsafe import Markup, escape

WIDTH = 300
"""Pixels: what the smallest telephone has room for."""
HEIGHT, ROW, LABELS = 72, 17, 140
"""Pixels of upright bars, of the row of a lying one, and of the labels before those."""
FONT_SIZE, CHARACTER = 11, 7
"""Pixels of text, and of one character at most."""
ACCENT, PALE, GRID = "var(--accent)", "var(--muted)", "var(--faint)"

Bar = tuple[str, int | None]
"""What is counted, and the public count; None where it is withheld."""


@dataclass(frozen=True)
class Text:
    """A label of a chart: where it stands, in pixels, and from which of its ends."""

    text: str
    x: float
    y: float
    anchor: str = "middle"
    weight: int = 400


def columns(bars: Sequence[Bar], name: str) -> Markup:
    """Upright bars for values that have an order; a withheld one is a short grey stump."""
    # as many labels as there is room for
    room = WIDTH // (CHARACTER * max(len(label) for label, _ in bars))
    every = -(-len(bars) // max(2, min(6, room)))
    step = WIDTH / len(bars)
    return _svg(
        _bars("x", "y", [count for _, count in bars], [HEIGHT, 0]),
        (WIDTH, HEIGHT + FONT_SIZE + 4),
        (
            Text(label, _within(step * (place + 0.5), label), HEIGHT + FONT_SIZE + 1)
            for place, (label, _) in enumerate(bars)
            if place % every == 0
        ),
        name,
    )


def rows(bars: Sequence[Bar], name: str) -> Markup:
    """Lying bars, one under another, for values that have none."""
    return _svg(
        _bars("y", "x", [count for _, count in bars], [LABELS, WIDTH]),
        (WIDTH, ROW * len(bars)),
        (
            Text(_shortened(label, LABELS), LABELS - 6, ROW * (place + 0.5) + 4, "end")
            for place, (label, _) in enumerate(bars)
        ),
        name,
    )


@dataclass(frozen=True)
class Rate:
    """A share of 1 with its interval; None where withheld. A heading has no rate at all."""

    label: str
    rate: float | None
    low: float | None
    high: float | None
    is_heading: bool = False


def intervals(rates: Sequence[Rate], name: str) -> Markup:
    """Shares as points on their intervals, from 0 to 100%."""
    left, right, row = 165, WIDTH - 15, ROW + 2
    height = row * len(rates)
    values = [
        {"y": row * (place + 0.5), "rate": one.rate, "low": one.low, "high": one.high}
        for place, one in enumerate(rates)
        if one.rate is not None
    ]
    at = {"y": {"field": "y"}, "stroke": {"value": ACCENT}, "fill": {"value": ACCENT}}
    line = {"y2": {"value": height}, "stroke": {"value": GRID}}
    ticks = {0: left, 0.5: (left + right) / 2, 1: right}
    return _svg(
        {
            "data": [{"name": "rates", "values": values}],
            "scales": [{"name": "x", "type": "linear", "domain": [0, 1], "range": [left, right]}],
            "marks": [
                *(_mark("rule", None, x={"value": x}, **line) for x in ticks.values()),
                _mark(
                    "rule",
                    "rates",
                    x={"scale": "x", "field": "low"},
                    x2={"scale": "x", "field": "high"},
                    strokeWidth={"value": 2},
                    **at,
                ),
                _mark(
                    "symbol",
                    "rates",
                    x={"scale": "x", "field": "rate"},
                    size={"value": 45},
                    **at,
                ),
            ],
        },
        (WIDTH, height + FONT_SIZE + 4),
        [
            *(Text(f"{share:.0%}", x, height + FONT_SIZE + 1) for share, x in ticks.items()),
            *(
                Text(
                    _shortened(one.label, left + 12),
                    *(0 if one.is_heading else 8, row * (place + 0.5) + 4),
                    *("start", 600 if one.is_heading else 400),
                )
                for place, one in enumerate(rates)
            ),
        ],
        name,
    )


def _bars(along: str, across: str, counts: Sequence[int | None], ends: list[int]) -> dict:
    """Bars that stand along one axis and reach across the other, from the first of its `ends`."""
    start, end = ends
    values = [{"place": place, "count": count} for place, count in enumerate(counts)]
    band = {"scale": "along", "field": "place"}
    size = {"x": "width", "y": "height"}[along]
    is_withheld = "datum.count === null"
    stump = {"test": is_withheld, "value": start + (3 if end > start else -3)}
    return {
        "data": [{"name": "bars", "values": values}],
        "scales": [
            {
                "name": "along",
                "type": "band",
                "domain": {"data": "bars", "field": "place"},
                "range": [0, WIDTH if along == "x" else ROW * len(counts)],
                "padding": 0.15,
            },
            # from nothing to the most, however little that is
            {
                "name": "across",
                "type": "linear",
                "domain": {"fields": [[0, 1], {"data": "bars", "field": "count"}]},
                "range": ends,
            },
        ],
        "marks": [
            _mark(
                "rect",
                "bars",
                **{along: band, size: {"scale": "along", "band": 1}},
                **{across: {"value": start}},
                **{f"{across}2": [stump, {"scale": "across", "field": "count"}]},
                fill=[{"test": is_withheld, "value": PALE}, {"value": ACCENT}],
            )
        ],
    }


def _mark(kind: str, data: str | None, **encoded: object) -> dict:
    return {
        "type": kind,
        "encode": {"enter": encoded},
        **({"from": {"data": data}} if data else {}),
    }


def _within(x: float, label: str) -> float:
    """The middle of a label that is to stay within a chart."""
    half = CHARACTER * len(label) / 2
    return min(max(x, half), WIDTH - half)


def _shortened(text: str, pixels: int) -> str:
    most = (pixels - 6) // 6
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _svg(spec: dict, size: tuple[int, int], texts: Iterable[Text], name: str) -> Markup:
    """Draw a specification, and leave in the SVG nothing but what is seen; then set its labels."""
    width, height = size
    drawn = vl_convert.vega_to_svg(
        {
            "$schema": "https://vega.github.io/schema/vega/v5.json",
            **{"width": width, "height": height, "padding": 0},
            **spec,
        }
    )
    drawn = re.sub(r"^<svg[^>]*>|</svg>$", "", drawn)
    drawn = re.sub(r'<path class="(back|fore)ground"[^>]*/>', "", drawn)
    drawn = re.sub(r' (class|role|aria-[a-z]+|pointer-events|opacity)="[^"]*"', "", drawn)
    drawn = re.sub(r"(\d+\.\d)\d+", r"\1", drawn)
    labels = "".join(
        f'<text x="{text.x:.1f}" y="{text.y:.1f}" text-anchor="{text.anchor}"'
        f' font-weight="{text.weight}">{escape(text.text)}</text>'
        for text in texts
    )
    return Markup(
        f'<svg class="chart" role="img" aria-label="{escape(name)}" width="{width}"'
        f' height="{height}" viewBox="0 0 {width} {height}">{drawn}'
        f'<g fill="currentColor" font-size="{FONT_SIZE}">{labels}</g></svg>'
    )
