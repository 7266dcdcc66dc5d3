-- The small lists that everything is drawn from.

create table origins as
from (
    values
    ('british', 'WBRI', 'WHIT', 'ENG'),
    ('irish', 'WIRI', 'WHIT', 'ENG'),
    ('polish', 'WOTH', 'WHIT', 'OTH'),
    ('pakistani', 'APKN', 'ASIA', 'OTH'),
    ('bangladeshi', 'ABAN', 'ASIA', 'OTH'),
    ('indian', 'AIND', 'ASIA', 'ENG'),
    ('african', 'BAFR', 'BLAC', 'OTH'),
    ('caribbean', 'BCRB', 'BLAC', 'ENG'),
    ('chinese', 'CHNE', 'CHIN', 'OTH'),
    ('arab', 'OARA', 'AOEG', 'OTH'),
    ('european', 'WOTH', 'WHIT', 'OTH')
) as origins(origin, ethnic_group, ethnic_group_major, language_group_major);

set variable origins = weighted(map {
    'british': 66, 'irish': 3, 'polish': 5, 'pakistani': 7, 'bangladeshi': 2, 'indian': 5,
    'african': 5, 'caribbean': 2, 'chinese': 1, 'arab': 2, 'european': 2
});

set variable streets = [
    'High Street', 'Station Road', 'Church Lane', 'Mill Lane', 'Victoria Road', 'Green Lane',
    'Park Avenue', 'Queens Road', 'Windsor Close', 'Manor Drive', 'The Crescent', 'Kingsway',
    'St John''s Road', 'Orchard Way', 'Chapel Street', 'School Lane', 'Bramble Rise',
    'Beech Grove', 'Cromwell Street', 'Alexandra Terrace', 'Tanners Yard', 'Albert Road',
    'Hawthorn Close', 'Meadow View', 'Farriers Court', 'Northgate', 'Priory Walk', 'Quarry Hill',
    'Rectory Gardens', 'Sycamore Drive', 'Weavers Row', 'Lower Bridge Street', 'Back Lane'
];

set variable rural_urban = weighted(map {
    'A1': 24, 'B1': 8, 'C1': 44, 'C2': 1, 'D1': 10, 'D2': 1, 'E1': 8, 'E2': 1, 'F1': 2, 'F2': 1
});

-- Family structures: who is in it, besides the study child
set variable structures = weighted(map {
    'mother father': 63, 'mother': 17, 'father': 3, 'mother carer': 5, 'carer': 4,
    'mother mother_2': 2, 'mother father child_2': 4, 'mother father carer': 2
});

-- Surveys
set variable relationships = weighted(map {'parent': 94, 'adoptive_parent': 3, 'step_parent': 3});
set variable carer_relationships = weighted(map {
    'grandparent': 60, 'step_parent': 20, 'foster_carer': 10, 'other_relative': 10
});
set variable other_ethnic_groups = ['MWBC', 'MWBA', 'MWAS', 'MOTH', 'AOTH', 'BOTH', 'OOTH', 'WIRT', 'WROM', 'REFU'];
set variable other_ethnic_groups_major = ['MIXD', 'MIXD', 'MIXD', 'AOEG', 'UNCL'];
set variable tenures = weighted(map {
    'owns_outright': 8, 'owns_mortgage': 46, 'shared_ownership': 3, 'rents_social': 20,
    'rents_private': 20, 'rent_free': 2, 'other': 1
});
set variable qualifications = weighted(map {
    'none': 7, 'entry_level': 2, 'level_1': 9, 'level_2': 17, 'apprenticeship': 5, 'level_3': 18,
    'level_4_5': 9, 'level_6': 21, 'level_7_8': 10, 'other': 2
});
set variable employment_statuses = weighted(map {
    'employed_full_time': 38, 'employed_part_time': 26, 'self_employed': 9, 'unemployed': 4,
    'student': 2, 'family_leave': 4, 'looking_after_home': 11, 'sick_disabled': 5, 'retired': 1
});
set variable general_health = weighted(map {1: 52, 2: 32, 3: 11, 4: 4, 5: 1});
set variable satisfactions = weighted(map {1: 4, 2: 9, 3: 15, 4: 38, 5: 34});
set variable send_ratings = weighted(map {1: 16, 2: 24, 3: 24, 4: 24, 5: 12});
set variable send_needs = weighted(map {
    'communication_interaction': 34, 'cognition_learning': 17,
    'social_emotional_mental_health': 24, 'sensory_physical': 8, 'more_than_one': 13, 'not_sure': 4
});
set variable comments = [
    'Nothing to add, thank you.', 'Happy to take part again.', 'Took longer than expected.',
    'School has been brilliant this year', 'We are waiting for an appointment',
    'please ring after 6 next time', 'No', 'n/a', 'He loves reading, hates maths!',
    'She has settled in well, "loves it"', 'The questions on money were a bit personal',
    'would like to hear about the results', 'We moved in the summer, so a new school'
];
set variable wishes = [
    'More staff who understand autism', 'Quicker EHCP', 'a quiet space at lunch',
    'Someone to answer the phone', 'Speech therapy every week, not every term',
    'Transport. It is 40 minutes each way', 'To be listened to', 'nothing at the moment',
    'Less waiting!!', 'One person who knows us'
];
set variable own_words = [
    'i like art and my friends', 'its ok', 'Maths is boring', 'My TA helps me alot',
    'too loud in the hall', 'I want to go to college and do animals', 'dont know',
    'PE is the best', 'lunch is too noisy', 'i like it when we go outside'
];
set variable answers_of_the_willing = weighted(map {'yes': 92, 'no': 3, 'refused': 2, 'dont_know': 3});
set variable answers_of_the_wary = weighted(map {'yes': 12, 'no': 58, 'refused': 16, 'dont_know': 14});
set variable second_thoughts = weighted(map {'yes': 45, 'no': 25, 'refused': 10, 'dont_know': 20});
set variable answers_unasked = weighted(map {'no': 7, 'dont_know': 2, 'yes': 1});
set variable answers_at_16 = weighted(map {'yes': 80, 'no': 12, 'refused': 3, 'dont_know': 5});

