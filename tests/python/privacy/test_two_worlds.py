"""Two worlds: every identifier may differ, and nothing that is published changes.

Assertions are on tables, columns and counts alone: none of them would print a value.
"""

from __future__ import annotations

import csv
import shutil
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from studylink import databases, files, landing, synth
from studylink.contract import landed_tables
from studylink.release import content
from tests.python.lib import project
from tests.python.lib.oracle import Row
from tests.python.lib.releases import of_everything
from tests.python.lib.worlds import FIVE, NAMING_COLUMNS, SEND, World, write_landing
from tests.python.privacy import identifiers, two_worlds
from tests.python.privacy.two_worlds import Mapping

AS_OF, MOMENT = "2026-06-30T00:00:00Z", datetime(2026, 6, 30)
SAMPLE = project.ROOT / "extracts" / "sample"
COMPARED_LOOSELY = {
    *("first_name", "forename", "last_name", "surname", "address_line_1", "address_line_2"),
    *("town", "postcode"),
}
IDENTIFYING = {
    *NAMING_COLUMNS,
    *COMPARED_LOOSELY,
    *("title", "date_of_birth", "sex", "gender", "email", "phone", "new_value"),
    *("other_comments", "what_would_help", "in_your_own_words"),
    *("epikey", "provider_ukprn", "provider_code", "practice_code", "employer_paye_reference"),
    *("msoa_code", "local_authority_code", "school_name", "researcher_id", "name", "decided_by"),
}
TITLE_OF_PROJECT = ("governance/projects", "title")

Cell = tuple[str, str, Row, Row]
Landings = tuple[Path, Path, Mapping]


@pytest.fixture(scope="module")
def landings(tmp_path_factory: pytest.TempPathFactory) -> Landings:
    """A synthetic landing, the same with other identifiers, and which became which."""
    folder = tmp_path_factory.mktemp("landings")
    synth.write_extracts(synth.FEWEST, 7, folder / "synthetic")
    vault = project.built_as_far_as(folder / "synthetic", folder / "data", AS_OF, "pupil_matches")
    two_worlds.with_matches_decided(folder / "synthetic", vault, folder / "first", MOMENT)
    mapping = two_worlds.with_other_identifiers(folder / "first", folder / "second", MOMENT)
    return folder / "first", folder / "second", mapping


@pytest.fixture(scope="module")
def built(landings: Landings, tmp_path_factory: pytest.TempPathFactory) -> Landings:
    """The data folders of both landings.

    The second has its rows in another order too, and each table in two files of Parquet.
    """
    first, second, others = landings
    folder = tmp_path_factory.mktemp("built")
    shuffled = two_worlds.with_rows_shuffled(second, folder / "shuffled")
    land_as_parquet(folder / "shuffled")
    return (
        project.all_models(first, folder / "first", AS_OF),
        project.all_models(folder / "shuffled", folder / "second", AS_OF),
        Mapping(others.values, shuffled.row_numbers),
    )


HAS_TYPE = {
    "text": "true",
    "integer": r"regexp_full_match({0}, '-?(0|[1-9]\d{{0,17}})')",
    "decimal": r"regexp_full_match({0}, '-?\d{{1,16}}(\.\d{{1,2}})?')",
    "boolean": "{0} in ('true', 'false')",
    "date": "{0} = try_cast({0} as {1})::varchar",
    "timestamp": "{0} = strftime(try_cast({0} as {1}), '%Y-%m-%dT%H:%M:%SZ')",
}
"""By landed type: whether a text can be landed as a value of that type and is read as that text."""
TYPES = {"text": "varchar", "integer": "bigint", "decimal": "decimal(18, 2)"}


def land_as_parquet(folder: Path) -> None:
    """Land each table again as files of Parquet, columns in their own types in most of them.

    A file that holds a value which is not of a column's type has the column as text.
    """
    with duckdb.connect() as connection:
        for place in landing.find(folder)[0]:
            (file,) = place.files
            connection.execute(
                "create or replace temp table landed as "
                "select row_number() over () as place, ntile(3) over () as part, * "
                f"from {files.csv(file.path, file.columns)}"
            )
            file.path.unlink()
            file.path.with_suffix("").mkdir()
            for part in (1, 2, 3):
                rows = f"from landed where part = {part}"
                values = []
                for column, landed in zip(place.table.columns, place.table.types, strict=True):
                    of_type = TYPES.get(landed, landed)
                    is_of_type = HAS_TYPE[landed].format(column, of_type)
                    ((others,),) = connection.execute(
                        f"select count(*) {rows} and {column} is not null "
                        f"and not coalesce({is_of_type}, false)"
                    ).fetchall()
                    values.append(f"{column}::{'varchar' if others else of_type} as {column}")
                connection.execute(
                    f"copy (select {', '.join(values)} {rows} order by place) "
                    f"to '{file.path.with_suffix('')}/part-{part}.parquet'"
                )


