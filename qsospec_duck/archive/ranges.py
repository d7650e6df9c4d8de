"""Range mode: of a coadd only what a tile needs, a fifth of its bytes.

Four fifths of a coadd are the RESOLUTION matrices. The wavelengths, flux, inverse variance and mask of a camera are
neighbours in the file, so that one request a camera, and one for the headers and fibre tables before them, fetch all
that is needed. The requests fall into a sparse file at the positions they have in the whole one; HDUs are then copied,
header and data as they are, into a smaller FITS file. Data are compared with DATASUM, and the header of every HDU, also
of those that are left out, with CHECKSUM: a wrong byte in a name would make a camera vanish.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from qsospec_duck.archive.fetch import Line, discard, read_note, settle, write_note
from qsospec_duck.archive.remote import Remote, TryLater
from qsospec_duck.errors import ChecksumError, ReaderError
from qsospec_duck.fits import BLOCK, Extent, datasum, header_agrees, refusal
from qsospec_duck.fits.header import read_extent

CAMERAS = {"B": 2751, "R": 2326, "Z": 2881}
"""Pixels of the cameras of a coadd: how much is asked for; what the headers say is what counts."""

KEPT_PARTS = ("WAVELENGTH", "FLUX", "IVAR", "MASK")
FIRST = 64 * BLOCK
"""First request: the headers and, for most pixels, the whole FIBERMAP."""


def fetch_needed(line: Line, key: str, to: Path) -> int:
    """Fetch the needed HDUs of one coadd.

    Parameters
    ----------
    line : Line
    key : str
    to : Path
        A FITS file with the needed HDUs.

    Returns
    -------
    int
        Bytes that travelled.

    Raises
    ------
    ChecksumError
        An HDU does not agree with its CHECKSUM or DATASUM, or has none, time and again.
    ReaderError
        The file is no coadd.
    AbsentError, TransferError
    """
    to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.ranges.part")
    travelled = 0
    error = ""
    for _ in range(line.patience.mismatches):
        sparse = SparseFile(line, key, part)
        try:
            extents = list(_needed(sparse))
            for start, extent in extents:
                sparse.need(start, extent.data_start + _padded(extent.data_bytes))
            bad = [extent for _, extent in extents if not _agrees(sparse, extent)]
            if not bad:
                small = to.with_name(f"{to.name}.part")
                _copy(sparse, extents, small)
                settle(small, to)
                discard(part)
                line.events.emit("fetched", key=key, bytes=to.stat().st_size, travelled=travelled + sparse.travelled)
                return travelled + sparse.travelled
            error = f"{bad[0].where} does not agree with its DATASUM"
        except ReaderError as problem:
            # A header with a wrong byte in it: fetched again like any other damage.
            error = str(problem)
        finally:
            travelled += sparse.travelled
            sparse.close()
        line.events.emit("mismatch", key=key, found=error)
        discard(part)
    raise ChecksumError(f"{key}: {error}, {line.patience.mismatches} times in a row.")


class SparseFile:
    """A remote file of which some intervals are here, at their own positions; a `ByteSource`."""

    def __init__(self, line: Line, key: str, part: Path) -> None:
        self.path: str | Path = key
        self.travelled = 0
        self._line, self._part = line, part
        note = read_note(part)
        self._etag = note.get("etag")
        self._have: list[tuple[int, int]] = [(a, b) for a, b in note.get("have", [])] if self._etag else []
        self._size: int | None = note.get("size")
        if not self._have or not part.exists():
            part.write_bytes(b"")
            self._have, self._size, self._etag = [], None, None
        self._file = part.open("r+b")
        self.hint = FIRST

    @property
    def size(self) -> int:
        """Size of the whole remote file."""
        if self._size is None:
            self.need(0, FIRST)
        assert self._size is not None
        return self._size

    def read_at(self, start: int, count: int) -> bytes:
        """Bytes from ``start``, fetched where they are not here; fewer than ``count`` only at the end."""
        count = min(count, self.size - start)
        if count <= 0:
            return b""
        self.need(start, start + count)
        self._file.seek(start)
        return self._file.read(count)

    def need(self, start: int, stop: int) -> None:
        """Have an interval here; a request asks for at least `hint` bytes."""
        stop = stop if self._size is None else min(stop, self._size)
        for first, last in self._missing(start, stop):
            reach = max(last, first + self.hint)
            reach = reach if self._size is None else min(reach, self._size)
            self.travelled += self._line.attempt(str(self.path), partial(self._get, start=first, stop=reach))

    def _get(self, remote: Remote, start: int, stop: int) -> int:
        """Get what is missing of an interval: after a broken connection only the rest of it."""
        missing = list(self._missing(start, stop))
        got = 0
        for first, last in missing:
            at = first
            try:
                with remote.open(str(self.path), first, last, self._etag) as answer:
                    if answer.start != first or (self._size is not None and answer.size != self._size):
                        self._have, self._size, self._etag = [], None, None
                        raise TryLater("the file changed")
                    self._size, self._etag = answer.size, answer.etag or self._etag
                    self._file.seek(first)
                    for piece in answer.pieces:
                        self._file.write(piece)
                        at += len(piece)
                        self._line.on_bytes(len(piece))
            except TryLater as error:
                error.got = got + at - first  # type: ignore[attr-defined]
                raise
            finally:
                got += at - first
                self._add(first, at)
        return got

    def _missing(self, start: int, stop: int) -> Iterator[tuple[int, int]]:
        at = start
        for first, last in self._have:
            if last <= at or first >= stop:
                continue
            if first > at:
                yield at, first
            at = max(at, last)
        if at < stop:
            yield at, stop

    def _add(self, start: int, stop: int) -> None:
        if stop <= start:
            return
        joined: list[tuple[int, int]] = []
        for first, last in sorted([*self._have, (start, stop)]):
            if joined and first <= joined[-1][1]:
                joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
            else:
                joined.append((first, last))
        self._have = joined
        self._file.flush()
        os.fsync(self._file.fileno())
        write_note(self._part, {"etag": self._etag, "size": self._size, "have": joined})

    def close(self) -> None:
        """Close the sparse file."""
        self._file.close()


def _needed(sparse: SparseFile) -> Iterator[tuple[int, Extent]]:
    """HDUs to keep, with the positions of their headers; asks for a camera at a time."""
    position = index = n_rows = 0
    cameras: set[str] = set()
    tables = {"FIBERMAP", "EXP_FIBERMAP"}
    while position < sparse.size:
        extent = read_extent(sparse, position, index)
        if extent is None:
            raise refusal(
                sparse.path, f"no header starts at byte {position}", "an HDU after the last", where=f"HDU {index}"
            )
        if not _header_agrees(sparse, position, extent):
            raise refusal(
                sparse.path, "the header does not agree with CHECKSUM, or has none", "one that does", where=extent.where
            )
        camera, _, kind = extent.name.partition("_")
        if extent.name == "FIBERMAP":
            n_rows = int(extent.header.need("NAXIS2"))
        if index == 0 or extent.name in ("FIBERMAP", "EXP_FIBERMAP") or (camera in CAMERAS and kind in KEPT_PARTS):
            yield position, extent
        if camera in CAMERAS and kind == "WAVELENGTH":
            cameras.add(camera)
            sparse.need(position, position + _camera_bytes(camera, n_rows))
        if extent.data_start + extent.data_bytes > sparse.size:
            raise refusal(sparse.path, "the file is truncated", "a complete file", where=extent.where)
        position = extent.data_start + _padded(extent.data_bytes)
        # What comes next: a camera after the fibre tables or after another camera's matrices.
        left = [one for one in CAMERAS if one not in cameras]
        is_next = extent.name == "EXP_FIBERMAP" or kind == "RESOLUTION"
        sparse.hint = _camera_bytes(left[0], n_rows) if is_next and left else 4 * BLOCK
        index += 1
        tables -= {extent.name}
        if not left and not tables and kind == "RESOLUTION":
            break
    if not cameras:
        raise refusal(sparse.path, "there is no camera", "a DESI coadd")


def _camera_bytes(camera: str, n_rows: int) -> int:
    """Bytes of the four HDUs of a camera, with a block for each header and what is read to see that of the matrices."""
    n_pix = CAMERAS[camera]
    return 8 * BLOCK + _padded(8 * n_pix) + 3 * _padded(4 * n_pix * n_rows)


def _padded(count: int) -> int:
    return -(-count // BLOCK) * BLOCK


def _header_agrees(sparse: SparseFile, start: int, extent: Extent) -> bool:
    """Tell whether the header agrees with CHECKSUM and DATASUM, both of which it must have."""
    if not all(extent.header.get(card) for card in ("CHECKSUM", "DATASUM")):
        return False
    data_sum = extent.header.whole("DATASUM")
    return data_sum is not None and header_agrees(sparse.read_at(start, extent.data_start - start), data_sum)


def _agrees(sparse: SparseFile, extent: Extent) -> bool:
    """Tell whether the data agree with DATASUM."""
    return extent.header.whole("DATASUM") == datasum(sparse.read_at(extent.data_start, extent.data_bytes))


def _copy(sparse: SparseFile, extents: list[tuple[int, Extent]], to: Path) -> None:
    with to.open("wb") as file:
        for start, extent in extents:
            stop = extent.data_start + _padded(extent.data_bytes)
            for at in range(start, stop, 1 << 22):
                file.write(sparse.read_at(at, min(1 << 22, stop - at)))
