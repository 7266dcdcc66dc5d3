with

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

participants as (
    select * from {{ ref('stg_surveys__participants') }}
    where row_fault is null
),

studies as (
    select * from {{ ref('studies') }}
),

deliveries as (
    select * from {{ ref('int_deliveries') }}
),

people_requested as (
    select * from {{ ref('stg_request_log__people_requested') }}
),

packs as (
    select * from {{ ref('stg_access_register__packs') }}
),

people_shared as (
    select distinct
        release_id,
        study,
        person
    from {{ ref('stg_releases__records_shared') }}
),

erased as (
    select
        inactive.study,
        inactive.participant_id,
        participants.role = 'child' as is_child
    from inactive
    inner join participants
        on
            inactive.study = participants.study
            and inactive.participant_id = participants.participant_id
    where inactive.erased_at is not null
),

-- whatever else is wrong with a row: it was landed, and carries an id
rows_naming as (
    {%- for model in [
        'stg_surveys__participants',
        'int_answers_landed',
        'stg_surveys__clerical_decisions',
        'stg_governance__shared_records',
    ] %}
    select
        source_table,
        row_number,
        study,
        participant_id,
        false as is_for_family
    from {{ ref(model) }}
    union all
    {%- endfor %}
    -- what somebody said about others stays, because it still counts for them
    select
        source_table,
        row_number,
        study,
        coalesce(records_of, given_by) as participant_id,
        false as is_for_family
    from {{ ref('stg_surveys__permissions') }}
    union all
    select
        source_table,
        row_number,
        study,
        coalesce(about, made_by) as participant_id,
        false as is_for_family
    from {{ ref('stg_surveys__requests') }}
    where
        scope is distinct from 'family'
        or made_by is distinct from coalesce(about, made_by)
    union all
    select
        source_table,
        row_number,
        study,
        made_by as participant_id,
        true as is_for_family
    from {{ ref('stg_surveys__requests') }}
    where scope = 'family'
    union all
    select
        landed.source_table,
        landed.row_number,
        deliveries.study,
        landed.participant_id,
        false as is_for_family
    from {{ ref('int_agency_records_landed') }} as landed
    left join deliveries
        on landed.delivery_id = deliveries.delivery_id
    where landed.participant_id in (select erased.participant_id from erased)
),

-- a row whose study is missing or unknown may belong to any study
rows_of_studies as (
    select
        rows_naming.source_table,
        rows_naming.row_number,
        rows_naming.participant_id,
        rows_naming.is_for_family,
        studies.study
    from rows_naming
    left join studies
        on rows_naming.study = studies.study
),

-- an adult's request for the family still counts for the others; a child's is only about the child
rows_about_erased as (
    select distinct
        rows_of_studies.source_table,
        rows_of_studies.row_number
    from rows_of_studies
    inner join erased
        on
            rows_of_studies.participant_id = erased.participant_id
            and erased.study = coalesce(rows_of_studies.study, erased.study)
            and (erased.is_child or not rows_of_studies.is_for_family)
),

-- what the request log and the register of releases hold about somebody is a token, made again here from the id
tokens_of_erased as (
    select 'requests/' || people_requested.request_id as source_table
    from people_requested
    inner join erased
        on people_requested.person = {{ pseudonym('erased.study', "'requested'", 'erased.participant_id') }}
    union all
    select 'releases/' || people_shared.release_id as source_table
    from people_shared
    inner join erased
        on people_shared.person = {{ pseudonym('erased.study', "'shared'", 'erased.participant_id') }}
    union all
    select 'access/' || packs.pack_id as source_table
    from packs
    inner join erased
        on packs.person = {{ pseudonym('erased.study', "'access'", 'erased.participant_id') }}
),

to_purge as (
    select
        source_table,
        count(*) as rows
    from rows_about_erased
    group by source_table
    union all
    select
        source_table,
        count(*) as rows
    from tokens_of_erased
    group by source_table
)

select * from to_purge
