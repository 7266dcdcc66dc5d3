-- Area attributes appear only where the area linkage is permitted at as_of.

{{ config(meta={'remedy':
    'Areas are shown of people whose area linkage is not permitted. Take them from `participant_areas`.',
}) }}

with

pseudonyms as (
    select * from {{ ref('pseudonyms') }}
),

decisions as (
    select * from {{ ref('linkage_decisions') }}
    where domain = 'area' and is_permitted
)

select count(*) as areas
from {{ ref('five_to_twelve__areas') }} as areas
left join pseudonyms
    on
        pseudonyms.study = 'five_to_twelve'
        and areas.research_id = pseudonyms.research_id
left join decisions
    on
        pseudonyms.study = decisions.study
        and pseudonyms.participant_id = decisions.participant_id
where decisions.participant_id is null
having count(*) > 0
