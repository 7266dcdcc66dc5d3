"""Releases: what a research project receives, who says so, and the register of what was shared."""
