"""From raw rows to scored pairs: one connection, in memory, that holds what is compared."""

import logging
from importlib import resources
from typing import TypeAlias

import duckdb
import pyarrow
from splink import DuckDBAPI, Linker

from studylink.matching.model import Declared, Rule, Weights

# A register smaller than this is taken for a part of one so large: in a village of twenty a
# stranger is as unlike the child as anywhere else.
SMALLEST_REGISTER = 1_000
# A value's commonness is what the register shows, and for a small one what training saw: as if
# so many people more had been counted.
COUNTED_BEFOREHAND = 1_000

# Pairs that are compared at once: a few gigabytes of what splink makes of them.
AT_ONCE = 2_000_000

# That first and last names go together more often than chance would have it is believed once more
# people bear both than this.
NAMESAKES_BEFOREHAND = 1

Rows: TypeAlias = pyarrow.Table | pyarrow.RecordBatchReader
"""What DuckDB scans once."""

COLUMNS = (
    "first_name",
    "last_name",
    "date_of_birth",
    "address_line_1",
    "town",
    "postcode",
)


class Pairs:
    """Children and pupils side by side, prepared, and the pairs of them that meet a rule.

    Everything stays in an in-memory database that may not spill, so that no identity reaches the
    disk. `children` and `pupils` are read once each: arrow tables or record batch readers with
    `study` and `child_id`, or `pupil_id`, and COLUMNS, as they were landed.

    Raises ValueError, naming them, where columns are missing.
    """

    def __init__(self, children: Rows, pupils: Rows, declared: Declared):
        self.declared = declared
        self.connection = duckdb.connect()
        self.connection.execute("set temp_directory = ''")
        self.connection.execute("set enable_progress_bar = false")
        # the same rows in the same order give the same floating point sums
        self.connection.execute("set preserve_insertion_order = true")
        self.connection.execute(_text("prepare.sql"))
        _load_names(self.connection)
        self._take("child_rows", children, ("study", "child_id"))
        self._take("pupil_rows", pupils, ("pupil_id",))
        for column, (_, levels) in self.declared.frequency_levels.items():
            self._count(column, only_of_children=len(levels) == 1)
        self.register_size = self._count_rows("pupil_rows")

    @property
    def prior(self) -> float:
        """The probability that a child and a pupil taken at random are one person.

        Every child is thought to be in the register about once.
        """
        return 1 / max(self.register_size, SMALLEST_REGISTER)

    def block(self) -> None:
        """Make `pairs` (child, pupil: row numbers), and `children` and `pupils` of those in one."""
        for side in ("child", "pupil"):
            self._number(side)
            self.connection.execute(
                f"create table {side}_sounds as from sounded('{side}_rows');"
                f"create table {side}_keys as "
                f"from keyed('{side}_rows_numbered', '{side}_sounds');"
                f"drop table {side}_sounds"
            )
        self.connection.execute("create table pairs_by_rule (child bigint, pupil bigint)")
        for rule in self.declared.rules:
            self.connection.execute(_blocked_by(rule))
        self.connection.execute(
            "create table pairs as select distinct child, pupil from pairs_by_rule"
        )
        self.connection.execute("drop table pairs_by_rule")
        for side in ("child", "pupil"):
            self.connection.execute(
                f"drop table {side}_keys;"
                f"create table {side}_rows_in_pairs as "
                f"from {side}_rows_numbered where number in (select {side} from pairs)"
            )

    def prepare_paired(self) -> None:
        """Make `children` and `pupils`, what is compared of those who are in a pair."""
        self._compare("children", "child_rows_in_pairs")
        self._compare("pupils", "pupil_rows_in_pairs")

    def prepare_everyone(self) -> None:
        """Make `all_children` and `all_pupils`, what is compared of everybody."""
        for side, table in (("child", "all_children"), ("pupil", "all_pupils")):
            self._number(side)
            self._compare(table, f"{side}_rows_numbered")

    def linker(self, children: str, pupils: str, weights: Weights | None) -> Linker:
        """A splink linker over two tables made here, its commonness that of the whole register."""
        # splink logs what it does, SQL included, at levels below
        logging.getLogger("splink").setLevel(logging.WARNING)
        api = DuckDBAPI(self.connection)
        linker = Linker(
            [
                api.register(children, dataset_display_name="child"),
                api.register(pupils, dataset_display_name="pupil"),
            ],
            self.declared.settings(self.prior, weights),
            # they are made here, and checking them costs a sixth of what a small register does
            validate_settings=False,
            log_level=logging.WARNING,
        )
        for column in self.declared.frequency_levels:
            self._smooth(column, weights)
            linker.table_management.register_term_frequency_lookup(
                api.register(f"tf_{column}", table_name=f"tf_{column}_for_{children}"), column
            )
        return linker

    def score(self, weights: Weights, least_weight: float | None = None) -> None:
        """Make `scored`: every pair's weight, in bits, levels, and whether it agrees in everything.

        Also who they are: by id, and as `child` and `pupil`, their row numbers.

        `names_weight`, part of `match_weight`, is what is taken off where first and last names that
        agree go together more often than each by itself would have it. With `least_weight`, only of
        the pairs above.
        """
        self._predict(weights, least_weight)
        # of those names alone that a pair has, for there may be as many names as people
        self.connection.execute(
            """
            create or replace temp table frequencies_of_names as
            with
            asked_for as (
                select names(first_words, last_words) as value
                from child_rows
                union
                select names(first_words, last_words)
                from pupil_rows
                where rowid in (select pupil from predicted)
            )
            select names(first_words, last_words) as value, count(*) as bearers
            from pupil_rows
            where value in (select value from asked_for)
            group by value
            """
        )
        names_agree = " and ".join(
            self.declared.comparison(name).stands(lambda level: level.frequency_of is not None)
            for name in ("first_name", "last_name")
        )
        first, last, born, home = (
            self.declared.comparison(name)
            for name in ("first_name", "last_name", "date_of_birth", "home")
        )
        elsewhere = home.stands(lambda level: level.is_missing or level.disagrees)
        named_at_home = (
            f"({first.agrees} and {last.agrees}"
            f" and ({home.agrees} or ({born.agrees} and not {elsewhere})))"
        )
        self.connection.execute(
            f"""
            create or replace temp view scored as
            with
            identified as (
                select
                    predicted.child,
                    predicted.pupil,
                    child_rows.study,
                    child_rows.id as child_id,
                    pupil_rows.id as pupil_id,
                    coalesce(
                        child_rows.first_words = pupil_rows.first_words
                        and child_rows.last_words = pupil_rows.last_words
                        and child_rows.born = pupil_rows.born,
                        false
                    ) as is_namesake,
                    child_rows.line is not distinct from pupil_rows.line
                    and child_rows.town is not distinct from pupil_rows.town
                    and child_rows.postcode is not distinct from pupil_rows.postcode as is_at_home,
                    child_rows.line is null and child_rows.postcode is null as is_home_unknown,
                    {named_at_home} as is_named_at_home,
                    {self.declared.comparison("first_name").stands(lambda level: level.disagrees)}
                        as is_of_another_name,
                    if(
                        {names_agree},
                        -log2(greatest(
                            1,
                            {_excess("childs", "l", self.register_size)},
                            {_excess("pupils", "r", self.register_size)}
                        )),
                        0
                    ) as names_weight,
                    predicted.match_weight + names_weight as match_weight,
                    columns('^(gamma|mw_tf_adj)_')
                from predicted
                join child_rows on child_rows.rowid = predicted.child
                join pupil_rows on pupil_rows.rowid = predicted.pupil
                left join frequencies_of_names as childs
                    on childs.value = names(child_rows.first_words, child_rows.last_words)
                left join frequencies_of_names as pupils
                    on pupils.value = names(pupil_rows.first_words, pupil_rows.last_words)
            ),
            counted as (
                select
                    *,
                    count_if(is_namesake) over (partition by study, child_id) > 1
                    or count_if(is_namesake) over (partition by study, pupil_id) > 1
                        as has_namesakes
                from identified
            )
            select
                * exclude (is_namesake, is_at_home, is_home_unknown, has_namesakes),
                -- that neither has an address distinguishes nobody from their namesakes
                is_namesake and is_at_home and not (is_home_unknown and has_namesakes) as is_copy
            from counted
            """
        )

    def _predict(self, weights: Weights, least_weight: float | None) -> None:
        """Make `predicted` (child, pupil: row numbers), what splink says of the pairs, in bits.

        In turns of AT_ONCE, of each of which only what is asked for later is kept, as numbers.
        """
        linker = self.linker("children", "pupils", weights)
        kept = ", ".join(
            [
                "match_weight",
                *(f"tf_{name}_{side}" for name in ("first", "last") for side in ("l", "r")),
                *(f"gamma_{comparison.name}" for comparison in self.declared.comparisons),
                *(f"mw_tf_adj_{one.name}" for one, _ in self.declared.frequency_levels.values()),
            ]
        )
        into = "create or replace temp table predicted as"
        for first in range(0, self._count_rows("pairs") or 1, AT_ONCE):
            name = f"blocked_from_{first}"
            self.connection.execute(
                f"create temp view {name} as select '0' as match_key, "
                "'child-__-' || child as join_key_l, 'pupil-__-' || pupil as join_key_r "
                f"from pairs where rowid >= {first} and rowid < {first + AT_ONCE}"
            )
            linker.table_management.register_blocked_pairs_for_predict(
                linker._db_api.register(name, table_name=f"pairs_from_{first}")
            )
            scored = linker.inference.predict(
                threshold_match_weight=least_weight, warning_mode="never"
            )
            self.connection.execute(
                f"{into} select id_l::bigint as child, id_r::bigint as pupil, {kept} "
                f"from {scored.physical_name}"
            )
            scored.drop_table_from_database_and_remove_from_cache()
            into = "insert into predicted"

    def _count_rows(self, table: str) -> int:
        ((rows,),) = self.connection.execute(f"select count(*) from {table}").fetchall()
        return rows

    def _take(self, table: str, rows: Rows, keys: tuple[str, ...]) -> None:
        self.connection.register("landed", rows)
        found = {name for (name, *_) in self.connection.execute("describe landed").fetchall()}
        missing = [name for name in (*keys, *COLUMNS) if name not in found]
        if missing:
            raise ValueError(f"rows to link lack {', '.join(missing)}: give them, null if unknown")
        self.connection.execute(
            f"create temp view landed_rows as select "
            f"{'study' if 'study' in keys else 'null'}::varchar as study, "
            f"{keys[-1]}::varchar as id, {', '.join(COLUMNS)} from landed"
        )
        self.connection.execute(f"create table {table} as from narrowed('landed_rows')")
        self.connection.execute("drop view landed_rows")
        self.connection.unregister("landed")

    def _count(self, column: str, only_of_children: bool) -> None:
        """Make `frequencies_of_` a column: how many pupils bear each value, of how many in all."""
        borne = f"where value in ({_values(column, 'child_rows')})" if only_of_children else ""
        self.connection.execute(
            f"create table frequencies_of_{column} as "
            f"with pupils as ({_values(column, 'pupil_rows')}) "
            "select value, count(*) as bearers, (select count(*) from pupils) as everybody "
            f"from pupils {borne} group by value"
        )

    def _number(self, side: str) -> None:
        self.connection.execute(
            f"create or replace temp view {side}_rows_numbered as "
            f"select rowid as number, * from {side}_rows"
        )

    def _compare(self, table: str, rows: str) -> None:
        self.connection.execute(f"create table {table} as from compared('{rows}')")

    def _smooth(self, column: str, weights: Weights | None) -> None:
        comparison, (same, *_) = self.declared.frequency_levels[column]
        # without weights nothing is weighed yet, and any number will do
        by_chance = weights[comparison.name][same.name][1] if weights else 1.0
        self.connection.execute(
            f"create or replace table tf_{column} as "
            # of the others in the register: the pupil in question is no evidence against itself
            f"select value as {column}, (bearers - 1 + $counted * $by_chance) "
            f"/ (everybody - 1 + $counted) as tf_{column} "
            f"from frequencies_of_{column}",
            {"counted": COUNTED_BEFOREHAND, "by_chance": by_chance},
        )