def landed_rows(folder: Path) -> dict[str, list[Row]]:
    """Every row of a landing folder, with its values as written in the file."""
    tables = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[path.relative_to(folder).with_suffix("").as_posix()] = list(csv.DictReader(file))
    return tables


def cells(first: Path, second: Path) -> Iterator[Cell]:
    """Every cell of two landings whose rows are in the same places: path, column, both rows."""
    one, other = landed_rows(first), landed_rows(second)
    assert {path: len(rows) for path, rows in one.items()} == {
        path: len(rows) for path, rows in other.items()
    }
    for path, rows in one.items():
        for row, row_of_other in zip(rows, other[path], strict=True):
            for column in row:
                yield path, column, row, row_of_other


# --------------------------------------------------------------------------------------------------
# Making another world
# --------------------------------------------------------------------------------------------------


def test_every_identifier_differs_and_nothing_else_does(landings: Landings) -> None:
    first, second, mapping = landings
    unchanged, changed, days = Counter(), Counter(), Counter()
    for path, column, row, other in cells(first, second):
        identifies = column in IDENTIFYING and (path, column) != TITLE_OF_PROJECT
        if column == "date_of_birth" and row[column]:
            days["moved" if row[column] != other[column] else "stayed"] += 1
        elif identifies and row[column] and row[column] == other[column]:
            unchanged[path, column] += 1
        if not identifies and row[column] != other[column]:
            changed[path, column] += 1
    assert (unchanged, changed) == (Counter(), Counter())
    assert 0 < days["stayed"] < days["moved"] / 20
    moved, dates = mapping.days_moved()
    assert dates / 2 < moved < dates


def test_values_are_equal_where_they_were_and_nowhere_else(landings: Landings) -> None:
    *folders, _ = landings
    new_of_old, old_of_new = defaultdict(set), defaultdict(set)
    for _, column, row, other in cells(*folders):
        if column in IDENTIFYING and row[column] and column != "new_value":
            kind = identifiers.KIND_OF_COLUMN.get(column, identifiers.FREE_TEXT)
            new_of_old[kind, row[column]].add(other[column])
            old_of_new[kind, other[column]].add(row[column])
    assert {len(values) for values in new_of_old.values()} == {1}
    assert {len(values) for values in old_of_new.values()} == {1}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def other_rows(world: World, tmp_path: Path) -> Callable[[str], Iterator[tuple[Row, Row]]]:
    """Makes another of the world, as at a moment; hands out its rows beside those they were."""

    def make(path: str, as_of: datetime = MOMENT) -> Iterator[tuple[Row, Row]]:
        write_landing([world], tmp_path / "first")
        two_worlds.with_other_identifiers(tmp_path / "first", tmp_path / "second", as_of)
        return zip(
            landed_rows(tmp_path / "first")[path],
            landed_rows(tmp_path / "second")[path],
            strict=True,
        )

    return make


def test_case_and_spaces_distinguish_names_as_landed_and_not_as_compared(
    world: World, other_rows: Callable
) -> None:
    variants = ["Mary Ann", " mary  ann", "MARY ANN ", "mary\tann", "Maryann", "Élan", "éLAN"]
    for number, name in enumerate(variants):
        world.add_participant(FIVE, f"m{number}", role="mother", first_name=name)
    names = [new["first_name"] for _, new in other_rows(f"surveys/{FIVE}/participants")]
    assert len(set(names)) == len(variants)
    with duckdb.connect() as connection:
        compared = [
            connection.execute(
                r"select upper(trim(regexp_replace(?, '\s+', ' ', 'g')))", [name]
            ).fetchall()
            for name in names
        ]
    alike = [compared.index(name) for name in compared]
    assert alike == [0, 0, 0, 0, 4, 5, 5]


def test_the_highest_request_id_stays_the_highest(landings: Landings) -> None:
    *folders, _ = landings
    ids = {
        (row["request_id"], other["request_id"])
        for path, column, row, other in cells(*folders)
        if column == "request_id"
    }
    assert len(ids) > 100
    in_order = [new for _, new in sorted(ids)]
    assert in_order == sorted(in_order)


