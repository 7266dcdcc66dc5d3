-- The least that a build could do: read every landed byte once, join each row to a ready table of who
-- may be published, key its id and write it. Nothing is checked, decided, labelled or coarsened, so
-- that nothing which keeps the promises can be quicker than this.
--
-- `limit.py` runs the first part before the clock starts, on the databases of a build that is done,
-- and the second for each landed table. What stands in braces differs from table to table.

-- READY
create table ready.records as
select
    delivery_id,
    if(is_held_by_dfe, pupil_matching_ref, participant_id) as id,
    study,
    participant_id
from study.intermediate.int_publishable_records;

create table ready.answers as
select
    study,
    participant_id as id,
    participant_id
from study.intermediate.int_publishable_answers;

create table ready.pupils as
select
    pupil_matching_ref as id,
    study,
    participant_id
from vault.main.pupil_matches;

-- PASS
create table written.{table} as
select
    left(
        sha256(getvariable('hmac_opad') || unhex(sha256(
            getvariable('hmac_ipad') || encode(ready.study || '/person/' || ready.participant_id)
        ))),
        32
    ) as research_id,
    landed.* exclude ({id})
from {files} as landed
inner join ready.{who} as ready
    on {condition};

-- PASS WHERE NOBODY IS NAMED
create table written.{table} as
from {files};
