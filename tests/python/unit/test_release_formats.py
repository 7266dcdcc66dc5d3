"""Every format of a release shows the same rows, with the labels and reasons that `about` has.

The release here is made by hand: two tables that hold every kind of column a release may have.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pandas
import pyarrow.parquet
import pyreadstat
import pytest

from studylink.release import formats, handed
from studylink.release.formats import coded, description

STUDY = "five_to_twelve"
FIVE, YEARS = f"{STUDY}.participants", f"{STUDY}.child_years"
REASONS = "Not landed, or no code of its list"
LONG = "alternative_provision_spells_dv"
COLUMNS = {
    "participants": [
        ("research_id", "varchar", "Whose row it is", "Never missing", None),
        ("role", "varchar", "Part in the family", "Never missing", "roles"),
        ("role_label", "varchar", "Part in the family", "Never missing", None),
    ],
    "child_years": [
        ("research_id", "varchar", "Whose row it is", "Never missing", None),
        ("academic_year", "varchar", "Academic year", "Never missing", None),
        ("census_month", "varchar", "Month of the census", "Not landed", None),
        ("subject", "varchar", "Subject, in twos", REASONS, "subjects"),
        ("subject_label", "varchar", "Subject, in twos", REASONS, None),
        ("concept", "varchar", "SNOMED CT concept", REASONS, "concepts"),
        ("concept_label", "varchar", "SNOMED CT concept", REASONS, None),
        ("rating", "integer", "Rating, 1 to 2", REASONS, "ratings"),
        ("rating_label", "varchar", "Rating, 1 to 2", REASONS, None),
        ("pay", "double", "Pay; " + "a very long label, " * 5 + "at last", "Not landed", None),
        ("is_linked", "boolean", "Whether linked", "Not landed", None),
        (LONG, "bigint", "Spells", "Not landed, or not linked", None),
    ],
}
CODES = {
    "roles": {"child": "Child", "mother": "Mother"},
    "subjects": {"01": "Health & care", "10": "<Other>"},
    "concepts": {"195967001": "Asthma", "73595000": "Stress", "1085211000000107": "Eczema"},
    "ratings": {"1": "Good", "2": "Very " * 30 + "bad"},
}
CHILD, MOTHER = "0a" * 16, "0b" * 16
PEOPLE = [
    (CHILD, "child", "Child"),
    (MOTHER, "mother", "Mother"),
    *((f"{other:032x}", "mother", "Mother") for other in range(4)),
]
"""Six: rounded to ten, though they are under ten."""
ROWS = [
    # the first hundred without any number, as years before the first delivery are
    *((CHILD, f"{year}/x", *[None] * 10) for year in range(1800, 1920)),
    (
        *(CHILD, "2022/23", "2023-01", "01", "Health & care", "195967001", "Asthma", 1, "Good"),
        *(1000.5, True, 0),
    ),
    (
        *(CHILD, "2023/24", "2024-01", "10", "<Other>", "73595000", "Stress"),
        *(2, CODES["ratings"]["2"], 0.0, False, 3),
    ),
]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("release") / "release.duckdb", is_invented=False)


@pytest.fixture(scope="module")
def folder(release: Path) -> Path:
    """What a project is handed of that release, but for the codebook page."""
    folder = release.parent / "handed"
    folder.mkdir(mode=0o700)
    with duckdb.connect() as connection, pytest.MonkeyPatch.context() as without:
        without.setattr(handed.codebook, "write", lambda *_: None)
        connection.execute(f"attach '{release}' as release (read_only)")
        handed.make(connection, folder)
    return folder


def made(file: Path, is_invented: bool) -> Path:
    with duckdb.connect(str(file)) as connection:
        connection.execute("create schema about")
        connection.execute(f"create schema {STUDY}")
        connection.execute(
            f"""
            create table about.release as
            select
                'R7' as release_id, 'P7' as project_id, 'Asthma & "absence"' as title,
                'University' as organisation, 'secure' as access, '{STUDY}' as studies,
                'education;health' as domains, '2026-06-30T00:00:00Z' as as_of,
                false as has_family_ids, {is_invented} as is_invented, 'Research' as purpose,
                'Cite R7' as citation
            """
        )
        connection.execute(
            f"""
            create table about.left_out as
            select
                '{STUDY}' as table_schema, 'participants' as table_name,
                'family_research_id' as column_name, 'Not needed' as reason
            """
        )
        connection.execute(
            """
            create table about.columns (
                table_schema varchar, table_name varchar, "position" integer, column_name varchar,
                label varchar, description varchar, data_type varchar, unit varchar,
                source varchar, recode varchar, missing varchar, class varchar, code_list varchar
            )
            """
        )
        connection.execute(
            """
            create table about.value_labels (
                table_schema varchar, table_name varchar, column_name varchar, value varchar,
                label varchar
            )
            """
        )
        for table, columns in COLUMNS.items():
            typed = ", ".join(f"{name} {kind}" for name, kind, *_ in columns)
            connection.execute(f"create table {STUDY}.{table} ({typed})")
            grain = "child and school year" if table == "child_years" else "participant"
            connection.execute(
                f"comment on table {STUDY}.{table} is 'About. Grain: one row per {grain}.'"
            )
            for place, (name, kind, label, missing, code_list) in enumerate(columns, start=1):
                said = f"{label}. More of it."
                connection.execute(f"comment on column {STUDY}.{table}.{name} is '{said}'")
                unit, recode = (
                    ("pounds", "The nearest 1,000 pounds; 150,000 stands for that and more")
                    if name == "pay"
                    else (None, None)
                )
                connection.execute(
                    f"insert into about.columns values ({', '.join('?' * 13)})",
                    [
                        *(STUDY, table, place, name, label, said, kind, unit, "dfe.t.c", recode),
                        *(missing, "quasi", code_list),
                    ],
                )
                for code, of_code in CODES.get(code_list or "", {}).items():
                    connection.execute(
                        "insert into about.value_labels values (?, ?, ?, ?, ?)",
                        [STUDY, table, name, code, of_code],
                    )
        connection.executemany(f"insert into {STUDY}.participants values (?, ?, ?)", PEOPLE)
        connection.executemany(
            f"insert into {STUDY}.child_years values ({', '.join('?' * 12)})", ROWS
        )
    return file


def rows_of(columns: list[tuple], frame: pandas.DataFrame) -> list[tuple]:
    """A frame's rows as the release has them: none where it shows a missing value."""
    assert list(frame.columns) == [name for name, *_ in columns]
    return [
        tuple(None if pandas.isna(value) else value for value in row)
        for row in frame.itertuples(index=False)
    ]


