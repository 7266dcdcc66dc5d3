{#- The keyed pseudonym of an id: HMAC-SHA256 (RFC 2104) of study, kind and id, the first 128 bits in
    hexadecimal; null for a null id. The two pads of the key are session variables that the plugin sets,
    so that the key is in no SQL text; models that use this are tables, because a view would look for the
    pads in the reader's session. `kind` keeps a school's and a person's pseudonym apart. -#}

{% macro pseudonym(study, kind, id) -%}{{ return(adapter.dispatch('pseudonym', 'studylink')(study, kind, id)) }}{%- endmacro %}

{% macro duckdb__pseudonym(study, kind, id) -%}
left(
    sha256(getvariable('hmac_opad') || unhex(sha256(
        getvariable('hmac_ipad') || encode({{ study }} || '/' || {{ kind }} || '/' || {{ id }})
    ))),
    32
)
{%- endmacro %}

{% macro spark__pseudonym(study, kind, id) -%}
{{ hmac_in_spark(study, kind, id, 'hmac_ipad', 'hmac_opad') }}
{%- endmacro %}

{#- A session of Databricks is not ours: there the pads are secrets of the workspace, in hexadecimal. -#}

{% macro databricks__pseudonym(study, kind, id) -%}
{{ hmac_in_spark(
    study, kind, id, "unhex(secret('studylink', 'hmac_ipad'))", "unhex(secret('studylink', 'hmac_opad'))"
) }}
{%- endmacro %}

{% macro hmac_in_spark(study, kind, id, ipad, opad) -%}
left(
    sha2(concat({{ opad }}, unhex(sha2(
        concat({{ ipad }}, encode({{ study }} || '/' || {{ kind }} || '/' || {{ id }}, 'UTF-8')), 256
    ))), 256),
    32
)
{%- endmacro %}
