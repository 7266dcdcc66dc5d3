-- Anybody who objects, restricts or asks to be erased is out from then on, and so is a young child for whom
-- an adult of the family asked it; nobody else is, and a lift ends only a restriction. For those who are out
-- nothing is permitted, used or asked for. Read again from the requests as they landed, except for families
-- whose dates of birth may have been corrected.

with

{{ people_read_again() }},

requests_covering as (
    select
        requests.*,
        member.participant_id,
        member.decides_from
    from requests_of_families as requests
    inner join people as member
        on
            requests.study = member.study
            and requests.family_id = member.family_id
            and (requests.scope = 'family' or requests.about = member.participant_id)
    where
        requests.received_at <= {{ as_of() }}
        and (
            requests.made_by = member.participant_id
            or (requests.is_made_by_adult and requests.received_at < member.decides_from)
        )
),

last_lifts as (
    select
        study,
        participant_id,
        made_by,
        max(received_at) as lifted_at,
        max(case when made_by = participant_id and received_at >= decides_from then received_at end) as lifted_own_at
    from requests_covering
    where request_type = 'lift_restriction'
    group by study, participant_id, made_by
),

reasons as (
    select
        requests.study,
        requests.participant_id,
        requests.request_type,
        requests.received_at
    from requests_covering as requests
    left join last_lifts as makers
        on
            requests.study = makers.study
            and requests.participant_id = makers.participant_id
            and requests.made_by = makers.made_by
    left join last_lifts as own
        on
            requests.study = own.study
            and requests.participant_id = own.participant_id
            and requests.participant_id = own.made_by
    where
        requests.request_type in ('object', 'erase')
        or (
            requests.request_type = 'restrict'
            and coalesce(makers.lifted_at <= requests.received_at, true)
            and coalesce(own.lifted_own_at <= requests.received_at, true)
        )
),

people_out as {{ materialized() }} (
    select
        people.study,
        people.participant_id,
        min(case when reasons.request_type = 'object' then reasons.received_at end) as objected_at,
        min(case when reasons.request_type = 'restrict' then reasons.received_at end) as restricted_at,
        min(case when reasons.request_type = 'erase' then reasons.received_at end) as erased_at
    from people
    left join families_redated
        on
            people.study = families_redated.study
            and people.family_id = families_redated.family_id
    left join reasons
        on
            people.study = reasons.study
            and people.participant_id = reasons.participant_id
    where families_redated.family_id is null
    group by people.study, people.participant_id
),

out_wrongly as (
    select 'out, or not, against what was asked' as found
    from people_out
    left join {{ ref('int_participants') }} as participants
        on
            people_out.study = participants.study
            and people_out.participant_id = participants.participant_id
    where
        (participants.participant_id is null) != (people_out.erased_at is not null)
        or (
            people_out.erased_at is null
            and (
                participants.objected_at is distinct from people_out.objected_at
                or participants.restricted_at is distinct from people_out.restricted_at
                or participants.is_active != (people_out.objected_at is null and people_out.restricted_at is null)
            )
        )
    {%- for table, condition in [
        ('linkage_decisions', 'and linked.is_permitted'), ('int_deliveries_usable', ''),
        ('int_domains_linked', ''), ('int_people_requestable', ''),
    ] %}
    union all
    select 'in {{ table }} though out' as found
    from people_out
    inner join {{ ref(table) }} as linked
        on
            people_out.study = linked.study
            and people_out.participant_id = linked.participant_id
            {{ condition }}
    where coalesce(people_out.objected_at, people_out.restricted_at, people_out.erased_at) is not null
    {%- endfor %}
)

select
    found,
    count(*) as people
from out_wrongly
group by found