def test_a_corrected_value_is_what_the_column_itself_would_be(
    world: World, other_rows: Callable
) -> None:
    world.add_participant(FIVE, "mother", last_name="Hall", date_of_birth="1980-05-06", sex="F")
    for field, value in [
        ("last_name", "Hall"),
        ("date_of_birth", "1980-05-06"),
        ("sex", "F"),
        ("upn", "Hall"),
    ]:
        world.add_request(
            FIVE,
            made_by="mother",
            about="mother",
            request_type="rectify",
            field=field,
            new_value=value,
        )
    rows = list(other_rows(f"surveys/{FIVE}/requests"))
    corrected = {old["field"]: new["new_value"] for old, new in rows}
    ((_, mother),) = other_rows(f"surveys/{FIVE}/participants")
    fields = ("last_name", "date_of_birth", "sex")
    assert [field for field in fields if corrected[field] != mother[field]] == []


def test_a_date_that_cannot_be_read_still_cannot_be(world: World, other_rows: Callable) -> None:
    dates = ["14/03/1961", "2024-02-30", "2024-W01-1", "1961-3-14"]
    for number, day in enumerate(dates):
        world.add_participant(FIVE, f"m{number}", role="mother", date_of_birth=day)
    for sex in ("X", "F", "M"):
        world.add_participant(FIVE, f"of sex {sex}", role="mother", sex=sex)
    for old, new in other_rows(f"surveys/{FIVE}/participants"):
        if old["date_of_birth"] in dates:
            with pytest.raises(ValueError):
                datetime.strptime(new["date_of_birth"], "%Y-%m-%d")
        assert (new["sex"] in ("", "F", "M")) == (old["sex"] in ("", "F", "M"))


# --------------------------------------------------------------------------------------------------
# Days of birth
# --------------------------------------------------------------------------------------------------


def days_of_children(rows: Iterable[tuple[Row, Row]]) -> dict[str, tuple[str, str]]:
    """The day of birth of each child in both worlds, by the child's id in the first."""
    return {
        old["participant_id"].split("-")[-1]: (old["date_of_birth"], new["date_of_birth"])
        for old, new in rows
        if old["role"] == "child"
    }


def test_a_day_of_birth_moves_within_its_month_and_alike_in_the_register(
    world: World, other_rows: Callable
) -> None:
    for day in range(1, 29):
        child = world.add_participant(
            FIVE, f"c{day}", role="child", date_of_birth=f"2015-04-{day:02}", upn=f"UPN{day}"
        )
        world.add_pupil(child, f"p{day}")
    days = days_of_children(other_rows(f"surveys/{FIVE}/participants"))
    assert len(set(days.values())) == 28
    assert all(new[:8] == "2015-04-" and new != old for old, new in days.values())
    pupils = [new["date_of_birth"] for _, new in other_rows("dfe/pupils")]
    assert pupils == [new for _, new in days.values()]


@pytest.mark.parametrize("study", [FIVE, SEND])
def test_no_birthday_moves_across_an_instant_by_which_a_decision_is_taken(
    study: str, world: World, other_rows: Callable
) -> None:
    born = {
        "said": "2008-05-20",
        "asked": "2008-06-20",
        "delivered": "2008-07-20",
        "sent": "2008-08-20",
        "now": "2008-09-20",
    }
    instants = {name: f"2024-{month:02}-18T00:00:00Z" for month, name in enumerate(born, start=5)}
    for name, day in born.items():
        for number in range(10):
            # A family each, so that they can be told apart.
            world.add_participant(
                study,
                f"{name}{number}",
                family_id=f"{name}{number}",
                role="child",
                date_of_birth=f"{day[:8]}{10 + number}",
            )
            person = f"{name}{number}"
            if name == "said":
                world.add_permission(
                    study,
                    given_by=person,
                    records_of=person,
                    domain="education",
                    answers_of="family",
                    answer="yes",
                    answered_at=instants[name],
                )
            if name == "asked":
                world.add_request(
                    study,
                    made_by=person,
                    about=person,
                    scope="person",
                    domain="all",
                    request_type="object",
                    received_at=instants[name],
                )
    world.add(
        "governance/deliveries",
        delivery_id="D1",
        supplier="nhs_england",
        study=study,
        domain="health",
        request_sent_at=instants["sent"],
        received_at=instants["delivered"],
    )
    as_of = datetime(2024, 9, 18)
    days = days_of_children(other_rows(f"surveys/{study}/participants", as_of))
    assert len(days) == 50
    crossed = [name for name, (old, new) in days.items() if (old[8:] <= "18") != (new[8:] <= "18")]
    assert crossed == []
    assert sum(old != new for old, new in days.values()) > 40


