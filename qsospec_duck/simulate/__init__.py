"""Synthetic quasars whose truth is known.

Enters: a seed. Leaves: spectra, or a DESI-like tile on disk, with a table of the true values under the names
of the measurements. The model is evaluated here by direct sums and convolutions and shares no numerics with
the fitting code: only the line list and the packaged templates are read from the same files.
"""

from qsospec_duck.simulate.absorption import Trough, narrow_doublet
from qsospec_duck.simulate.population import draw_quasar
from qsospec_duck.simulate.quasar import Gaussian, Quasar, TemplateEmission, quasar_continuum, quasar_flux
from qsospec_duck.simulate.spectra import simulate_quasar, simulate_spectra
from qsospec_duck.simulate.tile import SimulatedTile, simulate_tile
from qsospec_duck.simulate.truth import truth_rows, truth_table

__all__ = [
    "Gaussian",
    "Quasar",
    "SimulatedTile",
    "TemplateEmission",
    "Trough",
    "draw_quasar",
    "narrow_doublet",
    "quasar_continuum",
    "quasar_flux",
    "simulate_quasar",
    "simulate_spectra",
    "simulate_tile",
    "truth_rows",
    "truth_table",
]
