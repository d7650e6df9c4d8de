"""Epochs of one source, fitted one by one and together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from qsospec_duck.fitting.config import FitConfig
from qsospec_duck.fitting.fit import fit_quasar
from qsospec_duck.fitting.result import FitResult
from qsospec_duck.spectra import Spectrum
from qsospec_duck.spectra.coadd import coadd


@dataclass(frozen=True)
class EpochFits:
    """What the epochs of a source gave."""

    epochs: tuple[FitResult, ...]
    """One fit an epoch, in their order, all at one redshift."""

    together: FitResult
    """The fit of the coadd."""

    def repeatability(self) -> dict[tuple[str, str | None, str], tuple[int, float, float, float]]:
        """Agreement of the epochs, as the SQL view ``repeatability`` defines it.

        Returns
        -------
        dict
            By (section, recipe_id, quantity): number of epochs with an error, weighted mean, its error, χ².
        """
        found: dict[tuple[str, str | None, str], list[tuple[float, float]]] = {}
        for fit in self.epochs:
            for row in fit.measurements:
                if row.error is not None:
                    key = row.section, row.recipe_id, row.quantity
                    found.setdefault(key, []).append((row.value, row.error))
        out = {}
        for key, pairs in found.items():
            if len(pairs) > 1:
                values, errors = np.array(pairs).T
                weight = errors**-2.0
                mean = float(weight @ values / weight.sum())
                chi2 = float(np.sum(((values - mean) / errors) ** 2))
                out[key] = len(pairs), mean, float(weight.sum() ** -0.5), chi2
        return out


def fit_epochs(spectra: Sequence[Spectrum], config: FitConfig | None = None) -> EpochFits:
    """Fit every epoch of a source, and their coadd.

    Parameters
    ----------
    spectra : sequence of Spectrum
        Observed frame. All are fitted at the redshift of the first, so that windows and offsets are comparable.
    config : FitConfig, optional

    Raises
    ------
    SpectrumError
        The spectra are not epochs of one source (`qsospec_duck.spectra.coadd.coadd`).
    FitError
        One of them has nothing to fit.
    """
    together = coadd(spectra)
    at_one_redshift = [replace(spectrum, z=spectra[0].z) for spectrum in spectra]
    return EpochFits(tuple(fit_quasar(spectrum, config) for spectrum in at_one_redshift), fit_quasar(together, config))
