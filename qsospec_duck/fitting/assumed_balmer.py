"""Balmer emission whose edge the spectrum does not reach.

At redshifts above two the Balmer edge leaves an optical spectrum, but the bound-free emission goes on blueward, and
no data there can tell it from the power law. Left out, it makes the power law too red, and λL_λ jumps at the
redshift where the edge is lost. So it stays, with the amplitude that quasars with the edge in sight have:
`BalmerConfig.assumed_ratio` ± `BalmerConfig.assumed_scatter` of the power law. That enters the fit as one more datum,
and the errors of the power law carry it.
"""

from __future__ import annotations

import math

import numpy as np

from qsospec_duck.fitting.config import BalmerConfig
from qsospec_duck.fitting.masks import number_inside
from qsospec_duck.fitting.optimum import Optimum, Prior, evaluate_columns
from qsospec_duck.fitting.result import FitWarning, FloatArray
from qsospec_duck.fitting.warning_codes import warn
from qsospec_duck.models.program import Program

ASSUMED_SHAPES = ((4000.0, 4000.0), (0.0, 0.0))
"""FWHM and velocity [km/s] as bounds of no width: blueward of the edge the emission is smooth, whatever they are."""

N_BALMER_SHAPES = 2

_COMPARED_AT = 3600.0
"""Where Balmer emission is compared with the power law [Å]: just blueward of the edge."""


def balmer_role(wave: FloatArray, config: BalmerConfig, min_pixels: int) -> str:
    """``fitted`` where the edge is in sight, ``assumed`` where all pixels lie blueward of it, else ``absent``.

    Parameters
    ----------
    wave : ndarray, shape (n,)
        Rest wavelengths of the fitted continuum pixels [Å].
    config : BalmerConfig
    min_pixels : int
        Fewest pixels redward of the edge, and inside ``needed_range``, that a fitted component needs.
    """
    if not config.enabled:
        return "absent"
    n_near, n_red = number_inside(wave, config.needed_range), number_inside(wave, (config.edge, math.inf))
    if min(n_near, n_red) >= min_pixels:
        return "fitted"
    return "assumed" if wave[0] < config.edge and config.assumed_ratio > 0 else "absent"


def assumed_balmer(program: Program, bare: Optimum, config: BalmerConfig) -> Prior:
    """What is known of the amplitudes of ``program``: the Balmer emission beside the power law of ``bare``.

    Parameters
    ----------
    program : Program
        Continuum with the Balmer emission as its last column.
    bare : Optimum
        The fit without it.
    """
    x = np.array([math.log(_COMPARED_AT)])
    law = float(bare.amplitudes[0] * evaluate_columns(bare.program, x, np.ones(1), bare.theta)[0, 0])
    per_amplitude = float(evaluate_columns(program, x, np.ones(1), program.start)[-1, 0])
    mean, precision = np.zeros(len(program.columns)), np.zeros(len(program.columns))
    if law > 0:
        mean[-1] = config.assumed_ratio * law / per_amplitude
        precision[-1] = (config.assumed_scatter * law / per_amplitude) ** -2
    return mean, precision


def tell_assumed(config: BalmerConfig) -> FitWarning:
    """The warning that the Balmer emission was not measured."""
    return warn(
        "balmer_assumed", "continuum",
        f"the Balmer edge is out of sight: its emission is taken as {config.assumed_ratio:g} ± "
        f"{config.assumed_scatter:g} of the power law at {_COMPARED_AT:.0f} Å.",
        ratio=config.assumed_ratio, scatter=config.assumed_scatter,
    )  # fmt: skip
