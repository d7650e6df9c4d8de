"""Broad absorption: where the light falls below the unabsorbed model, and the indices that say how much.

With r(v) = f/M, the observed flux over the model of continuum and emission lines, and v the outflow velocity against an
ion's rest wavelength, positive toward the observer:

    BI = ∫ (1 − r/0.9) C dv, 25,000 → 3000 km/s; C is 1 once r < 0.9 has lasted for 2000 km/s    Weymann et al. 1991
    AI = ∫ (1 − r/0.9) C' dv, 25,000 → 0 km/s; C' is 1 in every stretch of 450 km/s or more       Hall et al. 2002

Where r < 0.9 is judged on r averaged over as few pixels as bring its error to 0.05, at most 500 km/s: noise neither
makes a trough nor breaks one. A width is that of the stretch less the length of the average, which widens it. The
integrals are of r itself, over the stretches whose missing light is significant: at low S/N there are always some
below 0.9 (`qsospec_duck.fitting.absorption_indices`).

A quasar counts as a BAL quasar with a significant trough of 1000 km/s or more (Trump et al. 2006) that is no narrow
doublet (`qsospec_duck.fitting.trough_shapes`); the stricter BI > 0 is a number of its own. Where C IV is observed it
decides alone: a trough of Si IV has a deeper one of C IV beside it. Else Si IV, Al III and Mg II decide.
Where even a black trough of that width would not be significant, or where the model is too high outside of troughs,
nothing is said.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from qsospec_duck.constants import C_KMS
from qsospec_duck.fitting.absorption_indices import (
    Troughs,
    absorption_index,
    balnicity_index,
    joined,
    missing_light,
    over_noise,
)
from qsospec_duck.fitting.coupled import Solution
from qsospec_duck.fitting.medians import median
from qsospec_duck.fitting.result import BoolArray, FitWarning, FloatArray, Measurement
from qsospec_duck.fitting.stretches import averaged_ratio, find_stretches, ratio_to_model, shoulders
from qsospec_duck.fitting.trough_shapes import is_model_too_high, is_narrow_doublet
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.lines import line
from qsospec_duck.spectra import Spectrum

IONS = ("siiv", "civ", "aliii", "mgii")
"""Lines that broad absorption is looked for in, from the blue."""

HIGH_IONS = ("siiv", "civ")
"""Those that absorb in every BAL quasar; low ions are absorbed in a tenth of them, never alone."""

LOW_ION_LIMIT = 10_000.0
"""Fastest trough of Al III and Mg II that tells a BAL quasar [km/s]: farther blue, Fe II may be off by 10 %."""

VELOCITY_LIMIT = 25_000.0
"""Fastest outflow that is looked for [km/s]."""

LEAST_WIDTH = 450.0
"""Least width of a trough in AI [km/s]."""

BAL_WIDTH = 1000.0
"""Least width of a trough that makes a broad-absorption-line quasar [km/s] (Trump et al. 2006, ApJS 165, 1)."""

SIGNIFICANCE = 5.0
"""Missing light over its error that a trough needs to be masked and to count."""

BESIDE_SIGNIFICANCE = 3.0
"""The same of a trough beside a significant one, to count in the indices: noise breaks troughs in pieces."""

LEAST_COVERED = 0.5
"""Fraction of the range of velocities that must be observed for an index to be published."""


def find_broad_absorption(spectrum: Spectrum, model: FloatArray) -> tuple[Troughs, ...]:
    """Look for absorption in every ion whose range of velocities is observed.

    Parameters
    ----------
    spectrum : Spectrum
        Rest frame.
    model : ndarray, shape (n_pix,)
        Continuum and lines without absorption.
    """
    x, found = spectrum.log_wavelength, []
    for line_id in IONS:
        log_line = math.log(line(line_id).wavelength)
        if log_line < x[0] or x[-1] < log_line - VELOCITY_LIMIT / C_KMS:
            continue
        pixels, velocity, ratio, weight, covered = ratio_to_model(
            x, spectrum.flux, spectrum.ivar, model, log_line, VELOCITY_LIMIT
        )  # fmt: skip
        if pixels.size > 1 and covered >= LEAST_COVERED * VELOCITY_LIMIT:
            average, length = averaged_ratio(velocity, ratio, weight)
            limits, widths = find_stretches(velocity, average, length, LEAST_WIDTH)
            below = model[pixels], average, length, limits, widths
            found.append(Troughs(line_id, pixels, velocity, ratio, weight, *below))
    return tuple(found)


def absorbed_pixels(spectrum: Spectrum, troughs: Sequence[Troughs]) -> BoolArray:
    """(n_pix,) True in troughs whose missing light is significant, out to where the model is reached again."""
    out = np.zeros(spectrum.n_pix, dtype=bool)
    for ion in troughs:
        for (first, last), width in zip(ion.limits.tolist(), ion.widths.tolist(), strict=True):
            # A narrow trough of a low ion is left to the masks of its complex: it is not worth another fit.
            if width < BAL_WIDTH and ion.line_id not in HIGH_IONS:
                continue
            weight = ion.weight[first:last]
            if (weight @ (1.0 - ion.ratio[first:last])) < SIGNIFICANCE * math.sqrt(weight.sum()):
                continue
            start, end = shoulders(ion.average, first, last)
            out[ion.pixels[start:end]] = True
    return out


def measure_absorption(
    solutions: Sequence[Solution], troughs: Sequence[Troughs]
) -> tuple[list[Measurement], list[FitWarning]]:
    """BI and AI of every observed ion, and whether the quasar is a BAL quasar.

    Parameters
    ----------
    solutions : sequence of Solution
        Continuum first, then the complexes: their sum is the unabsorbed model.
    troughs : sequence of Troughs
        Of that model.
    """
    rows: list[Measurement] = []
    warnings: list[FitWarning] = []
    broad: list[str] = []
    deciding = ("civ",) if any(ion.line_id == "civ" for ion in troughs) else IONS
    could_see = False
    for ion in troughs:
        strong, widths, counted = _significant(ion, solutions)
        if is_model_too_high(ion, strong):
            message = f"blueward of {ion.line_id} the spectrum lies below its model in and outside of troughs."
            warnings.append(warn("absorption_uncertain", "spectrum", message, line_id=ion.line_id))
            continue
        could_see = could_see or (ion.line_id in deciding and _could_see(ion))
        for inside, width in zip(strong, widths, strict=True):
            slow_enough = ion.line_id in HIGH_IONS or ion.velocity[inside.start] <= LOW_ION_LIMIT
            is_wide = width >= BAL_WIDTH and ion.line_id in deciding and slow_enough
            if is_wide and not is_narrow_doublet(ion, inside):
                broad.append(f"{ion.line_id} {ion.velocity[inside.stop - 1]:.0f}-{ion.velocity[inside.start]:.0f} km/s")
        for measure, index in (("bi", balnicity_index), ("ai", absorption_index)):
            value, error = index(ion, solutions, counted) if counted else (0.0, 0.0)
            rows.append(_row(f"{measure}_{ion.line_id}", value, error, ion.line_id, measure))
    if not broad and not could_see:
        return rows, warnings
    rows.append(
        Measurement("continuum_metric", "bal", float(bool(broad)), None, "", role="absorption", measure="bal",
                    method="none")
    )  # fmt: skip
    if broad:
        message = f"broad absorption: {', '.join(broad)}."
        warnings.append(warn("broad_absorption", "spectrum", message, troughs=broad))
    return rows, warnings


def _significant(ion: Troughs, solutions: Sequence[Solution]) -> tuple[list[slice], list[float], list[slice]]:
    """Pixels and widths [km/s] of the significant troughs, and the pixels that the indices count."""
    strong, widths, counted = [], [], []
    for (first, last), width in zip(ion.limits.tolist(), ion.widths.tolist(), strict=True):
        inside = slice(first, last)
        if over_noise(ion, inside) < BESIDE_SIGNIFICANCE:
            continue
        missing, error = missing_light(ion, solutions, inside)
        if missing >= SIGNIFICANCE * error:
            strong.append(inside)
            widths.append(width)
        if missing >= BESIDE_SIGNIFICANCE * error:
            counted.append(inside)
    return strong, widths, joined(ion, counted) if strong else []


def _could_see(ion: Troughs) -> bool:
    """Whether a black trough of the least width would be significant at most velocities."""
    error = 1.0 / math.sqrt(median(ion.weight))
    return math.sqrt(BAL_WIDTH / ion.pixel) > SIGNIFICANCE * error


def _row(quantity: str, value: float, error: float, line_id: str, measure: str) -> Measurement:
    return Measurement(
        "continuum_metric", quantity, value, error if error > 0 else None, "km/s", feature_id=line_id,
        role="absorption", measure=measure,
    )  # fmt: skip
