-- Rows that cannot be used, a few of each kind: copies, conflicting keys, values that cannot be read
-- or are not listed, and references to nobody. They name the families made for them, so that no
-- other family suffers. Columns that are not given here are empty.

create macro member(wanted_case, who) as (
    select participant_id from people where case_name = wanted_case and known_as = who
);

create macro household(wanted_case) as (
    select family_id from people where case_name = wanted_case and known_as = 'child'
);

create macro pupil(wanted_case, wanted_entry) as (
    select pupil_matching_ref
    from pupils
    join people using (person_number)
    where case_name = wanted_case and known_as = 'child' and pupil_number % 5 = wanted_entry
);


-- Survey contractors

create table faulty."surveys/five_to_twelve/participants" as
select * replace (
    parental_responsibility::varchar as parental_responsibility,
    invited_on::varchar as invited_on,
    date_of_birth::varchar as date_of_birth
)
from participant_row('five_to_twelve')
where participant_id in (member('a copied row', 'mother'), member('a copied row', 'father'))
union all by name
select
    'five_to_twelve' as study,
    'FT0000001X' as participant_id,
    null as family_id,
    'mother' as role,
    'true' as parental_responsibility;

-- his details twice, and they differ; an aunt is nobody the study knows; a day before a month
create table faulty."surveys/send_futures/participants" as
select * replace (
    parental_responsibility::varchar as parental_responsibility,
    invited_on::varchar as invited_on,
    date_of_birth::varchar as date_of_birth,
    '07700 900999' as phone
)
from participant_row('send_futures')
where participant_id = member('an unreadable member', 'father')
union all by name
from (
    values
    ('send_futures', 'SF0000001X', household('an unreadable member'), 'aunt', 'false', '2023-10-02', null),
    ('send_futures', 'SF0000002X', household('an unreadable member'), 'parental_carer', 'false', '2023-10-02', '14/03/1961'),
    ('send_futures', 'SF0000003X', household('an unreadable member'), 'parental_carer', 'no', '2023-10-02', null)
) as written(study, participant_id, family_id, role, parental_responsibility, invited_on, date_of_birth);

create table faulty."surveys/five_to_twelve/permissions" as
select * replace (wave::varchar as wave)
from permissions
where study = 'five_to_twelve' and given_by = member('a copied row', 'mother')
union all by name
select * replace (wave::varchar as wave, 'no' as answer)
from permissions
where study = 'five_to_twelve' and given_by = member('an unreadable permission', 'mother')
union all by name
select 'five_to_twelve' as study, written.*
from (
    values
    ('P90000001', member('an unreadable permission', 'father'), member('an unreadable permission', 'father'), 'health', 'family', 'yes', '2024-13-02T10:00:00Z', '1'),
    ('P90000002', member('an unreadable permission', 'father'), member('an unreadable permission', 'child'), 'health', 'family', 'maybe', '2024-01-02T10:00:00Z', '1'),
    ('P90000003', member('an unreadable permission', 'father'), member('an unreadable permission', 'father'), 'schooling', 'family', 'yes', '2024-01-02T10:00:00Z', '1'),
    ('P90000004', member('an unreadable permission', 'mother'), member('an unreadable permission', 'child'), 'health', 'family', null, '2024-01-02T10:00:00Z', '1'),
    ('P90000005', 'FT0000000X', member('an unreadable permission', 'child'), 'health', 'family', 'no', '2024-01-02T10:00:00Z', '1'),
    ('P90000006', 'FT0000000X', 'FT0000000X', 'benefits', 'family', 'yes', '2024-01-02T10:00:00Z', '1'),
    ('P90000007', member('asks what is held', 'mother'), member('resumed', 'father'), 'benefits', 'family', 'no', '2024-05-02T10:00:00Z', '1')
) as written(permission_id, given_by, records_of, domain, answers_of, answer, answered_at, wave);

create table faulty."surveys/send_futures/permissions" as
from (
    values
    ('send_futures', 'P90000001', member('both ticks', 'mother'), member('an outsider''s permission', 'child'), 'education', 'child', 'no', '2024-01-02T10:00:00Z', '1'),
    ('send_futures', 'P90000002', member('an unreadable member', 'mother'), member('an unreadable member', 'child'), 'education', 'parent', 'yes', '2024-01-02 10:00', '1')
) as written(study, permission_id, given_by, records_of, domain, answers_of, answer, answered_at, wave);

