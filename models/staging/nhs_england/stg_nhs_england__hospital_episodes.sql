with

landed as (
    select * from {{ source('nhs_england', 'hospital_episodes') }}
),

staged as (
    select
        source_table,
        row_number,
        delivery_id,
        participant_id,
        epikey as episode_key,
        {{ as_known_date('admission_date') }} as admitted_on,
        {{ as_known_date('discharge_date') }} as discharged_on,
        admission_method,
        primary_diagnosis,
        main_procedure,
        provider_code,
        {{ value_fault('nhs_england', 'hospital_episodes') }} as row_fault
    from landed
)

select * from staged
