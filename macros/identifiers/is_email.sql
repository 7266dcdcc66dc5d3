{#- An email address according to RFC 5321, in the form that people use: a dot-atom of at most 64
    characters, an @ and a domain of two labels or more, the last of letters. Quoted local parts,
    addresses in brackets and letters outside ASCII are not recognised. Whitespace around it is allowed,
    none inside. -#}

{% macro is_email(text) -%}
{%- set atom = "[A-Za-z0-9!#$%&''*+/=?^_`{|}~-]+" -%}
{%- set label = '[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?' -%}
{%- set address = trimmed(text) -%}
(
    {{ is_shaped(
        address,
        atom ~ '([.]' ~ atom ~ ')*@(' ~ label ~ '[.])+[A-Za-z]{2,63}'
    ) }}
    and coalesce(instr({{ address }}, '@') <= 65 and length({{ address }}) <= 254, false)
)
{%- endmacro %}
