"""Whether a CSV file is well formed, in one pass over its bytes, and how its lines are made.

Well formed is as RFC 4180 has it: commas, quotes around a whole value or none, a quote within a
value doubled, and as many values in every line as in the header. It is UTF-8 throughout, and its
lines all end in one way, whichever. DuckDB's reader is more lenient: it drops surplus empty values,
blanks around quotes and empty lines, and loses its place in values of many lines. So the pass finds
what is wrong, and what DuckDB must know to read the rest correctly.

Blocks of bytes are looked at as a whole with numpy, so a file of any size takes little memory.
"""

import codecs
import io
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

BLOCK = 2**19
"""Bytes looked at together: few enough to stay in a processor's cache."""
MOST_FAULTS = 20
"""Malformed lines named of one file: enough to find what is wrong with it."""

FEWER = "fewer values than the header has columns"
MORE = "more values than the header has columns"
QUOTE = "a quoted value is not closed, or there is something before or after its quotes"
OTHER_END = "it does not end as the lines before it do"
NOT_UTF_8 = "not UTF-8"

_QUOTE, _COMMA, _LF, _CR = b'",\n\r'
_IS_MARK = np.zeros(256, bool)
_IS_MARK[[_QUOTE, _COMMA, _LF, _CR]] = True
_IN_CRLF = 1
"""Added to the byte of a line's end if it is CR followed by LF."""


@dataclass(frozen=True)
class Lines:
    """How the lines of a well-formed file are made.

    `rows` are those after the header, and `value_bytes` the length of all their values together,
    without quotes. `longest_row` is in bytes, its end included.
    """

    rows: int
    value_bytes: int
    longest_row: int
    ends_within_values: bool


def checked(path: Path, columns: Sequence[str]) -> tuple[Lines | None, dict[int, str]]:
    """How the lines of a file with these columns are made, or its malformed lines.

    Those are numbers of lines with what is wrong in them, `MOST_FAULTS` at most. Lines count from
    1, as an editor counts them, those within quotes too. A row of several lines goes by its first,
    and a wrong quote by the line in which its value was opened.
    """
    faults: dict[int, str] = {}
    with path.open("rb") as file:
        has_mark = file.read(len(codecs.BOM_UTF8)) == codecs.BOM_UTF8
        reading = first = _Reading(
            file, len(columns), faults, (len(codecs.BOM_UTF8) if has_mark else 0, 1)
        )
        while (place := reading.to_the_end()) and len(faults) < MOST_FAULTS:
            reading = _Reading(file, len(columns), faults, _next_line(file, place), first.end)
    if faults:
        return None, dict(sorted(faults.items())[:MOST_FAULTS])
    header_bytes = sum(len(column.encode()) for column in columns)
    return (
        Lines(
            rows=first.rows - 1,
            value_bytes=first.value_bytes - header_bytes,
            longest_row=first.longest_row,
            ends_within_values=first.ends_within_values,
        ),
        {},
    )


_Place = tuple[int, int]
"""A byte's position in the file, from 0, and the number of its line."""


def _next_line(file: io.BufferedReader, place: _Place) -> _Place:
    """Where the line after that of a place begins."""
    position, line = place
    file.seek(position)
    while block := file.read(BLOCK):
        ends = [at for at in (block.find(b"\n"), block.find(b"\r")) if at >= 0]
        if ends:
            position += min(ends) + 1
            file.seek(position - 1)
            return position + (file.read(2) == b"\r\n"), line + 1
        position += len(block)
    return position, line + 1


