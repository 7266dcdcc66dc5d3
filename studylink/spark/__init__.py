"""The same models on Spark: what is landed read by the same reader, tables in Parquet.

dbt-spark's session method finds the session that is started here. Beside this package the engines
differ in the macros of `macros/engine` alone.
"""
