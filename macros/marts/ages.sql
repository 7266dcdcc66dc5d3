{#- How old somebody is in the calendar year of a date: the age that they reach in that year. An age to the day,
    beside months or in builds of several days, would show the month of birth. What is dated before the year of
    birth has no age. `person` is a relation with `is_adult` and `year_of_birth`. -#}

{% macro age_in_year(date, person) -%}
case when {{ year_of(date) }} >= {{ person }}.year_of_birth then {{ year_of(date) }} - {{ person }}.year_of_birth end
{%- endmacro %}

{#- A child's, in years. An adult's is shown once, in bands, in `participants`: bands of many years, put side by
    side, would show the year of birth. -#}

{% macro child_age_in_year(date, person) -%}
case when not {{ person }}.is_adult then {{ age_in_year(date, person) }} end
{%- endmacro %}
