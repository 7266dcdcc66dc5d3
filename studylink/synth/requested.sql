-- Whom the study asked an agency for, and whom the agency sent: those whose linkage was permitted, and
-- who were active, when the request went out, but for a few of whom the agency has nothing. Two
-- deliveries are faulty: in one the agency sent many whom nobody had asked for, in the other a few.
-- A corrected date of birth is passed over here: in this study hardly anybody is near sixteen.

create table family_members as
select
    people.*,
    if(role = 'child', (born_on + interval 16 years)::timestamp, timestamp '1900-01-01') as decides_from
from people
where study = 'five_to_twelve';

create table domains as
from (
    values
    ('education', 'standard'), ('health', 'permission'), ('employment_tax', 'permission'),
    ('benefits', 'permission')
) as domains(domain, mode);

-- A stop, a resumption and a deletion made by an adult cover anyone of the family; everything else
-- themself and the young children. A child speaks for themself alone.
create table requests_covering as
select
    requests.request_type,
    requests.domain,
    requests.received_at,
    requests.maker_number,
    member.person_number,
    maker.person_number = member.person_number and requests.received_at >= member.decides_from
        as is_own_decision
from asked_of_us as requests
join family_members as maker on maker.person_number = requests.maker_number
join family_members as about
    on about.person_number = requests.about_number and about.family_number = maker.family_number
join family_members as member
    on member.family_number = maker.family_number
    and (requests.scope = 'family' or member.person_number = about.person_number)
    and (
        member.person_number = maker.person_number
        or (
            maker.role <> 'child'
            and (
                requests.request_type in ('stop_linkage', 'resume_linkage', 'delete_linked')
                or requests.received_at < member.decides_from
            )
        )
    );

create table times_inactive as
select person_number, received_at as inactive_from, timestamp '9999-12-31' as inactive_until
from requests_covering
where request_type in ('object', 'erase')
union all
select
    restrictions.person_number,
    restrictions.received_at as inactive_from,
    coalesce(min(lifts.received_at), timestamp '9999-12-31') as inactive_until
from requests_covering as restrictions
left join requests_covering as lifts
    on lifts.request_type = 'lift_restriction'
    and lifts.person_number = restrictions.person_number
    and lifts.received_at > restrictions.received_at
    and (lifts.maker_number = restrictions.maker_number or lifts.is_own_decision)
where restrictions.request_type = 'restrict'
group by all;

create table statements as
with
said as (
    select
        about_number as person_number,
        giver_number as speaker_number,
        domain,
        answered_at as said_at,
        answer = 'no' as is_no,
        answer = 'yes' as is_yes
    from answers
    where study = 'five_to_twelve'
    union all
    select
        person_number,
        maker_number as speaker_number,
        domains.domain,
        received_at as said_at,
        request_type <> 'resume_linkage' as is_no,
        request_type = 'resume_linkage' as is_yes
    from requests_covering
    join domains on requests_covering.domain in ('all', domains.domain)
    where request_type in ('stop_linkage', 'delete_linked', 'resume_linkage')
)
select
    person_number,
    speaker_number,
    said.domain,
    said_at,
    speaker_number = person_number as is_own,
    case
        when is_no and (is_own or speaker.role <> 'child') then 'no'
        when is_yes and is_own and said_at >= person.decides_from then 'yes'
        when is_yes and speaker.has_responsibility and said_at < person.decides_from then 'yes'
        else 'neutral'
    end as stance
from said
join family_members as person using (person_number)
join family_members as speaker on speaker.person_number = speaker_number;

-- the latest of each member's statements at the moment of a request; at one instant a no goes first
create table stances as
select
    delivery_id,
    person_number,
    is_own,
    max({'said_at': said_at, 'rank': case stance when 'no' then 2 when 'neutral' then 1 else 0 end})
        as latest
from statements
join deliveries using (domain)
where said_at <= request_sent_at
group by delivery_id, person_number, speaker_number, is_own;

create table verdicts as
with
stances_standing as (
    select
        delivery_id,
        person_number,
        max(latest.said_at) filter (where is_own and latest.rank = 0) as own_yes_at,
        bool_or(is_own and latest.rank = 2) as own_no,
        max(latest.said_at) filter (where not is_own and latest.rank = 2) as others_no_at,
        bool_or(not is_own and latest.rank = 0) as others_yes
    from stances
    group by delivery_id, person_number
)
select
    delivery_id,
    domain,
    request_sent_at,
    person_number,
    case
        when own_no then false
        when request_sent_at < decides_from
            then others_no_at is null and (mode = 'standard' or coalesce(others_yes, false))
        else
            (others_no_at is null or coalesce(own_yes_at > others_no_at, false))
            and (mode = 'standard' or own_yes_at is not null)
    end as is_permitted
from family_members
join deliveries using (study)
join domains using (domain)
left join stances_standing using (delivery_id, person_number)
where role <> 'child' or domain = 'health';

-- families of the pilot, and those of whom something cannot be read, are never asked about
create table families_never_linked as
select family_id
from landed."surveys/five_to_twelve/participants"
where invited_on is null or invited_on < '2023-09-01'
union
select family_id
from people
where case_name in ('an unreadable permission', 'an unreadable request');

-- those whom something made inactive when a request went out
create table never_sent as
select distinct person_number, delivery_id
from times_inactive
join deliveries
    on request_sent_at >= inactive_from and request_sent_at < inactive_until;

create table sent as
with
people_judged as (
    select
        person_number,
        delivery_id,
        verdicts.domain,
        request_sent_at,
        case_name,
        is_permitted
        and families_never_linked.family_id is null
        and never_sent.person_number is null
            as is_requested,
        case delivery_id when 'NHSE-FT-2' then 0.12 when 'HMRC-FT-2' then 0.02 else 0 end as sent_unasked
    from verdicts
    join family_members using (person_number)
    left join families_never_linked using (family_id)
    left join never_sent using (person_number, delivery_id)
    -- who was not yet in the study could not be asked about
    where approached_on < request_sent_at
),
people_sent as (
    select person_number, delivery_id, domain, request_sent_at
    from people_judged
    where if(
        is_requested,
        case_name is not null or chance('sent', person_number || domain, 0.97),
        chance('sent unasked', person_number || delivery_id, sent_unasked)
        or (case_name is not null and delivery_id = 'NHSE-FT-2')
    )
),
first_deliveries as (
    select person_number, domain, min(request_sent_at) as request_sent_at
    from people_sent
    group by person_number, domain
)
select
    person_number,
    delivery_id,
    -- the first delivery that somebody is in also has what came before
    first_deliveries.person_number is not null as is_first
from people_sent
left join first_deliveries using (person_number, domain, request_sent_at);

create view sent_people as
select
    person_number,
    participant_id,
    family_number,
    case_name,
    place,
    known_as,
    role,
    born_on,
    postcode_number,
    delivery_id,
    deliveries.domain,
    covers_from,
    covers_until,
    tax_year,
    academic_start,
    is_first
from sent
join family_members using (person_number)
join deliveries using (delivery_id);
