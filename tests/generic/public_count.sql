{#- A public count is missing, or a multiple of the rounding base and no less than it. A model of which any
    column has this test is public, and Python's tests audit it whole. -#}

{% test public_count(model, column_name) %}

with

counts as (
    select * from {{ model }}
),

disclosure_control as (
    select * from {{ ref('disclosure_control') }}
)

select 'a count that may not be shown' as found
from counts
cross join disclosure_control
where
    counts.{{ column_name }} < disclosure_control.round_counts_to
    or counts.{{ column_name }} % disclosure_control.round_counts_to != 0

{% endtest %}
