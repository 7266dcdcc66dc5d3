{#- A landed clinical code cut to what is published of it. The whole of the code is judged, not only
    the part that is kept: the first nine digits of an NHS number tell the tenth. -#}

{#- ICD-10, three characters: `J459`, `J45.9` and `J45` are `J45`. -#}

{% macro icd10_category(code) -%}
left({{ only_if_shaped(code, '[A-Z][0-9][0-9A-Z]([.]?[0-9X-][0-9]?[A-Z]?)?') }}, 3)
{%- endmacro %}

{#- OPCS-4, three characters: `H011`, `H01.1` and `H01` are `H01`. -#}

{% macro opcs4_category(code) -%}
left({{ only_if_shaped(code, '[A-Z][0-9]{2}([.]?[0-9-])?') }}, 3)
{%- endmacro %}

{#- British National Formulary, nine characters, down to the chemical substance: `0301011R0AAAPAP` is
    `0301011R0`. Appliances, chapters 20 to 23, may be digits alone. -#}

{% macro bnf_chemical(code) -%}
left({{ only_if_shaped(code, '[0-9]{6}[0-9A-Z][A-Z][0-9A-Z]([0-9A-Z]{6})?|2[0-3][0-9]{7}([0-9]{2})?') }}, 9)
{%- endmacro %}