-- Requests
set variable request_types = weighted(map {
    'stop_linkage': 28, 'delete_linked': 14, 'restrict': 12, 'object': 8, 'erase': 5,
    'rectify': 16, 'access': 12, 'resume_linkage': 5
});
set variable five_to_twelve_domains = weighted(map {
    'all': 45, 'health': 25, 'employment_tax': 10, 'benefits': 8, 'education': 7, 'area': 5
});
set variable send_futures_domains = weighted(map {'all': 50, 'education': 45, 'health': 5});
set variable rectified_fields = [
    'title', 'first_name', 'last_name', 'date_of_birth', 'sex', 'address_line_1',
    'address_line_2', 'town', 'postcode', 'email', 'phone'
];

-- Schools and pupils
set variable sen_provisions = weighted(map {'N': 82, 'K': 13, 'E': 5});
set variable sen_provisions_of_the_study = weighted(map {'N': 1, 'K': 3, 'E': 4});
set variable sen_types = weighted(map {
    'SPLD': 11, 'MLD': 14, 'SLD': 2, 'PMLD': 1, 'SEMH': 20, 'SLCN': 24, 'HI': 2, 'VI': 1,
    'MSI': 1, 'PD': 3, 'ASD': 15, 'DS': 1, 'OTH': 3, 'NSA': 2
});
set variable provisions = weighted(map {
    'PRU': 45, 'APA': 20, 'APF': 5, 'HOS': 4, 'IND': 14, 'FEC': 4, 'NSP': 5, 'TUT': 3
});
set variable aim_levels = weighted(map {0: 12, 1: 18, 2: 34, 3: 24, 4: 6, 5: 4, 6: 1, 7: 1});
set variable aim_subjects = weighted(map {
    '01': 24, '02': 4, '03': 2, '04': 3, '05': 4, '06': 7, '07': 6, '08': 3, '09': 3, '10': 1,
    '11': 1, '12': 5, '13': 8, '14': 20, '15': 9
});
set variable aim_outcomes = weighted(map {'1': 78, '2': 4, '3': 13, '8': 5});
set variable ofsted_ratings = weighted(map {1: 14, 2: 73, 3: 10, 4: 3});