# --------------------------------------------------------------------------------------------------
# The formats that keep everything as it is
# --------------------------------------------------------------------------------------------------


def test_the_database_is_fresh_and_keeps_rows_types_and_comments(release: Path, folder: Path):
    queries = (
        f"from {STUDY}.child_years",
        f"describe {STUDY}.child_years",
        "select table_name, column_name, comment from duckdb_columns() order by all",
        "select table_name, comment from duckdb_tables() order by all",
    )
    with (
        duckdb.connect(str(release), read_only=True) as before,
        duckdb.connect(str(folder / "release.duckdb"), read_only=True) as after,
    ):
        for query in queries:
            assert after.execute(query).fetchall() == before.execute(query).fetchall()


def test_parquet_keeps_rows_and_bears_descriptions(folder: Path):
    file = folder / "parquet" / f"{YEARS}.parquet"
    assert rows_of(COLUMNS["child_years"], pandas.read_parquet(file)) == ROWS
    schema = pyarrow.parquet.read_schema(file)
    assert schema.metadata[b"description"] == b"About. Grain: one row per child and school year."
    assert json.loads(schema.metadata[b"columns"])["rating"]["values"] == CODES["ratings"]
    assert schema.field("pay").metadata[b"unit"] == b"pounds"
    assert schema.field("pay").metadata[b"missing"] == b"Not landed"


def test_csv_reads_back_by_its_metadata(folder: Path):
    described = json.loads((folder / "csv" / "csv-metadata.json").read_text())
    tables = {table["url"]: table for table in described["tables"]}
    assert {path.name for path in (folder / "csv").glob("*.csv")} == set(tables)
    assert rows_by_csvw(folder, tables[f"{YEARS}.csv"], described["null"]) == ROWS
    assert rows_by_csvw(folder, tables[f"{FIVE}.csv"], described["null"]) == PEOPLE


