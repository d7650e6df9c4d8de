"""From an observed spectrum to what is fitted: dereddened, then in the rest frame."""

from __future__ import annotations

from qsospec_duck.spectra.extinction import ExtinctionConfig, deredden
from qsospec_duck.spectra.frames import to_rest_frame
from qsospec_duck.spectra.spectrum import Spectrum


def prepare(spectrum: Spectrum, config: ExtinctionConfig | None = None) -> Spectrum:
    """Correct for Galactic extinction and shift to the rest frame.

    A spectrum that is prepared already comes back unchanged, so that to prepare twice is to prepare once.

    Parameters
    ----------
    spectrum : Spectrum
        Either frame, corrected or not.
    config : ExtinctionConfig, optional
        Default options where none are given.

    Returns
    -------
    Spectrum
        Rest frame; ``extinction`` says what was applied. The input is untouched.

    Raises
    ------
    SpectrumError
        The row's E(B-V) is negative, or wavelengths lie outside what the extinction laws cover.
    """
    corrected = deredden(spectrum, config)
    return corrected if corrected.frame == "rest" else to_rest_frame(corrected)
