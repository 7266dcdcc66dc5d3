-- The promises in numbers of the two studies, and how their children are found. A seed may promise more
-- (a longer window for deletion, a later start of the main survey), not less. A new study is free.

with

studies as (
    select * from {{ ref('studies') }}
),

matching as (
    select * from {{ ref('pupil_matching') }}
),

promised as (
    -- Five to Twelve: what was linked is deleted up to six months after the family last took part; the
    -- families of the pilot, invited before the main survey started, are never linked; children are
    -- found by Unique Pupil Number, and no other personal data is needed
    select
        'five_to_twelve' as study,
        16 as own_decision_age,
        6 as deletion_window_months,
        date '2023-09-01' as main_survey_started_on,
        'unique_pupil_number' as matched_on
    union all
    -- SEND Futures: at 16 we will ask your child themself; what was linked is deleted whenever you ask;
    -- children are found by name, date of birth and address
    select
        'send_futures',
        16,
        cast(null as integer),
        cast(null as date),
        'identity'
)

select studies.study
from studies
inner join promised
    on studies.study = promised.study
left join matching
    on studies.study = matching.study
where
    studies.own_decision_age is distinct from promised.own_decision_age
    or (
        studies.deletion_window_months is not null
        and (
            promised.deletion_window_months is null
            or studies.deletion_window_months < promised.deletion_window_months
        )
    )
    or (
        promised.main_survey_started_on is not null
        and (
            studies.main_survey_started_on is null
            or studies.main_survey_started_on < promised.main_survey_started_on
        )
    )
    or matching.matched_on is distinct from promised.matched_on
