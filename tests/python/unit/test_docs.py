"""What README, CONTRIBUTING and docs/ name is there: contract, files, models, commands, tests."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from studylink.cli import COMMANDS, parser
from studylink.contract import ANSWERS, KINDS, landed_tables
from tests.python.lib.cases import CASES
from tests.python.lib.landing_page import PAGE, as_declared
from tests.python.lib.project import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def page_id(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


# --------------------------------------------------------------------------------------------------
# The landing contract
# --------------------------------------------------------------------------------------------------


def test_the_landing_page_has_every_landed_table_as_its_source_declares_it() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == as_declared(page), "docs/landing.md is out of date: run `make landing-page`"
    for table in landed_tables():
        assert f"### `{table.landed_as.replace('*', '<study>')}`\n" in page, table.landed_as
    assert first_cells("Kinds of tables") == set(KINDS)


def named_in_description(model: str, column: str) -> set[str]:
    """The words in backticks in the description of a governance mart's column."""
    file = ROOT / "models" / "marts" / "governance" / f"{model}.yml"
    (found,) = yaml.safe_load(file.read_text(encoding="utf-8"))["models"]
    (description,) = [one["description"] for one in found["columns"] if one["name"] == column]
    return set(re.findall(r"`([a-z_]+)`", description)) - {"as_of"}


def first_cells(heading: str) -> set[str]:
    """The first cells of the table under a heading of the landing page."""
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([a-z_ ]+)", section, flags=re.M))


def test_every_reason_and_fate_is_in_the_landing_page() -> None:
    assert first_cells("Row faults") == named_in_description("quarantined_records", "reason")
    assert first_cells("What becomes") == named_in_description("record_reconciliation", "fate")


def test_every_reason_of_a_decision_and_outcome_of_a_request_is_on_its_page() -> None:
    for page, model, column in (
        ("governance", "linkage_decisions", "reason"),
        ("participants", "request_outcomes", "outcome"),
    ):
        text = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
        for name in named_in_description(model, column):
            assert f"`{name}`" in text, name


# --------------------------------------------------------------------------------------------------
# Words
# --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "glossary"], ids=page_id)
def test_somebody_in_a_family_is_called_as_the_glossary_says(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    bare = r"(?<!family )\bmembers?\b(?! of staff)"
    # a scheme has members of its own
    assert [
        line for line in text.splitlines() if re.search(bare, line) if "`left_on`" not in line
    ] == []


# --------------------------------------------------------------------------------------------------
# Files, models, tests and commands that are named
# --------------------------------------------------------------------------------------------------


@cache
def names() -> set[str]:
    """Models, seeds, analyses, tests and unit tests by name, and tables with their schema."""
    found = {path.stem for folder in ("models", "analyses", "seeds") for path in files(folder)}
    found |= {path.stem for path in files("tests")}
    for path in files("tests/python"):
        found |= set(re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), flags=re.M))
    for path in (ROOT / "models").rglob("*.yml"):
        described = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        found |= {test["name"] for test in described.get("unit_tests", [])}
        found |= {test["name"] for test in described.get("data_tests", [])}
    for path in files("models/marts"):
        found.add(f"{path.parent.name}.{path.stem.split('__')[-1]}")
    for path in files("models/vault"):
        found.add(f"vault.main.{path.stem.split('__')[-1]}")
    return found


def files(folder: str) -> Iterator[Path]:
    return (path for path in (ROOT / folder).rglob("*") if path.suffix in (".sql", ".csv", ".py"))


