"""Outbound requests: the file for an agency, the log of what was asked, and reading it again."""
