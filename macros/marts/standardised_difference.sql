{#- How far apart two groups are in a proportion, in standard deviations: their difference over the root
    of the mean of their variances (Austin, Balance diagnostics for comparing the distribution of baseline
    covariates, 2009). Unlike a p-value it does not depend on how many are compared; 0.1 is often called
    small. Null where neither group varies. -#}

{% macro standardised_difference(one, other) -%}
({{ one }} - {{ other }}) / nullif(
    sqrt((({{ one }}) * (1 - {{ one }}) + ({{ other }}) * (1 - {{ other }})) / 2),
    0
)
{%- endmacro %}
