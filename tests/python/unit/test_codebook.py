"""The codebook page shows public figures alone: no small count, no one person's value, no id."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterable
from pathlib import Path

import duckdb
import pytest

from studylink import databases, pages
from studylink.pages import charts, codebook
from studylink.pages.codebook import Value
from studylink.release import command, shared
from studylink.release.content import Released

STUDY = "five_to_twelve"
COLUMNS = {
    "participants": {"research_id": "varchar", "tenure": "varchar", "tenure_label": "varchar"},
    "gp_events": {
        "research_id": "varchar",
        "event_month": "varchar",
        "snomed_code": "varchar",
        "pay": "double",
        "age": "bigint",
        "is_urgent": "boolean",
    },
}
CODES = {"owns": "Owns its home", "rents": "Rents", "other": "Something <else>"}
RELEASE = """
select
    'R7' as release_id, 'P7' as project_id, 'Asthma & "absence"' as title,
    'University' as organisation, 'secure' as access, 'five_to_twelve' as studies,
    'health' as domains, '2026-06-30T00:00:00Z' as as_of, false as has_family_ids,
    {is_invented} as is_invented, 'research' as purpose, 'Cite R7 so' as citation
"""

People = Iterable[tuple]
Make = Callable[..., Path]


def person(number: int) -> str:
    return f"{number:032x}"


def several(people: int, *values: object, rows: int = 1, first: int = 0) -> list[tuple]:
    """Rows of so many people, all with the same values."""
    return [(person(first + one), *values) for one in range(people) for _ in range(rows)]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Make a release by hand of the rows of its two tables; returns its file."""

    def made(
        participants: People = (),
        gp_events: People = (),
        name: str = "release",
        is_invented: bool = False,
        without: tuple[str, str] | None = None,
        figures: People = (),
    ) -> Path:
        file = tmp_path / f"{name}.duckdb"
        with duckdb.connect(str(file)) as connection:
            connection.execute(f"create schema about; create schema {STUDY}")
            release = RELEASE.format(is_invented=is_invented)
            for table, query in {
                "release": release,
                "build": "select '0.1.0' as studylink_version, 'c0ffee' as project_checksum",
                "denominators": f"select '{STUDY}' as study, 'health' as domain, 'child' as role, "
                "1230 as people, 870 as permitted, null::bigint as linked",
                "consent_flow": "select * from (values "
                f"('{STUDY}', 'health', 'permission', 1, 'invited', 1230), "
                f"('{STUDY}', 'health', 'permission', 2, 'said_yes', 870), "
                f"('{STUDY}', 'health', 'permission', 3, 'records_usable', null)) "
                "as flow (study, domain, mode, step_number, step, participants)",
            }.items():
                connection.execute(f"create table about.{table} as {query}")
            connection.execute(
                "create table about.columns (table_schema varchar, table_name varchar, "
                '"position" integer, column_name varchar, label varchar, description varchar, '
                "data_type varchar, unit varchar, source varchar, recode varchar, missing varchar, "
                "class varchar, code_list varchar)"
            )
            connection.execute(
                "create table about.value_labels (table_schema varchar, table_name varchar, "
                "column_name varchar, value varchar, label varchar)"
            )
            for value, label in CODES.items():
                connection.execute(
                    "insert into about.value_labels values (?, 'participants', 'tenure', ?, ?)",
                    [STUDY, value, label],
                )
            for table, rows in (("participants", participants), ("gp_events", gp_events)):
                columns = {
                    column: kind
                    for column, kind in COLUMNS[table].items()
                    if (table, column) != without
                }
                for position, (column, kind) in enumerate(columns.items()):
                    label = f"The {column.replace('_', ' ')}"
                    connection.execute(
                        "insert into about.columns values (?, ?, ?, ?, ?, ?, ?, null, null, null, "
                        "?, ?, null)",
                        [
                            *(STUDY, table, position, column, label, f"{label}. More of `it`."),
                            *(kind, "Not landed", "pseudonym" if position == 0 else "plain"),
                        ],
                    )
                of_type = ", ".join(f"{column} {kind}" for column, kind in columns.items())
                connection.execute(f"create table {STUDY}.{table} ({of_type})")
                connection.execute(f"comment on table {STUDY}.{table} is 'Of {table}. Grain.'")
                for row in rows:
                    blanks = ", ".join("?" * len(columns))
                    connection.execute(f"insert into {STUDY}.{table} values ({blanks})", row)
            if figures:
                connection.execute(
                    f"create table {STUDY}.linkage_quality (domain varchar, characteristic varchar,"
                    " category varchar, children bigint, children_matched bigint, "
                    "children_not_matched bigint, match_rate double, match_rate_low double, "
                    "match_rate_high double, standardised_difference double)"
                )
                for row in figures:
                    connection.execute(
                        f"insert into {STUDY}.linkage_quality values ({', '.join('?' * 10)})", row
                    )
                connection.execute(
                    "insert into about.columns values (?, 'linkage_quality', 1, 'children', 'C', "
                    "'C', 'bigint', null, null, null, 'Withheld', 'plain', null)",
                    [STUDY],
                )
        return file

    return made