def test_a_day_of_birth_stays_where_every_other_would_change_a_decision(
    world: World, other_rows: Callable
) -> None:
    world.add_participant(FIVE, "hemmed", role="child", date_of_birth="2008-05-10")
    world.add_participant(
        FIVE, "corrected", family_id="other", role="child", date_of_birth="2008-03-10"
    )
    world.add_participant(FIVE, "leap", family_id="third", role="child", date_of_birth="2008-02-29")
    world.add_request(
        FIVE,
        made_by="corrected",
        about="corrected",
        scope="person",
        domain="all",
        request_type="rectify",
        received_at="2024-06-10T00:00:00Z",
        field="date_of_birth",
        new_value="2008-06-10",
    )
    for month, person in (("05", "hemmed"), ("06", "corrected")):
        for day in range(1, 31):
            world.add_permission(
                FIVE,
                given_by=person,
                records_of=person,
                domain="health",
                answers_of="family",
                answer="yes",
                answered_at=f"2024-{month}-{day:02}T00:00:00Z",
            )
    days = days_of_children(other_rows(f"surveys/{FIVE}/participants"))
    assert [name for name, (old, new) in days.items() if old == new] == ["hemmed", "leap"]
    ((old, new),) = other_rows(f"surveys/{FIVE}/requests")
    assert old["new_value"] == new["new_value"]


# --------------------------------------------------------------------------------------------------
# Nothing can be forgotten
# --------------------------------------------------------------------------------------------------


def test_a_landed_column_without_a_class_is_refused() -> None:
    table = next(table for table in landed_tables() if table.name == "gp_events")
    unclassified = replace(table.declared[0], name="nhs_number", declared_class=None)
    with pytest.raises(LookupError, match=r"no class .* nhs_england\.gp_events\.nhs_number"):
        identifiers.kinds(replace(table, declared=(*table.declared, unclassified)))


def test_a_column_that_identifies_and_has_no_kind_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = next(table for table in landed_tables() if table.name == "gp_events")
    monkeypatch.delitem(identifiers.KIND_OF_COLUMN, "practice_code")
    with pytest.raises(LookupError, match="practice_code identifies"):
        identifiers.kinds.__wrapped__(table)


def test_the_columns_that_identify_are_those_that_people_would_name() -> None:
    found = {column for table in landed_tables() for column in identifiers.kinds(table)}
    assert found == IDENTIFYING


# --------------------------------------------------------------------------------------------------
# Rows in another order
# --------------------------------------------------------------------------------------------------


def test_shuffled_rows_are_the_same_rows_elsewhere(landings: Landings, tmp_path: Path) -> None:
    first, *_ = landings
    mapping = two_worlds.with_rows_shuffled(first, tmp_path / "shuffled")
    before, after = landed_rows(first), landed_rows(tmp_path / "shuffled")
    assert before.keys() == after.keys() == mapping.row_numbers.keys()
    lost, unmoved = [], []
    for path, rows in before.items():
        numbers = mapping.row_numbers[path]
        assert sorted(numbers.values()) == sorted(numbers) == list(range(1, len(rows) + 1))
        if [after[path][numbers[old] - 1] for old in range(1, len(rows) + 1)] != rows:
            lost.append(path)
        if after[path] == rows:
            unmoved.append(path)
    assert (lost, unmoved) == ([], [])


def test_of_copies_the_first_stays_the_first(world: World, tmp_path: Path) -> None:
    for _ in range(50):
        world.add("nhs_england/gp_events", delivery_id="D1", participant_id="mother")
    write_landing([world], tmp_path / "first")
    mapping = two_worlds.with_rows_shuffled(tmp_path / "first", tmp_path / "second")
    numbers = mapping.row_numbers["nhs_england/gp_events"]
    assert numbers == {number: number for number in range(1, 51)}


# --------------------------------------------------------------------------------------------------
# What is published
# --------------------------------------------------------------------------------------------------


