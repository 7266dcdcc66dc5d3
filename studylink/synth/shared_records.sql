-- What was shared with researchers: nothing about families who had asked for anything before.
create table releases as
from (
    values
    ('R2024-10', 'P001', timestamp '2024-10-15 09:00:00', 'five_to_twelve', 'health', 0.5),
    ('R2024-10', 'P001', '2024-10-15 09:00:00', 'five_to_twelve', 'education', 0.3),
    ('R2025-06', 'P002', '2025-06-20 09:00:00', 'five_to_twelve', 'employment_tax', 0.6),
    ('R2025-06', 'P002', '2025-06-20 09:00:00', 'five_to_twelve', 'benefits', 0.6),
    ('R2025-11', 'P003', '2025-11-24 09:00:00', 'send_futures', 'education', 0.6),
    ('R2026-02', 'P001', '2026-02-10 09:00:00', 'five_to_twelve', 'health', 0.5)
) as releases(release_id, project_id, shared_at, study, domain, portion);

create table shared_people as
with
permitted as (
    select distinct about_number as person_number, study, domain, min(answered_at) as answered_at
    from answers
    where answer = 'yes'
    group by all
),
requested as (
    select about_number // 8 as family_number, min(received_at) as received_at
    from asked_of_us
    group by all
)
select
    releases.release_id,
    releases.project_id,
    releases.shared_at,
    releases.study,
    people.participant_id,
    releases.domain
from releases
join permitted
    on permitted.study = releases.study
    and permitted.domain = releases.domain
    and permitted.answered_at + interval 60 days < releases.shared_at
join people using (person_number)
left join requested using (family_number)
where
    people.case_name is null
    and chance('shared ' || releases.release_id || releases.domain, people.person_number, releases.portion)
    and (requested.received_at is null or requested.received_at > releases.shared_at)
union all
select
    'R2024-10',
    if(people.study = 'send_futures', 'P003', 'P001'),
    timestamp '2024-10-15 09:00:00',
    people.study,
    people.participant_id,
    case_shared.domain
from case_shared
join people using (case_name, known_as);

create view landed."governance/shared_records" as
select release_id, project_id, stamp(shared_at) as shared_at, study, participant_id, domain
from shared_people;
