{#- Whether the maker of a request speaks for a member of their family in it. An adult may stop,
    resume and delete for anyone of the family; everything else an adult asks for themself and for
    young children, that is those who do not decide for themself yet. A child speaks for nobody
    else, at any age, whatever the scope. -#}

{% macro speaks_for(request, maker, member, member_decides_from) -%}
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