def test_other_identifiers_in_another_order_change_nothing_that_is_published(
    built: Landings,
) -> None:
    assert two_worlds.differences(*built) == []
    first, *_ = built
    for where in ("reason = 'lapsed'", "decided_at is not null", "is_permitted"):
        assert project.study_rows(
            first, f"select 1 from governance.linkage_decisions where {where} limit 1"
        )
    assert project.study_rows(first, "from governance.quarantined_records limit 1")


def test_other_identifiers_change_nothing_in_a_release_but_its_pseudonyms(
    built: Landings, tmp_path: Path
) -> None:
    with duckdb.connect() as compared:
        plan, pseudonyms = None, set()
        for name, folder in zip(("one", "other"), built[:2], strict=True):
            with databases.connect(folder) as connection:
                plan, released = of_everything(connection, "R")
                databases.attach_file(connection, tmp_path / name, content.RELEASE)
                content.write(connection, plan, released)
                pseudonyms |= set(
                    connection.execute(
                        f"select column_name from {content.RELEASE}.about.columns "
                        "where class = 'pseudonym'"
                    ).fetchall()
                )
            databases.attach_file(compared, tmp_path / name, name, read_only=True)
        assert compared.execute("from one.about.denominators").fetchall()
        tables = compared.execute(
            """
            select schema_name, table_name, list(column_name order by column_index)
            from duckdb_columns() where database_name = 'one' group by all
            """
        ).fetchall()
        assert len(tables) > len([table for of_study in plan.tables.values() for table in of_study])
        for schema, table, columns in tables:
            kept = ", ".join(column for column in columns if (column,) not in pseudonyms)
            ((differing,),) = compared.execute(
                f"""
                select count(*) from (
                    (
                        select {kept} from one.{schema}.{table}
                        except all select {kept} from other.{schema}.{table}
                    )
                    union all (
                        select {kept} from other.{schema}.{table}
                        except all select {kept} from one.{schema}.{table}
                    )
                )
                """
            ).fetchall()
            assert differing == 0, f"{schema}.{table}"


def tables_with_people(data: Path) -> set[str]:
    """The tables that have rows about somebody; what is counted has no id."""
    with duckdb.connect(str(data / "research.duckdb"), read_only=True) as research:
        tables = research.execute(
            "select schema_name || '.' || table_name from duckdb_columns() "
            "where column_name = 'research_id'"
        ).fetchall()
        return {table for (table,) in tables if research.table(table).limit(1).fetchall()}


def tables_named(differences: list[str]) -> set[str]:
    return {line.split(":")[0] for line in differences}