def rows_by_csvw(folder: Path, table: dict, null: str) -> list[tuple]:
    """The rows of a CSV file as its metadata say they must be read, held against them."""
    convert: dict[str, Callable] = {
        "string": str,
        "integer": int,
        "double": float,
        "boolean": {"true": True, "false": False}.__getitem__,
    }
    columns = table["tableSchema"]["columns"]
    with (folder / "csv" / table["url"]).open(encoding="utf-8", newline="") as file:
        header, *lines = csv.reader(file)
    # a header must be among the titles, or the metadata are another file's
    for name, column in zip(header, columns, strict=True):
        assert name in column["titles"] and name == column["name"]
    rows = []
    for line in lines:
        row = []
        for text, column in zip(line, columns, strict=True):
            kind = column["datatype"]
            if isinstance(kind, dict):
                assert text == null or re.fullmatch(kind["format"], text)
                kind = kind["base"]
            assert text != null or not column.get("required")
            row.append(None if text == null else convert[kind](text))
        rows.append(tuple(row))
    return rows


def test_csv_states_the_keys_that_the_rows_bear_out(folder: Path):
    described = json.loads((folder / "csv" / "csv-metadata.json").read_text())
    keys = {
        table["url"]: (
            table["tableSchema"].get("primaryKey"),
            table["tableSchema"].get("foreignKeys"),
        )
        for table in described["tables"]
    }
    reference = {"resource": f"{FIVE}.csv", "columnReference": "research_id"}
    assert keys[f"{FIVE}.csv"] == (["research_id"], None)
    assert keys[f"{YEARS}.csv"] == (
        ["research_id", "academic_year"],
        [{"columnReference": "research_id", "reference": reference}],
    )


def test_a_key_that_rows_do_not_bear_out_is_not_stated(release: Path, tmp_path: Path):
    file = Path(shutil.copy(release, tmp_path))
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"update {STUDY}.child_years set research_id = 'a stranger', academic_year = '2022/23'"
        )
    formats.write(file)
    described = json.loads((tmp_path / "csv" / "csv-metadata.json").read_text())
    (years,) = (one for one in described["tables"] if one["url"] == f"{YEARS}.csv")
    assert not {"primaryKey", "foreignKeys"} & set(years["tableSchema"])


# --------------------------------------------------------------------------------------------------
# Stata and SPSS
# --------------------------------------------------------------------------------------------------

NUMBERS = {
    "subject": {"01": 1, "10": 10},
    "concept": {"195967001": 1, "73595000": 2, "1085211000000107": 3},
    "rating": {"1": 1, "2": 2},
}
"""Codes that are whole numbers keep them, all others are numbered in their order."""
CUT = "Pay; a very long label, a very long label, a very long label, a very long lab..."


def decoded(frame: pandas.DataFrame, missing: object) -> list[tuple]:
    """The rows of a file of Stata or SPSS as the release has them, but for labels of codes."""
    codes = {name: {number: code for code, number in of.items()} for name, of in NUMBERS.items()}
    numeric = {*NUMBERS, "pay", "is_linked", LONG}
    rows = []
    for row in frame.to_dict("records"):
        for name, value in row.items():
            if name in numeric:
                row[name] = None if value == missing else codes.get(name, {}).get(value, value)
            elif value == "":
                row[name] = None
        if row["rating"] is not None:
            row["rating"] = int(row["rating"])
        rows.append(tuple(row.values()))
    return rows


EXPECTED = [
    tuple(
        value
        for value, (name, *_) in zip(row, COLUMNS["child_years"], strict=True)
        if not name.endswith("_label")
    )
    for row in ROWS
]


def test_stata_has_labels_and_a_labelled_missing_code(folder: Path):
    file = folder / "stata" / f"{YEARS}.dta"
    assert file.read_bytes().startswith(b"<stata_dta><header><release>118</release>")
    frame, found = pyreadstat.read_dta(file, user_missing=True)
    assert decoded(frame, "a") == EXPECTED
    labels = found.column_names_to_labels
    assert (labels["subject"], labels["pay"]) == ("Subject, in twos", CUT)
    assert found.file_label == YEARS
    assert found.variable_value_labels == {
        "subject": {1: "Health & care", 10: "<Other>", "a": REASONS},
        "concept": {1: "Asthma", 2: "Stress", 3: "Eczema", "a": REASONS},
        "rating": {1: "Good", 2: CODES["ratings"]["2"], "a": REASONS},
        "pay": {"a": "Not landed"},
        "is_linked": {0: "No", 1: "Yes", "a": "Not landed"},
    }


