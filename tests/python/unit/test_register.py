"""A register is only ever added to: whole or not at all, and every change to it shows."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from studylink import databases, register
from studylink.people import access_register
from studylink.register import Register, RegisterError
from studylink.release import shared
from tests.python.lib.project import ROOT, vault_rows

COLUMNS = ("release_id", "person")
ROWS = [{"release_id": "R1", "person": "ab"}, {"release_id": 'R, "2"', "person": "ç"}]


@pytest.fixture
def kept(tmp_path: Path) -> Register:
    made = Register(tmp_path / "releases" / "register.csv", COLUMNS)
    made.append(ROWS[:1])
    made.append(ROWS[1:])
    return made


def laid(one: Register) -> list[tuple]:
    with duckdb.connect() as connection:
        one.create_table(connection, "releases", "shared")
        return connection.execute("from landing.releases.shared").fetchall()


def test_what_was_added_is_read_in_its_order(kept: Register) -> None:
    assert kept.read() == ROWS
    assert laid(kept) == [tuple(row.values()) for row in ROWS]
    assert kept.file.stat().st_mode & 0o777 == 0o600
    assert kept.file.parent.stat().st_mode & 0o777 == 0o700


def test_a_register_that_is_not_there_yet_is_empty(tmp_path: Path) -> None:
    empty = Register(tmp_path / "register.csv", COLUMNS)
    assert empty.read() == laid(empty) == []
    assert empty.head() == register.NO_HEAD


def lines_changed(change: Callable[[list[str]], object]) -> Callable[[str], str]:
    def changed(text: str) -> str:
        lines = text.splitlines(keepends=True)
        change(lines)
        return "".join(lines)

    return changed


TAMPERED: dict[str, tuple[Callable[[str], str], int]] = {
    "a value changed": (lambda text: text.replace("R1", "R7"), 2),
    "the last value changed": (lambda text: text.replace("ç", "c"), 3),
    "a line taken out": (lines_changed(lambda lines: lines.pop(1)), 2),
    "a line twice": (lines_changed(lambda lines: lines.insert(1, lines[1])), 3),
    "two lines in another order": (lines_changed(lambda lines: lines.append(lines.pop(1))), 2),
    "cut short": (lambda text: text[:-1], 3),
    "a line without a checksum": (lambda text: text + "R3,cd\n", 4),
    "an empty line": (lambda text: text + "\n", 4),
    "no header": (lines_changed(lambda lines: lines.pop(0)), 1),
    "another column": (lambda text: text.replace("person", "people"), 1),
    "nothing": (lambda text: "", 1),
}


@pytest.mark.parametrize("kind", TAMPERED)
def test_tampering_is_named_by_its_line_and_nothing_is_added_to_it(
    kept: Register, kind: str
) -> None:
    change, line = TAMPERED[kind]
    kept.file.write_text(change(kept.file.read_text()))
    before = kept.file.read_bytes()
    for use in (kept.read, kept.head, lambda: kept.append(ROWS), lambda: laid(kept)):
        with pytest.raises(RegisterError, match=rf"register\.csv, line {line}: "):
            use()
    assert kept.file.read_bytes() == before


def test_lines_cut_off_at_the_end_show_in_the_head(kept: Register) -> None:
    head = kept.head()
    kept.file.write_text("".join(kept.file.read_text().splitlines(keepends=True)[:-1]))
    assert kept.read() == ROWS[:1]
    assert kept.head() != head


@pytest.mark.parametrize("value", ["two\nlines", "\x00", "\udcff"])
def test_what_is_not_one_line_of_text_is_refused_and_not_shown(kept: Register, value: str) -> None:
    with pytest.raises(RegisterError, match="cannot hold this person") as refused:
        kept.append([ROWS[0], {"release_id": "R3", "person": value}])
    assert value not in str(refused.value)
    assert kept.read() == ROWS


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_at_any_step_it_is_the_old_register(
    kept: Register, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(os, step, kill)
        with pytest.raises(Killed):
            kept.append(ROWS)
    assert kept.read() == ROWS
    # and what was left of it is in nobody's way
    kept.append(ROWS)
    assert kept.read() == ROWS + ROWS


def test_of_several_that_add_at_once_none_is_lost(kept: Register) -> None:
    adding = [threading.Thread(target=kept.append, args=([row],)) for row in ROWS * 5]
    for one in adding:
        one.start()
    for one in adding:
        one.join()
    assert len(kept.read()) == 12


def test_the_registers_are_written_again_under_a_new_key_as_the_page_says(
    rules_world: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = (ROOT / "docs" / "engineers.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, flags=re.M | re.S)
    data, new = tmp_path / "data", tmp_path / "registers"
    data.mkdir()
    for name in databases.NAMES:
        databases.path(data, name).symlink_to(databases.path(rules_world / "data", name))
    ((study, somebody),) = vault_rows(
        data, "select study, participant_id from vault.pseudonyms limit 1"
    )
    nobody = "0" * 32

    def tokens(kind: str) -> list[str]:
        return [databases.pseudonym(study, kind, somebody), nobody]

    def lines(kind: str) -> list[dict[str, str]]:
        columns = shared.COLUMNS if kind == shared.PERSON_KIND else access_register.COLUMNS
        marked = {"study": study, "release_id": "R1", "key_mark": shared.mark("R1")}
        return [
            {column: ({"person": token} | marked).get(column, "as it was") for column in columns}
            for token in tokens(kind)
        ]

    shared.register(data).append(lines(shared.PERSON_KIND))
    access_register.register(data).append(lines(access_register.PERSON_KIND))
    monkeypatch.setenv("STUDY_DATA", str(data))
    monkeypatch.setenv("STUDY_EXTRACTS", str(rules_world / "extracts"))
    monkeypatch.setenv("DBT_ENV_SECRET_PSEUDONYM_KEY", "")
    monkeypatch.setenv("NEW_PSEUDONYM_KEY", "another")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "engineers.md", "exec"), {})
    assert databases.pseudonym_key() == "another"
    assert shared.register(new).read() == lines(shared.PERSON_KIND)
    assert access_register.register(new).read() == lines(access_register.PERSON_KIND)
    shared.check(new)
    with pytest.raises(RegisterError, match="with another pseudonym key"):
        shared.check(data)
