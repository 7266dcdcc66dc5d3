"""An access pack: one page and one JSON file, and the ways in which they are locked."""

import io
import json
import secrets
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from html import escape

import pyzipper

from studylink.names import capitalised, in_full, named
from studylink.people.held import GROUPS, REASONS_TO_WITHHOLD, WORKING, Section
from studylink.people.story import BEGINNING, END, Story, instant

PAGE, DATA = "what-is-held.html", "what-is-held.json"
LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
"""What passwords are made of: nothing that is mistaken for something else in print."""
PASSWORD_GROUPS, GROUP_LENGTH = 5, 5
NARROW = 7
"""Columns of the widest table that fits a printed page; of wider ones each row is a table."""
ANSWERS = {
    "family": "your family's answers",
    "parent": "the parent's answers",
    "child": "the child's answers",
}
STYLE = """
body { font: 1rem/1.5 sans-serif; color: #111; max-width: 60rem; margin: 2rem auto;
  padding: 0 1rem }
h2 { border-bottom: 2px solid; margin-top: 2.5rem } h3 { margin-bottom: 0 }
table { border-collapse: collapse; margin: .5rem 0 1rem; font-size: .9rem }
th, td { border: 1px solid #767676; padding: .2rem .5rem; text-align: left; vertical-align: top;
  overflow-wrap: anywhere }
.where { color: #444; font-size: .85rem } .row { break-inside: avoid }
@media print { body { margin: 0; max-width: none } h2, h3 { break-after: avoid } }
"""


@dataclass(frozen=True)
class Pack:
    """What is held on one person at one moment."""

    pack_id: str
    study: str
    title: str
    participant_id: str
    role: str
    is_erased: bool
    as_of: datetime
    stories: Sequence[Story]
    outcomes: Sequence[dict]
    sections: Sequence[Section]

    def files(self) -> dict[str, bytes]:
        """The page and the data, by the names of their files."""
        return {PAGE: self.page().encode(), DATA: self.data().encode()}

    def data(self) -> str:
        """All of it as JSON."""
        return json.dumps(
            {
                "study": self.study,
                "participant_id": self.participant_id,
                "as_of": f"{self.as_of:%Y-%m-%dT%H:%M:%SZ}",
                "decisions": [asdict(story) for story in self.stories],
                "requests": self.outcomes,
                "held": [asdict(section) for section in self.sections],
                "withheld": REASONS_TO_WITHHOLD,
            },
            indent=1,
            ensure_ascii=False,
            default=_written,
        )

    def page(self) -> str:
        """All of it as one page of HTML that needs nothing else."""
        return (
            '<!doctype html>\n<html lang="en-GB"><head><meta charset="utf-8">'
            '<meta name="viewport" content="width=device-width, initial-scale=1">'
            f"<title>What is held about you: {escape(self.title)}</title>"
            f"<style>{STYLE}</style></head>\n<body><main>\n"
            + "\n".join(self._parts())
            + "\n</main></body></html>\n"
        )

    def _parts(self) -> Iterator[str]:
        yield f"<h1>What {escape(self.title)} holds about you</h1>"
        yield (
            f"<p>You are the {escape(self.role.replace('_', ' '))} with the number "
            f"{escape(self.participant_id)}. This is everything that the study held about you on "
            f"{instant(self.as_of)} (UTC). It is yours: keep it safe, since it says who you are. "
            "If something in it is wrong, or you want to stop, restrict or leave, tell the "
            "study; you need give no reason. If you are not satisfied with the answer, you may "
            "complain to the Information Commissioner.</p>"
        )
        if self.is_erased:
            yield (
                "<p>Erasure was asked for. No database holds anything about you any more. What is "
                "below is what the files that the study was sent still hold, until those who keep "
                "them have removed it.</p>"
            )
        if self.stories:
            yield "<h2>May records about you be added to answers?</h2>"
            for story in self.stories:
                yield from _story(story)
        if self.outcomes:
            yield "<h2>What came of requests about you</h2>"
            yield _table(self.outcomes)
        for group, heading in GROUPS.items():
            sections = [section for section in self.sections if section.group == group]
            if not sections:
                continue
            yield f"<h2>{heading}</h2>"
            if group == WORKING:
                # they say again what is above
                yield f"<p>Their rows are in {DATA}: they repeat what is above in other words.</p>"
                yield _table([{"table": one.held_in, "rows": len(one.rows)} for one in sections])
                continue
            for section in sections:
                yield from _section(section)
        yield "<h2>What is left out, and why</h2><ul>"
        yield from (f"<li>{escape(reason)}</li>" for reason in REASONS_TO_WITHHOLD)
        yield "</ul>"


