"""Every worked case, as the project itself builds it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.python.lib.cases import CASES, Case
from tests.python.lib.project import research_rows, study_rows, vault_rows
from tests.python.lib.worlds import RECORDS_BROUGHT, linkage_of, prefix_of, records_table


def participant_of(case: Case) -> str:
    """The id under which the case's person was laid."""
    who, _, _ = linkage_of(case)
    return f"{prefix_of(CASES.index(case))}-{who}"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_worked_case_is_decided_as_written(case: Case, rules_world: Path) -> None:
    data = rules_world / "data"
    _, domain, answers_of = linkage_of(case)
    person = participant_of(case)
    decisions = study_rows(
        data,
        f"""
        select is_permitted, reason
        from governance.linkage_decisions
        where (study, participant_id) = ('{case.study}', '{person}')
            and (domain, answers_of) = ('{domain}', '{answers_of}')
        """,
    )
    assert decisions == [(case.reason == "permitted", case.reason)]

    if case.usable is None:
        return
    ((record_research_id,),) = vault_rows(
        data,
        f"""
        select record_research_id
        from vault.main.pseudonyms
        where (study, participant_id) = ('{case.study}', '{person}')
        """,
    )
    ((records,),) = research_rows(
        data,
        f"""
        select count(*)
        from {case.study}.{records_table(case)}
        where research_id = '{record_research_id}'
        """,
    )
    assert records == sum(RECORDS_BROUGHT[delivery] for delivery in case.usable)
