-- Erased: no row about them in any stored table; `erased_people_are_not_in_the_vault` checks those that only
-- the vault may read.

{{ config(meta={'remedy':
    'The table in `stored_in` keeps rows of erased people. Make its model from `participants_known` or what '
    ~ 'stands on it.',
}) }}

{{ rows_of_erased({
    'pseudonyms': ['participant_id'],
    'pupil_matches': ['participant_id'],
    'participant_areas': ['participant_id'],
    'delivery_people': ['participant_id'],
    'vault__due_to_be_asked': ['participant_id'],
    'vault__to_destroy': ['participant_id'],
    'vault__releases_to_amend': ['participant_id'],
    'int_participants': ['participant_id'],
    'int_linkages': ['participant_id'],
    'int_statements': ['participant_id', 'said_by'],
    'int_steps_reached': ['participant_id'],
    'int_permitted_intervals': ['participant_id'],
    'int_linkages_decided': ['participant_id'],
    'int_deliveries_usable': ['participant_id'],
    'int_children_linked': ['participant_id'],
    'int_answers_linked': ['participant_id', 'child_participant_id'],
    'int_domains_linked': ['participant_id'],
    'int_people_requestable': ['participant_id'],
    'int_publishable_answers': ['participant_id', 'child_participant_id'],
    'int_publishable_records': ['participant_id'],
    'linkage_decisions': ['participant_id'],
}) }}
