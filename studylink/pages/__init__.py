"""The pages that people look at: one file of HTML each, which needs no network and no browser.

A page brings its own style and script, and a content security policy that lets it fetch nothing.
Whatever it shows is public: counts and what is computed from them, as `figures` makes them.
"""

import os
from base64 import b64encode
from datetime import date
from hashlib import sha256
from pathlib import Path

import jinja2
from markupsafe import Markup

from studylink.names import named
from studylink.pages import figures

TEMPLATES = Path(__file__).parent / "templates"


def write(file: Path, template: str, **context: object) -> None:
    """Fill a template and write the page, readable by its owner alone."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters |= {
        "count": count,
        "percent": _percent,
        "code": _with_code,
        "cell": _cell,
        "day": day,
        "named": named,
    }
    environment.globals |= {"base": figures.base(), "counts_in_words": figures.in_words()}
    style, script = ((TEMPLATES / name).read_text() for name in ("style.css", "page.js"))
    page = environment.get_template(template).render(
        style=Markup(style),
        script=Markup(script),
        hashes={"style": _digest(style), "script": _digest(script)},
        **context,
    )
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(page)


def _digest(text: str) -> str:
    """A text as a content security policy names it (CSP level 3, "hash-source")."""
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def count(number: int | None) -> str:
    """A public count in words: with thousands separators, or that it is withheld."""
    return f"under {figures.base()}" if number is None else f"{number:,}"


def day(day: date | None) -> str:
    """A day in words, as `3 June 2026`; nothing where there is none."""
    return f"{day.day} {day:%B %Y}" if day else ""


def _cell(value: object) -> str:
    """A cell of a table: a count, withheld where there is none, a day, or words."""
    if value is None or isinstance(value, int):
        return count(value)
    return day(value) if isinstance(value, date) else str(value)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


def _with_code(text: str | None) -> Markup:
    """A description, in which names between backticks are set as code."""
    parts = (text or "").split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if position % 2 else part
        for position, part in enumerate(parts)
    )
