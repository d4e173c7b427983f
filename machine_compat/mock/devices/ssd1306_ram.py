"""This file holds the display memory of the simulated SSD1306 and SH1106, and moves its write pointer.

Ref: SSD1306 data sheet rev. 1.5 (Aug 2010): 8.7 GDDRAM, 10.1.1 to 10.1.5 addressing, 10.1.8 segment remap.
Ref: SH1106 data sheet V2.3: display data RAM, column address circuit.
"""

PAGES = 8
HORIZONTAL, VERTICAL, PAGE = 0, 1, 2


class GDDRAM:
    """Eight pages of one byte a segment. It is written in runs: a full frame in horizontal mode is eight copies.

    `mirrored` turns what is written from then on and not what is there already (10.1.8).
    """

    def __init__(self, columns: int) -> None:
        self.columns = columns
        self.cells = bytearray(columns * PAGES)
        self.reset()

    def reset(self) -> None:
        """Put the pointer and the windows where RES puts them; the cells stay."""
        self.mode = PAGE
        self.mirrored = False
        self.column = self.page = 0
        self.column_window = (0, self.columns - 1)
        self.page_window = (0, PAGES - 1)

    def select_columns(self, start: int, end: int) -> None:
        """The window of columns, which also moves the pointer to its start."""
        self.column = start
        self.column_window = (start, end)

    def select_pages(self, start: int, end: int) -> None:
        """The window of pages, which also moves the pointer to its start."""
        self.page = start
        self.page_window = (start, end)

    def store(self, data: bytes) -> None:
        """Write bytes from the pointer on, in the addressing mode chosen (10.1.3)."""
        place = 0
        while place < len(data):
            if self.mode == VERTICAL:
                place += self._store_down(data, place)
            else:
                place += self._store_right(data, place)

    def _store_right(self, data: bytes, place: int) -> int:
        """Write up to the end of the row, go on as horizontal and page mode do, and return how many bytes that took."""
        start, end = self.column_window if self.mode == HORIZONTAL else (0, self.columns - 1)
        # A pointer beyond the window runs to the end of the memory first.
        last = end if self.column <= end else self.columns - 1
        run = data[place : place + last - self.column + 1]
        self.put(run)
        self.column += len(run)
        if self.column > last:
            self.column = start
            if self.mode == HORIZONTAL:
                self.page = _next(self.page, *self.page_window, PAGES)
        return len(run)

    def put(self, run: bytes) -> None:
        """Write a run that fits into the row; the pointer stays."""
        row = self.page * self.columns
        if self.mirrored:
            stop = row + self.columns - self.column
            self.cells[stop - len(run) : stop] = run[::-1]
        else:
            start = row + self.column
            self.cells[start : start + len(run)] = run

    def _store_down(self, data: bytes, place: int) -> int:
        """Write up to the last page of the window, go on as vertical mode does; returns how many bytes that took."""
        start, end = self.page_window
        last = end if self.page <= end else PAGES - 1
        run = data[place : place + last - self.page + 1]
        segment = self.columns - 1 - self.column if self.mirrored else self.column
        first = self.page * self.columns + segment
        self.cells[first : first + len(run) * self.columns : self.columns] = run
        self.page += len(run)
        if self.page > last:
            self.page = start
            self.column = _next(self.column, *self.column_window, self.columns)
        return len(run)


def _next(value: int, start: int, end: int, count: int) -> int:
    return start if value == end else (value + 1) % count