def test_a_column_that_is_never_missing_has_no_missing_code(folder: Path):
    _, stata = pyreadstat.read_dta(folder / "stata" / f"{FIVE}.dta", user_missing=True)
    _, spss = pyreadstat.read_sav(folder / "spss" / f"{FIVE}.sav", user_missing=True)
    both = {1: "Child", 2: "Mother"}
    assert stata.variable_value_labels == spss.variable_value_labels == {"role": both}
    assert spss.missing_ranges == {}


def test_spss_has_labels_and_a_labelled_missing_code(folder: Path):
    file = folder / "spss" / f"{YEARS}.sav"
    frame, found = pyreadstat.read_sav(file, user_missing=True)
    assert decoded(frame, -9) == EXPECTED
    assert pyreadstat.read_sav(file)[0]["pay"].isna().sum() == 120
    assert found.column_names_to_labels["pay"] == COLUMNS["child_years"][9][2]
    assert found.missing_ranges == {
        name: [{"lo": -9, "hi": -9}]
        for name in ("subject", "concept", "rating", "pay", "is_linked", LONG)
    }
    assert found.variable_value_labels["subject"] == {
        1: "Health & care",
        10: "<Other>",
        -9: REASONS,
    }
    assert found.variable_value_labels["rating"][2] == "Very " * 23 + "Ve..."
    assert found.variable_value_labels[LONG] == {-9: "Not landed, or not linked"}
    assert (found.file_label, found.variable_measure["pay"]) == (YEARS, "scale")
    assert any("Cite R7" in note for note in found.notes)


def test_numbers_and_their_codes_are_listed(folder: Path):
    for form in ("stata", "spss"):
        with (folder / form / "codes.csv").open(encoding="utf-8", newline="") as file:
            listed = list(csv.DictReader(file))
        assert {
            (one["column_name"], one["code"], one["label"]): int(one["number"])
            for one in listed
            if one["table_name"] == "child_years"
        } == {
            (column, code, CODES[f"{column}s"][code]): number
            for column, numbered in NUMBERS.items()
            for code, number in numbered.items()
        }


def test_a_code_that_is_in_no_list_stops_the_release(release: Path, tmp_path: Path):
    """It would be lost."""
    file = Path(shutil.copy(release, tmp_path))
    with duckdb.connect(str(file)) as connection:
        connection.execute(f"update {STUDY}.child_years set subject = '99'")
    with pytest.raises(ValueError, match=r"five_to_twelve\.child_years\.subject holds"):
        formats.write(file)


def test_the_missing_code_of_spss_is_no_value_of_its_column(release: Path, tmp_path: Path):
    """A survey may land -9 for missing, which is published as it is."""
    file = Path(shutil.copy(release, tmp_path))
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"update {STUDY}.child_years set pay = -9, {LONG} = if({LONG} = 0, -9, -99) "
            "where pay is not null"
        )
    formats.write(file)
    frame, found = pyreadstat.read_sav(tmp_path / "spss" / f"{YEARS}.sav", user_missing=True)
    codes = {name: int(ranges[0]["lo"]) for name, ranges in found.missing_ranges.items()}
    assert (codes["rating"], codes["pay"], codes[LONG]) == (-9, -99, -999)
    assert frame["pay"].value_counts().to_dict() == {-99: 120, -9: 2}
    assert frame[LONG].value_counts().to_dict() == {-999: 120, -9: 1, -99: 1}
    assert found.variable_value_labels["pay"] == {-99: "Not landed"}


IN_R = """
library(haven)
args <- commandArgs(trailingOnly = TRUE)
dta <- read_dta(args[1])
sav <- read_sav(args[2], user_na = TRUE)
for (table in list(dta, sav)) {
  stopifnot(nrow(table) == 122, attr(table$subject, "label") == "Subject, in twos")
  stopifnot(as.character(as_factor(table$subject))[121:122] == c("Health & care", "<Other>"))
  stopifnot(as.numeric(table$pay)[121] == 1000.5, is.na(table$pay[1]))
}
stopifnot(na_tag(dta$pay[1]) == "a", attr(sav$pay, "na_values") == -9)
cat("read", names(attr(dta$pay, "labels")), as.character(as_factor(sav$rating))[1], sep = "|")
"""


