"""`studylink letters`: to whom to write because they now decide for themself, or soon will."""

import argparse
import csv
import io
from datetime import UTC, datetime
from pathlib import Path

from studylink import databases, published
from studylink.people import opening
from studylink.requests import openpgp

MONTHS = 3
COLUMNS = (
    *("study", "participant_id", "title", "first_name", "last_name"),
    *("address_line_1", "address_line_2", "town", "postcode"),
    *("letter", "decides_from", "domains"),
)
"""What a letter needs: `letter` is `due`, or `next` before the birthday in `decides_from`."""

# the corrected address, of those who are not out altogether
PEOPLE = f"""
with

due as (
    select study, participant_id, list_sort(list(distinct domain)) as domains
    from vault.main.due_to_be_asked
    group by study, participant_id
),

young_people as (
    select
        people.study,
        people.participant_id,
        'due' as letter,
        people.decides_from,
        due.domains
    from due
    inner join study.intermediate.int_participants as people using (study, participant_id)
    where people.is_active
    union all
    select
        people.study,
        people.participant_id,
        'next' as letter,
        people.decides_from,
        list_sort(list(distinct linkages.domain)) as domains
    from study.intermediate.int_participants as people
    inner join study.intermediate.int_linkages as linkages using (study, participant_id)
    where
        people.is_active
        and not people.is_pilot
        and linkages.mode = 'permission'
        and people.decides_from > $as_of
        and people.decides_from <= $as_of + to_months($months)
    group by all
)

select
    {", ".join(f"young_people.{column}" for column in ("study", "participant_id"))},
    title, first_name, last_name, address_line_1, address_line_2, town, postcode,
    letter,
    strftime(young_people.decides_from, '%Y-%m-%d') as decides_from,
    array_to_string(domains, ';') as domains
from young_people
inner join vault.main.identities using (study, participant_id)
order by study, letter, decides_from, participant_id
"""


def add_command(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Register `studylink letters`."""
    parser = subparsers.add_parser("letters", help="whom to ask, now old enough to decide")
    parser.add_argument("--due", action="store_true", required=True, help="those to be asked")
    parser.add_argument(
        "--months",
        type=int,
        default=MONTHS,
        help=f"and those who will be old enough within so many months; by default {MONTHS}",
    )
    parser.add_argument("--to-key", type=Path, metavar="FILE", required=True)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the encrypted list, or say in one line why not and return 1."""
    return opening.answered(lambda: letters(arguments.to_key, arguments.months))


def letters(key_file: Path, months: int) -> None:
    """Write names and addresses for letters, encrypted to a key: never on disk in the clear.

    Raises what `opening.opened` and `published.checked_moment` do, `KeyRefused`, and `Refused`
    where there is nobody.
    """
    key = openpgp.key_in(key_file, "those who print the letters")
    with opening.opened() as opened:
        # people who have said since that they are out get no letter
        published.checked_moment(opened.connection, opened.extracts, None)
        people = opened.rows(PEOPLE, as_of=opened.as_of, months=months)
    if not people:
        raise opening.Refused(
            f"nobody is due to be asked, nor old enough to decide within {months} months"
        )
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(people)
    file = opened.data / "letters" / f"letters-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.csv.pgp"
    databases.write_whole(file, openpgp.encrypted(text.getvalue().encode(), key))
    due = sum(one["letter"] == "due" for one in people)
    print(
        f"{file}: {due:,} due to be asked, {len(people) - due:,} within {months} months, encrypted "
        f"to the key {key.fingerprint}. Delete it when the letters are printed."
    )
