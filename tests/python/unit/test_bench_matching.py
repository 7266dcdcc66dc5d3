"""The benchmark of matching counts what it says it counts, and runs from end to end."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from studylink.bench import matching

SCORED = "child_id, pupil_id, match_probability, needs_clerk"


@pytest.fixture
def judged(tmp_path: Path) -> list[str]:
    """A register of five children, and the lines that say how well they were found.

    A is found and B too, B with a slip; C is linked to a twin; D is for a clerk; E is entered twice
    and to be reviewed; F is not in the register and is linked to nobody.
    """
    tables = {
        "children": """
            select 's' as study, * from (values
                ('A', 'irish'), ('B', 'irish'), ('C', 'polish'), ('D', 'polish'), ('E', 'irish'),
                ('F', 'irish')
            ) as children(child_id, origin)
            """,
        "truth": """
            select 's' as study, * from (values
                ('A', 'a', ''), ('B', 'b', 'a slip'), ('C', 'c', 'moved, a slip'), ('D', 'd', ''),
                ('E', 'e', ''), ('E', 'ee', 'moved')
            ) as truth(participant_id, pupil_matching_ref, differences)
            """,
        "near": """
            select 's' as study, 'C' as participant_id, 'twin' as pupil_matching_ref, 'twin' as kind
            """,
        "scored": f"""
            from (values
                ('A', 'a', 0.999, false), ('B', 'b', 0.99, false), ('C', 'twin', 0.995, false),
                ('D', 'd', 0.998, true), ('E', 'e', 0.49, false),
                ('E', 'ee', 0.49, false), ('F', 'a', 0.1, false)
            ) as scored({SCORED})
            """,
    }
    with duckdb.connect() as connection:
        for name, query in tables.items():
            connection.sql(query).write_parquet(str(tmp_path / f"{name}.parquet"))
    return matching.quality(tmp_path, link_from=0.99, review_from=0.2).splitlines()


def numbers(lines: list[str], label: str) -> list[float]:
    (found,) = (
        cells for cells in (re.split(r" {2,}", line) for line in lines) if cells[0] == label
    )
    return [float(number) for number in found[1:]]


def test_precision_is_of_all_links_and_recall_of_all_who_could_be_found(judged: list[str]) -> None:
    assert numbers(judged, "precision") == [pytest.approx(2 / 3, abs=1e-5)]
    assert numbers(judged, "recall") == [2 / 4]
    assert numbers(judged, "F1") == [pytest.approx(4 / 7, abs=1e-5)]


def test_the_best_threshold_asks_no_clerk_and_leaves_out_who_is_entered_twice(
    judged: list[str],
) -> None:
    # at 0.99: A, B and D right, C wrong, so three of the four links and three of the four pairs
    assert numbers(judged, "F1 at the best threshold") == [0.75]
    assert numbers(judged, "the best threshold") == [0.99]


def test_what_a_clerk_must_see_is_not_a_match(judged: list[str]) -> None:
    assert numbers(judged, "pairs for a clerk to review") == [3]


def test_recall_is_shown_for_each_thing_that_differs(judged: list[str]) -> None:
    # children, linked, recall, for review, lost
    assert numbers(judged, "nothing differs") == [2, 1, 0.5, 1, 0]
    assert numbers(judged, "one thing differs") == [1, 1, 1, 0, 0]
    assert numbers(judged, "several differ") == [1, 0, 0, 0, 1]
    assert numbers(judged, "a slip") == [2, 1, 0.5, 0, 1]
    assert numbers(judged, "moved") == [1, 0, 0, 0, 1]
    assert numbers(judged, "entered twice") == [1, 0, 0, 1, 0]


def test_precision_and_recall_are_shown_for_each_origin_of_names(judged: list[str]) -> None:
    # children, precision, recall, for review, wrong
    assert numbers(judged, "irish") == [2, 1, 1, 0, 0]
    assert numbers(judged, "polish") == [2, 0, 0, 1, 1]


def test_a_wrong_match_is_named_by_who_was_taken_for_the_child(judged: list[str]) -> None:
    assert numbers(judged, "twin") == [1]


def test_it_runs_from_end_to_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    matching._measure_scale(tmp_path, children=200, pupils=20_000, seed=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("200 children, 20,000 pupils")
    with duckdb.connect() as connection:
        children, pupils = connection.execute(
            "select (select count(*) from read_parquet($children, hive_partitioning = false)), "
            "(select count(distinct pupil_id) "
            "from read_parquet($pupils, hive_partitioning = false))",
            {name: str(tmp_path / f"{name}.parquet") for name in ("children", "pupils")},
        ).fetchone()
    # or a little more
    assert children == 200 and 20_000 <= pupils < 20_200
    assert {"seconds", "peak memory, MiB", "precision", "recall"} <= {
        re.split(r" {2,}", line)[0] for line in lines
    }


def test_children_written_differently_are_found_and_nobody_is_taken_for_another(
    tmp_path: Path,
) -> None:
    matching._step("invent", tmp_path, 2_000, 1)
    matching._step("link", tmp_path)
    lines = matching.quality(tmp_path, *matching.thresholds()).splitlines()
    assert numbers(lines, "precision") == [1]
    assert numbers(lines, "recall")[0] > 0.97


def test_a_step_that_fails_ends_the_benchmark_with_its_reason(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(matching, "PROJECT", tmp_path)
    monkeypatch.setattr(matching, "_measure_twins", lambda: None)
    monkeypatch.setattr(matching, "_measure_held_out", lambda folder: None)
    arguments = matching.argparse.Namespace(families=1, children=1, pupils=1, seed=1)
    assert matching.run(arguments) == 1
    assert re.search(r"invent failed:[\s\S]*from 200 to", capsys.readouterr().err)
    assert not (tmp_path / "target" / "bench-matching").exists()
