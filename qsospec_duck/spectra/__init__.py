"""Spectra: a row of the spectra relation becomes a dereddened, rest-frame `Spectrum`.

Enters: Arrow rows of the spectra relation, or plain arrays. Leaves: `Spectrum`.
"""

from qsospec_duck.spectra.spectrum import Extinction, Spectrum

__all__ = ["Extinction", "Spectrum"]