def spans(page: Path) -> set[str]:
    """The spans in backticks on the lines of a page, apart from fenced blocks."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return set(re.findall(r"`([^`\n]+)`", text))


def commands(page: Path) -> list[str]:
    """Lines of fenced bash blocks, without comments, and commands in backticks."""
    text = page.read_text(encoding="utf-8")
    blocks = re.findall(r"^```bash\n(.*?)^```", text, flags=re.M | re.S)
    lines = [re.sub(r"\s+#.*", "", line).strip() for block in blocks for line in block.splitlines()]
    return [line for line in lines if line] + sorted(spans(page))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_file_named_is_there(page: Path) -> None:
    top = {path.name for path in ROOT.iterdir()} - {"data", "target", "logs", ".venv"}
    missing = [
        span
        for span in spans(page)
        if re.fullmatch(r"[\w./*-]+/[\w./*-]*", span)
        and span.split("/")[0] in top
        and "early_years" not in span  # the study that docs/adding-a-study.md invents
        and not list(ROOT.glob(span))
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
    assert not [link for link in links if "//" in link]


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_model_and_test_named_is_there(page: Path) -> None:
    named = {
        span
        for span in spans(page)
        if re.fullmatch(r"(stg|int|vault|five_to_twelve|send_futures|test)_+\w+", span)
        or re.fullmatch(r"(governance|vault\.main)\.\w+", span)
        or (re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){4,}", span))
    }
    studies = {"five_to_twelve", "send_futures"}
    columns = {"support_hours_per_week"}
    assert sorted(named - names() - studies - columns) == []


def rows_of_tables(page: Path) -> Iterator[list[str]]:
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("| ") and not line.startswith("| ---"):
            yield [cell.strip() for cell in line.split("|")[1:-1]]


def is_there(name: str) -> bool:
    return name in names() or (ROOT / name).exists()


def test_every_rule_is_kept_and_shown_by_something_that_is_there() -> None:
    rules = [
        cells
        for cells in rows_of_tables(ROOT / "docs" / "rules.md")
        if re.match(r"R\d\.\d+ ", cells[0])
    ]
    assert len(rules) > 30
    for rule, _, kept_by, shown_by in rules:
        assert shown_by, f"{rule}: nothing shows it"
        for name in re.findall(r"`([^`]+)`", kept_by + shown_by):
            assert is_there(name), f"{rule}: {name}"


def test_every_worked_case_that_is_cited_is_there() -> None:
    rules = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    cited = re.findall(r'worked case "([^"]+)"', rules)
    assert cited
    assert [name for name in cited if name not in {case.name for case in CASES}] == []


def test_every_proof_of_privacy_is_there() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8").split("## By construction")[0]
    proofs = re.findall(r"^\| .+ \| `([^`]+)` \|$", page, flags=re.M)
    assert len(proofs) > 8
    assert [name for name in proofs if not is_there(name)] == []


def test_limits_of_a_release_are_those_of_research_but_for_what_the_page_says() -> None:
    with (ROOT / "seeds" / "attack_ceilings.csv").open(encoding="utf-8", newline="") as file:
        ceilings = {
            (one["output"], one["intruder"], one["families_from"]): one["for_certain_at_most"]
            for one in csv.DictReader(file)
        }
    differing = {
        output: {
            (*of, most)
            for (kind, *of), most in ceilings.items()
            if kind == output and most != ceilings.get(("research", *of))
        }
        for output in ("with_family_ids", "without_family_ids")
    }
    teacher = ("teacher: one year's absence", "0", "0.20")
    assert differing == {
        "with_family_ids": {teacher},
        "without_family_ids": {teacher, ("neighbour", "0", "0")},
    }
    page = (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")
    said = "as of `research.duckdb`; under 1,000 families 20% for the teacher |"
    assert page.count(said) == len(differing)


def test_every_decision_is_in_the_index_under_its_title() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    titles = {
        page.name: page.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")
        for page in sorted(folder.glob("[0-9]*.md"))
    }
    links = re.findall(r"^\| \[(.+)\]\((.+)\) \| .+ \|$", index, flags=re.M)
    assert [(title, name) for name, title in titles.items()] == links


def test_the_engineers_page_says_of_every_command_what_it_needs() -> None:
    page = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
    section = page.split("## What each command needs")[1].split("\n## ")[0]
    (steps,) = (
        one.choices
        for one in parser(["release"])._actions[-1].choices["release"]._actions
        if one.choices
    )
    assert re.findall(r"^\| `([a-z -]+)` \|", section, flags=re.M) == [
        name
        for command in COMMANDS
        for name in ([f"release {step}" for step in steps] if command == "release" else [command])
    ]


def test_numbers_without_a_list_are_named_where_codes_for_missing_answers_are_explained() -> None:
    answers = [table for table in landed_tables() if table.kind == ANSWERS]
    coded = set()
    for path in (ROOT / "models").rglob("*_deidentified.yml"):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            for column in model["columns"]:
                meta = column.get("config", {}).get("meta", {})
                if str(meta.get("closed_list", "")).startswith("codes of"):
                    coded.add((meta.get("source"), column["name"]))
    numbers, unreadable = set(), set()
    for table in answers:
        for column in table.declared:
            landed = f"{table.schema}.{table.name}.{column.name}", column.name
            if column.data_type in ("integer", "decimal") and landed not in coded:
                numbers.add(column.name)
            elif column.data_type == "boolean":
                unreadable.add(column.name)
    section = PAGE.read_text(encoding="utf-8").split("## Codes for missing answers")[1]
    rows = re.findall(r"^\| (.+?) \|", section.split("\n## ")[0], flags=re.M)
    *_, as_landed, rounded, other = (set(re.findall("`([a-z_]+)`", row)) for row in rows)
    assert as_landed | rounded == numbers - {"wave"}
    assert other == unreadable


def test_every_command_is_found_under_its_name() -> None:
    (listed,) = (one.choices for one in parser()._actions if one.choices)
    assert list(listed) == list(COMMANDS)


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_every_command_shown_is_one(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.M))
    for command in commands(page):
        made = re.match(r"make ([a-z-]+)", command)
        assert not made or made[1] in targets, command
        ours = re.match(r"\.venv/bin/studylink ([a-z-]+)", command)
        assert not ours or ours[1] in COMMANDS, command
        selected = re.search(r"\bdbt \w+ .*?(?:-s|--select) ([\w+ ]+)$", command)
        for name in selected[1].split() if selected else ():
            assert name.strip("+") in names(), command
