{#- A telephone number of the United Kingdom with its leading 0, or +44 or 0044 and no 0 or one in
    brackets, in the ranges and lengths of the National Telephone Numbering Plan: geographic 01 and 02,
    03, 055 and 056, mobile 07, 0800 to 0808, 084 and 087, 09. Spaces, hyphens, dots and brackets may be
    anywhere. Numbers without an area code, or with 44 alone, look like any number and are not recognised.
    -#}

{% macro is_uk_phone(text) -%}
{%- set national = [
    '1[1-9][0-9]{7,8}', '2[03489][0-9]{8}', '3[0347][0-9]{8}', '5[56][0-9]{8}', '7[0-9]{9}',
    '80[08][0-9]{6,7}', '8[47][0-9]{8}', '9[018][0-9]{8}',
] -%}
{{ is_shaped(
    without(compacted(text, hyphens=true), '[().]'),
    '(0|([+]|00)440?)(' ~ national | join('|') ~ ')'
) }}
{%- endmacro %}
