with

landed as (
    select * from {{ source('governance', 'projects') }}
),

{{ repeated_keys('governance', 'projects') }},

staged as (
    select
        landed.source_table,
        landed.row_number,
        landed.project_id,
        landed.title,
        landed.organisation,
        landed.purpose,
        {{ as_date('landed.approved_on') }} as approved_on,
        {{ as_date('landed.expires_on') }} as expires_on,
        {{ as_date('landed.contract_signed_on') }} as contract_signed_on,
        landed.studies,
        landed.domains,
        coalesce(
            repeated_keys.row_fault,
            {{ value_fault('governance', 'projects', 'landed') }}
        ) as row_fault
    from landed
    left join repeated_keys
        on
            landed.source_table = repeated_keys.source_table
            and landed.row_number = repeated_keys.row_number
)

select * from staged
