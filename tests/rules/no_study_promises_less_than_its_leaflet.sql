-- The promises in numbers of the two studies, and how their children are found. A seed may promise more
-- (a longer window for deletion, a later start of the main survey), not less; the age, and how children are
-- found, are fixed. A new study is free.

with

studies as (
    select * from {{ ref('studies') }}
),

matching as (
    select * from {{ ref('pupil_matching') }}
)

select studies.study
from studies
left join matching
    on studies.study = matching.study
where
    (
        -- Five to Twelve: what was linked is deleted up to six months after the family last took part; the
        -- families of the pilot, invited before the main survey started, are never linked; children are
        -- found by their Unique Pupil Number, and no other personal data is needed
        studies.study = 'five_to_twelve'
        and not coalesce(
            studies.own_decision_age = 16
            and coalesce(studies.deletion_window_months >= 6, true)
            and studies.main_survey_started_on >= date '2023-09-01'
            and matching.matched_on = 'unique_pupil_number',
            false
        )
    )
    or (
        -- SEND Futures: at 16 we will ask your child themself; what was linked is deleted whenever you ask;
        -- children are found by name, date of birth and address
        studies.study = 'send_futures'
        and not coalesce(
            studies.own_decision_age = 16
            and studies.deletion_window_months is null
            and matching.matched_on = 'identity',
            false
        )
    )
