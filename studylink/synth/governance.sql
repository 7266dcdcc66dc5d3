-- Deliveries, projects and researchers: they do not depend on the families.

-- `covers_from` and `covers_until`: the events that a delivery holds; the first that a person is in
-- also has what came before. Requested deliveries repeat one rhythm: two old ones, a recent full year,
-- one whose identifiers the agency has not yet certified as deleted, and one that has only just come.
create table deliveries as
select
    delivery_id,
    supplier,
    study,
    domain,
    request_sent_at::timestamp as request_sent_at,
    received_at,
    identifiers_deleted_at::timestamp as identifiers_deleted_at,
    covers_from,
    covers_until,
    tax_year,
    academic_start
from (
    values
    (
        'DFE-NPD-2023',
        'dfe',
        null,
        'education',
        null,
        timestamp '2024-01-10 12:00:00',
        null,
        date '2017-09-01',
        date '2023-08-31',
        null,
        2022
    ),
    (
        'DFE-NPD-2024',
        'dfe',
        null,
        'education',
        null,
        '2024-10-10 12:00:00',
        null,
        '2023-09-01',
        '2024-08-31',
        null,
        2023
    ),
    (
        'DFE-NPD-2025',
        'dfe',
        null,
        'education',
        null,
        '2025-10-09 09:15:00',
        null,
        '2024-09-01',
        '2025-08-31',
        null,
        2024
    ),
    (
        'DFE-NPD-2026',
        'dfe',
        null,
        'education',
        null,
        '2026-04-16 09:15:00',
        null,
        '2025-09-01',
        '2026-03-31',
        null,
        2025
    ),
    (
        'DFE-ILR-FT-1',
        'dfe',
        'five_to_twelve',
        'education',
        '2024-01-15 10:00:00',
        '2024-02-19 16:20:00',
        '2024-03-01 09:00:00',
        null,
        null,
        null,
        2022
    ),
    (
        'DFE-ILR-FT-2',
        'dfe',
        'five_to_twelve',
        'education',
        '2025-01-13 10:00:00',
        '2025-02-17 16:20:00',
        '2025-03-03 09:00:00',
        null,
        null,
        null,
        2023
    ),
    (
        'DFE-ILR-FT-3',
        'dfe',
        'five_to_twelve',
        'education',
        '2026-01-12 10:00:00',
        '2026-02-16 16:20:00',
        null,
        null,
        null,
        null,
        2024
    ),
    (
        'DFE-ILR-FT-4',
        'dfe',
        'five_to_twelve',
        'education',
        '2026-05-11 10:00:00',
        '2026-06-15 16:20:00',
        '2026-06-25 09:00:00',
        null,
        null,
        null,
        2025
    ),
    (
        'NHSE-FT-1',
        'nhs_england',
        'five_to_twelve',
        'health',
        '2024-01-10 12:00:00',
        '2024-02-10 12:00:00',
        '2024-02-20 12:00:00',
        '2021-01-01',
        '2023-12-31',
        null,
        null
    ),
    (
        'NHSE-FT-2',
        'nhs_england',
        'five_to_twelve',
        'health',
        '2024-07-10 12:00:00',
        '2024-08-10 12:00:00',
        '2024-08-20 12:00:00',
        '2024-01-01',
        '2024-06-30',
        null,
        null
    ),
    (
        'NHSE-FT-3',
        'nhs_england',
        'five_to_twelve',
        'health',
        '2025-07-09 10:30:00',
        '2025-08-12 14:05:00',
        '2025-08-29 11:00:00',
        '2024-07-01',
        '2025-06-30',
        null,
        null
    ),
    (
        'NHSE-FT-4',
        'nhs_england',
        'five_to_twelve',
        'health',
        '2026-01-14 10:30:00',
        '2026-02-18 14:05:00',
        null,
        '2025-07-01',
        '2025-12-31',
        null,
        null
    ),
    (
        'NHSE-FT-5',
        'nhs_england',
        'five_to_twelve',
        'health',
        '2026-05-13 10:30:00',
        '2026-06-17 14:05:00',
        '2026-06-26 11:00:00',
        '2026-01-01',
        '2026-04-30',
        null,
        null
    ),
    (
        'HMRC-FT-1',
        'hmrc',
        'five_to_twelve',
        'employment_tax',
        '2024-02-05 09:00:00',
        '2024-03-11 15:00:00',
        '2024-03-20 12:00:00',
        null,
        null,
        '2022-23',
        null
    ),
    (
        'HMRC-FT-2',
        'hmrc',
        'five_to_twelve',
        'employment_tax',
        '2024-11-04 09:00:00',
        '2024-12-09 15:00:00',
        '2024-12-18 12:00:00',
        null,
        null,
        '2023-24',
        null
    ),
    (
        'HMRC-FT-3',
        'hmrc',
        'five_to_twelve',
        'employment_tax',
        '2025-11-03 09:00:00',
        '2025-12-08 15:00:00',
        null,
        null,
        null,
        '2024-25',
        null
    ),
    (
        'HMRC-FT-4',
        'hmrc',
        'five_to_twelve',
        'employment_tax',
        '2026-05-18 09:00:00',
        '2026-06-22 15:00:00',
        '2026-06-29 12:00:00',
        null,
        null,
        '2025-26',
        null
    ),
    (
        'DWP-FT-1',
        'dwp',
        'five_to_twelve',
        'benefits',
        '2024-02-06 09:00:00',
        '2024-03-12 15:00:00',
        '2024-03-25 12:00:00',
        '2016-01-01',
        '2023-12-31',
        null,
        null
    ),
    (
        'DWP-FT-2',
        'dwp',
        'five_to_twelve',
        'benefits',
        '2025-02-04 09:00:00',
        '2025-03-11 15:00:00',
        '2025-03-24 12:00:00',
        '2024-01-01',
        '2024-12-31',
        null,
        null
    ),
    (
        'DWP-FT-3',
        'dwp',
        'five_to_twelve',
        'benefits',
        '2026-01-20 09:00:00',
        '2026-02-24 15:00:00',
        null,
        '2025-01-01',
        '2025-12-31',
        null,
        null
    ),
    (
        'DWP-FT-4',
        'dwp',
        'five_to_twelve',
        'benefits',
        '2026-05-19 09:00:00',
        '2026-06-23 15:00:00',
        '2026-06-29 12:00:00',
        '2026-01-01',
        '2026-04-30',
        null,
        null
    )
) as deliveries(
    delivery_id, supplier, study, domain, request_sent_at, received_at, identifiers_deleted_at,
    covers_from, covers_until, tax_year, academic_start
);