def tables(release: Path) -> dict[str, codebook.Table]:
    with duckdb.connect(str(release), read_only=True) as connection:
        return {table.name: table for table in codebook._tables(connection)}


def variable(release: Path, table: str, column: str) -> codebook.Variable:
    [found] = [one for one in tables(release)[table].variables if one.name == column]
    return found


def page(release: Path) -> str:
    file = release.with_suffix(".html")
    codebook.write(release, file)
    return file.read_text(encoding="utf-8")


def test_people_are_counted_rounded_or_withheld_and_shares_are_of_rounded_counts(
    make: Make,
) -> None:
    release = make(
        participants=[
            *several(25, "owns", "Owns its home"),
            *several(9, "rents", "Rents", first=100),
        ]
    )
    assert variable(release, "participants", "tenure").values == [
        Value("other", "Something <else>", None, None),
        Value("owns", "Owns its home", 30, 1.0),
        Value("rents", "Rents", None, None),
    ]


def test_rows_of_few_people_are_withheld_however_many_they_are(make: Make) -> None:
    event = ("2024-01", "1", 5.0, 7, True)
    release = make(
        gp_events=[
            *several(9, *event, rows=20),
            *several(30, "2024-02", "2", 5.0, 7, False, first=50),
        ]
    )
    month = variable(release, "gp_events", "event_month")
    assert [(one.value, one.people) for one in month.values] == [("2024-02", 30)]
    code = variable(release, "gp_events", "snomed_code")
    assert [one.value for one in code.values] == ["2"]
    urgent = variable(release, "gp_events", "is_urgent")
    assert [(one.value, one.people) for one in urgent.values] == [("false", 30), ("true", None)]
    few = make(gp_events=several(9, *event, rows=20), name="few")
    table = tables(few)["gp_events"]
    assert (table.people, table.rows, table.periods) == (None, None, "")


def test_numbers_are_binned_and_the_least_and_the_greatest_are_not_shown(make: Make) -> None:
    pays = [float(pay) for pay in range(0, 24000, 100)]
    release = make(
        gp_events=[
            *((person(number), "2024-01", "1", pay, 7, True) for number, pay in enumerate(pays)),
            *several(3, "2024-01", "1", 987654.0, 98, True, first=900),
        ]
    )
    pay = variable(release, "gp_events", "pay").values
    assert [one.value for one in pay] == [
        f"{start:,} to under {start + 1000:,}" for start in range(0, 24000, 1000)
    ]
    assert {one.people for one in pay} == {10}
    age = variable(release, "gp_events", "age").values
    assert [(one.value, one.people) for one in age] == [("7", 240)]
    shown = page(release)
    assert "987" not in shown
    assert ">98<" not in shown


