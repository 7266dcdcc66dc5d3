"""Requests to agencies: the outbound file, the register of what was asked, and reading it again."""
