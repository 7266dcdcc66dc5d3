{{ config(materialized='transient') }}

with

participants_known as (
    select * from {{ ref('participants_known') }}
),

birth_dates as (
    select * from {{ ref('birth_dates') }}
),

family_members as (
    select
        participants_known.study,
        participants_known.participant_id,
        participants_known.family_id,
        participants_known.member_number,
        participants_known.role,
        participants_known.is_adult,
        participants_known.has_parental_responsibility,
        participants_known.invited_on,
        birth_dates.decides_from_as_landed,
        {{ decides_from('birth_dates.is_adult', 'birth_dates.date_of_birth', 'birth_dates.own_decision_age') }}
            as decides_from,
        cast(date_trunc('month', birth_dates.date_of_birth) as date) as month_of_birth
    from participants_known
    inner join birth_dates
        on
            participants_known.study = birth_dates.study
            and participants_known.participant_id = birth_dates.participant_id
)

select * from family_members