def test_missing_is_a_share_of_rows_and_withheld_where_few_have_one_or_none(make: Make) -> None:
    def missing(without: int, having: int) -> str:
        release = make(
            gp_events=[
                *several(without, "2024-01", None, 1.0, 7, True),
                *several(having, "2024-01", "1", 1.0, 7, True, first=500),
            ],
            name=f"{without}-{having}",
        )
        return variable(release, "gp_events", "snomed_code").missing

    assert missing(24, 76) == "In 20% of rows. Not landed"
    assert missing(9, 76) == "In the rows of fewer than 10 people, or in none. Not landed"
    assert missing(0, 85) == "In the rows of fewer than 10 people, or in none. Not landed"
    assert missing(76, 9) == "In all rows but those of fewer than 10 people, or in all. Not landed"


def test_another_base_of_counts_is_on_the_whole_page(make: Make, counts_by_four: None) -> None:
    shown = page(
        make(
            participants=[
                *several(5, "owns", "Owns its home"),
                *several(3, "rents", "Rents", first=100),
            ],
            gp_events=several(5, "2024-01", "1", 5.0, 7, True),
        )
    )
    assert "Counts under 4 are withheld, zero included" in shown
    assert "rounded to the nearest 4;" in shown
    assert "Periods with 4 people" in shown
    assert "Values that fewer than 4 people have are not listed" in shown
    assert "In the rows of fewer than 4 people, or in none" in shown
    assert "records usable under 4" in shown
    assert not re.search(r"(under|nearest|than|least|with) (10|ten)\b", shown)


def test_no_page_states_the_base_of_counts_itself() -> None:
    for template in pages.TEMPLATES.glob("*.html"):
        found = re.findall(
            r"(?i)\b(?:10|ten) (?:people|rows)|(?:under|nearest) (?:10|ten)\b", template.read_text()
        )
        assert found == [], template.name


def test_a_page_shows_no_pseudonym_and_no_text_as_markup(make: Make) -> None:
    release = make(
        participants=several(40, "other", "Something <else>"),
        gp_events=several(40, "2024-01", "<b>1</b>", 1.0, 7, True),
    )
    shown = page(release)
    assert not re.search(r"\b[0-9a-f]{32}\b", shown)
    assert "Something &lt;else&gt;" in shown
    assert "<else>" not in shown
    assert "<b>" not in shown
    assert "Asthma &amp; &#34;absence&#34;" in shown
    assert stat.S_IMODE(release.with_suffix(".html").stat().st_mode) == 0o600


def test_a_pseudonym_that_many_people_share_is_not_shown_either(make: Make) -> None:
    practice = "ab" * 16
    release = make(gp_events=several(40, "2024-01", practice, 1.0, 7, True))
    assert practice in page(release)
    with duckdb.connect(str(release)) as connection:
        connection.execute(
            "update about.columns set class = 'pseudonym' where column_name = 'snomed_code'"
        )
    assert practice not in page(release)


def test_every_variable_has_a_place_of_its_own_and_a_code_stands_with_its_label(
    make: Make,
) -> None:
    shown = page(make(participants=several(40, "owns", "Owns its home")))
    for table, columns in COLUMNS.items():
        for column in columns:
            assert f'id="{STUDY}.{table}.{column}"' in shown
    assert [one.name for one in tables(make(name="b"))["participants"].variables] == [
        *("research_id", "tenure")
    ]


@pytest.mark.parametrize("key", [None, "of the previous release"])
def test_what_has_changed_since_the_previous_release(make: Make, key: str | None) -> None:
    before = make(
        participants=several(40, "owns", "Owns its home"), without=("gp_events", "pay"), name="old"
    )
    with duckdb.connect(str(before)) as connection:
        connection.execute(
            "update about.columns set label = 'Other' where column_name = 'tenure';"
            "insert into about.columns select * replace ('gone' as column_name) from about.columns "
            "where column_name = 'age'; alter table five_to_twelve.gp_events add gone bigint"
        )
    if key:
        encrypted = before.with_name("encrypted.duckdb")
        with duckdb.connect() as connection:
            databases.attach_file(connection, before, "before", read_only=True)
            databases.attach_file(connection, encrypted, "encrypted", key)
            connection.execute("copy from database before to encrypted")
        before = encrypted
    after = make(participants=several(56, "owns", "Owns its home"))
    codebook.write(after, after.with_suffix(".html"), before, key)
    shown = after.with_suffix(".html").read_text(encoding="utf-8")
    changes = shown[shown.index('<section id="changes"') : shown.index('<section id="flow"')]
    text = " ".join(re.sub("<[^>]+>", " ", changes).split())
    assert f"New variables {STUDY}.gp_events.pay Variables" in text
    assert f"Variables no longer in it {STUDY}.gp_events.gone Variables" in text
    assert f"described differently {STUDY}.participants.tenure : label" in text
    assert f"Table Before Now {STUDY}.participants 40 60" in text
    assert "What has changed" not in page(after)


