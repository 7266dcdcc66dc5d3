{#- National Insurance number: two letters, six digits and one of A to D. Neither letter is D, F, I, Q, U
    or V, the second is not O, and BG, GB, KN, NK, NT, TN and ZZ are not used (HMRC, NIM39110). It has no
    check digit. Spaces may be anywhere, and letters in either case. -#}

{% macro is_national_insurance_number(text) -%}
{%- set number = capitals(compacted(text)) -%}
(
    {{ is_shaped(number, '[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z][0-9]{6}[A-D]') }}
    and not {{ is_shaped(number, '(BG|GB|KN|NK|NT|TN|ZZ)[0-9]{6}[A-D]') }}
)
{%- endmacro %}
