{#- A landed clinical code cut to the part that is published. The whole code is checked, not only the part
    that is kept: the first nine digits of an NHS number give away the tenth. -#}

{#- ICD-10, three characters: `J459`, `J45.9`, `J45` and `J459-` are `J45`. In the NHS Data Dictionary's
    form the fourth character is `X` where the category is not divided, the fifth is `-` where none is
    used, and the sixth is `A` or `D`: an asterisk or a dagger, which others write as such. Fixed-width
    files pad with blanks. -#}

{% macro icd10_category(code) -%}
left({{ only_if_shaped(code, '[A-Z][0-9]{2}([.]?[0-9X-]([0-9-][AD]?)?)?[*+†]? *') }}, 3)
{%- endmacro %}

{#- OPCS-4, three characters: `H011`, `H01.1` and `H01` are `H01`, with the same fillers. -#}

{% macro opcs4_category(code) -%}
left({{ only_if_shaped(code, '[A-Z][0-9]{2}([.]?[0-9X-])? *') }}, 3)
{%- endmacro %}

{#- British National Formulary as the NHS Business Services Authority writes it, nine characters, down
    to the chemical substance: `0301011R0AAAPAP` is `0301011R0`. Chapter, section, paragraph and
    subparagraph are seven digits; then come, two characters each, substance, product, strength and
    equivalent. A substance of two digits (`090402000BBHCA0`: no one substance) is read in a whole code
    alone, whose product begins with a letter, for nine digits may be anything. Appliances, chapters 20
    to 23, are digits alone. -#}

{% macro bnf_chemical(code) -%}
{%- set medicine = '(0[1-9]|1[0-9]|2[0-3])[0-9]{5}' -%}
{%- set of_a_substance = medicine ~ '([A-Z][0-9A-Z]|[0-9][A-Z])([0-9A-Z]{2}){0,3}' -%}
{%- set of_no_substance = medicine ~ '[0-9]{2}[A-Z][0-9A-Z]{5}' -%}
{%- set appliance = '2[0-3][0-9]{7}([0-9]{2})?' -%}
left({{ only_if_shaped(code, [of_a_substance, of_no_substance, appliance] | join('|') ) }}, 9)
{%- endmacro %}
