{#- Fixed recodes: what a research column shows of a landed number. The widths are in the seed `recodes`,
    the CTE `recodes` of the model, and are the same in every build: no value depends on how many other
    people share it. A column's YAML names its row of the seed (`config.meta.recode`). -#}

{% macro recode_of(recode, bound) -%}
(select recodes.{{ bound }} from recodes where recodes.recode = '{{ recode }}')
{%- endmacro %}

{#- A number rounded to the nearest multiple of the recode's width, a half upwards, and no higher than its
    highest. -#}

{% macro rounded(number, recode) -%}
{%- set width, highest = recode_of(recode, 'width'), recode_of(recode, 'highest') -%}
case
            when {{ number }} > {{ highest }} then {{ highest }}
            else floor({{ number }} / {{ width }} + 0.5) * {{ width }}
        end
{%- endmacro %}

{#- The band of the recode's width that a number falls in, as text: `35 to under 40`, with one open band
    under its lowest and another from its highest. -#}

{% macro banded(number, recode) -%}
{%- set width, lowest, highest = recode_of(recode, 'width'), recode_of(recode, 'lowest'), recode_of(recode, 'highest') -%}
{%- set lower = 'floor((' ~ number ~ ') / ' ~ width ~ ') * ' ~ width -%}
case
            when {{ number }} < {{ lowest }} then 'under ' || {{ whole(lowest) }}
            when {{ number }} >= {{ highest }} then {{ whole(highest) }} || ' or more'
            else {{ whole(lower) }} || ' to under ' || {{ whole(lower ~ ' + ' ~ width) }}
        end
{%- endmacro %}

{% macro whole(number) -%}
cast(cast({{ number }} as bigint) as string)
{%- endmacro %}
