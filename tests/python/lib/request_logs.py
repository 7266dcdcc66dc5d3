"""Request logs: what was asked of agencies, as data and as `studylink request` keeps it.

Pseudonyms are computed here by Python's `hmac`, and not by the project.
"""

from __future__ import annotations

import csv
import hmac
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random

from studylink import databases
from studylink.requests.request_log import COLUMNS
from tests.python.lib.oracle import Landing, Requested, table_of
from tests.python.lib.worlds import FIVE

ANOTHER_KEY = "a key that was in use before"


def requests_drawn(landing: Landing) -> list[Requested]:
    """Requests about people of a landing: the same each time, known and unknown, in and out.

    Some deliveries answer one of them, some come before there was any, and some after one whose
    people were written down under another key.
    """
    draw = Random("register")
    known = sorted(
        {
            row["participant_id"]
            for path, rows in landing.items()
            for row in rows
            if table_of(path) == "participants" and row["participant_id"]
        }
    )
    return [
        Requested(
            request_id=request_id,
            supplier=supplier,
            study=FIVE,
            domain=domain,
            as_of=datetime.fromisoformat(as_of),
            people=frozenset(person for person in known if draw.random() < 0.7),
            is_readable=is_readable,
        )
        for request_id, supplier, domain, as_of, is_readable in (
            ("R1", "nhs_england", "health", "2024-01-10T12:00:00", True),
            ("R2", "nhs_england", "health", "2024-03-01T00:00:00", True),
            ("R3", "nhs_england", "health", "2024-03-01T00:00:00", True),
            ("R4", "hmrc", "employment_tax", "2023-11-01T12:00:00", True),
            ("R5", "hmrc", "employment_tax", "2024-03-01T00:00:00", False),
            ("R6", "dwp", "benefits", "2024-02-10T12:00:00", True),
            ("R7", "dfe", "education", "2024-02-10T12:00:00", True),
            ("R8", "nhs_england", "health", "2024-12-01T12:00:01", True),
        )
    ]


def write_request_log(requests: Sequence[Requested], data: Path) -> None:
    """Write the request log of a data folder."""
    folder = data / "requests"
    folder.mkdir(parents=True)
    with (folder / "request_log.csv").open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        out.writeheader()
        for one in requests:
            instant = one.as_of.strftime("%Y-%m-%dT%H:%M:%SZ")
            out.writerow(
                {
                    "request_id": one.request_id,
                    "supplier": one.supplier,
                    "study": one.study,
                    "domain": one.domain,
                    "as_of": instant,
                    "written_at": instant,
                    "people": len(one.people),
                    "file_sha256": "0" * 64,
                    "key_fingerprint": "0" * 40,
                    "key_mark": _token(one, "request", one.request_id),
                }
            )
            (folder / one.request_id).mkdir()
            tokens = sorted(_token(one, "requested", person) for person in one.people)
            (folder / one.request_id / "people.csv").write_text(
                "\n".join(["person", *tokens, ""]), encoding="utf-8"
            )


def _token(request: Requested, kind: str, name: str) -> str:
    key = databases.pseudonym_key() if request.is_readable else ANOTHER_KEY
    message = f"{request.study}/{kind}/{name}"
    return hmac.digest(key.encode(), message.encode(), "sha256").hex()[:32]
