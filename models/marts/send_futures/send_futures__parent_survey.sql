with

published as (
    select * from {{ ref('int_parent_survey_published') }}
    where study = 'send_futures'
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
),

{{ disclosure_controlled(
    'published',
    quasi_identifiers=['completed_year', 'child_send_need', 'completed_month'],
    sensitive=[['child_has_ehcp'], ['support_rating_label', 'support_rating'], ['parent_wellbeing']],
    tells={'completed_month': ['completed_year']}
) }},

parent_survey as (
    select
        research_id,
        family_research_id,
        linked_child_research_id,
        wave,
        completed_year,
        completed_month,
        child_send_need,
        child_has_ehcp,
        support_rating,
        support_rating_label,
        parent_wellbeing
    from published_controlled
)

select * from parent_survey
