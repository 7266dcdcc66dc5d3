"""Proofs that no identifier reaches a researcher: what dbt's own data tests cannot show.

Each module is one kind of proof. They read the project as dbt compiled it (`manifest.py`) and what
a build left, and print counts and columns, never a value.
"""
