{#- Whether a request covers a member of its maker's family. An adult may stop, resume and delete for
    anybody in the family; everything else only for themself and for young children, that is those who
    do not decide for themself yet. A child may ask only for themself, at any age, whatever the scope. -#}

{% macro request_covers(request, maker, member, member_decides_from) -%}
{{ member }}.study = {{ maker }}.study
and {{ member }}.family_id = {{ maker }}.family_id
and ({{ request }}.scope = 'family' or {{ member }}.participant_id = {{ request }}.about)
and (
    {{ member }}.participant_id = {{ maker }}.participant_id
    or (
        {{ maker }}.is_adult
        and (
            {{ request }}.request_type in ('stop_linkage', 'resume_linkage', 'delete_linked')
            or {{ request }}.received_at < {{ member_decides_from }}
        )
    )
)
{%- endmacro %}
