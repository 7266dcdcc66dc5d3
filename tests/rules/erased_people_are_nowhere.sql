-- Erased: no row about them in the vault, nor in any stored table.

{{ config(meta={'remedy':
    'The table in `stored_in` keeps rows of erased people. Make its model from `participants_known` or what '
    ~ 'stands on it.',
}) }}

{%- set tables = [
    'identities', 'pseudonyms', 'pupil_candidates', 'pupil_matches', 'clerical_review', 'participant_areas', 'vault__due_to_be_asked', 'int_participants',
    'int_linkages', 'int_steps_reached', 'int_permitted_intervals', 'int_linkages_decided', 'int_deliveries_usable',
    'int_children_linked', 'int_answers_linked', 'int_domains_linked', 'int_people_requestable', 'delivery_people',
    'vault__to_destroy', 'linkage_decisions',
] %}

with

erased as (
    select * from {{ ref('int_participants_inactive') }}
    where erased_at is not null
),

stored as (
    {%- for table in tables %}
    select
        '{{ table }}' as stored_in,
        study,
        participant_id
    from {{ ref(table) }}
    union all
    {%- endfor %}
    select
        'int_statements, as whom they are about' as stored_in,
        study,
        participant_id
    from {{ ref('int_statements') }}
    union all
    select
        'int_statements, as who said them' as stored_in,
        study,
        said_by as participant_id
    from {{ ref('int_statements') }}
)

select
    stored.stored_in,
    count(*) as stored_rows
from stored
inner join erased
    on
        stored.study = erased.study
        and stored.participant_id = erased.participant_id
group by stored.stored_in
