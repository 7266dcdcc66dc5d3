-- The grain of what other tables are joined to: one row a key. Counts only, for a constraint's own
-- message would print the key.

{%- set keys = [
    ('identities', ['study', 'participant_id']),
    ('pseudonyms', ['study', 'participant_id']),
    ('pseudonyms', ['research_id']),
    ('pseudonyms', ['record_research_id']),
    ('place_pseudonyms', ['study', 'kind', 'code']),
    ('pupil_candidates', ['study', 'participant_id', 'pupil_matching_ref']),
    ('clerical_review', ['study', 'participant_id', 'pupil_matching_ref']),
    ('pupil_matches', ['study', 'participant_id']),
    ('pupil_matches', ['study', 'pupil_matching_ref']),
    ('int_participants', ['study', 'participant_id']),
    ('linkage_decisions', ['study', 'participant_id', 'domain', 'answers_of']),
    ('int_deliveries_usable', ['study', 'participant_id', 'domain', 'answers_of', 'delivery_id']),
    ('int_deliveries_requested', ['delivery_id']),
    ('delivery_people', ['delivery_id', 'participant_id']),
    ('vault__to_destroy', ['delivery_id', 'participant_id']),
    ('delivery_checks', ['delivery_id']),
    ('to_destroy', ['delivery_id']),
    ('int_people_requestable', ['study', 'supplier', 'domain', 'participant_id']),
    ('request_outcomes', ['study', 'request_id']),
    ('quarantined_records', ['source_table', 'row_number']),
    ('record_reconciliation', ['source_table', 'fate']),
    ('int_schools_described', ['school_urn']),
    ('int_areas_described', ['lsoa_code']),
    ('five_to_twelve__participants', ['research_id']),
    ('five_to_twelve__areas', ['research_id']),
    ('send_futures__participants', ['research_id']),
    ('code_lists', ['code_list', 'code']),
    ('linkage_policies', ['study', 'domain', 'records_of_role', 'answers_of']),
] %}

{%- for model, key in keys %}
select
    '{{ model }}: {{ key | join(", ") }}' as grain,
    count(*) as repeated
from (
    select {{ key | join(', ') }}
    from {{ ref(model) }}
    group by {{ key | join(', ') }}
    having count(*) > 1
) as repeated_keys
having count(*) > 0
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
