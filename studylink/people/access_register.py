"""The register of access packs: what was given to whom who asked what is held on them, and when.

It is kept in `access` under `STUDY_DATA` and names nobody: a person stands in it as a keyed
pseudonym of a kind of its own, so that a build can tell whose request was answered and an erasure
leaves no row about anybody in it.
"""

from pathlib import Path

from studylink.register import Register

PERSON_KIND = "access"
"""What is between study and id in the message of a person's token."""
COLUMNS = ("pack_id", "study", "person", "as_of", "given_at", "file_sha256")


def register(data: Path) -> Register:
    """The register of a data folder; `as_of` is that of the build which the pack holds."""
    return Register(data / "access" / "register.csv", COLUMNS)
