"""What a build came to, in the oracle's own terms, to be compared with its verdict.

Each finding reads the three databases through `rows`, which runs a query that names its tables in
full (`study.governance.linkage_decisions`) and gives plain rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields

from tests.python.lib.oracle import (
    COLUMNS,
    MAY_BE_RECTIFIED,
    RECORD_TABLES,
    RESEARCH_TABLES,
    Check,
    Verdict,
)
from tests.python.lib.worlds import SEND

Rows = Callable[[str], list[tuple]]


def by_key(rows: Iterable[tuple], width: int) -> dict[tuple, object]:
    """Rows as a mapping, refusing a key that comes twice."""
    result: dict[tuple, object] = {}
    for row in rows:
        key, value = row[:width], row[width:]
        assert key not in result, f"{key} comes twice"
        result[key] = value
    return result


@dataclass(repr=False)
class Pseudonyms:
    """The vault's table, by participant and the other way round."""

    people: dict[tuple[str, str], tuple[str, str, str]]
    by_research_id: dict[tuple[str, str], tuple[str, str]]
    by_record_research_id: dict[tuple[str, str], tuple[str, str]]

    def whose(self, study: str, table: str, research_id: str) -> tuple[str, str]:
        ids = self.by_record_research_id if table in RECORD_TABLES else self.by_research_id
        return ids.get((study, research_id), (study, f"unknown {research_id}"))


def pseudonyms(rows: Rows) -> Pseudonyms:
    found = rows(
        """
        select
            study, participant_id, research_id, family_research_id, record_research_id
        from vault.main.pseudonyms
        """
    )
    return Pseudonyms(
        {(study, person): tuple(ids) for study, person, *ids in found},
        {(study, research_id): (study, person) for study, person, research_id, _, _ in found},
        {(study, record_id): (study, person) for study, person, _, _, record_id in found},
    )


def decisions(rows: Rows) -> dict[tuple, object]:
    found = rows(
        """
        select study, participant_id, domain, answers_of, is_permitted, reason, decided_at
        from study.governance.linkage_decisions
        """
    )
    return by_key(found, 4)


def request_outcomes(rows: Rows) -> dict[tuple, object]:
    found = rows("select study, request_id, outcome, reason from study.governance.request_outcomes")
    return by_key(found, 2)


def quarantined(rows: Rows) -> dict[tuple, object]:
    found = rows(
        "select source_table, row_number, reason from study.governance.quarantined_records"
    )
    return {place: reason for place, (reason,) in by_key(found, 2).items()}


def rows_accounted_for(rows: Rows) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for table, count in rows(
        "select source_table, records from study.governance.record_reconciliation"
    ):
        found[table] += int(count)
    return found


def people_pseudonymised(rows: Rows) -> dict[tuple[str, str], bool]:
    return dict.fromkeys(pseudonyms(rows).people, True)


def matches(rows: Rows) -> dict[tuple[str, str], str]:
    """Which pupil each child is."""
    found = rows("select study, participant_id, pupil_matching_ref from vault.main.pupil_matches")
    return {person: pupil for person, (pupil,) in by_key(found, 2).items()}


def found_alike(rows: Rows) -> set[tuple[str, str, str]]:
    """Which pupil each child was found to be by likelihood, before any clerk is heard."""
    return set(
        rows(
            """
            select study, participant_id, pupil_matching_ref
            from vault.main.pupil_candidates
            inner join study.policy.pupil_matching using (study)
            where match_probability >= link_from and not needs_clerk
            """
        )
    )


def identities(rows: Rows) -> dict[tuple, object]:
    """What is held of each participant, as rectified."""
    values = ", ".join(
        {"postcode": "lower(postcode)", "date_of_birth": "cast(date_of_birth as varchar)"}.get(c, c)
        for c in COLUMNS["participants"]
        if c in MAY_BE_RECTIFIED
    )
    return by_key(rows(f"select study, participant_id, {values} from vault.main.identities"), 2)


def people_requestable(rows: Rows) -> dict[tuple[str, str, str, str], bool]:
    found = rows(
        """
        select study, supplier, domain, participant_id
        from study.intermediate.int_people_requestable
        """
    )
    return dict.fromkeys(by_key(found, 4), True)