def locked_by_password(files: dict[str, bytes], password: str) -> bytes:
    """A zip of files that opens with the password alone (AES-256, as WinZip and 7-Zip read it)."""
    content = io.BytesIO()
    with pyzipper.AESZipFile(
        content, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=256)
        for name, file in files.items():
            archive.writestr(name, file)
    return content.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    """A zip of files that is not locked, to be encrypted as a whole."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        for name, file in files.items():
            archive.writestr(name, file)
    return content.getvalue()


def new_password() -> str:
    """A password that nobody guesses and everybody can read out: 25 letters and digits."""
    return "-".join(
        "".join(secrets.choice(LETTERS) for _ in range(GROUP_LENGTH))
        for _ in range(PASSWORD_GROUPS)
    )


def _story(story: Story) -> Iterator[str]:
    domain = capitalised(named(story.domain))
    answers = ANSWERS.get(story.answers_of, story.answers_of)
    yield f"<h3>{escape(domain)}, added to {escape(answers)}</h3>"
    yield f"<p>{escape(story.decision[0].upper() + story.decision[1:])}.</p>"
    if story.events:
        yield _table(
            [
                {
                    "when": instant(event.at),
                    "who": event.who,
                    "what": event.what,
                    "counts_as": event.counted,
                    "why": event.why,
                    "from_then_on": event.verdict,
                }
                for event in story.events
            ]
        )
    if story.deliveries:
        yield _table(
            [
                {
                    "records_of": capitalised(in_full(delivery.supplier)),
                    "received": instant(delivery.received_at),
                    "used": "yes" if delivery.is_usable else "no",
                    "why": delivery.why,
                }
                for delivery in story.deliveries
            ]
        )


def _section(section: Section) -> Iterator[str]:
    count = f"{len(section.rows):,} row{'s' * (len(section.rows) > 1)}"
    name = section.held_in.rpartition(".")[2].rpartition("/")[2]
    yield f"<h3>{escape(_words(name))}</h3>"
    yield f'<p class="where">{count}, held in {escape(section.held_in)}</p>'
    if section.description:
        yield f"<p>{escape(section.description)}</p>"
    yield _table(section.rows)
    columns = section.rows[0]
    meanings = {name: section.meanings[name] for name in columns if section.meanings.get(name)}
    if meanings:
        yield "<details><summary>What the columns mean</summary><dl>"
        yield from (
            f"<dt>{escape(_words(name))}</dt><dd>{escape(meaning)}</dd>"
            for name, meaning in meanings.items()
        )
        yield "</dl></details>"


def _table(rows: Sequence[dict]) -> str:
    """Rows as one table; where they are too wide for a page, each as a table of its own."""
    used = [name for name in rows[0] if any(row[name] not in (None, "") for row in rows)]
    if len(used) > NARROW:
        return "".join(
            '<table class="row">'
            + "".join(
                f'<tr><th scope="row">{escape(_words(name))}</th>'
                f"<td>{escape(_written(row[name]))}</td></tr>"
                for name in used
                if row[name] not in (None, "")
            )
            + "</table>"
            for row in rows
        )
    head = "".join(f'<th scope="col">{escape(_words(name))}</th>' for name in used)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(_written(row[name]))}</td>" for name in used) + "</tr>"
        for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _words(name: str) -> str:
    """The name of a column or table as a heading."""
    return capitalised(name.removesuffix("_dv").replace("_", " "))


def _written(value: object) -> str:
    """A value as text; nothing for a null."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value == BEGINNING:
        return "always"
    if value == END:
        return "no end"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    return str(value)
