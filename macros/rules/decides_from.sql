{#- The instant from which a participant decides for themself: an adult always does, a child from the
    first instant of the birthday on which they reach the study's own decision age. -#}

{% macro decides_from(is_adult, date_of_birth, own_decision_age) -%}
case
    when {{ is_adult }} then {{ beginning_of_time() }}
    else least(
        coalesce(
            cast({{ add_months(date_of_birth, '12 * ' ~ own_decision_age) }} as timestamp),
            {{ end_of_time() }}
        ),
        {{ end_of_time() }}
    )
end
{%- endmacro %}
