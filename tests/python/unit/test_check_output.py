"""`studylink check-output`: which figures of a researcher's table may leave the secure place."""

import csv
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from studylink import databases
from studylink.cli import main
from studylink.outputs.audit import Limits, Mean, Share, Table, labels, verdicts

LIMITS = Limits(at_least=10, max_share_of_one=Decimal("0.5"))


def table(row: dict[str, str]) -> Table:
    return Table(
        list(row),
        [row],
        ["children", "absent"],
        {"percent": Share("absent", "children")} if "percent" in row else {},
        {"mean_pay": Mean("children", "largest_pay")} if "mean_pay" in row else {},
    )


def judged(row: dict[str, str], released=None) -> dict[str, tuple[str, str]]:
    """The verdict on each figure of a table of one row, and what the figure then shows."""
    return {
        one.column: (one.verdict, one.shown) for one in verdicts(table(row), LIMITS, released or {})
    }


@pytest.mark.parametrize(
    "count, verdict, shown",
    [
        ("0", "withhold", ""),
        ("9", "withhold", ""),
        ("10", "as it is", "10"),
        ("14", "round", "10"),
        ("15", "round", "20"),
        ("120", "as it is", "120"),
        ("", "as it is", ""),
        ("12.5", "review", ""),
        ("-20", "review", ""),
        ("many", "review", ""),
    ],
)
def test_a_count_under_ten_is_withheld_and_any_other_rounded_to_the_nearest_ten(
    count, verdict, shown
):
    row = {"region": "North", "children": count, "absent": "20"}
    assert judged(row)["children"] == (verdict, shown)


def test_a_share_is_computed_from_rounded_counts_or_withheld_with_one_of_them():
    row = {"region": "North", "children": "44", "absent": "16", "percent": "36"}
    assert judged(row)["percent"] == ("recompute", "50")
    assert judged(row | {"percent": "50"})["percent"] == ("as it is", "50")
    assert judged(row | {"absent": "9"})["percent"] == ("withhold", "")


@pytest.mark.parametrize(
    "mean, children, largest, verdict, shown",
    [
        ("20000", "30", "90000", "as it is", "20000"),
        ("20000", "30", "300000", "as it is", "20000"),
        ("20000", "30", "300001", "withhold", ""),
        # 56 of 17 people
        ("3.29411764705882", "17", "9", "round", "3.29"),
        ("-0.0129411", "17", "0.01", "round", "-0.0129"),
        ("21549.5", "30", "90000", "round", "21500"),
        ("20000", "9", "30000", "withhold", ""),
        ("20000", "30", "", "review", ""),
    ],
)
def test_a_mean_is_of_ten_people_of_whom_none_makes_up_over_half_in_three_digits(
    mean, children, largest, verdict, shown
):
    row = {"region": "North", "children": children, "absent": "10"}
    row |= {"mean_pay": mean, "largest_pay": largest}
    assert judged(row)["mean_pay"] == (verdict, shown)


@pytest.mark.parametrize(
    "count, before, verdict",
    [
        # the same rounded figure says nothing new
        ("34", "30", "round"),
        # one child more, and another figure
        ("35", "30", "review"),
        # a group that has grown by many
        ("45", "30", "round"),
        # from withheld to ten
        ("10", "", "review"),
    ],
)
def test_a_group_that_was_shown_with_nearly_as_many_is_looked_at_by_a_person(
    count, before, verdict
):
    row = {"region": "North", "children": count, "absent": "20"}
    group = labels(row, ["region"])
    released = {(group, "children"): [("O00001", before)]}
    assert judged(row, released)["children"][0] == verdict
    elsewhere = {(labels({"region": "South"}, ["region"]), "children"): [("O00001", before)]}
    assert judged(row, elsewhere)["children"][0] != "review"


