"""The Python beside studylink's dbt project: what SQL cannot do, and nothing that it can."""
