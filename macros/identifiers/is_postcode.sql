{#- A full postcode in one of the six forms of BS 7666, with the letters that each place of them may
    have, or GIR 0AA. Spaces may stand anywhere, letters be of either case. Whether such a postcode
    exists, only a list can tell. -#}

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
