# What the examples read with, and counts and percentages as they may be shown outside the secure
# place.

suppressPackageStartupMessages({
  library(dplyr)
  library(haven)
})

# a count rounded to the nearest ten, a half upwards; missing under ten, zero included
public <- function(count) ifelse(count < 10, NA, floor(count / 10 + 0.5) * 10)

# a whole percentage, of counts that are public
percent <- function(part, whole) floor(100 * part / whole + 0.5)