def test_an_id_that_is_not_the_keyed_one_of_its_kind_and_study_differs(
    built: Landings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DBT_ENV_SECRET_PSEUDONYM_KEY", "another key")
    assert tables_named(two_worlds.differences(*built)) == tables_with_people(built[0])


@pytest.mark.parametrize(
    "leak",
    [
        "left(first_name, 1)",
        "length(last_name)",
        "rank() over (order by email)",
        "extract(day from date_of_birth)",
        "sex",
        "regexp_extract(postcode, '^[A-Z]+')",
        "md5(participant_id)",
        "count(*) over (partition by left(phone, 8))",
    ],
)
def test_whatever_an_identifier_decides_differs(built: Landings, leak: str, tmp_path: Path) -> None:
    *folders, mapping = built
    leaking = [tmp_path / "first", tmp_path / "second"]
    for folder, copy in zip(folders, leaking, strict=True):
        copy.mkdir()
        for name in databases.NAMES:
            shutil.copy(databases.path(folder, name), copy)
        with duckdb.connect() as connection:
            databases.attach(connection, copy, "vault", read_only=True)
            databases.attach(connection, copy, "research")
            connection.execute(
                f"""
                alter table research.{FIVE}.participants add column leak varchar;
                update research.{FIVE}.participants as participants
                set leak = leaking.leak
                from (
                    select research_id, {leak} as leak
                    from vault.main.identities
                    inner join vault.main.pseudonyms using (study, participant_id)
                ) as leaking
                where participants.research_id = leaking.research_id
                """
            )
    shown = two_worlds.differences(*leaking, mapping)
    assert tables_named(shown) == {f"{FIVE}.participants"}


def write_databases(folder: Path, research: str, governance: str = "select 1 as one") -> Path:
    """A data folder whose research and study databases hold one table each."""
    folder.mkdir()
    for name, schema, query in (
        ("research", FIVE, research),
        ("study", "governance", governance),
    ):
        with duckdb.connect(str(databases.path(folder, name))) as connection:
            connection.execute(f"create schema {schema}; create table {schema}.found as {query}")
    return folder


@pytest.mark.parametrize(
    ("second", "differences"),
    [
        ("from (values (2), (1), (1)) as rows(answer)", []),
        ("from (values (1), (2)) as rows(answer)", ["1 rows differ"]),
        ("from (values (1), (2), (2)) as rows(answer)", ["2 rows differ"]),
        ("from (values (1), (1), (null)) as rows(answer)", ["2 rows differ"]),
        ("from (values (1), (1), (2)) as rows(other)", ["not the same columns"]),
    ],
)
def test_rows_are_compared_as_often_as_they_occur_and_in_any_order(
    second: str, differences: list[str], tmp_path: Path
) -> None:
    first = "from (values (1), (1), (2)) as rows(answer)"
    folders = [
        write_databases(tmp_path / "first", first),
        write_databases(tmp_path / "second", second),
    ]
    found = two_worlds.differences(*folders, Mapping())
    assert found == [f"{FIVE}.found: {difference}" for difference in differences]


def test_a_table_in_only_one_world_differs(tmp_path: Path) -> None:
    folders = [write_databases(tmp_path / name, "select 1 as one") for name in ("one", "other")]
    with duckdb.connect(str(databases.path(folders[1], "research"))) as connection:
        connection.execute(f"create table {FIVE}.more as select 1 as one")
    assert two_worlds.differences(*folders, Mapping()) == [f"{FIVE}.more: in one of the two alone"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'a' as participant_id", "'b' as participant_id"),
        ("'a' as delivery_id", "'b' as delivery_id"),
        ("'a' as request_id", "'b' as request_id"),
        ("'t' as source_table, 1 as row_number", "'t' as source_table, 2 as row_number"),
        (
            "'lapsed' as reason, timestamp '2024-05-01' as decided_at",
            "'lapsed' as reason, timestamp '2024-05-02' as decided_at",
        ),
    ],
)
def test_what_governance_may_know_is_mapped_and_nothing_else(
    one: str, other: str, tmp_path: Path
) -> None:
    mapping = Mapping(
        {
            **{kind: {"a": "b"} for kind in ("participant", "delivery", "request")},
            "date of birth": {"2008-05-01": "2008-05-02"},
        },
        {"t": {1: 2}},
    )
    folders: Sequence[Path] = [
        write_databases(tmp_path / name, "select 'a' as answer", f"select {query}")
        for name, query in (("one", one), ("other", other))
    ]
    assert two_worlds.differences(*folders, mapping) == []
    assert two_worlds.differences(*folders, Mapping()) == ["governance.found: 2 rows differ"]


# --------------------------------------------------------------------------------------------------
# The whole of the sample, and a project that leaks
# --------------------------------------------------------------------------------------------------


@pytest.mark.long
def test_the_sample_is_published_alike_with_other_identifiers(
    built_sample: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    two_worlds.with_matches_decided(SAMPLE, built_sample, first, MOMENT)
    mapping = two_worlds.with_other_identifiers(first, second, MOMENT)
    data = [project.built(one, tmp_path / f"{one.name}-data", AS_OF) for one in (first, second)]
    assert two_worlds.differences(*data, mapping) == []


@pytest.mark.long
def test_the_sample_is_published_alike_in_another_order(built_sample: Path, tmp_path: Path) -> None:
    mapping = two_worlds.with_rows_shuffled(SAMPLE, tmp_path / "extracts")
    second = project.built(tmp_path / "extracts", tmp_path / "data", AS_OF)
    assert two_worlds.differences(built_sample, second, mapping) == []


@pytest.mark.long
def test_a_project_whose_ids_have_no_key_is_reported(landings: Landings, tmp_path: Path) -> None:
    *folders, mapping = landings
    copy = project.copied(tmp_path / "project")
    macro = copy / "macros" / "engine" / "pseudonym.sql"
    sql = macro.read_text(encoding="utf-8")
    assert sql.count("getvariable('hmac_opad') ||") == 1
    macro.write_text(sql.replace("getvariable('hmac_opad') ||", "''::blob ||"), encoding="utf-8")
    data = [project.built(one, tmp_path / one.name, AS_OF, root=copy) for one in folders]
    assert tables_named(two_worlds.differences(*data, mapping)) == tables_with_people(data[0])