def test_r_reads_stata_and_spss_with_labels_and_missing_codes(folder: Path):
    rscript = shutil.which("Rscript")
    if not rscript:
        pytest.skip("R is not installed (Debian: r-base-core r-cran-haven)")
    files = [str(folder / "stata" / f"{YEARS}.dta"), str(folder / "spss" / f"{YEARS}.sav")]
    done = subprocess.run(
        [rscript, "-e", IN_R, *files], capture_output=True, text=True, timeout=120, check=False
    )
    if "there is no package called" in done.stderr:
        pytest.skip("R lacks haven (Debian: r-cran-haven)")
    assert done.stdout == f"read|Not landed|{REASONS}", done.stderr[-2000:]


# --------------------------------------------------------------------------------------------------
# What describes the release
# --------------------------------------------------------------------------------------------------

DDI = "{ddi:codebook:2_5}"
PARTS_OF_A_VARIABLE = [
    *("labl", "security", "txt", "catgry", "codInstr", "derivation", "varFormat", "notes"),
]
"""In the order in which the schema of DDI-Codebook 2.5 has them."""


def test_the_codebook_has_what_ddi_codebook_asks_for(folder: Path):
    """Its schema is in no package, so what it requires is held against it here, by hand."""
    root = ElementTree.parse(folder / "ddi-codebook.xml").getroot()
    assert (root.tag, root.get("version")) == (f"{DDI}codeBook", "2.5")
    sections = [child.tag.removeprefix(DDI) for child in root]
    files = root.findall(f"{DDI}fileDscr")
    assert sections == ["docDscr", "stdyDscr", *["fileDscr"] * len(files), "dataDscr"]
    for section in ("docDscr", "stdyDscr"):
        title = root.find(f"{DDI}{section}/{DDI}citation/{DDI}titlStmt/{DDI}titl")
        assert title is not None and 'Asthma & "absence"' in (title.text or "")
    identities = [element.get("ID") for element in root.iter() if element.get("ID")]
    assert len(identities) == len(set(identities))
    names = {one.get("ID"): one.findtext(f"{DDI}fileTxt/{DDI}fileName") for one in files}
    variables = root.findall(f"{DDI}dataDscr/{DDI}var")
    assert [
        (names[one.get("files")], one.get("name"))
        for one in variables
        if names[one.get("files")] == YEARS
    ] == [(YEARS, name) for name, *_ in COLUMNS["child_years"]]
    for variable in variables:
        places = [PARTS_OF_A_VARIABLE.index(child.tag.removeprefix(DDI)) for child in variable]
        assert places == sorted(places)
        assert variable.findtext(f"{DDI}labl")
    (subject,) = (one for one in variables if one.get("name") == "subject")
    assert {
        one.findtext(f"{DDI}catValu"): one.findtext(f"{DDI}labl")
        for one in subject.findall(f"{DDI}catgry")
    } == CODES["subjects"]


def rows_in_the_codebook(folder: Path) -> dict[str | None, str | None]:
    root = ElementTree.parse(folder / "ddi-codebook.xml").getroot()
    return {
        one.findtext(f"{DDI}fileName"): one.findtext(f"{DDI}dimensns/{DDI}caseQnty")
        for one in root.iter(f"{DDI}fileTxt")
    }


def test_the_codebook_rounds_rows_and_withholds_those_of_few_people(
    release: Path, folder: Path, tmp_path: Path
):
    rows = rows_in_the_codebook(folder)
    assert (rows[YEARS], rows[FIVE]) == (None, None), "122 rows of one child, and six people"
    file = Path(shutil.copy(release, tmp_path))
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            f"insert into {STUDY}.child_years (research_id) select 'c' || range from range(9)"
        )
    formats.write(file)
    assert rows_in_the_codebook(tmp_path)[YEARS] == "130", "131 rows of ten children"


def test_the_crate_lists_every_file(folder: Path):
    crate = json.loads((folder / "ro-crate-metadata.json").read_text())
    entities = {one["@id"]: one for one in crate["@graph"]}
    assert len(entities) == len(crate["@graph"])
    metadata, root = entities["ro-crate-metadata.json"], entities["./"]
    assert metadata["about"] == {"@id": "./"}
    assert metadata["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}
    assert {"name", "description", "datePublished", "license"} <= set(root)
    assert root["license"]["@id"] in entities
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    listed = {part["@id"] for part in root["hasPart"]}
    assert listed == there - {"ro-crate-metadata.json"}
    assert listed < set(entities)


def test_nothing_for_a_catalogue_gives_away_how_many_rows_there_are(release: Path, tmp_path: Path):
    """A size of a file would, for a row of Stata's takes as many bytes as any other."""

    def public(name: str, more: int) -> list[str]:
        (folder := tmp_path / name).mkdir()
        file = Path(shutil.copy(release, folder))
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                f"insert into {STUDY}.child_years (research_id) select 'c' from range({more})"
            )
        formats.write(file)
        return [
            (folder / one).read_text() for one in ("ro-crate-metadata.json", "ddi-codebook.xml")
        ]

    assert public("few", 1) == public("more", 2)