create table faulty."surveys/five_to_twelve/requests" as
from requests
where study = 'five_to_twelve' and made_by = member('a copied row', 'mother')
union all by name
select 'five_to_twelve' as study, written.*
from (
    values
    ('R9000001', member('an unreadable request', 'mother'), member('an unreadable request', 'mother'), 'person', 'all', 'stop_linkage', '2024-06-31T12:00:00Z'),
    ('R9000002', member('an unreadable request', 'mother'), member('an unreadable request', 'mother'), 'person', 'all', 'forget_me', '2024-07-01T12:00:00Z'),
    ('R9000003', member('an unreadable request', 'father'), member('an unreadable request', 'child'), null, 'all', 'stop_linkage', '2024-07-02T12:00:00Z'),
    ('R9000004', 'FT0000000X', 'FT0000000X', 'person', 'all', 'stop_linkage', '2024-07-03T12:00:00Z')
) as written(request_id, made_by, about, scope, domain, request_type, received_at);

create table faulty."surveys/five_to_twelve/parent_interviews" as
select columns(*)::varchar
from landed."surveys/five_to_twelve/parent_interviews"
where participant_id = member('a copied row', 'mother') and wave = 1
union all by name
-- the same wave again, another home
select columns(*)::varchar
from (
    select * replace ('other' as tenure)
    from landed."surveys/five_to_twelve/parent_interviews"
    where participant_id = member('an unreadable request', 'mother') and wave = 1
)
union all by name
from (
    values
    ('five_to_twelve', member('a copied row', 'father'), '2', '2025-01-14', 'twelve'),
    ('five_to_twelve', member('a copied row', 'father'), '3', '2025-02-30', '7'),
    ('five_to_twelve', member('a copied row', 'father'), null, '2025-01-16', '7'),
    ('five_to_twelve', 'FT0000000X', '1', '2024-01-16', '7')
) as written(study, participant_id, wave, interviewed_on, child_sdq_total);

create table faulty."surveys/send_futures/parent_survey" as
select 'send_futures' as study, member('both ticks', 'father') as participant_id, 4 as wave, date '2026-05-14' as completed_on, 'Y' as child_has_ehcp;

create table faulty."surveys/send_futures/child_survey" as
select 'send_futures' as study, member('both ticks', 'child') as participant_id, 4 as wave, date '2026-05-14' as completed_on, '4.5' as enjoys_school;

create table faulty."surveys/send_futures/clerical_decisions" as
select
    'send_futures' as study,
    member('both ticks', 'child') as participant_id,
    pupil('both ticks', 1) as pupil_matching_ref,
    'perhaps' as decision,
    'reviewer 2' as decided_by,
    '2025-02-03T11:20:00Z' as decided_at;


-- Department for Education

create table faulty."dfe/pupils" as
from landed."dfe/pupils"
where pupil_matching_ref = pupil('a copied row', 1)
union all by name
select * replace (forename || 'a' as forename)
from landed."dfe/pupils"
where pupil_matching_ref = pupil('a copied row', 2);

create table faulty."dfe/pupil_census" as
from (
    values
    ('DFE-NPD-2024', '0000000000000000FF', '2023/24', '900001', '3', 'false'),
    ('DFE-NPD-2024', null, '2023/24', '900001', '3', 'false'),
    ('DFE-NPD-2031', pupil('a copied row', 0), '2030/31', '900001', '3', 'false'),
    ('NHSE-FT-1', pupil('a copied row', 0), '2022/23', '900001', '3', 'false'),
    ('DFE-NPD-2023', pupil('a copied row', 0), '2021/22', '900001', 'R', 'false'),
    ('DFE-NPD-2023', pupil('a copied row', 0), '2021/22', '900001', '0', 'Y')
) as written(delivery_id, pupil_matching_ref, academic_year, school_urn, nc_year, fsm_eligible);

create table faulty."dfe/key_stage_2" as
select 'DFE-NPD-2023' as delivery_id, pupil('both ticks', 0) as pupil_matching_ref, '2022/23' as academic_year, '103.5' as read_score;

create table faulty."dfe/absence" as
select 'DFE-NPD-2023' as delivery_id, pupil('both ticks', 0) as pupil_matching_ref, '2021/22' as academic_year, '3.8e2' as sessions_possible;

create table faulty."dfe/alternative_provision" as
select 'DFE-NPD-2024' as delivery_id, pupil('both ticks', 0) as pupil_matching_ref, '2023/24' as academic_year, '2024-2-5' as started_on;

-- no child has any; what DfE holds already is not of this kind; half a level
create table faulty."dfe/adult_learning" as
from (
    values
    ('DFE-ILR-FT-1', member('a copied row', 'child'), '2022/23', '2'),
    ('DFE-NPD-2024', member('a copied row', 'mother'), '2023/24', '2'),
    ('DFE-ILR-FT-2', member('a copied row', 'mother'), '2023/24', '2.5')
) as written(delivery_id, participant_id, academic_year, aim_level);

