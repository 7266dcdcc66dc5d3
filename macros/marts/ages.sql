{#- How old somebody is in the calendar year of a date, as two columns: in years for a child, in bands of
    some years for an adult. The age is the one that they reach in that year: an age to the day, beside
    months or in builds of several days, would show the month of birth. What is dated before the year of
    birth has no age. `person` is a relation with `is_adult` and `year_of_birth`. -#}

{% macro ages_in_year(date, person) -%}
case when not {{ person }}.is_adult then {{ age_in_year(date, person) }} end as age_in_year,
        case when {{ person }}.is_adult then {{ banded(age_in_year(date, person), 'adult_age') }} end as age_band
{%- endmacro %}

{% macro age_in_year(date, person) -%}
case when {{ year_of(date) }} >= {{ person }}.year_of_birth then {{ year_of(date) }} - {{ person }}.year_of_birth end
{%- endmacro %}
