"""The SQL that the project's macros make for DuckDB, without dbt around them."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import jinja2

from tests.python.lib import project

FOLDERS = ("engine", "identifiers", "marts")


def rendered(macro: str, *arguments: object) -> str:
    """The SQL of one macro of `FOLDERS` for these arguments."""
    return str(getattr(_macros(), macro)(*arguments)).strip()


@cache
def _macros() -> SimpleNamespace:
    found = SimpleNamespace()
    files = [file for name in FOLDERS for file in (project.ROOT / "macros" / name).glob("*.sql")]
    adapter = SimpleNamespace(dispatch=lambda name, _: getattr(found.module, f"duckdb__{name}"))
    template = jinja2.Environment(extensions=["jinja2.ext.do"]).from_string(
        "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))
    )
    found.module = template.make_module({"adapter": adapter, "return": lambda value: value})
    return found.module
