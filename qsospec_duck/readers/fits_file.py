"""An open FITS file: its HDUs by number, by name and by the columns of their tables."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from qsospec_duck.fits.byte_source import ByteSource, open_source
from qsospec_duck.fits.header import walk
from qsospec_duck.readers.fits_hdu import Hdu


class FitsFile:
    """An open FITS file; use it as a context manager.

    Raises
    ------
    ReaderError
        The file is absent, empty, no FITS file, or truncated.
    """

    def __init__(self, path: str | Path | ByteSource) -> None:
        self.source = open_source(path) if isinstance(path, str | Path) else path
        try:
            self.hdus = tuple(Hdu(self.source, extent) for extent in walk(self.source))
        except BaseException:
            self.source.close()
            raise

    @property
    def path(self) -> str | Path:
        """The file as the caller named it."""
        return self.source.path

    def __enter__(self) -> FitsFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.source.close()

    def named(self, name: str) -> Hdu | None:
        """Find the first HDU with this EXTNAME."""
        return next((hdu for hdu in self.hdus if hdu.extent.name == name), None)

    def table_with(self, *columns: str) -> Hdu | None:
        """Find the first table that has all these columns, whatever its name and place."""
        return next((hdu for hdu in self.hdus if hdu.is_table and set(columns) <= hdu.cells.keys()), None)
