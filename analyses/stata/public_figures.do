* Counts and a percentage as they may be shown outside the secure place: each count is rounded to the
* nearest ten, a half upwards, and missing under ten, zero included; the percentage is of those counts.

args whole part percent

foreach count of varlist `whole' `part' {
    replace `count' = cond(`count' < 10, ., 10 * floor(`count' / 10 + 0.5))
}
drop if missing(`whole')
generate `percent' = floor(100 * `part' / `whole' + 0.5)
list, noobs
