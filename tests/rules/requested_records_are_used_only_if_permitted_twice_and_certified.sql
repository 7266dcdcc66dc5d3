-- Records that an agency sent on request are used only if the linkage was permitted when the request
-- was sent and when they came, and the agency has certified that it deleted what it matched on. Read
-- straight from what was said: of an adult's own health, employment and benefits, their own latest
-- word at both instants must be a yes.

with

deliveries as (
    select * from {{ ref('stg_governance__deliveries') }}
    where row_fault is null
),

usable as (
    select * from {{ ref('int_deliveries_usable') }}
    where not is_held
),

adults as (
    select * from {{ ref('int_participants') }}
    where is_adult
),

linkages as (
    select * from {{ ref('int_linkages') }}
    where mode = 'permission'
),

own_statements as (
    select * from {{ ref('int_statements') }}
    where is_own
),

checked as (
    select
        usable.domain,
        deliveries.received_at,
        deliveries.request_sent_at,
        deliveries.identifiers_deleted_at,
        max(case when own_statements.said_at <= deliveries.request_sent_at then own_statements.said_at end)
            as last_said_before_request,
        max(
            case
                when own_statements.said_at <= deliveries.request_sent_at and own_statements.stance = 'yes'
                    then own_statements.said_at
            end
        ) as last_yes_before_request,
        max(case when own_statements.said_at <= deliveries.received_at then own_statements.said_at end)
            as last_said_before_receipt,
        max(
            case
                when own_statements.said_at <= deliveries.received_at and own_statements.stance = 'yes'
                    then own_statements.said_at
            end
        ) as last_yes_before_receipt
    from usable
    inner join deliveries
        on usable.delivery_id = deliveries.delivery_id
    inner join adults
        on
            usable.study = adults.study
            and usable.participant_id = adults.participant_id
    inner join linkages
        on
            usable.study = linkages.study
            and usable.participant_id = linkages.participant_id
            and usable.domain = linkages.domain
            and usable.answers_of = linkages.answers_of
    left join own_statements
        on
            usable.study = own_statements.study
            and usable.participant_id = own_statements.participant_id
            and usable.domain = own_statements.domain
            and usable.answers_of = own_statements.answers_of
    group by
        usable.study,
        usable.participant_id,
        usable.domain,
        usable.answers_of,
        deliveries.delivery_id,
        deliveries.received_at,
        deliveries.request_sent_at,
        deliveries.identifiers_deleted_at
)

select
    domain,
    count(*) as deliveries
from checked
where
    received_at > {{ as_of() }}
    or identifiers_deleted_at is null
    or identifiers_deleted_at > {{ as_of() }}
    or last_yes_before_request is null
    or last_yes_before_request != last_said_before_request
    or last_yes_before_receipt is null
    or last_yes_before_receipt != last_said_before_receipt
group by domain