-- Health. Diagnoses and procedures are written as hospitals send them, without the dot.
set variable child_diagnoses = weighted(map {
    'J459': 10, 'J210': 5, 'J219': 3, 'J069': 9, 'J050': 3, 'J350': 6, 'J353': 4, 'J039': 6,
    'H663': 2, 'H659': 6, 'H669': 3, 'A084': 5, 'A099': 4, 'B349': 8, 'R560': 4, 'R062': 4,
    'R104': 4, 'R509': 3, 'R11X': 2, 'K021': 6, 'K590': 3, 'K358': 2, 'K409': 1, 'Q531': 1,
    'N390': 3, 'S525': 5, 'S424': 2, 'S019': 4, 'S099': 4, 'T189': 1, 'T784': 2, 'L209': 2,
    'G409': 2, 'E109': 1, 'F840': 1, 'B019': 1, 'Z038': 1, 'N47X': 1
});
set variable adult_diagnoses = weighted(map {
    'R104': 8, 'R074': 6, 'K802': 4, 'K219': 3, 'K297': 2, 'K358': 2, 'K573': 2, 'K429': 1,
    'N390': 4, 'N201': 3, 'N920': 3, 'N809': 2, 'D259': 2, 'I10X': 3, 'I259': 2, 'I219': 1,
    'I48X': 1, 'I839': 1, 'M545': 4, 'M513': 2, 'M179': 2, 'M232': 3, 'M796': 2, 'G560': 3,
    'G439': 2, 'G409': 2, 'J189': 3, 'J459': 3, 'J441': 1, 'L031': 3, 'L029': 2, 'E119': 3,
    'F329': 2, 'F101': 2, 'F432': 1, 'T391': 2, 'S626': 3, 'S826': 3, 'S610': 3, 'S836': 2,
    'C509': 1, 'C449': 2, 'D509': 2, 'Z512': 1, 'R55X': 3, 'R51X': 2, 'O200': 2, 'O039': 1
});
set variable delivery_diagnoses = weighted(map {
    'O800': 30, 'O809': 20, 'O701': 12, 'O680': 8, 'O820': 11, 'O821': 12, 'O814': 7
});
set variable child_procedures = ['F341', 'D151', 'F091', 'E201', 'N081', 'W262', 'T202', 'H011', 'S571'];
set variable adult_procedures = ['J183', 'G451', 'H221', 'H251', 'Q181', 'Q074', 'W822', 'A651', 'M459', 'U212', 'S065', 'T202', 'X292'];
set variable planned_methods = ['11', '12', '13'];
set variable emergency_methods = weighted(map {'21': 62, '22': 14, '23': 3, '24': 6, '28': 4, '2A': 6, '2B': 2, '2D': 3});
set variable child_concepts = weighted(map {
    '54150009': 14, '49727002': 8, '386661006': 9, '195967001': 6, '56018004': 4,
    '43116000': 7, '24079001': 3, '65363002': 8, '90176007': 6, '271807003': 6, '25374005': 4,
    '62315008': 3, '14760008': 4, '9826008': 4, '38907003': 2, '21522001': 3, '61582004': 3,
    '406506008': 1, '408856003': 1, '15188001': 2, '86198006': 8, '91935009': 1, '50417007': 3,
    '84757009': 1, '185349003': 3
});
set variable adult_concepts = weighted(map {
    '54150009': 6, '49727002': 4, '35489007': 7, '197480006': 8, '279039007': 6, '38341003': 6,
    '44054006': 3, '46635009': 1, '40930008': 2, '414916001': 4, '238131007': 3, '271737000': 2,
    '87522002': 2, '68566005': 4, '38822007': 2, '193462001': 3, '25064002': 3, '37796009': 3,
    '84229001': 4, '404640003': 2, '9014002': 1, '11381005': 1, '128045006': 1, '235595009': 4,
    '396275006': 1, '77386006': 2, '91936005': 1, '77176002': 4, '8517006': 3, '266919005': 5,
    '60621009': 8, '86198006': 5, '185349003': 6, '13644009': 3, '195967001': 4
});
-- fifteen characters: chapter, section, paragraph, substance, product, form and strength
set variable child_medicines = weighted(map {
    '0301011R0AAAPAP': 18, '0302000C0AAAAAA': 9, '0501013B0AAAAAA': 16, '0407010H0AAAMAM': 14,
    '1001010J0AAAAAA': 8, '1302010U0AAACAC': 12, '1304000V0AAAAAA': 6, '0304010D0AAAAAA': 6,
    '0106040M0AAAAAA': 6, '1103010C0AAAAAA': 3, '0404000M0AAAAAA': 2
});
set variable adult_medicines = weighted(map {
    '0403030Q0AAAAAA': 10, '0403030D0AAAAAA': 7, '0103050P0AAAAAA': 10, '0407010H0AAAMAM': 6,
    '0407020C0AAABAB': 3, '0301011R0AAAPAP': 8, '0206020A0AAAAAA': 5, '0205051R0AAADAD': 5,
    '0212000B0AAABAB': 6, '0601022B0AAABAB': 5, '0602010V0AABWBW': 5, '0703010F0AAAAAA': 6,
    '0501013B0AAAAAA': 5, '0901011P0AAAAAA': 4, '1001010J0AAAAAA': 4, '0304010D0AAAAAA': 3,
    '0604011G0AAAAAA': 2, '0408010G0AAAAAA': 2, '2003000A0BBAAAA': 1
});
set variable child_teams = weighted(map {'F01': 40, 'A18': 20, 'C04': 18, 'C01': 14, 'C10': 3, 'C05': 3, 'C06': 2});
set variable adult_teams = weighted(map {'A13': 30, 'A05': 22, 'A06': 18, 'A18': 10, 'A02': 8, 'C02': 6, 'A14': 2, 'D01': 3, 'A12': 1});
set variable causes_of_death = ['C349', 'I219', 'C509', 'K703', 'V435', 'I619', 'J189', 'X599'];

-- Work and benefits
set variable contribution_classes = weighted(map {'1': 72, '2': 9, '3': 2, '4': 7, 'CR': 10});
set variable tax_credit_awards = weighted(map {'CTC': 55, 'WCT': 35, 'WTC': 10});
set variable benefit_types = weighted(map {
    'UC': 58, 'PIP': 12, 'DLA': 9, 'CA': 8, 'ESA': 5, 'HB': 4, 'JSA': 2, 'MA': 2
});
set variable programmes = weighted(map {
    'restart': 42, 'work_health': 18, 'swap': 16, 'jets': 12, 'youth_offer': 7, 'ips': 5
});
set variable programme_outcomes = weighted(map {
    'job_started': 28, 'job_sustained': 20, 'training': 12, 'no_job': 28, 'left_early': 10, 'transferred': 2
});
set variable pension_types = weighted(map {'MT': 52, 'DB': 24, 'GPP': 14, 'DC': 8, 'HYB': 2});
