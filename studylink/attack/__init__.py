"""Intruders who look for everybody in the last build, and what each may find at most."""
