-- Postcodes and areas. The postcode areas begin with Q, V or X and were never issued; the towns and
-- the codes within the areas are invented, the regions are the nine English ones.

create table authorities as
from (
    values
    (0, 'E12000001', 'Harrowmere', 'QA'), (1, 'E12000001', 'Stanwick-on-Wear', 'QB'),
    (2, 'E12000001', 'Elderby', 'QD'), (3, 'E12000002', 'Brackenshaw', 'QE'),
    (4, 'E12000002', 'Millbrough', 'QF'), (5, 'E12000002', 'Calderstow', 'QG'),
    (6, 'E12000003', 'Ottersdale', 'QH'), (7, 'E12000003', 'Wraybridge', 'QL'),
    (8, 'E12000003', 'Kelthorpe', 'QM'), (9, 'E12000004', 'Nether Ashby', 'QN'),
    (10, 'E12000004', 'Trentley', 'QP'), (11, 'E12000004', 'Saxondale Green', 'QR'),
    (12, 'E12000005', 'Hallowick', 'VA'), (13, 'E12000005', 'Smeston', 'VB'),
    (14, 'E12000005', 'Wyreford', 'VD'), (15, 'E12000006', 'Fenmarket', 'VE'),
    (16, 'E12000006', 'Great Lavering', 'VF'), (17, 'E12000006', 'Orwell Quay', 'VG'),
    (18, 'E12000007', 'Marlowe Park', 'VH'), (19, 'E12000007', 'East Tanyard', 'VL'),
    (20, 'E12000007', 'Brentmoor', 'VN'), (21, 'E12000008', 'Chalkhurst', 'VP'),
    (22, 'E12000008', 'Penfold Regis', 'VR'), (23, 'E12000008', 'Downham Priors', 'XA'),
    (24, 'E12000009', 'St. Petroc', 'XB'), (25, 'E12000009', 'Combe Sellick', 'XD'),
    (26, 'E12000009', 'Upton Magna', 'XE')
) as authorities(authority, region, town, postcode_area);

-- one postcode to some twenty families at scale, and enough of them in a small run
set variable postcodes = coalesce(getvariable('postcodes'), 900 + getvariable('families') // 20);

create macro lsoa_of(postcode_number) as
    ((postcode_number // 27 // 3) * 27 + postcode_number % 27)::bigint;

create macro imd_decile(lsoa) as whole('imd', lsoa, 1, 10);

create table postcodes as
with
spread as (
    select
        number as postcode_number,
        number % 27 as authority,
        number // 27 as place,
        -- 40 districts, 10 sectors, 400 units; each area begins elsewhere among them
        (scattered(number // 27, 7919, 160000) + whole('area', number % 27, 0, 159999)) % 160000
            as position
    from range(getvariable('postcodes')) as numbers(number)
)
select
    postcode_number,
    authority,
    region,
    town,
    postcode_area || (1 + position % 40)::varchar || ' ' || ((position // 40) % 10)::varchar
    || letter_of('ABDEFGHJLNPQRSTUWXYZ', (position // 400) // 20)
    || letter_of('ABDEFGHJLNPQRSTUWXYZ', (position // 400) % 20) as postcode,
    lsoa_of(postcode_number) as lsoa,
    (place // 15) * 27 + authority as msoa
from spread
join authorities using (authority);

-- some postcodes are newer than the list that ONS sent, some areas than its indicators
create view landed."ons/postcodes" as
select
    postcode,
    'E01' || (900000 + lsoa)::varchar as lsoa_code,
    'E02' || (900000 + msoa)::varchar as msoa_code,
    'E06' || lpad((900000 + authority)::varchar, 6, '0') as local_authority_code,
    region
from postcodes
where not chance('new postcode', postcode_number, 0.01);

create view landed."ons/areas" as
select
    'E01' || (900000 + lsoa)::varchar as lsoa_code,
    imd_decile(lsoa) as imd_decile,
    case
        when region = 'E12000007' then 'A1'
        else pick(getvariable('rural_urban'), 'rural', lsoa)
    end as rural_urban,
    round(bounded(13 + 5 * bell('no2', lsoa) + if(region = 'E12000007', 9, 0), 3, 48), 1)::decimal(5, 1)
        as no2_annual_mean,
    round(17 + 1.1 * bell('july', lsoa), 1)::decimal(4, 1) as mean_july_temperature,
    if(
        chance('no sales', lsoa, 0.03),
        null,
        (500 * round(exp(12.4 + 0.42 * bell('price', lsoa)) / 500))::decimal(12, 0)
    ) as median_house_price,
    if(chance('no crime', lsoa, 0.02), null, whole('crime', lsoa, 1, 10)) as crime_decile
from (select distinct lsoa, region from postcodes)
where not chance('new area', lsoa, 0.01);
