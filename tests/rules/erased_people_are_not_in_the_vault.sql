-- Erased: no row about them in the tables that only the vault may read.

{{ config(group='identities', meta={'remedy':
    'The table in `stored_in` keeps rows of erased people, with what identifies them. Make its model from '
    ~ '`participants_known`, in the vault itself.',
}) }}

{{ rows_of_erased({
    'identities': ['participant_id'],
    'pupil_candidates': ['participant_id'],
    'clerical_review': ['participant_id'],
}) }}
