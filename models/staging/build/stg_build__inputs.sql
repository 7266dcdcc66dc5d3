with

inputs as (
    select * from {{ source('build', 'inputs') }}
),

staged as (
    select permissions_checksum
    from inputs
)

select * from staged
