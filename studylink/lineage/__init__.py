"""Plan taint: from which landed columns each published one is computed, read from bound plans."""

from studylink.lineage.project import Lineage

__all__ = ["Lineage"]