create table faulty."dfe/schools" as
select '999999' as school_urn, 'Fernhill School, Harrowmere' as school_name, '2' as phase, 'Good' as ofsted_rating;


-- The other agencies

-- nobody, no delivery, another agency's, another study's participant, a day before a month, empty,
-- and a delivery that answers no request
create table faulty."nhs_england/gp_events" as
from (
    values
    ('NHSE-FT-2', 'FT0000000X', '2023-05-04', '195967001'),
    ('NHSE-FT-9', member('a copied row', 'mother'), '2023-05-05', '195967001'),
    ('HMRC-FT-1', member('a copied row', 'mother'), '2023-05-06', '195967001'),
    ('NHSE-FT-2', member('both ticks', 'mother'), '2023-05-07', '195967001'),
    ('NHSE-FT-3', member('a copied row', 'mother'), '31/12/2024', '195967001'),
    ('NHSE-FT-3', null, '2024-12-31', '195967001'),
    ('NHSE-FT-0', member('a copied row', 'mother'), '2023-05-08', '195967001')
) as written(delivery_id, participant_id, event_date, snomed_code);

create table faulty."nhs_england/hospital_episodes" as
select 'NHSE-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, '900000000001' as epikey, '2024-02-30' as admission_date;

create table faulty."nhs_england/prescriptions" as
select 'NHSE-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, date '2024-02-20' as prescribed_on, '0407010H0AAAMAM' as bnf_code, 'two' as quantity;

create table faulty."nhs_england/mental_health_contacts" as
select 'NHSE-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, date '2024-02-20' as contact_date, 'A13' as team_type, 'Yes' as attended;

create table faulty."nhs_england/register_events" as
select 'NHSE-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, 'marriage' as event_type, date '2024-04-20' as event_date;

create table faulty."hmrc/employments" as
select 'HMRC-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, '2023-24' as tax_year, '000/A0001' as employer_paye_reference, '£23,000.00' as pay_in_year;

create table faulty."hmrc/national_insurance" as
select 'HMRC-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, '2023-24' as tax_year, '3' as contribution_class, '52.0' as qualifying_weeks;

create table faulty."hmrc/tax_credits" as
select 'HMRC-FT-2' as delivery_id, 'FT0000000X' as participant_id, '2023-24' as tax_year, 'CTC' as award_type, 2310.50 as amount;

create table faulty."hmrc/child_benefit" as
select 'HMRC-FT-2' as delivery_id, member('a copied row', 'mother') as participant_id, '2018-11' as started_on, 25.60 as weekly_amount;

create table faulty."dwp/benefit_spells" as
select 'DWP-FT-1' as delivery_id, member('a copied row', 'mother') as participant_id, 'UC' as benefit_type, '2023/04/01' as started_on;

create table faulty."dwp/employment_programmes" as
select 'DWP-FT-1' as delivery_id, member('a copied row', 'mother') as participant_id, 'restart' as programme, '2023-04-31' as started_on;

create table faulty."dwp/pension_schemes" as
select 'HMRC-FT-1' as delivery_id, member('a copied row', 'mother') as participant_id, 'MT' as scheme_type, date '2022-04-01' as joined_on;

create table faulty."ons/postcodes" as
select *
from landed."ons/postcodes"
where postcode = (select min(postcode) from landed."ons/postcodes");

create table faulty."ons/areas" as
select 'E01999999' as lsoa_code, 'n/a' as imd_decile, 'C1' as rural_urban;


-- Governance

create table faulty."governance/deliveries" as
from landed."governance/deliveries"
where delivery_id = 'DWP-FT-1'
union all by name
from (
    values
    ('NHSE-FT-0', 'nhs_england', null, 'health', null, '2023-08-10T12:00:00Z'),
    ('HMRC-FT-0', 'hmrc', 'five_to_twelve', 'employment_tax', '2023-07-03T09:00:00Z', '10/08/2023 12:00')
) as written(delivery_id, supplier, study, domain, request_sent_at, received_at);

create table faulty."governance/shared_records" as
from (
    values
    ('R2024-10', 'P001', '2024-10-15T09:00:00Z', 'five_to_twelve', 'FT0000000X', 'health'),
    ('R2024-10', 'P001', '2024-10-15T09:00:00Z', 'five_to_twelve', member('a copied row', 'mother'), 'income')
) as written(release_id, project_id, shared_at, study, participant_id, domain);

create table faulty."governance/projects" as
select 'P009' as project_id, 'Untitled' as title, 'Brightscore Ltd' as organisation, 'curiosity' as purpose;
