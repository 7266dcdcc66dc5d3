"""Which pupils in the register a child may be, by names, date of birth and address.

Everyone competes, refusers and the erased included, so that ambiguity is seen. What is kept is
about children whose linkage was ever permitted, and likely enough to be looked at.
"""

from studylink.matching.pairs import COLUMNS
from studylink.matching.scoring import score

IDENTITY = ", ".join(COLUMNS)


def model(dbt, session):
    """One row per study, child and pupil; see the model's YAML."""
    sought = dbt.ref("children_sought").filter("matched_on = 'identity'")
    # read once: behind the view are all corrections and requests
    children = session.from_arrow(sought.to_arrow_table())
    pupils = dbt.ref("stg_dfe__pupils").filter("row_fault is null")
    thresholds = dbt.ref("pupil_matching").project("study, review_from")

    scored = score(
        children.project(f"study, participant_id as child_id, {IDENTITY}").to_arrow_table(),
        pupils.project(f"pupil_matching_ref as pupil_id, {IDENTITY}").to_arrow_reader(),
    )
    kept = children.filter("was_ever_permitted").project("study, participant_id as child_id")
    return (
        session.from_arrow(scored)
        .join(kept, "study, child_id")
        .join(thresholds, "study")
        .filter("match_probability >= review_from")
        .project(
            "study, child_id as participant_id, pupil_id as pupil_matching_ref, match_weight,"
            " own_probability, match_probability, needs_clerk, things_differing, differences"
        )
        .to_arrow_table()
    )