def test_what_was_done_to_each_column_is_on_record(folder: Path):
    record = json.loads((folder / "disclosure.json").read_text())
    columns = {(one["table"], one["column"]): one for one in record["columns"]}
    assert {(YEARS, name) for name, *_ in COLUMNS["child_years"]} <= set(columns)
    assert columns[YEARS, "pay"]["class"] == "quasi"
    assert columns[YEARS, "pay"]["recode"] == {
        "meaning": "The nearest 1,000 pounds; 150,000 stands for that and more",
        "kind": "rounded",
        "width": 1000,
        "highest": 150000,
    }
    assert columns[YEARS, "rating"]["recode"] is None
    assert record["rules"]["public_counts"] == {"withheld_below": 10, "rounded_to": 10}
    assert "children_alike_at_least" not in record["rules"]
    assert record["left_out"] == [
        {"table": FIVE, "column": "family_research_id", "why": "Not needed"}
    ]


def test_another_base_of_counts_is_in_every_format(
    release: Path, tmp_path: Path, counts_by_four: None
):
    formats.write(Path(shutil.copy(release, tmp_path)))
    record = json.loads((tmp_path / "disclosure.json").read_text())
    assert record["rules"]["public_counts"] == {"withheld_below": 4, "rounded_to": 4}
    rows = rows_in_the_codebook(tmp_path)
    assert (rows[YEARS], rows[FIVE]) == (None, "8")


def test_how_a_safeguarded_release_was_generalised_is_on_record(release: Path, tmp_path: Path):
    file = Path(shutil.copy(release, tmp_path))
    with duckdb.connect(str(file)) as connection:
        connection.execute("update about.release set access = 'safeguarded'")
        connection.execute(f"create table {STUDY}.children (tenure varchar)")
        connection.execute(
            f"""
            create table about.disclosure as
            select
                '{STUDY}' as table_schema, 'tenure' as column_name, 'quasi' as class, 1 as level,
                2 as last_level, 'Owned; Rented' as categories, null::bigint as children_blanked
            """
        )
    formats.write(file)
    record = json.loads((tmp_path / "disclosure.json").read_text())
    assert record["rules"]["children_alike_at_least"] == 10
    assert record["rules"]["sensitive_values_at_least"] == 2
    (tenure,) = (one for one in record["columns"] if one["table"] == f"{STUDY}.children")
    assert (tenure["level"], tenure["last_level"], tenure["children_blanked"]) == (1, 2, None)


def test_the_readme_names_every_table_and_the_citation(folder: Path):
    text = (folder / "README.md").read_text()
    assert FIVE in text and YEARS in text and "Cite R7" in text
    assert description.INVENTED not in text


def test_every_file_that_is_made_of_the_database_is_for_its_owner_alone(folder: Path):
    for path in set(folder.rglob("*")) - {folder / formats.DATABASE}:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600), path.name


def test_a_twin_is_marked_as_invented_in_every_file(tmp_path: Path):
    mark = description.INVENTED
    release = made(tmp_path / "release.duckdb", is_invented=True)
    files = formats.write(release)
    assert len(files) > 10
    for file in files:
        if file.suffix in (".dta", ".sav"):
            read = pyreadstat.read_dta if file.suffix == ".dta" else pyreadstat.read_sav
            assert read(file, metadataonly=True)[1].file_label.startswith(mark), file.name
        elif file.suffix == ".parquet":
            metadata = pyarrow.parquet.read_schema(file).metadata
            assert metadata[b"title"].decode().startswith(mark), file.name
            assert metadata[b"is_invented"] == b"true"
        elif file.suffix in (".json", ".xml", ".md") and file.name != "disclosure.json":
            assert mark in file.read_text(), file.name
    assert json.loads((tmp_path / "disclosure.json").read_text())["is_invented"]


def test_labels_are_cut_between_letters():
    assert coded.shortened("a" * 80, 80) == "a" * 80
    assert coded.shortened("é" * 41, 80) == "é" * 38 + "..."
