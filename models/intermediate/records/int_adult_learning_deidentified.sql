with

adult_learning as (
    select * from {{ ref('stg_dfe__adult_learning') }}
    where row_fault is null
),

publishable as (
    select * from {{ ref('int_publishable_records') }}
    where
        supplier = 'dfe'
        and domain = 'education'
        and not is_held_by_dfe
        and is_adult
),

providers as (
    select * from {{ ref('place_pseudonyms') }}
    where kind = 'provider'
),

code_lists as (
    select * from {{ ref('code_lists') }}
),

adult_learning_deidentified as (
    select
        publishable.study,
        publishable.research_id,
        {{ year_span('adult_learning.academic_year') }} as academic_year,
        providers.research_id as learning_provider_id,
        {{ coded('aim_level', 'integer') }},
        {{ coded('aim_subject') }},
        {{ coded('outcome', code_list='adult_learning_outcome') }}
    from adult_learning
    inner join publishable
        on
            adult_learning.delivery_id = publishable.delivery_id
            and adult_learning.participant_id = publishable.participant_id
    left join providers
        on
            publishable.study = providers.study
            and adult_learning.provider_ukprn = providers.code
    {{ label_join('aim_level', 'cast(adult_learning.aim_level as string)') }}
    {{ label_join('aim_subject', 'adult_learning.aim_subject') }}
    {{ label_join('adult_learning_outcome', 'adult_learning.outcome') }}
)

select * from adult_learning_deidentified
