"""Rest frame and observed frame.

With the redshift z,

    λ_rest = λ_obs / (1 + z),      f_λ,rest = f_λ,obs · (1 + z),      ivar_rest = ivar_obs / (1 + z)²,

so that λ·f_λ, and with it every luminosity λL_λ, is the same number in both frames
(Hogg 1999, arXiv:astro-ph/9905116, section 7).
"""

from __future__ import annotations

from dataclasses import replace

from qsospec_duck.errors import FrameError
from qsospec_duck.spectra.spectrum import Spectrum


def to_rest_frame(spectrum: Spectrum, z: float | None = None) -> Spectrum:
    """Shift an observed spectrum to the rest frame.

    Parameters
    ----------
    spectrum : Spectrum
        Observed frame.
    z : float, optional
        Redshift, greater than -1; by default ``spectrum.z``.

    Returns
    -------
    Spectrum
        A new object with ``frame="rest"`` and ``z``; the input is untouched.

    Raises
    ------
    FrameError
        The spectrum is already in the rest frame.
    SpectrumError
        The redshift is not finite and greater than -1.
    """
    if spectrum.frame != "observed":
        raise FrameError(
            f"{spectrum.label}: frame is {spectrum.frame!r}; only an observed spectrum goes to the rest frame."
        )
    chosen = spectrum if z is None else replace(spectrum, z=float(z))
    return _stretched(chosen, 1.0 / (1.0 + chosen.z), "rest")


def to_observed_frame(spectrum: Spectrum) -> Spectrum:
    """Shift a rest-frame spectrum to the observed frame by its own redshift: the inverse of `to_rest_frame`.

    Raises
    ------
    FrameError
        The spectrum is already in the observed frame.
    """
    if spectrum.frame != "rest":
        raise FrameError(
            f"{spectrum.label}: frame is {spectrum.frame!r}; only a rest-frame spectrum goes to the observed frame."
        )
    return _stretched(spectrum, 1.0 + spectrum.z, "observed")


def _stretched(spectrum: Spectrum, factor: float, frame: str) -> Spectrum:
    """Multiply λ by ``factor`` at constant λ·f_λ."""
    return replace(
        spectrum,
        wavelength=spectrum.wavelength * factor,
        flux=spectrum.flux / factor,
        ivar=spectrum.ivar * factor**2,
        frame=frame,
    )
