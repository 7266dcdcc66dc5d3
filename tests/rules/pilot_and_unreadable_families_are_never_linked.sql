-- Five to Twelve: families invited before the main survey are never linked to anything, area included,
-- whatever was said. Nor are families with a row that cannot be read, which may have been a no. Who these
-- families are is read again from the rows as they landed.

with

studies as (
    select * from {{ ref('studies') }}
),

rows_landed as {{ materialized() }} (
    select * from {{ ref('stg_surveys__participants') }}
),

members as (
    select * from rows_landed
    where row_fault is null
),

names_in_faulty_rows as (
    select
        study,
        family_id,
        participant_id
    from rows_landed
    where row_fault != 'duplicate'
    {%- for statements, people in [
        ('permissions', ['given_by', 'records_of']), ('requests', ['made_by', 'about'])
    ] %}
    {%- for named in people %}
    union all
    select
        faulty.study,
        null as family_id,
        faulty.{{ named }} as participant_id
    from {{ ref('stg_surveys__' ~ statements) }} as faulty
    left join members as {{ people[0] }}
        on
            faulty.study = {{ people[0] }}.study
            and faulty.{{ people[0] }} = {{ people[0] }}.participant_id
    left join members as {{ people[1] }}
        on
            faulty.study = {{ people[1] }}.study
            and faulty.{{ people[1] }} = {{ people[1] }}.participant_id
    where
        coalesce(
            faulty.row_fault,
            case
                when {{ people[0] }}.participant_id is null or {{ people[1] }}.participant_id is null
                    then 'unknown'
            end
        ) != 'duplicate'
    {%- endfor %}
    {%- endfor %}
),

-- a row of an unknown study may belong to any study
names_in_studies as (
    select
        coalesce(named.study, studies.study) as study,
        named.family_id,
        named.participant_id
    from names_in_faulty_rows as named
    inner join studies
        on coalesce(named.study, studies.study) = studies.study
    union all
    select
        studies.study,
        named.family_id,
        named.participant_id
    from names_in_faulty_rows as named
    cross join studies
    where named.study not in (select known.study from studies as known)
),

families_barred as (
    select
        members.study,
        members.family_id
    from members
    inner join names_in_studies as named
        on
            members.study = named.study
            and members.family_id = named.family_id
    union
    select
        members.study,
        members.family_id
    from members
    inner join names_in_studies as named
        on
            members.study = named.study
            and members.participant_id = named.participant_id
    union
    select
        members.study,
        members.family_id
    from members
    inner join studies
        on members.study = studies.study
    where
        studies.main_survey_started_on > members.invited_on
        or (studies.main_survey_started_on is not null and members.invited_on is null)
),

linked as (
    {%- for table in [
        'int_permitted_intervals', 'int_deliveries_usable', 'int_domains_linked', 'int_people_requestable',
    ] %}
    select
        '{{ table }}' as linked_in,
        study,
        participant_id
    from {{ ref(table) }}
    union all
    {%- endfor %}
    select
        'linkage_decisions' as linked_in,
        study,
        participant_id
    from {{ ref('linkage_decisions') }}
    where is_permitted
)

select
    linked.linked_in,
    count(*) as linked
from linked
inner join members
    on
        linked.study = members.study
        and linked.participant_id = members.participant_id
inner join families_barred
    on
        members.study = families_barred.study
        and members.family_id = families_barred.family_id
group by linked.linked_in
