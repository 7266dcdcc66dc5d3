{{ config(materialized='transient') }}

{%- set rectifiable = [
    'title', 'first_name', 'last_name', 'sex', 'address_line_1', 'address_line_2',
    'town', 'postcode', 'email', 'phone',
] -%}

with

participants as (
    select * from {{ ref('stg_surveys__participants') }}
    where row_fault is null
),

birth_dates as (
    select * from {{ ref('birth_dates') }}
),

covering as (
    select * from {{ ref('int_requests_covering') }}
),

inactive as (
    select * from {{ ref('int_participants_inactive') }}
),

rectifications as (
    select * from {{ ref('rectifications') }}
),

corrections as (
    select
        covering.study,
        covering.participant_id,
        rectifications.field,
        case rectifications.field
            when 'postcode' then {{ normalised('rectifications.new_value') }}
            else rectifications.new_value
        end as new_value,
        row_number() over (
            partition by covering.study, covering.participant_id, rectifications.field
            order by rectifications.received_at desc, rectifications.request_id desc
        ) as newest_first
    from rectifications
    inner join covering
        on
            rectifications.study = covering.study
            and rectifications.request_id = covering.request_id
),

corrected_values as (
    select
        {%- for field in rectifiable %}
        max(case when field = '{{ field }}' then new_value end) as {{ field }},
        {%- endfor %}
        study,
        participant_id
    from corrections
    where newest_first = 1
    group by study, participant_id
),

identities_corrected as (
    select
        participants.study,
        participants.participant_id,
        participants.family_id,
        participants.role,
        {%- for field in rectifiable %}
        coalesce(corrected_values.{{ field }}, participants.{{ field }}) as {{ field }},
        {%- endfor %}
        birth_dates.date_of_birth,
        participants.unique_pupil_number,
        inactive.erased_at is not null as is_erased
    from participants
    inner join birth_dates
        on
            participants.study = birth_dates.study
            and participants.participant_id = birth_dates.participant_id
    left join corrected_values
        on
            participants.study = corrected_values.study
            and participants.participant_id = corrected_values.participant_id
    left join inactive
        on
            participants.study = inactive.study
            and participants.participant_id = inactive.participant_id
)

select * from identities_corrected
