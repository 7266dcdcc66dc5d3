{#- A bound of the 95% score interval of a proportion, `+` the upper and `-` the lower (Wilson, Probable
    inference, the law of succession, and statistical inference, 1927): it stays between zero and one, and
    holds for proportions close to either. `trials` is not zero. -#}

{% macro wilson_bound(successes, trials, side) -%}
{%- set z = 1.959964 -%}
{%- set n = 'cast(' ~ trials ~ ' as double)' -%}
(
    {{ successes }} + {{ z * z / 2 }}
    {{ side }} {{ z }} * sqrt({{ successes }} * ({{ n }} - {{ successes }}) / {{ n }} + {{ z * z / 4 }})
) / ({{ n }} + {{ z * z }})
{%- endmacro %}