class _Reading:
    """One reading of a file from the start of a line, to its end or to the first wrong quote.

    `end` is how the header ends, where that is known. What else is counted is of the whole file if
    it is read from its start without a fault.
    """

    def __init__(
        self,
        file: io.BufferedReader,
        columns: int,
        faults: dict[int, str],
        start: _Place,
        end: int | None = None,
    ):
        self.file, self.columns, self.faults, self.end = file, columns, faults, end
        self.position, self.line = start  # of the block being looked at
        self.row_start, self.row_line = start
        self.row_commas = 0
        self.opened: _Place | None = None  # of the quote that is open
        self.decoder = codecs.getincrementaldecoder("utf-8")()
        self.rows = self.value_bytes = self.longest_row = 0
        self.ends_within_values = False

    def to_the_end(self) -> _Place | None:
        """Read on, noting faults; where a wrong quote ended it, a place in that quote's line."""
        self.file.seek(self.position)
        before, block = b"\n", self.file.read(BLOCK)
        while block:
            following = self.file.read(BLOCK)
            wrong = self._look_at(before, block, following[:1] or b",")
            if wrong or len(self.faults) >= MOST_FAULTS:
                return wrong
            before, block = block[-1:], following
        self._decode(b"", np.empty(0, np.int64), final=True)
        if self.opened:
            self._fault(self.opened[1], QUOTE)
        elif self.position > self.row_start:
            # the last line need not end
            self._row(self.row_commas + 1, self.row_line)
            self.rows += 1
            self.longest_row = max(self.longest_row, self.position - self.row_start)
        return self.opened

    def _fault(self, line: int, what: str) -> None:
        """Note what is wrong with a line; of two things, that it is no text explains the other."""
        if what == NOT_UTF_8:
            self.faults[line] = what
        else:
            self.faults.setdefault(line, what)

    def _row(self, values: int, line: int) -> None:
        if values != self.columns:
            self._fault(line, FEWER if values < self.columns else MORE)

    def _look_at(self, before: bytes, block: bytes, after: bytes) -> _Place | None:
        """Look at the next block, between the bytes beside it; a place as `to_the_end` gives it."""
        text = np.frombuffer(before + block + after, np.uint8)
        # a comma is the highest of the four marks, and few bytes are lower
        marks = np.flatnonzero(text[1:-1] <= _COMMA) + 1
        marks = marks[_IS_MARK[text[marks]]]
        kinds = text[marks]
        is_end = (kinds == _CR) | ((kinds == _LF) & (text[marks - 1] != _CR))
        line_ends = marks[is_end]
        self._decode(block, line_ends)

        is_outside, begin_after = np.ones(len(marks), bool), None
        is_quote = kinds == _QUOTE
        quotes = marks[is_quote]
        if len(quotes) or self.opened:
            is_open = bool(self.opened)
            # whether a quote is open up to and with each mark: the sum may wrap, its last bit stays
            is_within = (np.cumsum(is_quote, dtype=np.uint8) + np.uint8(is_open)) & 1 == 1
            is_outside = ~(is_quote | is_within)
            self.ends_within_values |= bool((is_end & is_within).any())
            opening, closing = quotes[is_open::2], quotes[1 - is_open :: 2]
            before_opening, after_closing = text[opening - 1], text[closing + 1]
            # of two quotes side by side one closes and the other opens: a quote within the value
            doubled = int(np.count_nonzero(before_opening == _QUOTE))
            self.value_bytes += doubled - len(quotes)
            wrong = [
                *opening[~_IS_MARK[before_opening]][:1],
                *closing[~_IS_MARK[after_closing]][:1],
            ]
            if wrong:
                is_outside &= marks < min(wrong)
                begin_after = self._wrong_quote(text, quotes[quotes <= min(wrong)], line_ends)
            elif len(quotes):
                self.opened = self._place(opening[-1], line_ends) if is_within[-1] else None
        self.value_bytes += len(block) - int(np.count_nonzero(is_outside))
        is_outside &= (kinds == _COMMA) | is_end
        self._count(text, marks[is_outside], is_end[is_outside], line_ends)
        self.position += len(block)
        self.line += len(line_ends)
        return begin_after

    def _place(self, mark: int, line_ends: np.ndarray) -> _Place:
        """Where in the file a place in the block is; the block has one byte before it."""
        return self.position + int(mark) - 1, self.line + bisect_left(line_ends, mark)

    def _wrong_quote(self, text: np.ndarray, quotes: np.ndarray, line_ends: np.ndarray) -> _Place:
        """Note that the last of `quotes` is wrong; the place in whose line reading is given up."""
        wrong = self._place(quotes[-1], line_ends)
        closes = (len(quotes) + bool(self.opened)) % 2 == 0
        opened = self._place(quotes[-2], line_ends) if len(quotes) > 1 else self.opened
        if not closes or opened is None:
            self._fault(wrong[1], QUOTE)
            return wrong
        self._fault(opened[1], QUOTE)
        # a closing quote is where one should open: the quote before it was never closed
        return opened if _IS_MARK[text[quotes[-1] - 1]] else wrong

    def _count(
        self, text: np.ndarray, marks: np.ndarray, is_end: np.ndarray, line_ends: np.ndarray
    ) -> None:
        """Count rows and their values by the commas and line ends outside quotes."""
        at_end = np.flatnonzero(is_end)
        if not len(at_end):
            self.row_commas += len(marks)
            return
        ends = marks[at_end]
        values = np.diff(at_end, prepend=-1)
        values[0] += self.row_commas
        in_crlf = (text[ends] == _CR) & (text[ends + 1] == _LF)
        ways = text[ends] + in_crlf * np.uint8(_IN_CRLF)
        if self.end is None:
            self.end = int(ways[0])
        lengths = np.diff(ends + in_crlf, prepend=self.row_start - self.position)
        self.longest_row = max(self.longest_row, int(lengths.max()))
        faulty = np.flatnonzero((values != self.columns) | (ways != self.end))
        for row in map(int, faulty[:MOST_FAULTS]):
            if ways[row] != self.end:
                self._fault(self._place(ends[row], line_ends)[1], OTHER_END)
            line = self._place(ends[row - 1] + 1, line_ends)[1] if row else self.row_line
            self._row(int(values[row]), line)
        self.rows += len(ends)
        self.row_commas = len(marks) - 1 - int(at_end[-1])
        self.row_start = self.position + int(ends[-1] + in_crlf[-1])
        self.row_line = self._place(ends[-1] + 1, line_ends)[1]

    def _decode(self, block: bytes, line_ends: np.ndarray, final: bool = False) -> None:
        """Note the lines of a block that are not UTF-8; a letter may be in two blocks."""
        begin = 0
        before, _ = self.decoder.getstate()
        while before or not block.isascii() or final:
            try:
                self.decoder.decode(block[begin:], final)
                return
            except UnicodeDecodeError as error:
                wrong = begin + max(error.start - len(before), 0)
                ends_before = bisect_left(line_ends, wrong + 1)
                self._fault(self.line + ends_before, NOT_UTF_8)
                self.decoder.reset()
                before = b""
                if ends_before == len(line_ends) or len(self.faults) >= MOST_FAULTS:
                    return
                begin = int(line_ends[ends_before])
