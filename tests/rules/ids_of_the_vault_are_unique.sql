-- The grain of the tables that only the vault may read.

{{ config(group='identities') }}

{{ keys_that_repeat([
    ('identities', ['study', 'participant_id']),
    ('pupil_candidates', ['study', 'participant_id', 'pupil_matching_ref']),
    ('clerical_review', ['study', 'participant_id', 'pupil_matching_ref']),
]) }}