def _values(column: str, people: str) -> str:
    """The values of a compared column that people have, before they are narrowed to pairs."""
    made = {
        "first": "joined(first_words)",
        "last": "joined(last_words)",
        "home": "home(line, postcode)",
    }.get(column, column)
    return f"select {made} as value from {people} where value is not null"


def _excess(names: str, side: str, people: int) -> str:
    """SQL: how many times as often a first and a last name go together as chance would have it."""
    by_chance = f"tf_first_{side} * tf_last_{side} * {people}"
    return (
        f"({names}.bearers - 1 + {NAMESAKES_BEFOREHAND}) / ({by_chance} + {NAMESAKES_BEFOREHAND})"
    )


def _blocked_by(rule: Rule) -> str:
    def known(columns: tuple[str, ...]) -> str:
        return " and ".join(f"{column} is not null" for column in columns)

    return f"""
        insert into pairs_by_rule
        with
        children as (
            select number as child, hash({", ".join(rule.child)}) as block
            from child_keys
            where {known(rule.child)}
        ),
        met as materialized (
            select number as pupil, hash({", ".join(rule.pupil)}) as block
            from pupil_keys
            where {known(rule.pupil)} and block in (select block from children)
        ),
        children_by_block as (
            select block, count(*) as children from children group by block
        ),
        told_apart as (
            select block
            from met
            join children_by_block using (block)
            group by block, children
            having children * count(*) <= {rule.crowded}
        )
        select children.child, met.pupil
        from met
        join told_apart using (block)
        join children using (block)
    """


def _load_names(connection: duckdb.DuckDBPyConnection) -> None:
    """`variants` (name, stands_for: list); `listed_names`, `leading_names`, `no_names` (name).

    And `letters_of_names` (three): what `threes` gives of all listed names.
    """
    for table in ("nicknames", "given_names", "leading_names", "no_names"):
        header, *lines = _text(f"{table}.csv").splitlines()
        columns = zip(*(line.split(",") for line in lines), strict=True)
        rows = pyarrow.table(dict(zip(header.split(","), map(list, columns), strict=True)))
        connection.register("listed", rows)
        connection.execute(f"create table {table} as from listed")
        connection.unregister("listed")
    connection.execute(
        "create table variants as select replace(upper(name), '-', '') as name, "
        "list_append(list(upper(stands_for) order by stands_for), replace(upper(name), '-', '')) "
        "as stands_for from nicknames group by upper(name), name"
    )
    connection.execute(
        "create table listed_names as "
        "select upper(name) as name from given_names union select name from variants"
    )
    connection.execute(
        "create table letters_of_names as select distinct unnest(threes(name)) as three "
        "from listed_names"
    )


def _text(file: str) -> str:
    return resources.files(__package__).joinpath(file).read_text(encoding="utf-8")
