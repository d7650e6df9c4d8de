"""The lines of a complex in their roles: names of what is measured, and where their Gaussians stand in the fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, cached_property

import numpy as np

from qsospec_duck.constants import LINE_FLUX_UNIT
from qsospec_duck.fitting.complex_model import Gaussian, compile_complex
from qsospec_duck.fitting.error_calibration import log_factors
from qsospec_duck.fitting.measurement_rows import Label
from qsospec_duck.fitting.profiles import MEASURES
from qsospec_duck.fitting.result import FloatArray
from qsospec_duck.models.lines import line
from qsospec_duck.models.program import IntArray
from qsospec_duck.models.recipes import ComplexRecipe, ComponentRecipe

UNITS = {
    "flux": LINE_FLUX_UNIT,
    "ew": "Angstrom",
    "snr": "",
    "logl": "dex(erg/s)",
    "voff": "km/s",
    "centroid": "Angstrom",
    "peak": "Angstrom",
    "c50": "Angstrom",
    "c80": "Angstrom",
    "fwhm": "km/s",
    "sigma": "km/s",
    "w50": "km/s",
    "w80": "km/s",
    "w90": "km/s",
    "asymmetry": "",
    "kurtosis": "",
    "flux_limit": LINE_FLUX_UNIT,
}
"""Unit of every line measure, in the order of their rows."""

_WITHOUT_ERROR = ("snr", "flux_limit")


@dataclass(frozen=True, eq=False)
class Feature:
    """A line in one role."""

    line_id: str
    role: str
    wavelength: float
    """Rest wavelength [Å]."""

    quantities: dict[str, str]
    """Name of each measure's quantity."""

    def labels(self, recipe_id: str) -> Iterator[Label]:
        """Those of all its rows."""
        for measure, unit in UNITS.items():
            method = "none" if measure in _WITHOUT_ERROR else "covariance"
            quantity = self.quantities[measure]
            yield Label("complex_metric", quantity, unit, recipe_id, self.line_id, self.role, measure, method)


@dataclass(frozen=True, eq=False)
class Features:
    """Lines in their roles; to line k belong Gaussians ``edges[k]`` to ``edges[k + 1]``."""

    recipe_id: str
    names: tuple[Feature, ...]
    labels: tuple[Label, ...]
    """(n_line · n_row,) of all rows of the first line, of the second ..."""

    edges: IntArray
    """(n_line + 1,)."""

    log_wavelengths: FloatArray
    """(n_line,) ln λ₀."""

    log_factors: FloatArray
    """(2, n_line, n_measures) ln of the factors on the linear errors (`qsospec_duck.fitting.error_calibration`)."""

    places: IntArray
    """(3, n_gaussian) column, velocity slot and FWHM slot of each Gaussian."""

    ratios: FloatArray
    """(n_gaussian,) flux relative to the column's."""

    log_widths: FloatArray
    """(n_gaussian,) ln of the FWHM relative to what the slot says."""

    @cached_property
    def lines_and_roles(self) -> tuple[tuple[str, str], ...]:
        """(n_line,) id and role of each."""
        return tuple((one.line_id, one.role) for one in self.names)


@cache
def features_of(components: tuple[ComponentRecipe, ...], recipe: ComplexRecipe, line_ids: frozenset[str]) -> Features:
    """Some lines in each of their roles, then the total of lines that a recipe gives several.

    Parameters
    ----------
    components : tuple of ComponentRecipe
        Of the fit.
    recipe : ComplexRecipe
        Of the complex.
    line_ids : frozenset of str
        Lines that are covered. Others are held by the fixed ratio to their partner, and not seen themselves.
    """
    model = compile_complex(components)
    members = {key: profile for key, profile in model.by_role.items() if key[0] in line_ids}
    roles_of: dict[str, set[str]] = {}
    for component in recipe.components:
        for line_id in component.lines:
            roles_of.setdefault(line_id, set()).add(component.role)
    for line_id, roles in roles_of.items():
        of_line = [gaussian for gaussian in model.gaussians if gaussian.line_id == line_id]
        if len(roles) > 1 and of_line and line_id in line_ids:
            members[line_id, "total"] = of_line
    names = tuple(
        Feature(line_id, role, line(line_id).wavelength, {measure: f"{line_id}_{role}_{measure}" for measure in UNITS})
        for line_id, role in members
    )
    return _laid_out(recipe.recipe_id, names, members.values())


def _laid_out(recipe_id: str, names: tuple[Feature, ...], profiles: Iterable[list[Gaussian]]) -> Features:
    profiles = list(profiles)
    gaussians = [gaussian for profile in profiles for gaussian in profile]
    factors = [[log_factors(one.quantities[measure], measure) for measure in MEASURES] for one in names]
    return Features(
        recipe_id,
        names,
        tuple(label for one in names for label in one.labels(recipe_id)),
        np.cumsum([0, *(len(profile) for profile in profiles)]),
        np.log([one.wavelength for one in names]),
        np.array(factors, dtype=float).reshape(len(names), len(MEASURES), 2).transpose(2, 0, 1).copy(),
        np.array([(g.column, g.velocity_slot, g.fwhm_slot) for g in gaussians], dtype=np.int64).reshape(-1, 3).T.copy(),
        np.array([g.ratio for g in gaussians], dtype=float),
        np.array([g.log_width for g in gaussians], dtype=float),
    )
