{#- Unique Pupil Number: a check letter, eleven digits and a last character that is a digit or, in a
    temporary number, a letter. The check letter is the sum of the twelve, weighted 2 up to 13, modulo 23,
    counted along the alphabet without I, O and S. The local authority in it is not checked, because their
    list changes. Spaces may be anywhere, and letters in either case. -#}

{% macro is_upn(text) -%}
{%- set letters = 'ABCDEFGHJKLMNPQRTUVWXYZ' -%}
{%- set number = compacted(text) -%}
{%- set last = 'upper(substr(' ~ number ~ ', 13, 1))' -%}
(
    {{ is_shaped(capitals(number), '[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]') }}
    and coalesce(
        substr(
            '{{ letters }}',
            (
                {{ weighted_sum(number, range(2, 13), first=2) }}
                + 13 * case
                    when {{ last }} between '0' and '9' then ascii({{ last }}) - 48
                    else instr('{{ letters }}', {{ last }}) - 1
                end
            ) % 23 + 1,
            1
        ) = upper(substr({{ number }}, 1, 1)),
        false
    )
)
{%- endmacro %}
