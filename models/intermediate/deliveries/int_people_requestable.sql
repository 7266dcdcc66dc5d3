with

linkages as (
    select * from {{ ref('int_linkages_decided') }}
    where is_permitted
),

participants as (
    select * from {{ ref('int_participants') }}
),

requestable as (
    select * from {{ ref('int_domains_requestable') }}
),

-- one row per person, however many answers the records are permitted for
people_requestable as (
    select distinct
        linkages.study,
        requestable.supplier,
        requestable.domain,
        linkages.participant_id
    from linkages
    inner join requestable
        on linkages.domain = requestable.domain
    inner join participants
        on
            linkages.study = participants.study
            and linkages.participant_id = participants.participant_id
            and (participants.is_adult or not requestable.is_only_of_adults)
)

select * from people_requestable
