{#- A full postcode in one of the six forms of BS 7666, with the letters allowed in each place, or GIR
    0AA. Spaces may be anywhere, and letters in either case. Only a list can show whether such a postcode
    exists. -#}

{% macro is_postcode(text) -%}
{%- set outward = [
    '[A-PR-UWYZ][0-9]{1,2}',
    '[A-PR-UWYZ][0-9][ABCDEFGHJKPSTUW]',
    '[A-PR-UWYZ][A-HK-Y][0-9]{1,2}',
    '[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]',
] -%}
{{ is_shaped(
    capitals(compacted(text)),
    '(' ~ outward | join('|') ~ ')[0-9][ABD-HJLNP-UW-Z]{2}|GIR0AA'
) }}
{%- endmacro %}
