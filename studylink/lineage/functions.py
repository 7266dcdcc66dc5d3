"""The functions that are known to compute a value from their arguments and from nothing else.

Whatever is not listed taints: it might read a file, a setting, a session variable or a catalog.
Names are those of DuckDB's bound plans.
"""

COMPARING = "~~ !~~ ~~* !~~* ~~~ like_escape contains prefix suffix starts_with ends_with"
ARITHMETIC = """
+ - * / // % ^ ** & | ~ << >> xor abs ceil ceiling floor round trunc sign sqrt cbrt exp ln log log2
log10 pow power mod divide multiply add subtract greatest least isnan isfinite isinf fdiv fmod
factorial gcd lcm even pi degrees radians sin cos tan asin acos atan atan2 bit_count
"""
TEXT = """
|| concat concat_ws upper ucase lower lcase trim ltrim rtrim left right substring substr length len
strlen char_length character_length replace regexp_replace regexp_matches regexp_full_match
regexp_extract regexp_extract_all regexp_split_to_array string_split split split_part str_split
string_to_array reverse repeat lpad rpad position instr strpos chr ascii ord unicode initcap
translate strip_accents nfc_normalize printf format levenshtein damerau_levenshtein jaccard
jaro_similarity jaro_winkler_similarity hamming editdist3 soundex overlay left_grapheme
right_grapheme length_grapheme substring_grapheme array_extract string_agg
"""
DATES = """
date_part datepart date_trunc datetrunc date_diff datediff date_sub datesub date_add strftime
strptime try_strptime to_days to_hours to_minutes to_seconds to_months to_weeks to_years to_quarters
year month day quarter week weekday isodow isoyear dayofweek dayofmonth dayofyear decade century
hour minute second epoch epoch_ms make_date make_timestamp make_time last_day monthname dayname
julian age time_bucket timezone
"""
NESTED = """
list_value list_extract list_element list_slice list_contains list_has list_position list_concat
list_cat list_sort list_reverse_sort list_distinct list_unique list_zip list_aggregate list_aggr
list_transform list_apply list_filter list_reduce list_any_value list_where list_select list_resize
list_append list_prepend list_reverse list_sum list_min list_max list_count list_avg list_first
list_last list_intersect list_has_any list_has_all array_value array_slice array_length
array_concat array_to_string unpivot_list flatten unnest range generate_series struct_pack row
struct_extract struct_extract_at struct_insert struct_concat struct_keys map map_from_entries
map_keys map_values map_entries map_extract map_extract_value map_contains element_at cardinality
union_value union_extract union_tag to_json json_object json_array json_extract json_extract_string
-> ->> json_value json_keys json_array_length json_type json_valid json_quote row_to_json
array_to_json json_merge_patch
"""
HASHES_AND_CODES = """
md5 md5_number sha1 sha256 hash hex unhex to_hex from_hex encode decode base64 to_base64 from_base64
bin to_binary from_binary crc32
"""
CHOICES = "if ifnull nullif coalesce constant_or_null error alias"
AGGREGATES = """
count count_star sum sum_no_overflow avg mean min max first last any_value arbitrary arg_min arg_max
arg_min_null arg_max_null min_by max_by bool_and bool_or bit_and bit_or bit_xor list array_agg
group_concat listagg histogram mode median mad quantile quantile_cont quantile_disc
approx_count_distinct approx_quantile stddev stddev_pop stddev_samp variance var_pop var_samp
covar_pop covar_samp corr regr_slope regr_intercept regr_r2 entropy kurtosis skewness product
kahan_sum favg fsum count_if countif sumkahan json_group_array json_group_object
"""
KNOWN = frozenset(
    " ".join(
        (COMPARING, ARITHMETIC, TEXT, DATES, NESTED, HASHES_AND_CODES, CHOICES, AGGREGATES)
    ).split()
)

WINDOWS = frozenset(
    f"WINDOW_{name}"
    for name in (
        "AGGREGATE",
        "CUME_DIST",
        "FILL",
        "FIRST_VALUE",
        "LAG",
        "LAST_VALUE",
        "LEAD",
        "NTH_VALUE",
        "NTILE",
        "PERCENT_RANK",
        "RANK",
        "RANK_DENSE",
        "ROW_NUMBER",
    )
)

TABLE_FUNCTIONS = frozenset(("unnest", "range", "generate_series", "repeat"))
"""The table functions that read only their arguments."""
