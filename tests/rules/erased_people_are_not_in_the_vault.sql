-- Erased: no row about them in the tables that only the vault may read.

{{ config(group='identities', meta={'remedy':
    'The table in `stored_in` keeps rows of erased people. Make its model from `participants_known` or what '
    ~ 'stands on it.',
}) }}

{{ rows_of_erased({
    'identities': ['participant_id'],
    'pupil_candidates': ['participant_id'],
    'clerical_review': ['participant_id'],
}) }}