@pytest.fixture
def secure_place(tmp_path: Path, monkeypatch) -> Path:
    """A data folder of which only the policy is there."""
    monkeypatch.setenv("STUDY_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    with duckdb.connect(str(tmp_path / "data" / "study.duckdb")) as study:
        study.execute("create schema policy")
        study.execute(
            "create table policy.disclosure_control as "
            "select 10 as round_counts_to, 0.5::double as max_share_of_one"
        )
    return tmp_path


def written(place: Path, name: str, text: str) -> str:
    (place / name).write_text(text, encoding="utf-8")
    return str(place / name)


def read(file: Path) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as opened:
        return list(csv.reader(opened))


COUNT = ("--count", "children")
GIVEN = ("--share", "percent=absent/children", "--group", "year")


def test_what_may_leave_is_written_beside_the_table_with_the_reasons(secure_place, capsys):
    file = written(
        secure_place,
        "absence.csv",
        "year,region,children,absent,percent\n2024,North,44,16,36.4\n2024,South,12,3,25\n",
    )
    assert main(["check-output", file, *GIVEN]) == 0
    assert read(secure_place / "absence.checked.csv") == [
        ["year", "region", "children", "absent", "percent"],
        ["2024", "North", "40", "20", "50"],
        ["2024", "South", "10", "", ""],
    ]
    reasons = read(secure_place / "absence.verdicts.csv")
    assert ["2", "absent", "withhold", "under 10 people, or none", ""] in reasons
    assert "withhold" in capsys.readouterr().out
    assert not (secure_place / "data" / "outputs").exists()


def test_spans_of_years_and_bands_group_people_unasked(secure_place):
    text = "year,age,from,children\n2023/24,5-9,5 to 9,44\n2022-23,10\u201314,10 - 14,60\n"
    file = written(secure_place, "bands.csv", text)
    assert main(["check-output", file, "--count", "children"]) == 0


FIGURES = (
    *("0.12 [0.05, 0.20]", "3.4 ± 1.2", "n=3", "3/12", "3 of 12", "1.5\u20132.3", "3 children"),
    *("3", "1,203", "3 (7.5%)", "<5", "½", "3²", "1e3", "Year 2", "10+"),
)


@pytest.mark.parametrize("figure", FIGURES)
def test_a_column_with_a_number_however_it_is_written_has_to_be_declared(
    secure_place, capsys, figure
):
    file = written(secure_place, "table.csv", f'region,children,of\nNorth,44,"{figure}"\n')
    assert main(["check-output", file, *COUNT]) == 1
    assert "what is of?" in capsys.readouterr().err
    assert not list(secure_place.glob("table.*.csv"))
    assert main(["check-output", file, *COUNT, "--group", "of"]) == 0


def test_what_looks_like_the_id_of_a_person_is_looked_at_whatever_it_was_declared(
    secure_place, capsys
):
    research_id = "0123456789abcdef" * 2
    text = f"research_id,children\n{research_id},44\ninvented-{research_id.upper()},50\n"
    file = written(secure_place, "table.csv", text)
    assert main(["check-output", file, *COUNT]) == 1
    assert "what is research_id?" in capsys.readouterr().err
    given = (*COUNT, "--group", "research_id", "--register", "P001")
    assert main(["check-output", file, *given]) == 1
    assert "not registered" in capsys.readouterr().err
    assert read(secure_place / "table.checked.csv")[1:] == [["", "40"], ["", "50"]]


def test_later_tables_are_compared_with_what_has_left(secure_place, capsys):
    first = written(secure_place, "first.csv", "year,region,children\n2024,North,44\n")
    then = written(secure_place, "then.csv", "region,year,children\nNorth,2024,45\n")
    given = ("--count", "children", "--group", "year")
    assert main(["check-output", first, *given, "--register", "P001"]) == 0
    assert "O00001" in capsys.readouterr().out
    assert main(["check-output", then, *given]) == 1
    assert "O00001" in (secure_place / "then.verdicts.csv").read_text(encoding="utf-8")
    assert main(["check-output", then, *given, "--register", "P001"]) == 1
    assert "not registered" in capsys.readouterr().err
    assert not (secure_place / "data" / "outputs" / "O00002").exists()


def test_two_that_are_registered_at_once_are_two_outputs(secure_place, monkeypatch):
    """And the one that comes later is compared with the other."""
    files = [
        written(secure_place, f"{region}.csv", f"region,children\n{region},44\n")
        for region in ("North", "South")
    ]
    sync = databases.sync

    def slowly(place: Path) -> None:
        time.sleep(0.1)
        sync(place)

    monkeypatch.setattr(databases, "sync", slowly)
    with ThreadPoolExecutor() as pool:
        arguments = (["check-output", file, *COUNT, "--register", "P001"] for file in files)
        assert list(pool.map(main, arguments)) == [0, 0]
    lines = read(secure_place / "data" / "outputs" / "register.csv")[1:]
    assert sorted(line[0] for line in lines) == ["O00001", "O00002"]
    assert main(["check-output", files[0], *COUNT]) == 0


def test_a_folder_without_a_line_in_the_register_is_not_written_into(secure_place, capsys):
    file = written(secure_place, "first.csv", "region,children\nNorth,44\n")
    (secure_place / "data" / "outputs" / "O00001").mkdir(parents=True)
    assert main(["check-output", file, *COUNT, "--register", "P001"]) == 1
    assert "has no line in" in capsys.readouterr().err


def test_an_output_that_was_changed_since_stops_every_check(secure_place, capsys):
    file = written(secure_place, "first.csv", "region,children\nNorth,44\n")
    assert main(["check-output", file, "--count", "children", "--register", "P001"]) == 0
    kept = secure_place / "data" / "outputs" / "O00001" / "checked.csv"
    kept.write_text(kept.read_text(encoding="utf-8").replace("40", "50"), encoding="utf-8")
    assert main(["check-output", file, "--count", "children"]) == 1
    assert "is not what was registered" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text, given, says",
    [
        ("region,children\nNorth,44\n", (), "what is children?"),
        ("region,children,of\nNorth,44,3\nSouth,44,c\n", COUNT, "what is of?"),
        ("region,children\nNorth,44\n", ("--count", "people"), "has no column people"),
        ("region,children\nNorth\n", ("--count", "children"), "row 1"),
        ("region,region\nNorth,44\n", (), "another name"),
        (f"{'0123456789abcdef' * 2},children\nNorth,44\n", COUNT, "the id of one person"),
        ("region;of,children\nNorth,44\n", COUNT, "a semicolon"),
        ('"region\nof",children\nNorth,44\n', COUNT, "a line break"),
        ("region\nNorth\n", (), "no column of counts"),
        ("region,children\nNorth,44\n", ("--share", "percent"), "--share is"),
    ],
)
def test_a_table_that_cannot_be_checked_is_refused_in_one_line(
    secure_place, capsys, text, given, says
):
    file = written(secure_place, "table.csv", text)
    assert main(["check-output", file, *given]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
    assert not list(secure_place.glob("table.*.csv"))