def test_the_previous_release_is_the_last_that_the_same_project_was_handed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def before(release_id: str) -> tuple:
        released = Released(release_id, "P7", *[""] * 6, False, False, "", "")
        return command._release_before(tmp_path, released)

    assert before("first") == ()
    for release_id, project in (("older", "P7"), ("old", "P7"), ("other", "P8")):
        row = dict.fromkeys(shared.COLUMNS, "x")
        shared.register(tmp_path).append(
            [row | {"release_id": release_id, "project_id": project}] * 2
        )
    assert before("new") == (), "its content is no longer there"
    content = shared.folder(tmp_path) / "old" / command.CONTENT
    content.parent.mkdir()
    key = command._content_key("old")
    with duckdb.connect() as connection:
        databases.attach_file(connection, content, "content", key)
    assert before("new") == (content, key)
    # what was registered before a hand-over was broken off is not the one before itself
    assert before("old") == ()
    monkeypatch.setenv("DBT_ENV_SECRET_VAULT_KEY", "the next")
    assert before("new") == (), "the vault's key is another now"
    assert "does not show what has changed since release old" in capsys.readouterr().err


def test_invented_data_is_said_to_be(make: Make) -> None:
    assert "Invented data" in page(make(is_invented=True))
    assert "Invented data" not in page(make(name="real"))


def test_a_withheld_step_is_no_bar_and_said_in_the_name_of_the_diagram(make: Make) -> None:
    shown = page(make())
    assert 'aria-label="Health: invited 1,230, said yes 870, records usable under 10"' in shown
    assert shown.count('stroke-dasharray="3 2"') == 1


def test_match_rates_stand_with_their_intervals(make: Make) -> None:
    shown = page(
        make(
            figures=[
                ("education", "age", "Under 8", 90, 80, 10, 0.8889, 0.8074, 0.9385, -0.2827),
                ("education", "all", "All", 200, 170, 30, 0.85, 0.7939, 0.8929, None),
                ("education", "age", "Not known", *[None] * 7),
            ]
        )
    )
    rows = re.findall(r'<tr><th scope="row">(?:All|Age)</th>.*?</tr>', shown)
    text = [re.sub(r"(<[^>]+>)+", " ", row).split() for row in rows]
    assert text == [
        ["All", "All", "200", "170", "85%", "79%", "to", "89%"],
        ["Age", "Not", "known", "under", "10", "under", "10"],
        ["Age", "Under", "8", "90", "80", "89%", "81%", "to", "94%", "-0.28", "(unlike)"],
    ]


@pytest.mark.parametrize("draw", [charts.columns, charts.rows])
def test_a_chart_has_a_bar_for_each_value_and_its_name_says_what_it_is(draw: Callable) -> None:
    svg = draw([("a <b>", 10), ("c", None), ("d", 30)], 'Of "people" & bars')
    assert svg.startswith(
        '<svg class="chart" role="img" aria-label="Of &#34;people&#34; &amp; bars"'
    )
    assert (svg.count('fill="var(--accent)"'), svg.count('fill="var(--muted)"')) == (2, 1)
    assert "a &lt;b&gt;" in svg
    # nothing that a content security policy without `unsafe-inline` would not apply
    assert "style" not in svg
