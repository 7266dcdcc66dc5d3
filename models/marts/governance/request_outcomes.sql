with

request_parts as (
    select * from {{ ref('int_request_parts') }}
),

parts_ranked as (
    select
        *,
        row_number() over (
            partition by study, request_id
            order by
                case outcome
                    when 'honoured_already_shared' then 1
                    when 'honoured' then 2
                    when 'open' then 3
                    when 'too_late' then 4
                    else 5
                end
        ) as best_first
    from request_parts
),

request_outcomes as (
    select
        study,
        request_id,
        request_type,
        outcome,
        reason
    from parts_ranked
    where best_first = 1
)

select * from request_outcomes
