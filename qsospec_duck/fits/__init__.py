"""FITS on the ground floor: bytes from a position, headers, checksums.

Enters: anything that gives bytes from a position, be it a file or a remote object. Leaves: what lies where in it.
"""

from qsospec_duck.fits.byte_source import ByteSource, open_source
from qsospec_duck.fits.datasum import datasum, header_agrees
from qsospec_duck.fits.header import BLOCK, Cards, Extent, walk
from qsospec_duck.fits.refusal import refusal

__all__ = ["BLOCK", "ByteSource", "Cards", "Extent", "datasum", "header_agrees", "open_source", "refusal", "walk"]