def rows_published(rows: Rows) -> dict[tuple[str, str, str], int]:
    """How many rows of each research table are about whom."""
    ids = pseudonyms(rows)
    found: dict[tuple[str, str, str], int] = {}
    for study, tables in RESEARCH_TABLES.items():
        for table in tables:
            for research_id, count in rows(
                f"select research_id, count(*) from research.{study}.{table} group by research_id"
            ):
                found[*ids.whose(study, table, research_id), table] = count
    return found


def answers_linked(rows: Rows) -> dict[tuple[str, str], bool]:
    """Whether the published answers of each participant of send_futures lead to records.

    They may lead only to a child's of the same family, and a child's own only to their own.
    """
    ids = pseudonyms(rows)
    families = {
        (study, person): family
        for study, person, family in rows(
            "select study, participant_id, family_id from vault.main.pseudonyms"
        )
    }
    found: dict[tuple[str, str], bool] = {}
    for table in ("parent_survey", "child_survey"):
        for research_id, linked in rows(
            f"select distinct research_id, linked_child_research_id from research.{SEND}.{table}"
        ):
            person = ids.whose(SEND, table, research_id)
            assert found.get(person, linked is not None) == (linked is not None), f"{person} twice"
            found[person] = linked is not None
            if linked is not None:
                child = ids.by_record_research_id[SEND, linked]
                assert families[child] == families[person]
                assert table == "parent_survey" or child == person
    return found


def checks(rows: Rows) -> dict[str, tuple]:
    """The checks of each delivery that answers a request."""
    names = ", ".join(field.name for field in fields(Check))
    found = rows(f"select delivery_id, {names} from study.governance.delivery_checks")
    return {delivery: Check(*shown) for (delivery,), shown in by_key(found, 1).items()}


def to_destroy(rows: Rows) -> dict[str, tuple]:
    """How many people's records are to be destroyed in which delivery, and how many these are."""
    found = rows("select delivery_id, participants, records from study.governance.to_destroy")
    return {delivery: counts for (delivery,), counts in by_key(found, 1).items()}


def people_to_destroy(rows: Rows) -> dict[tuple, object]:
    found = rows("select delivery_id, study, participant_id from vault.main.to_destroy")
    return by_key(found, 3)


def to_purge(rows: Rows) -> dict[str, int]:
    """How many rows of which landed table, or request to an agency, are about erased people."""
    found = by_key(rows("select source_table, rows from study.governance.to_purge"), 1)
    return {table: count for (table,), (count,) in found.items()}


def record_fates(rows: Rows) -> dict[tuple, int]:
    """How many records of each landed table came to what."""
    paths = ", ".join(f"'{supplier}/{table}'" for table, (supplier, _) in RECORD_TABLES.items())
    found = rows(
        "select source_table, fate, records from study.governance.record_reconciliation "
        f"where source_table in ({paths})"
    )
    return {key: records for key, (records,) in by_key(found, 2).items()}


EXPECTED: dict[str, tuple[Callable[[Verdict], Mapping], Callable[[Rows], Mapping]]] = {
    "decisions": (lambda verdict: verdict.decisions, decisions),
    "request outcomes": (lambda verdict: verdict.request_outcomes, request_outcomes),
    "quarantine": (lambda verdict: verdict.quarantine_reasons, quarantined),
    "people": (
        lambda verdict: dict.fromkeys(verdict.known - verdict.erased, True),
        people_pseudonymised,
    ),
    "matches": (
        lambda verdict: {
            person: pupil
            for person, pupil in verdict.matches.items()
            if person not in verdict.erased
        },
        matches,
    ),
    "identities": (lambda verdict: verdict.identities, identities),
    "people requestable": (
        lambda verdict: dict.fromkeys(verdict.requestable, True),
        people_requestable,
    ),
    "rows published": (lambda verdict: verdict.rows, rows_published),
    "answers linked": (lambda verdict: verdict.linked_child, answers_linked),
    "deliveries checked": (lambda verdict: verdict.checks, checks),
    "to be destroyed": (lambda verdict: verdict.to_destroy, to_destroy),
    "whose to destroy": (
        lambda verdict: dict.fromkeys(verdict.people_to_destroy, ()),
        people_to_destroy,
    ),
    "to be purged": (lambda verdict: verdict.to_purge, to_purge),
    "fates of records": (lambda verdict: verdict.record_fates, record_fates),
}
"""Each finding with what the oracle's verdict expects of it."""
