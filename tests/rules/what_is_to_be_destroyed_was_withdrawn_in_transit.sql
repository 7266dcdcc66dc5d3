-- Four places must agree: who withdrew while records were on their way (the vault), how many they are
-- (delivery_checks), how many people's records are to be destroyed (to_destroy), and what became of those
-- records (the reconciliation). None of the records is used.

with

checked as (
    select
        coalesce(sum(people_withdrawn_meanwhile), 0) as people,
        count(case when people_withdrawn_meanwhile > 0 then 1 end) as deliveries
    from {{ ref('delivery_checks') }}
),

listed as (
    select
        coalesce(sum(participants), 0) as people,
        count(*) as deliveries,
        coalesce(sum(records), 0) as records
    from {{ ref('to_destroy') }}
),

named as (
    select
        count(*) as people,
        count(distinct delivery_id) as deliveries
    from {{ ref('vault__to_destroy') }}
),

reconciled as (
    select coalesce(sum(records), 0) as records
    from {{ ref('record_reconciliation') }}
    where fate = 'withdrawn_in_transit'
),

used as (
    select count(*) as people
    from {{ ref('vault__to_destroy') }} as to_destroy
    inner join {{ ref('int_deliveries_usable') }} as usable
        on
            to_destroy.delivery_id = usable.delivery_id
            and to_destroy.study = usable.study
            and to_destroy.participant_id = usable.participant_id
)

select
    checked.people as people_checked,
    listed.people as people_listed,
    named.people as people_named,
    listed.records as records_listed,
    reconciled.records as records_reconciled,
    used.people as people_used
from checked
cross join listed
cross join named
cross join reconciled
cross join used
where
    checked.people != listed.people
    or checked.people != named.people
    or checked.deliveries != listed.deliveries
    or checked.deliveries != named.deliveries
    or listed.records != reconciled.records
    or used.people > 0
