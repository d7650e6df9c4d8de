"""Spectra: a row of the spectra relation becomes a dereddened, rest-frame `Spectrum`.

Enters: Arrow rows of the spectra relation, or plain arrays. Leaves: `Spectrum`.
"""

from qsospec_duck.air_vacuum import air_to_vacuum, vacuum_to_air
from qsospec_duck.spectra.coadd import coadd
from qsospec_duck.spectra.extinction import ExtinctionConfig, deredden, extinction_factor
from qsospec_duck.spectra.frames import to_observed_frame, to_rest_frame
from qsospec_duck.spectra.masks import usable_pixels
from qsospec_duck.spectra.prepare import prepare
from qsospec_duck.spectra.row import from_row, from_table
from qsospec_duck.spectra.spectrum import Extinction, Spectrum

__all__ = [
    "Extinction",
    "ExtinctionConfig",
    "Spectrum",
    "air_to_vacuum",
    "coadd",
    "deredden",
    "extinction_factor",
    "from_row",
    "from_table",
    "prepare",
    "to_observed_frame",
    "to_rest_frame",
    "usable_pixels",
    "vacuum_to_air",
]
