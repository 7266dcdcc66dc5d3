"""The pass over a CSV file's lines finds what a reading letter by letter finds, only faster."""

from __future__ import annotations

import io
import tracemalloc
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from studylink import files, lines
from studylink.lines import FEWER, MORE, NOT_UTF_8, OTHER_END, QUOTE, Lines

COLUMNS = ("a", "b")
ENDS = {"lf": "\n", "crlf": "\r\n", "cr": "\r"}


def checked(content: bytes, folder: Path, block: int = lines.BLOCK) -> tuple:
    """What the pass says of a file's bytes, looked at in blocks of any size."""
    file = folder / "t.csv"
    file.write_bytes(content)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(lines, "BLOCK", block)
        return lines.checked(file, COLUMNS)


def read_letter_by_letter(content: bytes) -> Lines | None:
    """How the lines of a well-formed file are made, by the grammar of RFC 4180; else nothing."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    at, rows, ends, within, lengths = 0, [[]], set(), False, []
    row_start = 0
    while True:
        # one value, from its first letter
        if text[at : at + 1] == '"':
            begin = at = at + 1
            while True:
                closing = text.find('"', at)
                if closing < 0:
                    return None
                at = closing + 1
                if text[at : at + 1] != '"':
                    break
                at += 1
            value = text[begin:closing].replace('""', '"')
            within |= bool({"\n", "\r"} & {*text[begin:closing]})
        else:
            begin = at
            while at < len(text) and text[at] not in ',\n\r"':
                at += 1
            value = text[begin:at]
        rows[-1].append(value)
        if at == len(text):
            break
        end = next((end for end in (",", "\r\n", "\n", "\r") if text.startswith(end, at)), None)
        if end is None:
            return None
        at += len(end)
        if end != ",":
            ends.add(end)
            lengths.append(len(text[row_start:at].encode()))
            row_start = at
            if at == len(text):
                break
            rows.append([])
    lengths.append(len(text[row_start:].encode()))
    if len(ends) > 1 or any(len(row) != len(COLUMNS) for row in rows):
        return None
    values = sum(len(value.encode()) for row in rows[1:] for value in row)
    return Lines(len(rows) - 1, values, max(lengths), within)


PIECES = ['"', '""', ",", "x", " ", "é", "李", "\0", '"x"', '","', "x,x", *ENDS.values()]
BYTES = st.lists(
    st.sampled_from([*(piece.encode() for piece in PIECES), b"\xff", b"\xc3", b"\xef\xbb\xbf"]),
    max_size=12,
).map(b"".join)
PROPER = st.tuples(
    st.lists(st.tuples(*[st.text(st.sampled_from('",\n\rx é李'), max_size=6)] * 2), max_size=5),
    st.sampled_from([*ENDS.values()]),
    st.booleans(),
)


@settings(max_examples=1000, deadline=None)
@given(BYTES, st.sampled_from([1, 2, 3, 7, 64]))
@example(b'x,"x\n""\r\n"\r\n', 1)
def test_a_file_is_taken_if_and_only_if_it_is_well_formed(
    tmp_path_factory: pytest.TempPathFactory, body: bytes, block: int
) -> None:
    for end in ENDS.values():
        content = f"a,b{end}".encode() + body
        made, faults = checked(content, tmp_path_factory.getbasetemp(), block)
        assert made == read_letter_by_letter(content)
        assert (made is None) == bool(faults)
        assert all(1 <= line <= 1 + len(universal(content)) for line in faults)


def universal(content: bytes) -> list[str]:
    """The lines of a file as an editor shows them."""
    return list(io.StringIO(content.decode(errors="replace"), newline=None))


def written(value: str, quoted: bool) -> str:
    """A value as written in a file, in quotes where necessary."""
    if quoted or any(mark in value for mark in '",\n\r'):
        return '"' + value.replace('"', '""') + '"'
    return value


@settings(max_examples=500, deadline=None)
@given(PROPER, st.sampled_from([1, 5, 1024]))
def test_what_is_written_by_the_rules_is_taken_and_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, proper: tuple, block: int
) -> None:
    rows, end, all_quoted = proper
    content = "".join(
        ",".join(written(value, all_quoted) for value in row) + end for row in (COLUMNS, *rows)
    )
    folder = tmp_path_factory.getbasetemp()
    made, faults = checked(content.encode(), folder, block)
    assert faults == {}
    read = duckdb.sql(f"from {files.csv(folder / 't.csv', COLUMNS, made)}").fetchall()
    assert read == [tuple(value or None for value in row) for row in rows]


@pytest.mark.parametrize("end", ENDS.values(), ids=ENDS)
@pytest.mark.parametrize("block", [4, lines.BLOCK])
@pytest.mark.parametrize(
    ("rows", "faults"),
    [
        (["x,x", "x", "x,x,x", "x,x"], {3: FEWER, 4: MORE}),
        (["x,x,", 'x,x,""', 'x,x,"",,'], {2: MORE, 3: MORE, 4: MORE}),
        (["x,x", "", "x,x", ""], {3: FEWER, 5: FEWER}),
        (['x,"x', 'x"', "x"], {4: FEWER}),
        (['"x', 'x",x,x', "x"], {2: MORE, 4: FEWER}),
        (['x, "x"', 'x,"x" ', '"x" ,x', "x,x"], {2: QUOTE, 3: QUOTE, 4: QUOTE}),
        (['x,x"', 'x,x""', 'x"x,x'], {2: QUOTE, 3: QUOTE, 4: QUOTE}),
        (['x,"x', "x,x", 'x,"x"', "x"], {2: QUOTE, 5: FEWER}),
        (['x,"x', "x,x", "x"], {2: QUOTE, 4: FEWER}),
        (['x,"x', 'x"x', "x"], {2: QUOTE, 4: FEWER}),
        (['x,"x', "x,x"], {2: QUOTE}),
        (['x,"', '"', 'x,"'], {4: QUOTE}),
    ],
)
def test_each_malformed_line_is_named_once_by_its_number(
    tmp_path: Path, end: str, block: int, rows: list[str], faults: dict[int, str]
) -> None:
    content = end.join(["a,b", *rows, ""])
    assert checked(content.encode(), tmp_path, block) == (None, faults)


@pytest.mark.parametrize("first, second", [*pairwise([*ENDS.values(), "\n"])])
def test_a_line_that_ends_in_another_way_is_named(tmp_path: Path, first: str, second: str) -> None:
    content = f'a,b{first}x,"x{second}x"{first}x,x{second}x,x{first}'
    assert checked(content.encode(), tmp_path) == (None, {4: OTHER_END})


@pytest.mark.parametrize("block", [1, 2, 5, 64])
def test_lines_that_are_not_utf_8_are_named_wherever_a_letter_is_cut(
    tmp_path: Path, block: int
) -> None:
    content = "a,b\nx,é\n".encode() + b"x,\xc3\nx,x\nx,\xff\xfe\xff\nx,\xe6\x9d"
    found = checked(content, tmp_path, block)
    assert found == (None, {3: NOT_UTF_8, 5: NOT_UTF_8, 6: NOT_UTF_8})


def test_a_file_wrong_throughout_is_named_by_its_first_lines(tmp_path: Path) -> None:
    for row in ("x\n", '"x"x,x\n', "x,\xff\n"):
        _, faults = checked(("a,b\n" + row * 9999).encode("latin-1"), tmp_path)
        assert list(faults) == list(range(2, 2 + lines.MOST_FAULTS))


def test_a_file_of_any_size_takes_little_memory(tmp_path: Path) -> None:
    content = b"a,b\n" + b'x,"' + b"x," * 10_000_000 + b'"\n' + b"x,x\n" * 1_000_000
    file = tmp_path / "t.csv"
    file.write_bytes(content)
    tracemalloc.start()
    try:
        made, _ = lines.checked(file, COLUMNS)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert made == Lines(1_000_001, 20_000_001 + 2_000_000, 20_000_005, False)
    assert most < 50 * lines.BLOCK
