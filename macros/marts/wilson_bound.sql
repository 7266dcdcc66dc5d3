{#- A bound of the 95% score interval of a proportion, `+` the upper and `-` the lower (Wilson, Probable
    inference, the law of succession, and statistical inference, 1927): it stays between nothing and one,
    and holds where proportions are near either. `trials` is not nothing. -#}

{% macro wilson_bound(successes, trials, side) -%}
{%- set z = 1.959964 -%}
{%- set n = 'cast(' ~ trials ~ ' as double)' -%}
(
    {{ successes }} + {{ z * z / 2 }}
    {{ side }} {{ z }} * sqrt({{ successes }} * ({{ n }} - {{ successes }}) / {{ n }} + {{ z * z / 4 }})
) / ({{ n }} + {{ z * z }})
{%- endmacro %}