create view landed."governance/deliveries" as
select
    delivery_id,
    supplier,
    study,
    domain,
    stamp(request_sent_at) as request_sent_at,
    stamp(received_at) as received_at,
    stamp(identifiers_deleted_at) as identifiers_deleted_at
from deliveries;

create view landed."governance/projects" as
from (
    values
    (
        'P001',
        'Asthma, school absence and early attainment',
        'University of Wraybridge',
        'research',
        date '2024-06-03',
        date '2027-06-02',
        date '2024-06-17',
        'five_to_twelve',
        'health;education;area'
    ),
    (
        'P002',
        'Work, benefits and family income in the early school years',
        'Institute for Family Economics',
        'research',
        '2024-11-11',
        '2026-11-10',
        '2024-11-29',
        'five_to_twelve',
        'employment_tax;benefits;area'
    ),
    (
        'P003',
        'Support for special educational needs and later attainment',
        'Marlowe Park University',
        'research',
        '2024-08-05',
        '2026-12-31',
        '2024-09-02',
        'send_futures',
        'education'
    ),
    (
        'P004',
        'Official statistics on children with SEN support',
        'Office for Education Statistics',
        'statistics',
        '2025-03-10',
        '2028-03-09',
        '2025-03-21',
        'five_to_twelve;send_futures',
        'education'
    ),
    (
        'P005',
        'Targeting of tutoring services',
        'Brightscore Ltd',
        'commercial',
        '2025-05-01',
        '2026-04-30',
        '2025-05-08',
        'send_futures',
        'education'
    ),
    (
        'P006',
        'Maternal mental health and the first years of school',
        'Calderstow Medical School',
        'research',
        '2025-09-01',
        '2027-08-31',
        null,
        'five_to_twelve',
        'health'
    ),
    (
        'P007',
        'Air quality and respiratory health',
        'University of Wraybridge',
        'research',
        '2023-11-06',
        '2025-11-05',
        '2023-11-20',
        'five_to_twelve',
        'health;area'
    ),
    (
        'P008',
        'School moves and special needs',
        'Institute for Family Economics',
        'research',
        null,
        null,
        null,
        'five_to_twelve;send_futures',
        'education;area'
    )
) as projects(project_id, title, organisation, purpose, approved_on, expires_on, contract_signed_on, studies, domains);

create view landed."governance/researchers" as
from (
    values
    ('P001', 'RES-1001', 'Dr Catrin Bevan', date '2023-02-01', date '2028-01-31'),
    ('P001', 'RES-1002', 'Kwabena Asante', '2024-05-13', '2029-05-12'),
    ('P001', 'RES-1003', 'Prof. Helen Tattersall', '2019-09-02', '2024-09-01'),
    ('P002', 'RES-1004', 'Dr Rajan Nair', '2022-10-10', '2027-10-09'),
    ('P002', 'RES-1005', 'Zofia Wójcik', '2024-10-21', '2029-10-20'),
    ('P003', 'RES-1006', 'Dr Imogen Fairweather', '2021-07-05', '2026-07-04'),
    ('P003', 'RES-1007', 'Tomos Rhydderch', '2025-01-20', '2030-01-19'),
    ('P003', 'RES-1001', 'Dr Catrin Bevan', '2023-02-01', '2028-01-31'),
    ('P004', 'RES-1008', 'Louise O''Dwyer', '2023-04-03', '2028-04-02'),
    ('P004', 'RES-1009', 'Sanjit Bains', '2024-04-08', '2029-04-07'),
    ('P005', 'RES-1010', 'Max Calloway', '2025-05-19', '2026-05-18'),
    ('P006', 'RES-1011', 'Dr Amara Eze', '2025-06-02', '2030-06-01'),
    ('P007', 'RES-1001', 'Dr Catrin Bevan', '2023-02-01', '2028-01-31'),
    ('P008', 'RES-1012', 'Jonah Pryce-Ellis', '2026-03-02', null)
) as researchers(project_id, researcher_id, name, accredited_from, accredited_until);
