{#- The band of a parent's total difficulties score, by the four-band cut-offs of the Strengths and Difficulties
    Questionnaire (Goodman, youthinmind, sdqinfo.org). No score, or one out of range, has no band. -#}

{% macro sdq_band(total) -%}
case
            when {{ total }} between 0 and 13 then 1
            when {{ total }} between 14 and 16 then 2
            when {{ total }} between 17 and 19 then 3
            when {{ total }} between 20 and 40 then 4
        end
{%- endmacro %}
