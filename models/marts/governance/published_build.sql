with

permissions as (
    select * from {{ ref('stg_surveys__permissions') }}
),

requests as (
    select * from {{ ref('stg_surveys__requests') }}
),

inputs as (
    select * from {{ ref('stg_build__inputs') }}
),

-- quarantined ones too: a statement dated after the build may be a no, even if the rest of it cannot be read
statements as (
    select answered_at as said_at
    from permissions
    union all
    select received_at as said_at
    from requests
),

newest_statement as (
    select max(said_at) as newest_statement_at
    from statements
),

published_build as (
    select
        {{ as_of() }} as as_of,
        newest_statement.newest_statement_at,
        inputs.permissions_checksum
    from inputs
    cross join newest_statement
)

select * from published_build
