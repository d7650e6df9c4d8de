"""Readers: one survey file becomes Arrow rows of the spectra relation.

Enters: DESI, SDSS, LAMOST or IRAF files, tables, or plain arrays.
Leaves: a pyarrow Table with the columns of ``columns_of("spectra")``, vacuum Å and 1e-17 erg/s/cm²/Å.
"""

from qsospec_duck.readers.arrays import spectra_from_arrays
from qsospec_duck.readers.contents import Reader
from qsospec_duck.readers.detect import detect_reader, read_spectra, readers

__all__ = ["Reader", "detect_reader", "read_spectra", "readers", "spectra_from_arrays"]
